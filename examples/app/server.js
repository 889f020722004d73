// A web application that signs in with Rollcall: code flow with PKCE, decoded tokens, a call to an API, switching the organization,
// refreshing, signing out.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { decodeJwt } from 'jose';
import { failed, signedIn, signedOut } from './pages.js';
import { beginSignIn, finishSignIn, home, refresh, signOutUrl } from './rollcall.js';
import { renew, sessionOf } from './sessions.js';

const port = Number(process.env.APP_PORT ?? 4000);
const api = process.env.API_URL ?? 'http://localhost:4001';
const style = readFileSync(new URL('./style.css', import.meta.url));

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const show = (response, body, status = 200) =>
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' }).end(body);
const go = (response, url) => response.writeHead(303, { Location: String(url), 'Cache-Control': 'no-store' }).end();

const ROUTES = {
  'GET /': async ({ session, response }) => show(response, session.tokens ? signedIn(viewOf(session)) : signedOut()),
  'GET /style.css': async ({ response }) => response.writeHead(200, { 'Content-Type': 'text/css' }).end(style),
  'POST /sign-in': async ({ session, response, form }) =>
    begin(session, response, { organization: form.get('organization') }),
  'POST /switch': async ({ session, response, form }) =>
    begin(session, response, { organization: form.get('organization'), silent: Boolean(session.tokens) }),
  'GET /callback': async ({ session, response, url }) => callback(session, response, url),
  'POST /call': async ({ session, response }) => {
    if (session.tokens) session.answer = await call(session.tokens.access_token);
    go(response, '/');
  },
  'POST /refresh': async ({ session, response }) => {
    if (session.tokens?.refresh_token) keep(session, await refresh(session.tokens.refresh_token));
    go(response, '/');
  },
  'POST /sign-out': async ({ session, response }) => {
    const idToken = session.tokens?.id_token;
    renew(response);
    go(response, idToken ? signOutUrl(idToken) : '/');
  },
};

async function begin(session, response, wish) {
  const { url, pending } = await beginSignIn(wish);
  session.pending = pending;
  go(response, url);
}

async function callback(session, response, url) {
  const { pending } = session;
  session.pending = undefined;
  if (!pending) return go(response, '/');
  try {
    const tokens = await finishSignIn(url, pending);
    keep(renew(response), tokens);
    go(response, '/');
  } catch (error) {
    // Silently wasn't possible: ask the person.
    const ask = ['login_required', 'consent_required', 'interaction_required'].includes(error.error);
    if (pending.silent && ask) return begin(session, response, { organization: pending.organization });
    show(response, failed(error.error ?? error.code, error.error_description), 400);
  }
}

function keep(session, tokens) {
  session.tokens = tokens;
  session.answer = undefined;
}

async function call(accessToken) {
  const response = await fetch(`${api}/invoices`, { headers: { Authorization: `Bearer ${accessToken}` } });
  return { status: response.status, body: await response.json() };
}

function viewOf({ tokens, answer }) {
  const idToken = decodeJwt(tokens.id_token);
  const isJwt = tokens.access_token.split('.').length === 3;
  return {
    idToken,
    accessToken: isJwt ? decodeJwt(tokens.access_token) : undefined,
    answer,
    command: commandFor(idToken),
  };
}

/** A provisioning file, written and applied by one command, that gives the person the role Billing besides what they have. */
function commandFor({ email, name, org_slug: slug, roles }) {
  const wanted = [...new Set([...roles, 'billing'])].join(', ');
  return `cat > data/roles.yaml <<'END'
users:
  - email: ${email}
    name: ${JSON.stringify(name)}
    memberships:
      - { organization: ${slug}, roles: [${wanted}] }
END
npx rollcall apply data/roles.yaml`;
}

async function formOf(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) throw new Error('too large a form');
  }
  return new URLSearchParams(body);
}

createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', home);
  const route = ROUTES[`${request.method} ${url.pathname}`];
  try {
    if (!route) return show(response, failed('not_found'), 404);
    // A form from elsewhere doesn't act here.
    const origin = request.headers.origin;
    if (request.method === 'POST' && origin && origin !== new URL(home).origin)
      return show(response, failed('forbidden'), 403);
    const form = request.method === 'POST' ? await formOf(request) : new URLSearchParams();
    await route({ session: sessionOf(request, response), response, url, form });
  } catch (error) {
    console.error(error);
    show(response, failed(error.error ?? 'server_error', error.error_description), 500);
  }
}).listen(port, '127.0.0.1', () => console.log(`the example application is at ${home}`));

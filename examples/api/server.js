// An API that lets Rollcall decide: each request's token is introspected, so the roles are today's, whatever the token says.
import { createServer } from 'node:http';
import * as client from 'openid-client';

const issuer = process.env.ISSUER ?? 'http://localhost:3000';
const port = Number(process.env.API_PORT ?? 4001);
const id = process.env.API_CLIENT_ID ?? 'example-api';
const secret = process.env.API_CLIENT_SECRET ?? 'example-api-secret-for-the-demo';

const rollcall = await client.discovery(new URL(issuer), id, secret, client.ClientSecretBasic(secret), {
  // Only for a server on this machine; elsewhere the issuer is https.
  execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
});

/** Answers with what introspection says, or sends the refusal and answers undefined. */
async function authorize(request, response, permission) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) return refuse(response, 401, 'Bearer', 'a token is needed');
  const seen = await client.tokenIntrospection(rollcall, token);
  if (!seen.active)
    return refuse(response, 401, 'Bearer error="invalid_token"', 'the token counts for nothing (any more)');
  // This API checks no proofs (RFC 9449): a token that is bound to a key may come from who stole it.
  if (seen.cnf) return refuse(response, 401, 'Bearer error="invalid_token"', 'the token is bound to a key');
  if (permission && !seen.permissions?.includes(permission)) {
    return refuse(
      response,
      403,
      `Bearer error="insufficient_scope", scope="${permission}"`,
      `the permission ${permission} is needed`,
      seen,
    );
  }
  return seen;
}

function refuse(response, status, challenge, message, seen) {
  response.setHeader('WWW-Authenticate', challenge);
  send(response, status, { message, ...(seen ? { seen } : {}) });
}

function send(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body, null, 2));
}

const ROUTES = {
  'GET /whoami': async (request, response) => {
    const seen = await authorize(request, response);
    if (seen) send(response, 200, { seen });
  },
  'GET /invoices': async (request, response) => {
    const seen = await authorize(request, response, 'invoices:read');
    if (seen)
      send(response, 200, {
        organization: seen.oid,
        invoices: [
          { number: 'A-1001', total: 120 },
          { number: 'A-1002', total: 80 },
        ],
        seen,
      });
  },
};

createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const route = ROUTES[`${request.method} ${pathname}`];
  try {
    if (route) await route(request, response);
    else send(response, 404, { message: 'there is nothing here' });
  } catch (error) {
    console.error(error);
    send(response, 502, { message: 'Rollcall could not be asked' });
  }
}).listen(port, '127.0.0.1', () => console.log(`the example API answers at http://localhost:${port}`));

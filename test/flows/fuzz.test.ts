/** Every endpoint against input that nobody should send: whatever comes, the answer is one of the protocol's, never a defect of ours. */
import { Agent, request } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeUser,
  PASSWORD,
  SECRET,
} from '../support/factories.js';
import { type Random, seeded } from '../support/random.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 10_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const AT_ONCE = 16;

let server: TestServer;
/** Values that mean something to the server, so that the fuzz comes past the first checks. */
let known: Record<string, string[]>;

beforeAll(async () => {
  server = await startServer();
  const { services } = server;
  const api = await makeApi(services);
  const opaque = await makeApi(services, { tokenFormat: 'opaque' });
  const application = await makeApplication(services, { defaultApi: api._id });
  const other = await makeApplication(services, { defaultApi: opaque._id });
  const spa = await makeApplication(services, { type: 'spa', secretHash: undefined, tokenEndpointAuthMethod: 'none' });
  const organization = await makeOrganization(services);
  const user = await makeUser(services);
  await makeMember(services, organization._id, user._id);
  const browser = newBrowser(server);
  const rp = await relyingParty(server, application._id);
  const flow = await rp.begin(browser);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const tokens = await flow.tokens();
  const opaqueTokens = await (await (await relyingParty(server, other._id)).begin(browser)).tokens();
  const code = (await rp.begin(browser)).callbackUrl().searchParams.get('code') as string;
  const pending = await rp.begin(newBrowser(server));
  const interaction = URL.parse(pending.browser.url)?.pathname ?? '';
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const proof = (htu: string) =>
    new SignJWT({ htm: 'POST', htu, jti: 'once' })
      .setIssuedAt()
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk })
      .sign(privateKey);
  const publicJwk = await exportJWK(publicKey);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(application._id)
    .setSubject(application._id)
    .setAudience(server.issuer)
    .setJti('once')
    .setExpirationTime('1m')
    .sign(privateKey);
  const tokenValues = [
    tokens.access_token,
    tokens.refresh_token as string,
    tokens.id_token as string,
    opaqueTokens.access_token,
    code,
    assertion,
  ];
  known = {
    client: [application._id, other._id, spa._id, api.introspection?.clientId as string, 'rollcall', 'nobody'],
    token: tokenValues,
    proof: [await proof(`${server.issuer}/oauth2/token`), await proof('https://elsewhere.test/'), assertion],
    cookie: [browser.cookies('/'), pending.browser.cookies(interaction), pending.browser.cookies(interaction)],
    interaction: [interaction],
    client_id: [application._id, other._id, spa._id, 'rollcall', 'nobody'],
    client_secret: [SECRET, 'wrong'],
    redirect_uri: ['https://app.example.test/callback', 'https://evil.test/', 'javascript:alert(1)', '/callback'],
    response_type: ['code', 'none', 'token', 'id_token', 'code id_token'],
    response_mode: ['query', 'form_post', 'fragment', 'jwt', 'query.jwt', 'web_message'],
    scope: ['openid', 'openid offline_access', 'invoices:read', 'role:admin', 'role:', 'openid role:admin role:member'],
    grant_type: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:device_code',
      'password',
    ],
    resource: [api._id, opaque._id, `${server.issuer}/api`, 'https://nowhere.test', 'not a uri', '#'],
    organization: [organization._id, organization.slug, 'system', 'org_x', 'nobody'],
    prompt: ['none', 'login', 'consent', 'select_account', 'create', 'none login'],
    max_age: ['0', '1', '-1', 'x', '99999999999999999999'],
    id_token_hint: tokenValues,
    login_hint: [user.email],
    acr_values: ['urn:rollcall:acr:password', 'x'],
    claims: [
      '{"id_token":{"sub":{"value":"x"}}}',
      '{"userinfo":{"__proto__":null}}',
      '[]',
      '{',
      'null',
      '{"id_token":[]}',
    ],
    code_challenge: ['a'.repeat(43), 'short'],
    code_challenge_method: ['S256', 'plain'],
    code_verifier: ['a'.repeat(43), 'short'],
    code: [code, 'x'],
    refresh_token: tokenValues,
    device_code: ['x', ...tokenValues],
    user_code: ['BBBB-BBBB', 'x'],
    token_type_hint: ['access_token', 'refresh_token', 'id_token'],
    request: [assertion, 'x'],
    request_uri: ['urn:ietf:params:oauth:request_uri:x', 'https://app.example.test/request'],
    dpop_jkt: ['a'.repeat(43)],
    client_assertion: [assertion, 'x'],
    client_assertion_type: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'x'],
    post_logout_redirect_uri: ['https://app.example.test/', 'https://evil.test/'],
    email: [user.email, 'nobody@example.test'],
    password: [PASSWORD, 'wrong'],
    answer: ['allow', 'deny', 'join', 'decline'],
    csrf: [/name="csrf" value="([^"]+)"/.exec(pending.browser.html)?.[1] ?? 'x'],
    xsrf: ['x'],
    name: ['Acme'],
    logout: ['yes'],
    redirect_uris: ['https://app.example.test/callback'],
    state: ['s'],
    nonce: ['n'],
    ui_locales: ['de'],
    display: ['page'],
  };
});
afterAll(() => server?.close());

const AUTHORIZE = [
  'client_id redirect_uri response_type response_mode scope state nonce prompt max_age id_token_hint login_hint acr_values',
  'claims code_challenge code_challenge_method resource organization request request_uri dpop_jkt ui_locales display',
].join(' ');
const CLIENT = 'client_id client_secret client_assertion client_assertion_type';

/** Each endpoint with the names of what it takes. */
const ENDPOINTS: [path: string, parameters: string][] = [
  ['/oauth2/authorize', AUTHORIZE],
  ['/oauth2/token', `${CLIENT} grant_type code redirect_uri code_verifier refresh_token device_code scope resource`],
  ['/oauth2/introspect', `${CLIENT} token token_type_hint`],
  ['/oauth2/revoke', `${CLIENT} token token_type_hint`],
  ['/oauth2/userinfo', 'access_token token'],
  ['/oauth2/par', `${CLIENT} ${AUTHORIZE}`],
  ['/oauth2/device_authorization', `${CLIENT} scope resource organization`],
  ['/oauth2/device', 'user_code xsrf csrf answer'],
  ['/oauth2/register', 'redirect_uris'],
  ['/oauth2/register/nobody', 'client_id redirect_uris'],
  ['/oauth2/logout', 'id_token_hint client_id post_logout_redirect_uri state logout'],
  ['/oauth2/logout/confirm', 'logout xsrf'],
  ['/oauth2/jwks', ''],
  ['/.well-known/openid-configuration', ''],
  ['/.well-known/oauth-authorization-server', ''],
  ['INTERACTION', ''],
  ['INTERACTION/sign-in', 'email password csrf'],
  ['INTERACTION/sign-up', 'email password name csrf'],
  ['INTERACTION/organization', 'organization csrf'],
  ['INTERACTION/consent', 'answer csrf'],
  ['INTERACTION/create-organization', 'name csrf'],
  ['/interaction/x', ''],
  ['/account', ''],
  ['/account/signed-in', 'state'],
  ['/join/acme', 'answer csrf'],
  ['/setup/x', 'csrf'],
  ['/health/live', ''],
  ['/health/ready', ''],
  ['/metrics', ''],
  ['/nothing', ''],
];

const ODD = [
  '',
  ' ',
  '\0',
  '\u202e\ud83d\ude00',
  '\ud800',
  'a'.repeat(5000),
  '%',
  '%00',
  '%zz',
  '../../etc/passwd',
  '{"$gt":""}',
  '[object Object]',
  '<script>alert(1)</script>',
  "' or 1=1 --",
  'constructor',
  '__proto__',
  '-1',
  '1e999',
  'null',
  'undefined',
  'true',
  '\r\nSet-Cookie: a=b',
  'https://[::1',
  'urn:x',
];
const ODD_NAMES = [
  '__proto__',
  'constructor',
  'a[b]',
  'a.b',
  '$where',
  'toString',
  'hasOwnProperty',
  'client_id[]',
  '',
];
const METHODS = ['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'];
const TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/x-www-form-urlencoded; charset=nonsense',
  '',
];

interface Attempt {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

function value(random: Random, name: string): string {
  const sensible = known[name];
  return sensible && random.chance(0.8) ? random.pick(sensible) : random.pick([...ODD, ...(known.token as string[])]);
}

function attempt(random: Random): Attempt {
  const [template, names] = random.pick(ENDPOINTS);
  const path = template.replace('INTERACTION', known.interaction?.[0] as string);
  const fields: [string, string][] = names
    .split(' ')
    .filter((name) => name && random.chance(0.7))
    .map((name) => [name, value(random, name)]);
  if (random.chance(0.15)) fields.push([random.pick(ODD_NAMES), random.pick(ODD)]);
  if (random.chance(0.15) && fields.length) fields.push([...random.pick(fields)]);
  const method = random.pick(METHODS);
  const type = random.pick(TYPES);
  const form = new URLSearchParams(fields).toString();
  const inBody = !['GET', 'HEAD'].includes(method);
  const body = !inBody
    ? ''
    : random.chance(0.05)
      ? 'x='.repeat(random.pick([1, 40_000]))
      : type.includes('json')
        ? random.pick([JSON.stringify(Object.fromEntries(fields)), '{', '[]', 'null', '{"__proto__":{"a":1}}', '"x"'])
        : form;
  const headers: Record<string, string> = {};
  if (type && inBody) headers['content-type'] = type;
  const maybe = (probability: number, name: string, text: () => string) => {
    if (random.chance(probability)) headers[name] = text();
  };
  const secretOf = () => Buffer.from(`${value(random, 'client')}:${value(random, 'client_secret')}`).toString('base64');
  maybe(0.4, 'authorization', () =>
    random.pick([
      `Basic ${secretOf()}`,
      `Basic ${secretOf()}`,
      `Bearer ${value(random, 'token')}`,
      `DPoP ${value(random, 'token')}`,
      'Basic !!!',
      'Basic',
      'Digest x',
    ]),
  );
  maybe(0.2, 'dpop', () => random.pick(known.proof as string[]));
  maybe(0.5, 'cookie', () => random.pick([...(known.cookie as string[]), 'rollcall_session=x', 'a=b; a=c; ;=']));
  maybe(0.6, 'accept', () =>
    random.pick(['application/json', 'text/html', '*/*', 'application/token-introspection+jwt', 'x', 'text/html;q=x']),
  );
  maybe(0.2, 'origin', () => random.pick([server.issuer, 'https://app.example.test', 'null', 'x']));
  maybe(0.1, 'x-forwarded-for', () => random.pick(['1.2.3.4', 'x, y', '']));
  for (const [name, text] of Object.entries(headers)) headers[name] = text.replace(/[^\x20-\x7e]/g, '');
  return { method, path: !inBody && form ? `${path}?${form}` : path, headers, body };
}

function send(agent: Agent, { method, path, headers, body }: Attempt): Promise<{ status: number; text: string }> {
  const { port, host } = new URL(server.issuer);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        method,
        port,
        host: '127.0.0.1',
        path,
        headers: { host, ...headers, 'content-length': String(Buffer.byteLength(body)) },
      },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk) => {
          text += chunk;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** What no answer may hold: a stack, a path of the machine, the name of a library's error. */
const INSIDE =
  /\n\s+at |node_modules|file:\/\/|\/src\/|\/dist\/|Mongo[A-Z]\w*Error|ValidationError|TypeError|CastError/;

it(`no answer of ${REQUESTS} to whatever is sent to any endpoint is a 500 or shows what is inside`, async () => {
  const random = seeded(SEED);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const faults: string[] = [];
  const statuses = new Map<number, number>();
  let left = REQUESTS;
  const work = async () => {
    while (left-- > 0) {
      const sent = attempt(random);
      const { status, text } = await send(agent, sent).catch((error: Error) => ({ status: 599, text: error.message }));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 || INSIDE.test(text))
        faults.push(`${status} ${JSON.stringify(sent).slice(0, 1500)} ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
  expect(faults.slice(0, 5)).toEqual([]);
  // The fuzz came past the doors: there are answers of every kind.
  for (const status of [200, 303, 400, 401, 404, 422])
    expect(statuses.get(status) ?? 0, `answers ${status}`).toBeGreaterThan(0);
  const alive = await fetch(`${server.issuer}/.well-known/openid-configuration`);
  expect(alive.status).toBe(200);
}, 120_000);

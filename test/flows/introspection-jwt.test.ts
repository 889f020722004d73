import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { makeApi, makeApplication, SECRET } from '../support/factories.js';
import { makeAdministrator, post, signIn } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let opaque: Api;
let foreign: Api;
let application: Application;
let tokens: { jwt: string; opaque: string; refresh: string; id: string };

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services, { accessTokenSigningAlg: 'EdDSA' });
  opaque = await makeApi(server.services, { tokenFormat: 'opaque', accessTokenSigningAlg: 'ES256' });
  foreign = await makeApi(server.services);
  application = await makeApplication(server.services, {
    defaultApi: api._id,
    permissions: [{ api: opaque._id, permissions: ['*'] }],
  });
  const { rp, browser, flow } = await signIn(server, application._id, await makeAdministrator(server));
  const first = await flow.tokens();
  const second = await (await rp.begin(browser, { resource: opaque._id, prompt: 'none' })).tokens();
  tokens = {
    jwt: first.access_token,
    opaque: second.access_token,
    refresh: first.refresh_token as string,
    id: first.id_token as string,
  };
});
afterAll(() => server?.close());

const TYPE = 'application/token-introspection+jwt';
const clientIdOf = (one: Api) => one.introspection?.clientId as string;
const introspect = (clientId: string, body: Parameters<typeof post>[2], headers: Record<string, string> = {}) =>
  post(server, '/oauth2/introspect', body, { clientId, headers });

/** The answer to one who wants a JWT, verified by the published keys. */
async function signed(clientId: string, token: string) {
  const answer = await introspect(clientId, { token }, { accept: TYPE });
  expect(answer.status).toBe(200);
  expect(answer.type).toMatch(/^application\/token-introspection\+jwt/);
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
  return jwtVerify<{ token_introspection: Record<string, unknown> }>(answer.text, keys, {
    issuer: server.issuer,
    audience: clientId,
    typ: 'token-introspection+jwt',
  });
}

describe('introspection as a JWT (RFC 9701)', () => {
  it('answers for JWT and opaque access tokens, signed by the algorithm of the API, with the caller as audience', async () => {
    for (const [one, token] of [
      [api, tokens.jwt],
      [opaque, tokens.opaque],
    ] as const) {
      const { payload, protectedHeader } = await signed(clientIdOf(one), token);
      expect(protectedHeader.alg).toBe(one.accessTokenSigningAlg);
      expect(payload.iat).toEqual(expect.any(Number));
      expect(Object.keys(payload).sort()).toEqual(['aud', 'iat', 'iss', 'token_introspection']);
      const plain = await introspect(clientIdOf(one), { token });
      expect(payload.token_introspection).toEqual(plain.json);
      expect(plain.json).toMatchObject({ active: true, aud: one._id, roles: ['admin'] });
    }
  });

  it('answers the application for its refresh token', async () => {
    const { payload } = await signed(application._id, tokens.refresh);
    expect(payload.token_introspection).toMatchObject({ active: true, client_id: application._id, roles: ['admin'] });
  });

  it('says no more than inactive of what isn’t the caller’s, of unknown tokens and of ID tokens', async () => {
    const asked: [string, string][] = [
      ...[tokens.jwt, tokens.opaque, tokens.refresh].map((one): [string, string] => [clientIdOf(foreign), one]),
      [application._id, tokens.jwt],
      [clientIdOf(api), tokens.refresh],
      [clientIdOf(api), tokens.opaque],
      [clientIdOf(api), 'unknown'],
      [clientIdOf(api), tokens.id],
      [application._id, tokens.id],
    ];
    for (const [caller, token] of asked) {
      const { payload } = await signed(caller, token);
      expect(payload.token_introspection).toEqual({ active: false });
      expect(Object.keys(payload).sort()).toEqual(['aud', 'iat', 'iss', 'token_introspection']);
    }
  });

  it('is JSON for everyone who doesn’t ask for the JWT, and errors are JSON always', async () => {
    for (const accept of ['application/json', '*/*', 'application/*', 'text/html', `${TYPE};q=0.5, application/json`]) {
      for (const token of [tokens.jwt, tokens.opaque]) {
        const answer = await introspect(clientIdOf(api), { token }, { accept });
        expect(answer.type, accept).toMatch(/^application\/json/);
      }
    }
    const wrong = await post(
      server,
      '/oauth2/introspect',
      { token: tokens.jwt, client_id: 'x' },
      { headers: { accept: TYPE } },
    );
    expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const java = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2';
    for (const path of ['/oauth2/introspect', '/oauth2/token', '/oauth2/revoke', '/oauth2/userinfo']) {
      const answer = await post(server, path, {}, { clientId: application._id, headers: { accept: java } });
      expect(answer.json, path).toHaveProperty('error');
    }
    const none = await introspect(clientIdOf(api), {}, { accept: TYPE });
    expect(none).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  it('works with a resource server made of oauth4webapi', async () => {
    const issuer = new URL(server.issuer);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    expect(as.introspection_signing_alg_values_supported).toContain('EdDSA');
    const caller = { client_id: clientIdOf(api), introspection_signed_response_alg: 'EdDSA' };
    const response = await oauth.introspectionRequest(as, caller, oauth.ClientSecretBasic(SECRET), tokens.jwt, {
      ...insecure,
      requestJwtResponse: true,
    });
    expect(await oauth.processIntrospectionResponse(as, caller, response)).toMatchObject({ active: true });
    await oauth.validateApplicationLevelSignature(as, response, insecure);
  });

  it('is no access token and no ID token, wherever one of these belongs', async () => {
    const { text } = await introspect(clientIdOf(api), { token: tokens.jwt }, { accept: TYPE });
    expect((await introspect(clientIdOf(api), { token: text })).json).toEqual({ active: false });
    const userinfo = await fetch(`${server.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${text}` } });
    expect(userinfo.status).toBe(401);
  });
});

describe('introspection', () => {
  it('finds a token whatever token_type_hint says (RFC 7662 2.1)', async () => {
    for (const token_type_hint of ['refresh_token', 'access_token', 'nonsense', '']) {
      for (const [caller, token] of [
        [clientIdOf(api), tokens.jwt],
        [clientIdOf(opaque), tokens.opaque],
        [application._id, tokens.refresh],
      ] as const) {
        const { status, json } = await introspect(caller, { token, token_type_hint });
        expect([status, json.active], token_type_hint).toEqual([200, true]);
      }
    }
  });

  it('answers inactive for an ID token, garbage and tampered tokens', async () => {
    const [header, payload, signature] = tokens.jwt.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const list = [
      tokens.id,
      'x',
      '..',
      'a.b.c',
      'null',
      `${header}.${payload}.`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      `${tokens.opaque}x`,
      'é\u0000\u{1f600}',
      '[object Object]',
    ];
    for (const token of list) {
      const { status, json } = await introspect(clientIdOf(api), { token });
      expect([status, json], token).toEqual([200, { active: false }]);
    }
  });

  it('refuses a request without a token, with two, with JSON, and one that is huge, by invalid_request', async () => {
    const twice: [string, string][] = [
      ['token', tokens.jwt],
      ['token', tokens.jwt],
    ];
    const requests: [Parameters<typeof post>[2], Record<string, string>][] = [
      [{}, {}],
      [{ token: '' }, {}],
      [{ other: 'x' }, {}],
      [twice, {}],
      [JSON.stringify({ token: tokens.jwt }), { 'content-type': 'application/json' }],
      [{ token: 'x'.repeat(100_000) }, {}],
    ];
    for (const [body, headers] of requests) {
      const answer = await introspect(clientIdOf(api), body, headers);
      expect(answer, JSON.stringify(body).slice(0, 60)).toMatchObject({
        status: 400,
        json: { error: 'invalid_request' },
      });
    }
    const large = await introspect(clientIdOf(api), { token: 'x'.repeat(40_000) });
    expect(large).toMatchObject({ status: 200, json: { active: false } });
    const largeJwt = await introspect(clientIdOf(api), { token: `${tokens.jwt}${'x'.repeat(40_000)}` });
    expect(largeJwt).toMatchObject({ status: 200, json: { active: false } });
  });

  it('needs the caller to authenticate', async () => {
    const answer = await post(server, '/oauth2/introspect', { token: tokens.jwt });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const wrong = await post(
      server,
      '/oauth2/introspect',
      { token: tokens.jwt },
      {
        headers: { authorization: `Basic ${btoa(`${clientIdOf(api)}:wrong`)}` },
      },
    );
    expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('shows of a JWT neither the grant nor what was asked of userinfo', async () => {
    const { json } = await introspect(clientIdOf(api), { token: tokens.jwt });
    expect(decodeJwt(tokens.jwt)).toHaveProperty('gid');
    expect(json).not.toHaveProperty('gid');
    expect(json).not.toHaveProperty('userinfo_claims');
  });
});

import { createRemoteJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../../src/models/index.js';
import { applyProvisioning } from '../../../src/services/provisioning/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApi, makeApplication, SECRET } from '../../support/factories.js';
import { authorize, type Member, makeAdministrator, signIn } from '../../support/login.js';
import { basic, get, post } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let api: Api;
let opaqueApi: Api;
let application: Application;
let machine: Application;
let member: Member;
let browser: BrowserClient;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  opaqueApi = await makeApi(server.services, { tokenFormat: 'opaque' });
  application = await makeApplication(server.services, {
    defaultApi: api._id,
    permissions: [{ api: opaqueApi._id, permissions: ['*'] }],
  });
  machine = await makeApplication(server.services, {
    type: 'machine',
    grantTypes: [],
    redirectUris: [],
    defaultApi: api._id,
  });
  member = await makeAdministrator(server);
  ({ browser } = await signIn(server, application._id, member));
});
afterAll(() => server?.close());

async function tokens(parameters: Record<string, string> = {}) {
  const request = { scope: 'openid email', prompt: 'none', ...parameters };
  return (await (await authorize(server, browser, application._id, request)).redeem()).json;
}

const introspect = async (token: string, one: Api = api) =>
  (await post(server, '/oauth2/introspect', { token }, basic(one.introspection?.clientId as string))).body;
const userinfo = (token: string) => get(server, '/oauth2/userinfo', { authorization: `Bearer ${token}` });

describe('a JWT access token (RFC 9068)', () => {
  it('says who, for whom, by whom, from when until when, and in which scope', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { access_token: token } = await tokens();
    const payload = decodeJwt(token);
    expect(payload).toMatchObject({
      iss: server.issuer,
      sub: member.user._id,
      aud: api._id,
      client_id: application._id,
      jti: expect.stringMatching(/^[\w-]{16,}$/),
      scope: 'openid email',
    });
    expect(payload.iat).toBeGreaterThanOrEqual(before);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
    expect(decodeJwt((await tokens()).access_token).jti).not.toBe(payload.jti);
  });

  it('says when and how the person signed in, and a refreshed one says the same', async () => {
    const first = await tokens();
    const id = decodeJwt(first.id_token);
    const signedIn = { auth_time: id.auth_time, acr: 'urn:rollcall:acr:password', amr: ['pwd'] };
    expect(signedIn.auth_time).toEqual(expect.any(Number));
    expect(decodeJwt(first.access_token)).toMatchObject(signedIn);
    const { body } = await post(
      server,
      '/oauth2/token',
      { grant_type: 'refresh_token', refresh_token: first.refresh_token },
      basic(application._id),
    );
    expect(decodeJwt(body.access_token)).toMatchObject(signedIn);
  });

  it('can be checked by what discovery publishes: issuer, audience, type, signature and expiry', async () => {
    const { access_token: token } = await tokens();
    const { body: metadata } = await get(server, '/.well-known/oauth-authorization-server');
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const expected = {
      issuer: metadata.issuer,
      audience: api._id,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'jti'],
    };
    const { protectedHeader } = await jwtVerify(token, keys, expected);
    expect(protectedHeader.kid).toEqual(expect.any(String));
    await expect(jwtVerify(token, keys, { ...expected, audience: opaqueApi._id })).rejects.toThrow();
  });

  it('counts nowhere with another issuer, after its end, with a changed claim or by a key that isn’t the server’s', async () => {
    const { access_token: token } = await tokens();
    const payload = decodeJwt(token);
    const [header = '', , signature = ''] = token.split('.');
    const { keys } = (await get(server, '/oauth2/jwks')).body;
    const kid = keys.find((one: { alg: string }) => one.alg === 'ES256').kid;
    const own = await generateKeyPair('ES256');
    const forge = (values: object) =>
      new SignJWT({ ...payload, ...values })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .sign(own.privateKey);
    const changed = Buffer.from(JSON.stringify({ ...payload, exp: Number(payload.exp) + 3600 })).toString('base64url');
    const later = new Date(Date.now() + 301_000);
    const forged = [await forge({}), await forge({ iss: 'https://evil.test' }), `${header}.${changed}.${signature}`];
    for (const one of forged) {
      expect(await introspect(one)).toEqual({ active: false });
      expect((await userinfo(one)).status).toBe(401);
    }
    expect((await introspect(token)).active).toBe(true);
    // The same token on a server whose issuer is another, and five minutes later.
    const elsewhere = await startServer({ store: server.store, issuer: 'http://localhost:1' });
    const late = await startServer({
      store: server.store,
      issuer: server.issuer,
      services: { ...server.services, clock: { now: () => later } },
    });
    try {
      for (const [one, host] of [
        [elsewhere, 'localhost:1'],
        [late, new URL(server.issuer).host],
      ] as const)
        expect(await introspectAt(one, host, token)).toEqual({ active: false });
    } finally {
      await late.close();
      await elsewhere.close();
    }
  });

  it('of a machine has its client id as sub, which no person’s id can be', async () => {
    const { body } = await post(server, '/oauth2/token', { grant_type: 'client_credentials' }, basic(machine._id));
    expect(decodeJwt(body.access_token)).toMatchObject({ sub: machine._id, client_id: machine._id });
    expect(member.user._id).toMatch(/^usr_/);
    const file = {
      applications: [{ clientId: member.user._id, clientSecret: SECRET, name: 'Posing', type: 'machine' }],
    };
    await expect(applyProvisioning(server.services, file)).rejects.toMatchObject({
      faults: [{ path: 'applications[0].clientId' }],
    });
  });
});

describe('introspection (RFC 7662 2.2)', () => {
  it('answers inactive once an opaque token or a refresh token has ended, swept or not', async () => {
    const given = await tokens({ resource: opaqueApi._id });
    expect((await introspect(given.access_token, opaqueApi)).active).toBe(true);
    const past = Math.floor(Date.now() / 1000) - 1;
    const { AccessToken, RefreshToken } = server.services.models.oidc;
    const ended = { $set: { 'payload.exp': past, expiresAt: new Date(past * 1000) } };
    await Promise.all([AccessToken.updateMany({}, ended), RefreshToken.updateMany({}, ended)]);
    expect(await introspect(given.access_token, opaqueApi)).toEqual({ active: false });
    const { body } = await post(server, '/oauth2/introspect', { token: given.refresh_token }, basic(application._id));
    expect(body).toEqual({ active: false });
  });

  it('answers 401 to whoever isn’t authenticated, whatever the token, and takes POST alone', async () => {
    const { access_token: token } = await tokens();
    for (const one of [token, 'unknown']) {
      const answer = await post(server, '/oauth2/introspect', { token: one });
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      const bearer = await post(server, '/oauth2/introspect', { token: one }, { authorization: `Bearer ${token}` });
      expect(bearer.status).toBeGreaterThanOrEqual(400);
      expect(bearer.body).not.toHaveProperty('active');
    }
    const query = await get(server, `/oauth2/introspect?token=${token}`, basic(api.introspection?.clientId as string));
    expect([query.status, query.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

/** Introspection at a server that listens elsewhere than its issuer says. */
async function introspectAt(one: TestServer, host: string, token: string) {
  const answer = await request(one.server)
    .post('/oauth2/introspect')
    .set({ Host: host, ...basic(api.introspection?.clientId as string) })
    .type('form')
    .send({ token });
  return answer.body;
}

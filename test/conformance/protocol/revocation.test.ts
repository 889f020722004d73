import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../../src/models/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApi, makeApplication } from '../../support/factories.js';
import { authorize, makeAdministrator, signIn } from '../../support/login.js';
import { basic, post } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let jwtApi: Api;
let opaqueApi: Api;
let application: Application;
let stranger: Application;
let browser: BrowserClient;

beforeAll(async () => {
  server = await startServer();
  jwtApi = await makeApi(server.services);
  opaqueApi = await makeApi(server.services, { tokenFormat: 'opaque' });
  application = await makeApplication(server.services, {
    defaultApi: jwtApi._id,
    permissions: [{ api: opaqueApi._id, permissions: ['*'] }],
  });
  stranger = await makeApplication(server.services);
  ({ browser } = await signIn(server, application._id, await makeAdministrator(server)));
});
afterAll(() => server?.close());

async function tokensFor(api: Api): Promise<{ access_token: string; refresh_token: string; id_token: string }> {
  const request = { scope: 'openid', prompt: 'none', resource: api._id };
  return (await (await authorize(server, browser, application._id, request)).redeem()).json;
}

const revoke = (token: string, more: Record<string, string> = {}, clientId = application._id) =>
  post(server, '/oauth2/revoke', { token, ...more }, basic(clientId));

const isActive = async (token: string, callerId: string): Promise<boolean> =>
  (await post(server, '/oauth2/introspect', { token }, basic(callerId))).body.active;

const callerOf = (api: Api) => api.introspection?.clientId as string;
const refresh = (token: string) =>
  post(server, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: token }, basic(application._id));

describe('revocation (RFC 7009)', () => {
  it('ends a refresh token and the access tokens that came with it, JWT and opaque ones, by 200', async () => {
    for (const api of [jwtApi, opaqueApi]) {
      const tokens = await tokensFor(api);
      const refreshed = (await refresh(tokens.refresh_token)).body;
      expect(await isActive(refreshed.access_token, callerOf(api))).toBe(true);
      expect((await revoke(refreshed.refresh_token)).status).toBe(200);
      for (const token of [tokens.access_token, refreshed.access_token])
        expect(await isActive(token, callerOf(api))).toBe(false);
      expect((await refresh(refreshed.refresh_token)).body.error).toBe('invalid_grant');
    }
  });

  it('ends an access token, JWT or opaque, and neither the refresh token beside it nor another access token', async () => {
    for (const api of [jwtApi, opaqueApi]) {
      const tokens = await tokensFor(api);
      const other = await tokensFor(api);
      expect((await revoke(tokens.access_token)).status).toBe(200);
      expect(await isActive(tokens.access_token, callerOf(api))).toBe(false);
      expect(await isActive(other.access_token, callerOf(api))).toBe(true);
      expect((await refresh(tokens.refresh_token)).status).toBe(200);
    }
  });

  it('of another client’s token is refused and told so, and the token lives', async () => {
    const spa = await makeApplication(server.services, {
      type: 'spa',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
    });
    for (const api of [jwtApi, opaqueApi]) {
      const tokens = await tokensFor(api);
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const answers = [
          await revoke(token, {}, stranger._id),
          await post(server, '/oauth2/revoke', { token, client_id: spa._id }),
        ];
        for (const { status, body } of answers) expect([status, body.error]).toEqual([400, 'invalid_request']);
      }
      expect(await isActive(tokens.access_token, callerOf(api))).toBe(true);
      expect((await refresh(tokens.refresh_token)).status).toBe(200);
    }
  });

  it('looks further where token_type_hint is wrong or unknown', async () => {
    for (const api of [jwtApi, opaqueApi]) {
      for (const token_type_hint of ['refresh_token', 'nonsense', '']) {
        const { access_token: token } = await tokensFor(api);
        expect((await revoke(token, { token_type_hint })).status).toBe(200);
        expect(await isActive(token, callerOf(api)), token_type_hint).toBe(false);
      }
    }
    const { refresh_token: token } = await tokensFor(jwtApi);
    expect((await revoke(token, { token_type_hint: 'access_token' })).status).toBe(200);
    expect((await refresh(token)).body.error).toBe('invalid_grant');
  });

  it('answers 200 for what is unknown, ended, garbage or a token of another kind', async () => {
    const { access_token: jwt, id_token: idToken, refresh_token: ended } = await tokensFor(jwtApi);
    await revoke(ended);
    for (const token of ['unknown', ended, ended, jwt, idToken, 'a.b.c', '..', 'é', `${jwt}x`]) {
      const { status } = await revoke(token);
      expect(status, token.slice(0, 20)).toBe(200);
    }
  });

  it('refuses a request without a token, with two, and one that is no form, by invalid_request', async () => {
    const form = { ...basic(application._id), 'content-type': 'application/x-www-form-urlencoded' };
    const json = { ...basic(application._id), 'content-type': 'application/json' };
    for (const [body, headers] of [
      ['', form],
      ['token=', form],
      ['token_type_hint=access_token', form],
      ['token=a&token=b', form],
      [undefined, basic(application._id)],
      ['{"token":"a"}', json],
    ] as const) {
      const answer = await post(server, '/oauth2/revoke', body, headers);
      expect([answer.status, answer.body.error], String(body)).toEqual([400, 'invalid_request']);
    }
    const got = await fetch(`${server.issuer}/oauth2/revoke?token=x`, { headers: basic(application._id) });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is open to the pages of a public client, from its own origin alone', async () => {
    const spa = await makeApplication(server.services, {
      type: 'spa',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
    });
    const ask = (origin: string, method = 'POST') =>
      fetch(`${server.issuer}/oauth2/revoke`, {
        method,
        headers: { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}) },
        ...(method === 'POST' ? { body: new URLSearchParams({ token: 'x', client_id: spa._id }) } : {}),
      });
    expect((await ask('https://app.example.test', 'OPTIONS')).headers.get('access-control-allow-methods')).toContain(
      'POST',
    );
    const own = await ask('https://app.example.test');
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example.test']);
    expect((await ask('https://evil.example.test')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

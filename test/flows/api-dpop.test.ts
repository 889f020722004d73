import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { makeApplication } from '../support/factories.js';
import { makeKey, nowSeconds, proofOf, type TestKey } from '../support/keys.js';
import { post } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;
let key: TestKey;
let token: string;

beforeAll(async () => {
  server = await startServer();
  key = await makeKey();
  application = await makeApplication(server.services, {
    type: 'machine',
    grantTypes: ['client_credentials'],
    organization: 'none',
    requireDpop: true,
    permissions: [{ api: 'management', permissions: ['*'] }],
  });
  const url = `${server.issuer}/oauth2/token`;
  const body = { grant_type: 'client_credentials', resource: `${server.issuer}/api` };
  const headers = { dpop: await proofOf(key, { url }) };
  token = (await post(server, '/oauth2/token', body, { clientId: application._id, headers })).json.access_token;
});
afterAll(() => server?.close());

const path = '/api/v1/organizations';
const proof = (variation?: Parameters<typeof proofOf>[2], of = key) =>
  proofOf(of, { method: 'GET', url: server.issuer + path, token }, variation);

async function call(dpop: string | undefined, { scheme = 'DPoP', query = '' } = {}) {
  const headers = { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) };
  const response = await fetch(server.issuer + path + query, { headers });
  const { error } = (await response.json()) as { error?: string };
  return { status: response.status, error, challenge: response.headers.get('www-authenticate') ?? '' };
}

describe('a token that is bound to a key', () => {
  it('counts with a proof of the key, for this request and this token', async () => {
    expect((await call(await proof())).status).toBe(200);
    // The query isn't part of what is proved (RFC 9449 4.3).
    expect((await call(await proof(), { query: '?limit=1' })).status).toBe(200);
  });

  it('is no bearer token', async () => {
    const { status, error } = await call(undefined, { scheme: 'Bearer' });
    expect([status, error]).toEqual([401, 'invalid_token']);
    expect((await call(await proof(), { scheme: 'Bearer' })).status).toBe(401);
  });

  it('with a proof that doesn’t fit is 401, and the answer says so', async () => {
    const stranger = await makeKey();
    const wrong: Record<string, string | undefined> = {
      missing: undefined,
      nonsense: 'nonsense',
      'of another key': await proof({}, stranger),
      'of another method': await proof({ payload: { htm: 'POST' } }),
      'of another address': await proof({ payload: { htu: `${server.issuer}/api/v1/users` } }),
      'of an address that isn’t one': await proof({ payload: { htu: 5 } }),
      'of another token': await proof({ payload: { ath: 'x' } }),
      'of no token': await proof({ payload: { ath: undefined } }),
      'of another type': await proof({ header: { typ: 'JWT' } }),
      'from long ago': await proof({ payload: { iat: nowSeconds() - 400 } }),
      'from the future': await proof({ payload: { iat: nowSeconds() + 90 } }),
      'without id': await proof({ payload: { jti: undefined } }),
      'with a key that isn’t one': await proof({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }),
    };
    for (const [kind, dpop] of Object.entries(wrong)) {
      const { status, error, challenge } = await call(dpop);
      expect([kind, status, error]).toEqual([kind, 401, 'invalid_dpop_proof']);
      expect(challenge).toMatch(/^DPoP realm="[^"]+", error="invalid_dpop_proof"/);
    }
  });

  it('counts once per proof, also of ten at once', async () => {
    const same = await proof();
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await call(same)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(9);
  });
});

it('a bearer token isn’t taken as bound to a key', async () => {
  const machine = await makeApplication(server.services, {
    type: 'machine',
    grantTypes: ['client_credentials'],
    permissions: [{ api: 'management', permissions: ['*'] }],
  });
  const body = { grant_type: 'client_credentials', resource: `${server.issuer}/api` };
  const bearer = (await post(server, '/oauth2/token', body, { clientId: machine._id })).json.access_token;
  const dpop = await proofOf(key, { method: 'GET', url: server.issuer + path, token: bearer });
  const response = await fetch(server.issuer + path, { headers: { authorization: `DPoP ${bearer}`, dpop } });
  expect(response.status).toBe(401);
});

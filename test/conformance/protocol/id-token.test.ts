/** OpenID Connect Core 1.0: what an ID token says (2), how it is given for a code (3.1.3) and anew at a refresh (12). */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApplication } from '../../support/factories.js';
import { authorize, type Member, makeAdministrator, post, signIn } from '../../support/login.js';
import { get } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let application: Application;
let other: Application;
let ada: Member;
let browser: BrowserClient;
let metadata: Record<string, unknown>;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  other = await makeApplication(server.services);
  ada = await makeAdministrator(server);
  ({ browser } = await signIn(server, application._id, ada));
  metadata = (await get(server, '/.well-known/openid-configuration')).body;
});
afterAll(() => server?.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a silent request of who is signed in brings. */
async function tokens(parameters: Record<string, string> = {}, clientId = application._id, from = browser) {
  const request = { scope: 'openid', prompt: 'none', ...parameters };
  const { error, redeem } = await authorize(server, from, clientId, request);
  expect(error).toBeNull();
  const answer = await redeem();
  return { ...answer, ...answer.json, claims: decodeJwt(answer.json.id_token) };
}

const refresh = (token: string, clientId = application._id, more: Record<string, string> = {}) =>
  post(server, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: token, ...more }, { clientId });

describe('an ID token', () => {
  it('has iss as discovery names the issuer, and aud and azp as the client id', async () => {
    const { claims } = await tokens();
    expect(claims.iss).toBe(metadata.issuer);
    expect(claims.iss).toBe(server.issuer);
    expect(claims.aud).toBe(application._id);
    expect(claims.azp).toBe(application._id);
  });

  it('has a sub of 255 ASCII characters at most, the same at each login and for each client, and nobody else’s', async () => {
    const { sub } = (await tokens()).claims;
    expect(sub).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect((await tokens({}, other._id)).claims.sub).toBe(sub);
    const elsewhere = await signIn(server, other._id, ada);
    expect((await tokens({}, other._id, elsewhere.browser)).claims.sub).toBe(sub);
    const ben = await signIn(server, other._id, await makeAdministrator(server));
    expect((await tokens({}, other._id, ben.browser)).claims.sub).not.toBe(sub);
  });

  it('has exp and iat as whole seconds, of now and of later', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { exp, iat } = (await tokens()).claims as { exp: number; iat: number };
    expect([Number.isInteger(exp), Number.isInteger(iat)]).toEqual([true, true]);
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(Date.now() / 1000);
    expect(exp).toBeGreaterThan(iat);
  });

  it('has auth_time, the sign-in’s, where max_age was sent and where it was asked for as essential', async () => {
    const essential = { claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }) };
    const [byAge, byClaim] = [(await tokens({ max_age: '10000' })).claims, (await tokens(essential)).claims];
    expect(Number.isInteger(byAge.auth_time)).toBe(true);
    expect(byAge.auth_time).toBeLessThanOrEqual(byAge.iat as number);
    expect(byClaim.auth_time).toBe(byAge.auth_time);
  });

  it('has nonce as it was sent, and none where none was', async () => {
    const nonce = 'ä &=+"\'<>%20 {"$gt":1}';
    expect((await tokens({ nonce })).claims.nonce).toBe(nonce);
    expect((await tokens()).claims).not.toHaveProperty('nonce');
  });

  it('has acr as one of those that discovery publishes, and amr as a list of strings', async () => {
    const { acr, amr } = (await tokens()).claims;
    expect(metadata.acr_values_supported).toContain(acr);
    expect(amr).toEqual(['pwd']);
  });

  it('is signed by the key of the JWKS that its kid names, RS256 where the client registered nothing else', async () => {
    const { keys } = (await get(server, '/oauth2/jwks')).body as { keys: { kid: string; alg: string }[] };
    for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
      const own = alg === 'RS256' ? other : await makeApplication(server.services, { idTokenSigningAlg: alg });
      const { id_token } = await tokens({}, own._id);
      const { kid, alg: used } = decodeProtectedHeader(id_token);
      expect(used).toBe(alg);
      const named = keys.filter((key) => key.kid === kid);
      expect(named).toMatchObject([{ alg }]);
      await expect(jwtVerify(id_token, createLocalJWKSet({ keys: named as never }))).resolves.toBeDefined();
    }
  });
});

describe('a token response', () => {
  it('is JSON that nobody keeps, with id_token and token_type Bearer', async () => {
    const answer = await tokens();
    expect([answer.status, answer.type]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.json).toMatchObject({
      token_type: 'Bearer',
      access_token: expect.any(String),
      id_token: expect.any(String),
      expires_in: expect.any(Number),
    });
  });

  it('to a wrong request is 400 with the error’s code as JSON, and nobody keeps it', async () => {
    for (const [body, error] of [
      [
        { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example.test/callback' },
        'invalid_grant',
      ],
      [{ grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
      [{ grant_type: 'nonsense' }, 'unsupported_grant_type'],
      [{}, 'invalid_request'],
    ] as [Record<string, string>, string][]) {
      const { status, json, headers } = await post(server, '/oauth2/token', body, { clientId: application._id });
      expect([status, json.error]).toEqual([400, error]);
      expect(headers.get('cache-control')).toContain('no-store');
    }
  });

  it('has no ID token where openid was not in the scope', async () => {
    const request = { scope: 'profile', prompt: 'none' };
    const { json } = await (await authorize(server, browser, application._id, request)).redeem();
    expect(json).toHaveProperty('access_token');
    expect(json).not.toHaveProperty('id_token');
    const headers = { authorization: `Bearer ${json.access_token}` };
    const userinfo = await get(server, '/oauth2/userinfo', headers);
    expect([userinfo.status, userinfo.body.error]).toEqual([403, 'insufficient_scope']);
    expect(userinfo.headers.get('www-authenticate')).toMatch(/^Bearer .*error="insufficient_scope"/);
  });

  it('is not given for a code that was used half a minute ago, and what the code gave has ended', async () => {
    const { redeem } = await authorize(server, browser, application._id, { scope: 'openid', prompt: 'none' });
    const { json } = await redeem();
    const userinfo = () => get(server, '/oauth2/userinfo', { authorization: `Bearer ${json.access_token}` });
    expect((await userinfo()).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    try {
      const second = await redeem();
      expect([second.status, second.json.error]).toEqual([400, 'invalid_grant']);
      expect((await userinfo()).status).toBe(401);
      expect((await refresh(json.refresh_token)).json.error).toBe('invalid_grant');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a refresh', () => {
  it('gives an ID token of the same iss, sub, aud, azp, sid and auth_time, with a new iat and no other nonce', async () => {
    const first = await tokens({ nonce: 'the-nonce' });
    await pause(1100);
    const { json } = await refresh(first.refresh_token);
    const again = decodeJwt(json.id_token);
    for (const name of ['iss', 'sub', 'aud', 'azp', 'sid', 'auth_time', 'acr'])
      expect(again[name], name).toEqual(first.claims[name]);
    expect(again.iat).toBeGreaterThan(first.claims.iat as number);
    expect(again.exp).toBeGreaterThan(first.claims.exp as number);
    expect([undefined, 'the-nonce']).toContain(again.nonce);
  });

  it('is refused to another client, and gives no scope that was not allowed', async () => {
    const { refresh_token } = await tokens();
    const stolen = await refresh(refresh_token, other._id);
    expect([stolen.status, stolen.json.error]).toEqual([400, 'invalid_grant']);
    const wider = await refresh(refresh_token, application._id, { scope: 'openid email' });
    expect([wider.status, wider.json.error]).toEqual([400, 'invalid_scope']);
    const { status, json } = await refresh(refresh_token);
    expect([status, json.scope]).toEqual([200, 'openid']);
    expect(decodeJwt(json.id_token)).not.toHaveProperty('email');
  });
});

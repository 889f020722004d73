import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { nowSeconds } from '../support/keys.js';
import { basic, get, post } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;
let browser: BrowserClient;

const REDIRECT = 'https://app.example.test/callback';
const SECOND = 'https://app.example.test/second';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id, redirectUris: [REDIRECT, SECOND] });
  const user = await makeUser(server.services);
  await makeOrganization(server.services, { founder: user._id });
  ({ browser } = await (await relyingParty(server, application._id)).begin(newBrowser(server)));
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
});
afterAll(() => server?.close());

const WITH_CHALLENGE = { code_challenge: challenge, code_challenge_method: 'S256' };

/** What comes back to a signed-in browser; undefined where it stays at the server. */
async function authorize(more: Record<string, string> = {}, pkce: Record<string, string> = WITH_CHALLENGE) {
  const query = new URLSearchParams({
    client_id: application._id,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid',
    ...pkce,
    ...more,
  });
  const answer = await get(server, `/oauth2/authorize?${query}`, {
    cookie: browser.cookies('/oauth2/authorize'),
    accept: 'text/html',
  });
  const location = answer.headers.get('location');
  return { ...answer, back: location ? new URL(location) : undefined };
}

async function codeFor(more: Record<string, string> = {}, pkce?: Record<string, string>): Promise<string> {
  const { back } = await authorize(more, pkce);
  return back?.searchParams.get('code') as string;
}

const redeem = (code: string, more: Record<string, string | undefined> = {}, clientId = application._id) => {
  const body = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier, ...more };
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  return post(server, '/oauth2/token', said as Record<string, string>, basic(clientId));
};

describe('an authorization code', () => {
  it('is bound to its application: another one gets nothing for it, and its own still does', async () => {
    const other = await makeApplication(server.services);
    const code = await codeFor();
    const stolen = await redeem(code, {}, other._id);
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(code)).status).toBe(200);
  });

  it('is bound to its redirect URI, also among those that are registered', async () => {
    for (const uri of [SECOND, 'https://evil.test/', `${REDIRECT}/`]) {
      const answer = await redeem(await codeFor(), { redirect_uri: uri });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    }
    const missing = await redeem(await codeFor(), { redirect_uri: undefined });
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_request']);
  });

  it('needs the verifier of its challenge', async () => {
    for (const given of [undefined, 'a'.repeat(43), challenge]) {
      const answer = await redeem(await codeFor(), { code_verifier: given });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    }
  });

  it('without a challenge takes no verifier (RFC 9700 2.1.1)', async () => {
    const exempt = await makeApplication(server.services, { requirePkce: false });
    const code = () => codeFor({ client_id: exempt._id }, {});
    const answer = await redeem(await code(), {}, exempt._id);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(await code(), { code_verifier: undefined }, exempt._id)).status).toBe(200);
  });

  it('lives sixty seconds, and counts no more before it is swept', async () => {
    const { AuthorizationCode } = server.services.models.oidc;
    await AuthorizationCode.deleteMany({});
    const code = await codeFor();
    const stored = await AuthorizationCode.findOne().orFail().lean();
    const { iat, exp } = stored.payload as { iat: number; exp: number };
    expect(exp - iat).toBeLessThanOrEqual(60);
    expect((stored.expiresAt as Date).getTime() / 1000 - iat).toBeLessThanOrEqual(61);
    await AuthorizationCode.updateMany({}, { $set: { 'payload.exp': nowSeconds() - 1, expiresAt: new Date() } });
    const late = await redeem(code);
    expect([late.status, late.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('comes back with iss, and so does an error (RFC 9207)', async () => {
    expect((await authorize({ state: 's' })).back?.searchParams.get('iss')).toBe(server.issuer);
    const refused = await authorize({ prompt: 'dance', state: 's' });
    expect(Object.fromEntries(refused.back?.searchParams ?? [])).toMatchObject({
      error: 'invalid_request',
      iss: server.issuer,
    });
  });
});

describe('a redirect URI', () => {
  it.each([
    `${REDIRECT}/`,
    `${REDIRECT}?a=b`,
    `${REDIRECT}/../evil`,
    'https://app.example.test/Callback',
    'https://app.example.test:443/callback',
    'https://app.example.test.evil.test/callback',
    'https://user@app.example.test/callback',
    'http://app.example.test/callback',
    'https://app.example.test/call%62ack',
    `${REDIRECT}#fragment`,
    '//app.example.test/callback',
    'javascript:alert(1)',
  ])('is compared letter by letter: %s is another', async (uri) => {
    const { status, back, body } = await authorize({ redirect_uri: uri });
    expect(status).toBe(400);
    expect(back).toBeUndefined();
    expect(body).toContain('invalid_redirect_uri');
  });

  it('is never reached by a redirect that would repeat a form (RFC 9700 4.12)', async () => {
    expect((await authorize()).status).toBe(303);
  });
});

describe('tokens', () => {
  it('say for whom they are, and of which type', async () => {
    const { body } = await redeem(await codeFor());
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(decodeJwt(body.access_token)).toMatchObject({
      aud: api._id,
      iss: server.issuer,
      client_id: application._id,
    });
    expect(decodeJwt(body.id_token).aud).toBe(application._id);
  });

  it('that are unsigned, or signed with a public key as a secret, count nowhere', async () => {
    const { body } = await redeem(await codeFor());
    const [, payload = ''] = body.access_token.split('.');
    const { keys } = (await get(server, '/oauth2/jwks')).body;
    const rsa = keys.find((one: { kty: string }) => one.kty === 'RSA');
    const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`;
    const confused = await new SignJWT(decodeJwt(body.access_token))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: rsa.kid })
      .sign(new TextEncoder().encode(rsa.n));
    const asApi = basic(api.introspection?.clientId as string);
    for (const token of [none, confused]) {
      const answer = await get(server, '/oauth2/userinfo', { authorization: `Bearer ${token}` });
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
      expect((await post(server, '/oauth2/introspect', { token }, asApi)).body).toEqual({ active: false });
    }
    expect((await post(server, '/oauth2/introspect', { token: body.access_token }, asApi)).body.active).toBe(true);
  });
});

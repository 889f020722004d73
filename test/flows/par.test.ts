import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeUser,
  PASSWORD,
  SECRET,
} from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { basic, get, post } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const REDIRECT = 'https://app.example.test/callback';
const challenge = () => createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url');

const request = (more: Record<string, string> = {}, clientId = application._id) => ({
  client_id: clientId,
  response_type: 'code',
  redirect_uri: REDIRECT,
  scope: 'openid',
  code_challenge: challenge(),
  code_challenge_method: 'S256',
  ...more,
});

const push = (more: Record<string, string> = {}, clientId = application._id) =>
  post(server, '/oauth2/par', request(more, clientId), basic(clientId));

async function pushed(more: Record<string, string> = {}, clientId = application._id): Promise<string> {
  const { status, body } = await push(more, clientId);
  expect(status).toBe(201);
  return body.request_uri;
}

const authorizeWith = (requestUri: string, clientId = application._id) =>
  `/oauth2/authorize?${new URLSearchParams({ client_id: clientId, request_uri: requestUri })}`;

/** A member of an organization whose browser is signed in. */
const signedIn = () => newSignedIn(server, application._id);

const answerIn = (address: string | null | undefined) => new URL(address ?? 'about:blank').searchParams;

describe('a pushed authorization request (RFC 9126)', () => {
  it('answers 201 with a request_uri that lives a minute, uncached, and discovery names the endpoint', async () => {
    const { status, body, headers } = await push();
    expect(status).toBe(201);
    expect(body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43,}$/);
    expect(body.expires_in).toBe(60);
    expect(headers.get('cache-control')).toContain('no-store');
    const discovery = await get(server, '/.well-known/openid-configuration');
    expect(discovery.body).toMatchObject({
      pushed_authorization_request_endpoint: `${server.issuer}/oauth2/par`,
      request_uri_parameter_supported: false,
    });
    expect(discovery.body).not.toHaveProperty('require_pushed_authorization_requests');
  });

  it('brings the whole login about, organization and offline_access included, for an application of somebody else', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const user = await makeUser(server.services);
    const [first, second] = [
      await makeOrganization(server.services, { founder: user._id }),
      await makeOrganization(server.services, { name: 'Globex' }),
    ];
    await makeMember(server.services, second._id, user._id);
    expect(first._id).not.toBe(second._id);
    const rp = await relyingParty(server, third._id);
    const flow = await rp.begin(
      newBrowser(server),
      { scope: 'openid email offline_access', organization: second.slug },
      { par: true },
    );
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await flow.browser.submit('Allow');
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ oid: second._id, email: user.email });
    expect(tokens.refresh_token).toBeDefined();
    expect(decodeJwt(tokens.access_token)).toMatchObject({ oid: second._id });
    expect((await client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).claims()).toMatchObject({
      oid: second._id,
    });
  });

  it('is open to a public application, which names itself', async () => {
    const spa = await makeApplication(server.services, {
      type: 'spa',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
      requirePar: true,
    });
    const { user } = await signedIn();
    const rp = await relyingParty(server, spa._id, null);
    const flow = await rp.begin(newBrowser(server), {}, { par: true });
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
  });

  it('is the only way in for an application with requirePar', async () => {
    const strict = await makeApplication(server.services, { requirePar: true });
    const { browser } = await signedIn();
    await browser.open(`/oauth2/authorize?${new URLSearchParams(request({}, strict._id))}`);
    expect(answerIn(browser.location).get('error')).toBe('invalid_request');
    await browser.open(authorizeWith(await pushed({}, strict._id), strict._id));
    expect(answerIn(browser.location).get('code')).toBeTruthy();
  });

  it('counts as it was pushed: what stands beside request_uri in the address is ignored', async () => {
    const { browser } = await signedIn();
    const uri = await pushed({ state: 'pushed' });
    await browser.open(`${authorizeWith(uri)}&state=other&scope=openid%20email&redirect_uri=https://evil.test/`);
    expect(browser.location).toMatch(/^https:\/\/app\.example\.test\/callback\?/);
    expect(answerIn(browser.location).get('state')).toBe('pushed');
  });

  it('works once: of ten at once one gets a code, and a later one none', async () => {
    const { browser } = await signedIn();
    const address = authorizeWith(await pushed({ prompt: 'none', state: 's' }));
    const cookie = browser.cookies('/oauth2/authorize');
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(server, address, { cookie })));
    const returned = answers.map(({ headers }) => answerIn(headers.get('location')));
    expect(returned.filter((one) => one.has('code'))).toHaveLength(1);
    for (const one of returned)
      if (!one.has('code')) expect(one.get('error') ?? 'page').toMatch(/invalid_request_uri|page/);
    const later = await get(server, address, { cookie, accept: 'text/html' });
    expect(later.status).toBe(400);
    expect(later.body).toContain('invalid_request_uri');
  });

  it('works once, also where two logins began with it and took longer than it lives', async () => {
    const { user } = await signedIn();
    const uri = await pushed();
    const logins = await Promise.all([1, 2].map(() => newBrowser(server).open(authorizeWith(uri))));
    const past = Math.floor(Date.now() / 1000) - 1;
    await server.services.models.oidc.PushedAuthorizationRequest.updateMany({}, { $set: { 'payload.exp': past } });
    for (const login of logins) await login.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(answerIn(logins[0]?.location).has('code')).toBe(true);
    expect(answerIn(logins[1]?.location).get('error')).toBe('invalid_request_uri');
  });

  it('is refused where its record is gone at the end of a login, as nobody knows whether it was used', async () => {
    const { user } = await signedIn();
    const login = await newBrowser(server).open(authorizeWith(await pushed()));
    await server.services.models.oidc.PushedAuthorizationRequest.deleteMany({});
    await login.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(answerIn(login.location).get('error')).toBe('invalid_request_uri');
  });

  it('that has expired, or that never was, ends on a page with invalid_request_uri', async () => {
    const uri = await pushed();
    const past = Math.floor(Date.now() / 1000) - 1;
    await server.services.models.oidc.PushedAuthorizationRequest.updateMany({}, { $set: { 'payload.exp': past } });
    for (const one of [
      uri,
      `urn:ietf:params:oauth:request_uri:${'x'.repeat(43)}`,
      'urn:ietf:params:oauth:request_uri:',
    ]) {
      const answer = await get(server, authorizeWith(one), { accept: 'text/html' });
      expect(answer.status).toBe(400);
      expect(answer.body).toContain('invalid_request_uri');
    }
  });

  it('is bound to its application: another’s request_uri is refused, and still works for its owner', async () => {
    const other = await makeApplication(server.services);
    const { browser } = await signedIn();
    const uri = await pushed();
    await browser.open(authorizeWith(uri, other._id));
    expect(browser.status).toBe(400);
    expect(browser.location).toBeUndefined();
    await browser.open(authorizeWith(uri));
    expect(answerIn(browser.location).has('code')).toBe(true);
  });

  it('lies in the store without the request_uri that opens it', async () => {
    const uri = await pushed();
    const stored = await server.services.models.oidc.PushedAuthorizationRequest.find().lean();
    expect(stored.length).toBeGreaterThan(0);
    expect(JSON.stringify(stored)).not.toContain(uri.split(':').pop());
  });
});

describe('the PAR endpoint', () => {
  it.each([
    ['nobody', {}, undefined, 400, 'invalid_request'],
    ['an unknown application', {}, 'no-such:some-secret', 401, 'invalid_client'],
    ['a wrong secret', {}, 'APP:wrong-secret', 401, 'invalid_client'],
    ['a name alone where a secret is registered', { client_id: 'APP' }, undefined, 401, 'invalid_client'],
    [
      'a secret in the body where Basic is registered',
      { client_id: 'APP', client_secret: SECRET },
      undefined,
      401,
      'invalid_client',
    ],
    ['two ways at once', { client_id: 'APP', client_secret: SECRET }, `APP:${SECRET}`, 400, 'invalid_request'],
    ['two names', { client_id: 'other' }, `APP:${SECRET}`, 400, 'invalid_request'],
  ])('authenticates as the token endpoint does: %s', async (_who, more, credentials, status, error) => {
    const own = (text: string) => text.replace(/^APP/, application._id);
    const { client_id: _name, ...anonymous } = request();
    const named = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, own(value)]));
    const headers = credentials
      ? { authorization: `Basic ${Buffer.from(own(credentials)).toString('base64')}` }
      : undefined;
    const answer = await post(server, '/oauth2/par', { ...anonymous, ...named }, headers);
    expect(answer.body).toMatchObject({ error });
    expect(answer.status).toBe(status);
    if (credentials && status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it.each([
    ['a wrong redirect URI', { redirect_uri: 'https://evil.test/' }, 'invalid_request'],
    ['no redirect URI', { redirect_uri: '' }, 'invalid_request'],
    ['no response type', { response_type: '' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no code challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a short code challenge', { code_challenge: 'abc' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://app.example.test/request.jwt' }, 'request_uri_not_supported'],
    ['a JWT-secured response', { response_mode: 'query.jwt' }, 'unsupported_response_mode'],
    ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
    ['an API that nobody knows', { resource: 'https://nobody.example.test' }, 'invalid_target'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['characters that no scope has', { scope: 'openid "x"' }, 'invalid_scope'],
  ])('refuses at once what the authorization endpoint would refuse later: %s', async (_what, more, error) => {
    const answer = await push(more as Record<string, string>);
    expect(answer.body).toMatchObject({ error });
    expect(answer.status).toBe(400);
  });

  it('ignores parameters that it doesn’t know', async () => {
    expect((await push({ colour: 'red', __proto__x: 'y', 'a.b': '$gt' })).status).toBe(201);
  });

  it('refuses what is no form of single parameters', async () => {
    const form = new URLSearchParams(request()).toString();
    const headers = { ...basic(application._id), 'content-type': 'application/x-www-form-urlencoded' };
    const json = { ...basic(application._id), 'content-type': 'application/json' };
    for (const [body, sent] of [
      [undefined, basic(application._id)],
      ['', headers],
      [JSON.stringify(request()), json],
      [`${form}&scope=openid`, headers],
      ['%%%=&&&', headers],
    ] as const) {
      const answer = await post(server, '/oauth2/par', body, sent);
      expect(answer.status, String(body).slice(0, 40)).toBe(400);
      expect(answer.body.error).toBe('invalid_request');
    }
  });
});

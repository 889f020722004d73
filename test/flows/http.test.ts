import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
});
afterAll(() => server?.close());

const host = () => new URL(server.issuer).host;
const get = (path: string) => request(server.server).get(path).set('Host', host());
const post = (path: string) => request(server.server).post(path).set('Host', host());

describe('answers', () => {
  it('are JSON where Accept is missing or takes anything, and pages for browsers; none shows a stack or a path', async () => {
    for (const accept of [undefined, '*/*', 'application/json']) {
      const answer = await (accept ? get('/nothing').set('Accept', accept) : get('/nothing').unset('Accept'));
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({
        error: 'not_found',
        message: expect.any(String),
        details: [],
        requestId: answer.headers['x-request-id'],
      });
    }
    const page = await get('/nothing').set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect(page.type).toBe('text/html');
    expect(page.text).toContain('not_found');
    expect(page.text).not.toMatch(/node_modules|\.js:\d|\/src\//);
  });

  it('are the same where the protocol has nothing, dynamic registration that is off included', async () => {
    const nothing = ['/oauth2/nothing', '/oauth2/register', '/oauth2/token/x', '/oauth2/logout/x', '/.well-known/x'];
    for (const path of nothing) {
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers['cache-control']).toBe('no-store');
      const requestId = answer.headers['x-request-id'];
      expect(answer.body).toEqual({ error: 'not_found', message: expect.any(String), details: [], requestId });
    }
    const page = await get('/oauth2/logout/x').set('Accept', 'text/html');
    expect([page.status, page.type]).toEqual([404, 'text/html']);
    expect(page.text).toContain('not_found');
  });

  it('of health need no issuer’s host, and say what is so', async () => {
    expect((await request(server.server).get('/health/live')).body).toEqual({ status: 'live' });
    expect((await request(server.server).get('/health/ready')).body).toEqual({ status: 'ready' });
  });

  it('of the protocol say what went wrong as its RFCs have it, never cached', async () => {
    const token = await post('/oauth2/token').type('form').send({ grant_type: 'password' });
    expect(token.status).toBeGreaterThanOrEqual(400);
    expect(token.body).toHaveProperty('error');
    expect(token.headers['cache-control']).toContain('no-store');
    const jwks = await get('/oauth2/jwks');
    expect(jwks.headers['cache-control']).toBe('public, max-age=300');
    for (const key of jwks.body.keys)
      expect(key).toMatchObject({ kid: expect.any(String), alg: expect.any(String), use: 'sig' });
    const discovery = await get('/.well-known/openid-configuration');
    expect(discovery.body).toMatchObject({
      issuer: server.issuer,
      authorization_endpoint: `${server.issuer}/oauth2/authorize`,
      token_endpoint: `${server.issuer}/oauth2/token`,
      introspection_endpoint: `${server.issuer}/oauth2/introspect`,
      end_session_endpoint: `${server.issuer}/oauth2/logout`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      acr_values_supported: ['urn:rollcall:acr:password'],
      response_types_supported: expect.arrayContaining(['code']),
    });
    expect(discovery.body.grant_types_supported).not.toContain('implicit');
    const other = await get('/.well-known/oauth-authorization-server');
    expect(other.body).toEqual(discovery.body);
  });
});

describe('input', () => {
  it('that is too large or of another kind is refused, and what looks like a query is only text', async () => {
    const browser = newBrowser(server);
    await (await relyingParty(server, application._id)).begin(browser);
    const path = new URL(browser.url).pathname;
    const csrf = /name="csrf"[^>]*value="([^"]+)"/.exec(browser.html)?.[1] as string;
    const cookie = browser.cookies(path);
    const send = (body: string, type = 'application/x-www-form-urlencoded') =>
      post(`${path}/sign-in`)
        .set('Cookie', cookie)
        .set('Origin', server.issuer)
        .set('Accept', 'text/html')
        .type(type)
        .send(body);
    expect((await send(`csrf=${csrf}&email=${'x'.repeat(200_000)}`)).status).toBe(413);
    expect((await send(JSON.stringify({ csrf }), 'application/json')).status).toBeGreaterThanOrEqual(400);
    for (const fields of [
      'email[$ne]=x&password[$ne]=x',
      'email=a&email=b&password=c',
      '__proto__[admin]=1&email=x&password=y',
      'constructor.prototype=1&email=%00&password=y',
    ]) {
      const answer = await send(`csrf=${csrf}&${fields}`);
      expect([400, 422], fields).toContain(answer.status);
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('to a page of a login that is over, or of another browser, is a page that says so and a way on', async () => {
    const browser = newBrowser(server);
    await (await relyingParty(server, application._id)).begin(browser);
    const stranger = new BrowserClient(server.issuer);
    await stranger.open(browser.url);
    expect(stranger.status).toBe(400);
    expect(stranger.html).toMatch(/href="\/account"/);
    await server.services.models.oidc.Interaction.updateMany({}, { expiresAt: new Date(Date.now() - 1000) });
    await browser.submit('Sign in', { email: 'a@b.test', password: PASSWORD });
    expect(browser.status).toBe(400);
    expect(browser.html).toMatch(/href="\/account"/);
    for (const path of ['/interaction/x', '/interaction/x/constructor', '/interaction/x/sign-up']) {
      await browser.open(path);
      expect(browser.status, path).toBe(path.endsWith('constructor') ? 404 : 400);
    }
  });
});

describe('a session', () => {
  it('has cookies that scripts and other sites don’t get, and a new id after signing in', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const browser = newBrowser(server);
    await browser.open('/account');
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const cookie = browser.cookie('rollcall_session');
    const signature = browser.cookie('rollcall_session.sig') as string;
    expect(cookie).toBeDefined();
    expect(browser.setCookies.length).toBeGreaterThan(0);
    for (const line of browser.setCookies) {
      expect(line).toMatch(/; ?httponly/i);
      expect(line).toMatch(/; ?samesite=lax/i);
    }
    // A cookie that somebody else got hold of before a new sign-in is nobody's after it.
    const again = await (await relyingParty(server, application._id)).begin(browser, { prompt: 'login' });
    await again.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.cookie('rollcall_session')).not.toBe(cookie);
    for (const value of [cookie as string, 'a-value-of-ones-own']) {
      const thief = new BrowserClient(server.issuer);
      thief.plant('rollcall_session', value);
      thief.plant('rollcall_session.sig', signature);
      await thief.open('/account');
      expect(thief.has('Sign in')).toBe(true);
    }
  });

  it('ends when it was unused for too long, and at its absolute age', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const brief = await startServer({ store: server.store, services: server.services, sessionIdle: 5 });
    try {
      const browser = new BrowserClient(brief.issuer);
      await browser.open('/account');
      await browser.submit('Sign in', { email: user.email, password: PASSWORD });
      expect(browser.has(user.email)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 5300));
      await browser.open('/account');
      expect(browser.has('Sign in')).toBe(true);
    } finally {
      await brief.close();
    }
  });

  it('is used by looking at the account pages, up to its absolute age', async () => {
    const user = await makeUser(server.services);
    const browser = newBrowser(server);
    await browser.open('/account');
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const { Session } = server.services.models.oidc;
    const find = () => Session.findOne({ accountId: user._id }).lean();
    const payload = (await find())?.payload as { exp: number; loginTs: number };
    // As if eleven hours had passed since it was used, of twelve.
    const exp = payload.exp - 11 * 3600;
    await Session.updateOne({ accountId: user._id }, { payload: { ...payload, exp }, expiresAt: new Date(exp * 1000) });
    await browser.open('/account');
    expect(browser.has(user.email)).toBe(true);
    expect((await find())?.expiresAt?.getTime()).toBeGreaterThan((payload.exp - 60) * 1000);
    // As if the sign-in was thirty days ago but for ten minutes, and five of them were left.
    const now = Math.floor(Date.now() / 1000);
    const old = { ...payload, exp: now + 300, loginTs: now - 30 * 86_400 + 600 };
    await Session.updateOne({ accountId: user._id }, { payload: old, expiresAt: new Date(old.exp * 1000) });
    await browser.open('/account');
    const ends = ((await find())?.expiresAt?.getTime() ?? 0) / 1000 - now;
    expect(ends).toBeGreaterThan(590);
    expect(ends).toBeLessThanOrEqual(603);
  });

  it('on https has cookies of this host alone, and HSTS', async () => {
    const secure = await startServer({
      store: server.store,
      services: server.services,
      issuer: 'https://id.example.test',
    });
    try {
      const ask = (path: string) => request(secure.server).get(path).set('Host', 'id.example.test').redirects(0);
      const query = new URLSearchParams({
        client_id: application._id,
        response_type: 'code',
        redirect_uri: application.redirectUris[0] as string,
        scope: 'openid',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      });
      const answer = await ask(`/oauth2/authorize?${query}`);
      expect(answer.status).toBe(303);
      const cookies = answer.get('Set-Cookie') ?? [];
      expect(cookies.length).toBeGreaterThan(0);
      for (const line of cookies) {
        expect(line).toMatch(/^__(Host|Secure)-/);
        expect(line).toMatch(/; ?secure/i);
      }
      const discovery = await ask('/.well-known/openid-configuration').set('X-Forwarded-Host', 'evil.example.test');
      expect(discovery.body.token_endpoint).toBe('https://id.example.test/oauth2/token');
      const page = await ask((answer.get('Location') as string).replace('https://id.example.test', ''))
        .set('Cookie', cookies.map((line) => line.split(';')[0]).join('; '))
        .set('Accept', 'text/html');
      expect(page.status).toBe(200);
      expect(page.get('Set-Cookie')?.join()).toContain('__Host-rollcall_csrf=');
      expect((await ask('/health/live')).headers['strict-transport-security']).toContain('max-age=31536000');
    } finally {
      await secure.close();
    }
  });
});

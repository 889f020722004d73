import { decodeJwt } from 'jose';
import { refreshTokenGrant } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/models/index.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeUser, PASSWORD } from '../support/factories.js';
import { type LogoutTarget, logoutTarget } from '../support/logout-target.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const AFTER = 'https://app.example.test/';

let server: TestServer;
let application: Application;
let other: Application;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services, { organization: 'none' });
  other = await makeApplication(server.services, { organization: 'none', name: 'Other' });
});
afterAll(() => server?.close());

/** A browser that is signed in to an application, with its ID token. */
async function signedIn(browser = newBrowser(server), clientId = application._id) {
  const user = await makeUser(server.services);
  const rp = await relyingParty(server, clientId);
  const flow = await rp.begin(browser);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const tokens = await flow.tokens();
  return { user, browser, rp, tokens, idToken: tokens.id_token as string };
}

const logout = (browser: BrowserClient, parameters: Record<string, string> = {}) =>
  browser.open(`/oauth2/logout?${new URLSearchParams(parameters)}`);

async function isSignedIn(browser: BrowserClient): Promise<boolean> {
  await browser.open('/account');
  return !browser.html.includes('Password');
}

describe('with an ID token of this very session as hint', () => {
  it('nobody is asked, the browser comes back with state, and the session has ended', async () => {
    const { browser, idToken } = await signedIn();
    await logout(browser, { id_token_hint: idToken, post_logout_redirect_uri: AFTER, state: 'x y&z' });
    expect(browser.location).toBe(`${AFTER}?state=x+y%26z`);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('without an address to return to the page says Signed out', async () => {
    const { browser, idToken } = await signedIn();
    await logout(browser, { id_token_hint: idToken, state: 'unused' });
    expect(browser.html).toContain('Signed out');
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('a POST does the same', async () => {
    const { browser, idToken } = await signedIn();
    const response = await fetch(`${server.issuer}/oauth2/logout`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: AFTER }),
    });
    expect(response.status).toBe(303);
    await browser.open(response.headers.get('location') as string);
    expect(browser.location).toBe(AFTER);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('logout_hint, ui_locales and unknown parameters change nothing', async () => {
    const { browser, idToken } = await signedIn();
    await logout(browser, {
      id_token_hint: idToken,
      logout_hint: 'somebody',
      ui_locales: 'de fr',
      unknown: 'x',
      post_logout_redirect_uri: AFTER,
    });
    expect(browser.location).toBe(AFTER);
  });

  it('signed out already, the browser comes back all the same', async () => {
    const { browser, idToken } = await signedIn();
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: AFTER, state: 's' };
    await logout(browser, parameters);
    await logout(browser, parameters);
    expect(browser.location).toBe(`${AFTER}?state=s`);
  });
});

describe('a person is asked', () => {
  it('without any parameter, and ends on a page that says Signed out', async () => {
    const { browser } = await signedIn();
    await logout(browser);
    expect(browser.html).toContain('Sign out?');
    expect(await isSignedIn(browser)).toBe(true);
    await logout(browser);
    await browser.submit('Sign out');
    expect(browser.html).toContain('Signed out');
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('with client_id alone, by the application’s name, and comes back with state', async () => {
    const { browser } = await signedIn();
    await logout(browser, { client_id: application._id, post_logout_redirect_uri: AFTER, state: 's' });
    expect(browser.html).toContain('Example asks to sign you out');
    await browser.submit('Sign out');
    expect(browser.location).toBe(`${AFTER}?state=s`);
  });

  it('with the hint of another session or of another person', async () => {
    const { browser } = await signedIn();
    const elsewhere = await signedIn();
    await logout(browser, { id_token_hint: elsewhere.idToken, post_logout_redirect_uri: AFTER });
    expect(browser.html).toContain('Sign out?');
    await browser.submit('Stay signed in');
    expect(browser.location).toBe(AFTER);
    expect(await isSignedIn(browser)).toBe(true);
    // The same person's session in another browser.
    const second = newBrowser(server);
    await elsewhere.rp.begin(second);
    await second.submit('Sign in', { email: elsewhere.user.email, password: PASSWORD });
    await logout(second, { id_token_hint: elsewhere.idToken });
    expect(second.html).toContain('Sign out?');
  });

  it('who stays signed in is told so; what the asking application was given ends, and others’ goes on', async () => {
    const { browser, rp, tokens } = await signedIn();
    const second = await relyingParty(server, other._id);
    const kept = await (await second.begin(browser)).tokens();
    await logout(browser, { client_id: application._id });
    await browser.submit('Stay signed in');
    expect(browser.html).toContain('Still signed in');
    await expect(refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(refreshTokenGrant(second.config, kept.refresh_token as string)).resolves.toBeDefined();
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('the question’s page lets its form lead to the application, which the browser checks along redirects', async () => {
    const { browser } = await signedIn();
    const query = new URLSearchParams({ client_id: application._id, post_logout_redirect_uri: AFTER });
    const response = await fetch(`${server.issuer}/oauth2/logout?${query}`, {
      headers: { cookie: browser.cookies('/oauth2/logout') },
    });
    expect(response.headers.get('content-security-policy')).toMatch(/form-action 'self' https:\/\/app\.example\.test;/);
  });
});

describe('where a browser may return to', () => {
  it.each([
    ['another path', `${AFTER}else`],
    ['an added query', `${AFTER}?x=1`],
    ['another host', 'https://evil.example.test/'],
    ['no URL at all', 'nonsense'],
    ['a script', 'javascript:alert(1)'],
  ])('%s is refused with an error page, and the session goes on', async (_name, uri) => {
    const { browser, idToken } = await signedIn();
    await logout(browser, { id_token_hint: idToken, post_logout_redirect_uri: uri });
    expect([browser.status, browser.location]).toEqual([400, undefined]);
    expect(browser.html).toContain('invalid_request');
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('without hint and client_id an address is not followed', async () => {
    const { browser } = await signedIn();
    await logout(browser, { post_logout_redirect_uri: AFTER, state: 's' });
    await browser.submit('Sign out');
    expect([browser.status, browser.location]).toEqual([200, undefined]);
    expect(browser.html).toContain('Signed out');
  });
});

describe('a hint that is none', () => {
  let target: LogoutTarget;
  afterAll(() => target?.close());

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = (header: object, payload: unknown, signature = 'AAAA') =>
    `${encode(header)}.${encode(payload)}.${signature}`;

  async function refused(parameters: Record<string, string>, status = 400) {
    const { browser } = await signedIn();
    await logout(browser, { post_logout_redirect_uri: AFTER, ...parameters });
    expect([browser.status, browser.location]).toEqual([status, undefined]);
    expect(await isSignedIn(browser)).toBe(true);
  }

  it.each([
    ['garbage', 'garbage'],
    ['three dots', '...'],
    ['a payload that is null', forged({ alg: 'RS256' }, null)],
    ['a payload that is a list', forged({ alg: 'RS256' }, [])],
    ['an audience that nobody has', forged({ alg: 'RS256' }, { aud: 'nobody', sub: 'x' })],
    ['an audience that is a list', forged({ alg: 'RS256' }, { aud: ['app-1'], sub: 'x' })],
    ['an audience that is an object', forged({ alg: 'RS256' }, { aud: { $ne: null }, sub: 'x' })],
    ['a header that is null', `${encode(null)}.${encode({ aud: 'app-1' })}.AAAA`],
  ])('%s is refused with an error page', async (_name, hint) => {
    await refused({ id_token_hint: hint });
  });

  it('an unsigned or changed ID token is refused', async () => {
    const { idToken } = await signedIn();
    const [header, payload, signature] = idToken.split('.') as [string, string, string];
    await refused({ id_token_hint: `${header}.${payload}.` });
    await refused({ id_token_hint: `${encode({ alg: 'none' })}.${payload}.` });
    const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'usr_x' };
    await refused({ id_token_hint: `${header}.${encode(changed)}.${signature}` });
  });

  it('client_id that contradicts the hint is refused', async () => {
    const { idToken } = await signedIn();
    await refused({ id_token_hint: idToken, client_id: other._id });
  });

  it('an unknown client_id is refused', async () => {
    await refused({ client_id: 'nobody' });
  });

  it('an access token and a logout token are refused', async () => {
    target = await logoutTarget();
    const told = await makeApplication(server.services, { organization: 'none', backchannelLogoutUri: target.url });
    const { browser, idToken, tokens } = await signedIn(newBrowser(server), told._id);
    await refused({ id_token_hint: tokens.access_token });
    await logout(browser, { id_token_hint: idToken });
    await refused({ id_token_hint: (await target.received(1))[0] as string });
  });

  it('one that has expired is taken, for it only says who asks', async () => {
    const { browser, idToken } = await signedIn();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    try {
      expect(decodeJwt(idToken).exp).toBeLessThan(Date.now() / 1000);
      await logout(browser, { id_token_hint: idToken, post_logout_redirect_uri: AFTER });
      expect(browser.location).toBe(AFTER);
    } finally {
      vi.useRealTimers();
    }
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('bad input at the logout endpoint', () => {
  const send = (init: RequestInit, path = '/oauth2/logout') =>
    fetch(`${server.issuer}${path}`, { redirect: 'manual', ...init });

  it('repeated parameters are refused', async () => {
    expect((await send({}, '/oauth2/logout?state=a&state=b')).status).toBe(400);
    expect((await send({}, '/oauth2/logout?id_token_hint=a&id_token_hint=b')).status).toBe(400);
  });

  it('an oversized form is refused, and JSON and an empty body are a logout without parameters', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send({ method: 'POST', headers: form, body: `state=${'x'.repeat(100_000)}` })).status).toBe(413);
    for (const init of [
      { method: 'POST' },
      { method: 'POST', headers: form, body: '' },
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"state":"x"}' },
    ]) {
      const response = await send(init);
      expect([response.status, response.headers.get('location')]).toEqual([303, '/oauth2/logout?']);
    }
  });

  it('the confirmation works only from the page that asks', async () => {
    const { browser } = await signedIn();
    const confirm = (body: string, cookie = browser.cookies('/oauth2/logout')) =>
      send(
        { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', cookie }, body },
        '/oauth2/logout/confirm',
      );
    expect((await confirm('logout=yes')).status).toBe(400);
    await logout(browser);
    expect((await confirm('logout=yes')).status).toBe(400);
    expect((await confirm('logout=yes&xsrf=wrong')).status).toBe(400);
    expect((await confirm('logout=yes&xsrf=a&xsrf=b')).status).toBe(400);
    expect((await confirm('', '')).status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInUrl } from '../../src/oidc/session.js';
import { SYSTEM } from '../../src/services/context.js';
import { endMemberSessions } from '../../src/services/end-member-sessions.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const HOUR = 3600;

let server: TestServer;
let closed: TestServer;
beforeAll(async () => {
  server = await startServer({ sessionIdle: 2 * HOUR, sessionAbsolute: 5 * HOUR });
  closed = await startServer({ store: server.store, services: server.services, signUp: 'closed' });
});
afterAll(async () => {
  await closed.close();
  await server.close();
});

/** For how many seconds the browser keeps its session from now on, by the newest cookie; undefined: until it is closed. */
function keptFor({ setCookies }: BrowserClient): number | undefined {
  const cookie = setCookies.filter((line) => line.startsWith('rollcall_session=')).at(-1) ?? '';
  const expires = /expires=([^;]+)/i.exec(cookie)?.[1];
  expect(cookie).not.toMatch(/max-age/i);
  return expires ? Math.round((Date.parse(expires) - Date.now()) / 1000) : undefined;
}

const around = (seconds: number) => expect.closeTo(seconds, -1.5);

async function signIn(email: string, remember: boolean, browser = newBrowser(server), path = '/account') {
  await browser.open(path);
  return browser.submit('Sign in', { email, password: PASSWORD, ...(remember ? { remember: 'yes' } : {}) });
}

describe('keep me signed in', () => {
  it('unset, the session ends with the browser; set, its cookie lasts as long as it is idle', async () => {
    const { email } = await makeUser(server.services);
    expect(keptFor(await signIn(email, false))).toBeUndefined();
    expect(keptFor(await signIn(email, true))).toEqual(around(2 * HOUR));
  });

  it('follows the newest sign-in in a session, either way', async () => {
    const { email } = await makeUser(server.services);
    const browser = await signIn(email, false);
    const path = signInUrl(server.issuer, '/account', { prompt: 'login' });
    await signIn(email, true, browser, path);
    expect(keptFor(browser)).toEqual(around(2 * HOUR));
    await signIn(email, false, browser, path);
    expect(keptFor(browser)).toBeUndefined();
  });

  it('is moved on by using the account’s pages, and never past its end', async () => {
    const { email, _id: accountId } = await makeUser(server.services);
    const browser = await signIn(email, true);
    const loginTs = Math.floor(Date.now() / 1000) - 4 * HOUR;
    await server.services.models.oidc.Session.updateOne({ accountId }, { $set: { 'payload.loginTs': loginTs } });
    await browser.open('/account');
    expect(keptFor(browser)).toEqual(around(HOUR));
  });

  it('ends at its absolute age, whoever has kept using it until then', async () => {
    const { email, _id: accountId } = await makeUser(server.services);
    const browser = await signIn(email, true);
    const loginTs = Math.floor(Date.now() / 1000) - 5 * HOUR;
    await server.services.models.oidc.Session.updateOne({ accountId }, { $set: { 'payload.loginTs': loginTs } });
    await browser.open('/account');
    expect(browser.has('Keep me signed in')).toBe(true);
  });
});

describe('prompt=create', () => {
  const begin = async (where: TestServer, browser: BrowserClient, parameters: Record<string, string> = {}) => {
    const { _id } = await makeApplication(where.services, { organization: 'none' });
    const rp = await relyingParty(where, _id);
    return { rp, flow: await rp.begin(browser, { prompt: 'create', ...parameters }) };
  };

  it('is published, opens the sign-up, and ends with it', async () => {
    const { rp, flow } = await begin(server, newBrowser(server), { login_hint: 'hinted@example.test' });
    expect(rp.config.serverMetadata().prompt_values_supported).toContain('create');
    expect(flow.browser.has('Create your account')).toBe(true);
    expect(flow.browser.html).toContain('hinted@example.test');
    const email = 'created@example.test';
    await flow.browser.submit('Create account', { name: 'Ada', email, password: PASSWORD });
    expect((await flow.tokens()).claims()).toMatchObject({ email });
  });

  it('lets who has an account sign in instead', async () => {
    const user = await makeUser(server.services);
    const { flow } = await begin(server, newBrowser(server));
    await flow.browser.follow('Sign in');
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
  });

  it('makes another account where somebody is signed in', async () => {
    const user = await makeUser(server.services);
    const { flow } = await begin(server, await signedIn(server, user));
    const email = 'another-one@example.test';
    await flow.browser.submit('Create account', { name: 'Bo', email, password: PASSWORD });
    const claims = (await flow.tokens()).claims();
    expect(claims).toMatchObject({ email });
    expect(claims?.sub).not.toBe(user._id);
  });

  it('with sign-up closed opens the sign-in', async () => {
    const user = await makeUser(closed.services);
    const { flow } = await begin(closed, newBrowser(closed));
    expect([flow.browser.has('Create account'), flow.browser.has('Forgot password?')]).toEqual([false, true]);
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
  });
});

describe('a login that waits at the consent page', () => {
  it('asks to sign in again where an administrator has ended the member’s sessions meanwhile (R6)', async () => {
    const { _id: clientId } = await makeApplication(server.services, { firstParty: false });
    const { user, organization, flow } = await newSignedIn(server, clientId, { scope: 'openid' });
    const { browser } = flow;
    await endMemberSessions(server.services, SYSTEM, { organizationId: organization._id, userId: user._id });
    await browser.submit('Allow');
    expect(browser.has('Keep me signed in')).toBe(true);
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await browser.submit('Allow');
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
  });
});

describe('a consent', () => {
  it('is remembered for its organization, and asked for again when an application wants more', async () => {
    const api = await makeApi(server.services);
    const { _id: clientId } = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const { rp, flow, user } = await newSignedIn(server, clientId, { scope: 'openid' });
    const { browser } = flow;
    await browser.submit('Allow');
    await flow.tokens();
    await (await rp.begin(browser, { scope: 'openid' })).tokens();
    const more = await rp.begin(browser, { scope: 'openid email' });
    expect(browser.has('Allow Example?')).toBe(true);
    await browser.submit('Allow');
    await more.tokens();
    await (await rp.begin(browser, { scope: 'openid email' })).tokens();

    // In another organization nothing of it was allowed.
    const other = await makeOrganization(server.services, { founder: user._id });
    const elsewhere = await rp.begin(browser, { scope: 'openid', organization: other.slug });
    expect(browser.has('Allow Example?')).toBe(true);
    await browser.submit('Allow');
    expect((await elsewhere.tokens()).claims()?.oid).toBe(other._id);
    await (await rp.begin(browser, { scope: 'openid', organization: other.slug })).tokens();
  });
});

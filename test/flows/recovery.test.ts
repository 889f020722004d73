import Koa from 'koa';
import * as client from 'openid-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { passwordFault } from '../../src/lib/password-policy.js';
import { requestLog } from '../../src/middleware/request.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { createUser } from '../../src/services/create-user.js';
import { deleteAccount } from '../../src/services/delete-account.js';
import { endAllThatWasLeft } from '../../src/services/end-access.js';
import { createRecoveryLimits } from '../../src/services/recovery-limits.js';
import { resetPassword } from '../../src/services/reset-password.js';
import { createSignInLimits } from '../../src/services/sign-in-limits.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const OTHER = 'a wholly different passphrase';

/** The machine may be busy. */
const PATIENT = { timeout: 10_000 };

let mailbox: Mailbox;
let server: TestServer;
beforeAll(async () => {
  // Its dictionaries are loaded with the first password, and hold up whoever waits then.
  passwordFault(OTHER);
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
});
afterAll(async () => {
  await server.close();
  await mailbox.close();
});

/** Asks for a link as somebody who isn't signed in. @returns the link that was mailed */
async function linkFor(email: string): Promise<string> {
  // Other mails may be on their way to the same address.
  const links = () =>
    mailbox.mailsTo(email).filter(({ subject = '' }) => subject.includes('Choose a new password')).length;
  const before = links();
  await (await newBrowser(server).open('/recover')).submit('Send link', { email });
  await expect.poll(links, PATIENT).toBe(before + 1);
  return linkIn(await mailbox.mailTo(email, 'Choose a new password'), server.issuer);
}

const choose = async (link: string, password = OTHER) =>
  (await newBrowser(server).open(link)).submit('Change password', { new_password: password });

async function signInWith(email: string, password: string): Promise<BrowserClient> {
  const browser = await newBrowser(server).open('/account');
  return browser.submit('Sign in', { email, password });
}

const isIn = (browser: BrowserClient) => browser.status === 200 && browser.url === `${server.issuer}/account`;

describe('a forgotten password', () => {
  it('is replaced by a mailed link, within the application’s login in which it was forgotten', async () => {
    const { _id: clientId } = await makeApplication(server.services, { organization: 'none' });
    const user = await makeUser(server.services);
    const rp = await relyingParty(server, clientId);
    const flow = await rp.begin(newBrowser(server));
    const { browser } = flow;
    await browser.follow('Forgot password?');
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Send link', { email: ` ${user.email.toUpperCase()} ` });
    expect(browser.status).toBe(200);
    expect(await htmlFaults(browser.html)).toEqual([]);
    const mail = await mailbox.mailTo(user.email, 'Choose a new password');
    await browser.open(linkIn(mail, server.issuer));
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Change password', { new_password: OTHER });
    expect(browser.has('Password changed')).toBe(true);
    expect(browser.has('to continue to Example')).toBe(true);
    await browser.submit('Sign in', { email: user.email, password: OTHER });
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
    expect((await mailbox.mailTo(user.email, 'was changed')).text).toContain(`${server.issuer}/recover`);
  });

  it('works from another device, and leads to the sign-in page there', async () => {
    const user = await makeUser(server.services);
    const browser = await choose(await linkFor(user.email));
    expect(browser.url).toContain('/interaction/');
    await browser.submit('Sign in', { email: user.email, password: OTHER });
    expect(isIn(browser)).toBe(true);
    expect(isIn(await signInWith(user.email, PASSWORD))).toBe(false);
  });

  it('is asked for in the same words whether the address has an account, is disabled, or is nobody’s', async () => {
    const [known, disabled] = [await makeUser(server.services), await makeUser(server.services)];
    await setUserStatus(server.services, SYSTEM, { userId: disabled._id, status: 'disabled' });
    const pages = [];
    for (const email of [known.email, disabled.email, 'nobody@nowhere.test']) {
      const browser = await newBrowser(server).open('/recover');
      await browser.submit('Send link', { email });
      pages.push([browser.status, browser.html.replaceAll(email, 'ADDRESS')]);
    }
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
    await mailbox.mailTo(known.email);
    await expect.poll(() => server.services.models.Delivery.countDocuments(), PATIENT).toBe(0);
    expect(mailbox.mailsTo(disabled.email)).toEqual([]);
    expect(mailbox.mailsTo('nobody@nowhere.test')).toEqual([]);
  });

  it('says what is wrong with an address, and keeps it', async () => {
    const browser = await newBrowser(server).open('/recover');
    await browser.submit('Send link', { email: 'ada at acme' });
    expect([browser.status, browser.has('Enter an address like'), browser.html.includes('ada at acme')]).toEqual([
      422,
      true,
      true,
    ]);
    await browser.submit('Send link', { email: '' });
    expect([browser.status, browser.has('Enter your email address')]).toEqual([422, true]);
  });

  it('fills nobody’s mailbox, and says the same all the while', async () => {
    const user = await makeUser(server.services);
    for (let i = 0; i < 7; i += 1) {
      const browser = await newBrowser(server).open('/recover');
      await browser.submit('Send link', { email: user.email });
      expect(browser.status).toBe(200);
    }
    await expect.poll(() => server.services.models.Delivery.countDocuments(), PATIENT).toBe(0);
    expect(mailbox.mailsTo(user.email)).toHaveLength(5);
  });

  it('is replaced all the same where strangers have filled the mailbox with something else', async () => {
    const user = await makeUser(server.services);
    const { mayMail } = createRecoveryLimits(server.store.connection);
    for (let i = 0; i < 5; i += 1) expect(await mayMail('other', user.email)).toBe(true);
    expect(await mayMail('other', user.email)).toBe(false);
    await choose(await linkFor(user.email));
    expect(isIn(await signInWith(user.email, OTHER))).toBe(true);
  });

  it('is replaced for a deleted account too, which signing in then gives back: nobody holds another’s address by deleting', async () => {
    const user = await makeUser(server.services);
    await server.services.models.User.updateOne({ _id: user._id }, { emailVerified: false });
    await deleteAccount(server.services, { kind: 'user', userId: user._id, permissions: new Map() });
    await choose(await linkFor(user.email));
    expect((await server.services.models.User.findById(user._id).lean())?.status).toBe('disabled');
    expect((await signInWith(user.email, PASSWORD)).status).toBe(422);
    expect(isIn(await signInWith(user.email, OTHER))).toBe(true);
  });
});

describe('a link to choose a new password', () => {
  it('opens as often as one likes and changes a password once; afterwards it says that it was used', async () => {
    const user = await makeUser(server.services);
    const [older, link] = [await linkFor(user.email), await linkFor(user.email)];
    const [one, two] = [await newBrowser(server).open(link), await newBrowser(server).open(link)];
    await one.submit('Change password', { new_password: 'short' });
    expect([one.status, one.has('Use at least 15 characters')]).toEqual([422, true]);
    await Promise.all([
      one.submit('Change password', { new_password: OTHER }),
      two.submit('Change password', { new_password: `${OTHER} 2` }),
    ]);
    const late = [one, two].filter((browser) => browser.has('This link was used already'));
    expect(late.map(({ status }) => status)).toEqual([422]);
    const won = one.has('This link was used already') ? `${OTHER} 2` : OTHER;
    expect(isIn(await signInWith(user.email, won))).toBe(true);
    for (const used of [link, older]) {
      const browser = await newBrowser(server).open(used);
      expect([browser.status, browser.has('This link was used already')]).toEqual([422, true]);
      expect(await htmlFaults(browser.html)).toEqual([]);
      await browser.follow('Ask for another link');
      expect(browser.has('Send link')).toBe(true);
    }
  });

  it('is an unknown page where it is too old, unknown, or of an account that is disabled or has another address', async () => {
    const { MailedLink, User } = server.services.models;
    const [old, disabled, moved] = await Promise.all([1, 2, 3].map(() => makeUser(server.services)));
    const links = [];
    for (const user of [old, disabled, moved]) links.push(await linkFor(user?.email as string));
    await MailedLink.updateOne({ userId: old?._id }, { worksUntil: new Date() });
    await setUserStatus(server.services, SYSTEM, { userId: disabled?._id as string, status: 'disabled' });
    await User.updateOne({ _id: moved?._id }, { email: 'elsewhere@example.test' });
    const unknown = `${server.issuer}/recover/${'x'.repeat(43)}`;
    const told = [];
    for (const link of [...links, unknown, `${server.issuer}/recover/x`]) {
      const browser = await newBrowser(server).open(link);
      told.push([browser.status, browser.html.replace(/req_\w+/g, '')]);
    }
    expect(told[0]?.[0]).toBe(404);
    for (const one of told) expect(one).toEqual(told[0]);
  });

  it('ends every session and grant, offline ones too, and the lockout of the account', async () => {
    const { _id: clientId } = await makeApplication(server.services, { organization: 'none', firstParty: false });
    const user = await makeUser(server.services);
    const link = await linkFor(user.email);
    const rp = await relyingParty(server, clientId);
    const flow = await rp.begin(newBrowser(server), { scope: 'openid offline_access', prompt: 'consent' });
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await flow.browser.submit('Allow');
    const tokens = await flow.tokens();
    const elsewhere = await signedIn(server, user);
    for (let i = 0; i < 11; i += 1) await signInWith(user.email, 'wrong wrong wrong wrong');
    await choose(link);
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(isIn(await elsewhere.open('/account'))).toBe(false);
    expect(isIn(await signInWith(user.email, OTHER))).toBe(true);
  });

  it('begins no session for who signed in with the old password and waited', async () => {
    const user = await makeUser(server.services);
    const link = await linkFor(user.email);
    const waiting = await newBrowser(server).open('/account');
    const { answer, goOn } = await postWithoutFollowing(waiting, { email: user.email, password: PASSWORD });
    expect(answer).toBe(303);
    await choose(link);
    await goOn();
    expect(isIn(await waiting.open('/account'))).toBe(false);
    expect(waiting.has('Sign in')).toBe(true);
  });

  it('begins no session for who signs in with the old password at that very moment', async () => {
    const { Session } = server.services.models.oidc;
    const user = await makeUser(server.services);
    const secret = (await linkFor(user.email)).split('/').at(-1) as string;
    const reset = () => resetPassword(server.services, createSignInLimits(server.store.connection), secret, OTHER);
    inBetween(Session.collection, 'updateOne', reset, {
      when: (_filter: object, { $set }: { $set?: { accountId?: string } }) => $set?.accountId === user._id,
    });
    const browser = await signInWith(user.email, PASSWORD);
    expect(isIn(await browser.open('/account'))).toBe(false);
    expect(await server.services.models.oidc.Grant.countDocuments({ accountId: user._id })).toBe(0);
    expect(isIn(await signInWith(user.email, OTHER))).toBe(true);
  });

  it('is in no log line, nor is one that proves an address', async () => {
    const lines: string[] = [];
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) });
    const app = new Koa().use(requestLog(logger));
    const secret = 'x'.repeat(43);
    for (const path of [`/recover/${secret}`, `/verify/${secret}`, `/RECOVER//${secret}`])
      await request(app.callback()).get(path);
    expect(lines.join('')).toContain('/recover/…');
    expect(lines.join('')).not.toContain('xxxxxxxx');
  });

  it('ends what a process that died has left', async () => {
    const { User } = server.services.models;
    const user = await makeUser(server.services);
    const browser = await signedIn(server, user);
    const ending = { id: 'x', since: new Date(Date.now() - 120_000), consents: false };
    await User.updateOne({ _id: user._id }, { $set: { ending } });
    await endAllThatWasLeft(server.services);
    expect(isIn(await browser.open('/account'))).toBe(false);
    expect((await User.findById(user._id).lean())?.ending).toBeUndefined();
  });

  it('gives a password to an account that has none', async () => {
    const email = 'made-by-an-operator@example.test';
    await createUser(server.services, SYSTEM, { email, name: 'Bo' });
    await choose(await linkFor(email));
    expect(isIn(await signInWith(email, OTHER))).toBe(true);
  });
});

/** Sends the sign-in form and keeps the answer; `goOn` is what the browser would do next. */
async function postWithoutFollowing(browser: BrowserClient, fields: Record<string, string>) {
  const action = /action="([^"]+)"/.exec(browser.html)?.[1] as string;
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
  const response = await fetch(server.issuer + action, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: browser.cookies(action), origin: server.issuer, accept: 'text/html' },
    body: new URLSearchParams({ csrf, ...fields }),
  });
  const to = response.headers.get('location') as string;
  return { answer: response.status, goOn: () => browser.open(to) };
}

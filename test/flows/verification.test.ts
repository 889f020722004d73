import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../src/models/index.js';
import { changeUser } from '../../src/services/change-user.js';
import { SYSTEM } from '../../src/services/context.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const OTHER = 'a wholly different passphrase';

/** The machine may be busy. */
const PATIENT = { timeout: 10_000 };

let mailbox: Mailbox;
let server: TestServer;
let count = 0;
beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport, signUp: 'open' });
});
afterAll(async () => {
  await server.close();
  await mailbox.close();
});

/** Somebody signs up at the account pages. @returns their browser, address and the link that was mailed there */
async function signUp(email = `new-${++count}@example.test`) {
  const browser = await newBrowser(server).open('/account');
  await browser.follow('Create account');
  await browser.submit('Create account', { name: 'Ada Byron', email, password: PASSWORD });
  const link = linkIn(await mailbox.mailTo(email, 'Confirm your address'), server.issuer);
  return { browser, email, link };
}

const userOf = async (email: string) => (await server.services.models.User.findOne({ email }).lean()) as User;
const verified = async (email: string) => (await userOf(email)).emailVerified;
const statusOf = async (link: string, browser: BrowserClient = newBrowser(server)) => (await browser.open(link)).status;

/** So long ago that it is no re-authentication any more. */
async function signedInLongAgo(email: string): Promise<void> {
  const { _id: accountId } = await userOf(email);
  const { Session } = server.services.models.oidc;
  const longAgo = Math.floor(Date.now() / 1000) - 11 * 60;
  await Session.updateMany({ accountId }, { $set: { 'payload.loginTs': longAgo } });
}

async function signInWith(email: string, password = PASSWORD): Promise<BrowserClient> {
  const browser = await newBrowser(server).open('/account');
  return browser.submit('Sign in', { email, password });
}

describe('the first proof of an address (R10)', () => {
  it('takes the mailed link alone in the session that made the account, and once', async () => {
    const { browser, email, link } = await signUp();
    await signedInLongAgo(email);
    expect(browser.has('Your address isn’t verified')).toBe(true);
    await browser.open(link);
    expect(browser.has('Password')).toBe(false);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Confirm');
    expect(browser.url).toBe(`${server.issuer}/account/security`);
    expect([browser.has('Your address is verified.'), await verified(email)]).toEqual([true, true]);
    expect([await statusOf(link, browser), await statusOf(link)]).toEqual([404, 404]);
  });

  it('asks for the password elsewhere, and takes it', async () => {
    const { email, link } = await signUp();
    const browser = await newBrowser(server).open(link);
    expect(browser.has('Choose a new password')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Confirm');
    expect([browser.status, browser.has('Enter your password')]).toEqual([422, true]);
    await browser.submit('Confirm', { password: 'wrong wrong wrong wrong' });
    expect([browser.status, browser.has('This isn’t the account’s password')]).toEqual([422, true]);
    expect(await verified(email)).toBe(false);
    await browser.submit('Confirm', { password: PASSWORD });
    expect([browser.has('Address confirmed'), await verified(email)]).toEqual([true, true]);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });

  it('counts wrong passwords as failed sign-ins', async () => {
    const { email, link } = await signUp();
    const browser = await newBrowser(server).open(link);
    for (let i = 0; i < 10; i += 1) await browser.submit('Confirm', { password: 'wrong wrong wrong wrong' });
    await browser.submit('Confirm', { password: PASSWORD });
    expect([browser.status, await verified(email)]).toEqual([422, false]);
  });

  it('takes a sign-in with the password of ten minutes as showing it, and no older one', async () => {
    const { email, link } = await signUp();
    const browser = await signInWith(email);
    await signedInLongAgo(email);
    await browser.open(link);
    expect(browser.has('To make sure that the account is yours')).toBe(true);
    const fresh = await (await signInWith(email)).open(link);
    await fresh.submit('Confirm');
    expect(await verified(email)).toBe(true);
  });

  it('isn’t taken from somebody else’s session', async () => {
    const [{ browser }, { email, link }] = [await signUp(), await signUp()];
    await browser.open(link);
    expect(browser.has('To make sure that the account is yours')).toBe(true);
    await browser.submit('Confirm', { password: 'wrong wrong wrong wrong' });
    expect(await verified(email)).toBe(false);
  });

  it('can be mailed again, which ends the link before; too often it isn’t', async () => {
    const { browser, email, link } = await signUp();
    await browser.open('/account');
    await browser.submit('Send the link again');
    expect(browser.has(`A link is on its way to ${email}`)).toBe(true);
    await expect.poll(() => mailbox.mailsTo(email).length, PATIENT).toBe(2);
    const newer = linkIn(await mailbox.mailTo(email), server.issuer);
    expect([await statusOf(link), await statusOf(newer)]).toEqual([404, 200]);
    for (let i = 0; i < 5; i += 1) await browser.submit('Send the link again');
    expect([browser.status, browser.has('Too many mails went to this address')]).toEqual([422, true]);
  });

  it('is dead where the address was changed, or the link is too old', async () => {
    const [moved, old] = [await signUp(), await signUp()];
    await changeUser(server.services, SYSTEM, await userOf(moved.email), { email: `moved-${moved.email}` });
    await server.services.models.MailedLink.updateOne(
      { userId: (await userOf(old.email))._id },
      { worksUntil: new Date() },
    );
    expect([await statusOf(moved.link), await statusOf(old.link)]).toEqual([404, 404]);
  });

  it('done by two at once is one proof', async () => {
    const { email, link } = await signUp();
    const browsers = await Promise.all([1, 2, 3].map(async () => newBrowser(server).open(link)));
    await Promise.all(browsers.map((browser) => browser.submit('Confirm', { password: PASSWORD })));
    const { _id, pendingEvents } = await userOf(email);
    const told = await server.services.models.AuditEvent.countDocuments({
      subject: _id,
      action: 'user.address_verified',
    });
    const waiting = pendingEvents?.filter(({ action }) => action === 'user.address_verified').length ?? 0;
    expect(told + waiting).toBeGreaterThan(0);
    await expect
      .poll(
        () => server.services.models.AuditEvent.countDocuments({ subject: _id, action: 'user.address_verified' }),
        PATIENT,
      )
      .toBe(1);
  });
});

describe('who signed up with somebody else’s address (R10)', () => {
  it('keeps nothing once its owner has proved it by a reset: no session, offline grant, consent or change of address', async () => {
    const victim = 'victim@example.test';
    const { _id: clientId } = await makeApplication(server.services, { organization: 'none', firstParty: false });
    const attacker = await signUp(victim);
    const rp = await relyingParty(server, clientId);
    const flow = await rp.begin(attacker.browser, { scope: 'openid offline_access', prompt: 'consent' });
    await attacker.browser.submit('Allow');
    const tokens = await flow.tokens();
    await attacker.browser.open('/account/security/address');
    await attacker.browser.submit('Change address', { email: 'attacker@evil.test', current_password: PASSWORD });
    const change = linkIn(await mailbox.mailTo('attacker@evil.test'), server.issuer);

    const owner = await newBrowser(server).open('/recover');
    await owner.submit('Send link', { email: victim });
    await owner.open(linkIn(await mailbox.mailTo(victim, 'Choose a new password'), server.issuer));
    await owner.submit('Change password', { new_password: OTHER });
    await owner.submit('Sign in', { email: victim, password: OTHER });

    expect(await userOf(victim)).toMatchObject({ emailVerified: true });
    const { _id: userId } = await userOf(victim);
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(await server.services.models.Consent.countDocuments({ userId })).toBe(0);
    await attacker.browser.open('/account');
    expect(attacker.browser.has('Sign in')).toBe(true);
    expect((await signInWith(victim)).status).toBe(422);
    expect([await statusOf(change, attacker.browser), await statusOf(attacker.link)]).toEqual([404, 404]);
    expect(owner.has(victim)).toBe(true);
  });

  it('gains nothing by the owner’s opening the link without the password', async () => {
    const { email, link } = await signUp();
    const owner = await newBrowser(server).open(link);
    await owner.submit('Confirm', { password: '' });
    await owner.submit('Confirm', { password: OTHER });
    expect(await verified(email)).toBe(false);
  });
});

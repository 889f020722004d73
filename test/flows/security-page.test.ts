import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordFault } from '../../src/lib/password-policy.js';
import type { User } from '../../src/models/index.js';
import { cancelAddressChange } from '../../src/services/change-address.js';
import { changeUser, setUserPassword } from '../../src/services/change-user.js';
import { SYSTEM } from '../../src/services/context.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const OTHER = 'a wholly different passphrase';
const HOME = '/account/security';

let mailbox: Mailbox;
let server: TestServer;
let count = 0;
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

const newAddress = () => `other-${++count}@example.test`;
const at = (browser: BrowserClient, path: string) => browser.url === server.issuer + path && browser.status === 200;
const userNow = async ({ _id }: User) => (await server.services.models.User.findById(_id).lean()) as User;

/** Signed in, on the security page. */
async function begin(): Promise<{ user: User; browser: BrowserClient }> {
  const user = await makeUser(server.services);
  return { user, browser: await (await signedIn(server, user)).open(HOME) };
}

const change = (browser: BrowserClient, fields: Record<string, string> = {}) =>
  browser.submit('Change password', { current_password: PASSWORD, new_password: OTHER, ...fields });

describe('changing one’s password', () => {
  it('asks for the present one, takes a new one that sign-up would take, and tells by mail', async () => {
    const { user, browser } = await begin();
    expect(await htmlFaults(browser.html)).toEqual([]);
    await change(browser, { current_password: '' });
    expect([browser.status, browser.has('Enter your password.')]).toEqual([422, true]);
    await change(browser, { current_password: 'wrong wrong wrong' });
    expect([browser.status, browser.has('This isn’t your password')]).toEqual([422, true]);
    await change(browser, { new_password: 'short' });
    expect([browser.status, browser.has('Use at least 15 characters')]).toEqual([422, true]);
    expect(await htmlFaults(browser.html)).toEqual([]);
    const before = browser.cookie('rollcall_session');
    await change(browser);
    expect([at(browser, HOME), browser.has('Password changed')]).toEqual([true, true]);
    // Another id for the session that stays (ASVS 7.2.4).
    expect(browser.cookie('rollcall_session')).not.toBe(before);
    const old = newBrowser(server);
    old.plant('rollcall_session', before as string);
    old.plant('rollcall_session.sig', browser.cookie('rollcall_session.sig') as string);
    expect(at(await old.open('/account'), '/account')).toBe(false);
    expect((await mailbox.mailTo(user.email, 'was changed')).text).toContain(`${server.issuer}/recover`);
    const again = await newBrowser(server).open('/account');
    await again.submit('Sign in', { email: user.email, password: OTHER });
    expect(at(again, '/account')).toBe(true);
  });

  it('ends every other session and what was given there, offline too, and keeps one’s own', async () => {
    const { _id: clientId } = await makeApplication(server.services, { organization: 'none', firstParty: false });
    const { user, browser } = await begin();
    const rp = await relyingParty(server, clientId);
    const scope = 'openid offline_access';
    const own = await rp.begin(browser, { scope, prompt: 'consent' });
    await browser.submit('Allow');
    const kept = await own.tokens();
    const elsewhere = await signedIn(server, user);
    const flow = await rp.begin(elsewhere, { scope, prompt: 'consent' });
    await elsewhere.submit('Allow');
    const ended = await flow.tokens();
    await browser.open(HOME);
    expect(browser.html).toMatch(/name="end_others" value="1" checked/);
    await change(browser, { end_others: '1' });
    expect(browser.has('You are signed out everywhere else')).toBe(true);
    expect(at(await elsewhere.open('/account'), '/account')).toBe(false);
    await expect(client.refreshTokenGrant(rp.config, ended.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect((await client.refreshTokenGrant(rp.config, kept.refresh_token as string)).access_token).toBeTruthy();
    expect((await userNow(user)).ending).toBeUndefined();
  });

  it('keeps the others where that is wanted', async () => {
    const { user, browser } = await begin();
    const elsewhere = await signedIn(server, user);
    await change(browser);
    expect(at(await elsewhere.open('/account'), '/account')).toBe(true);
  });

  it('is won by one of two at once', async () => {
    const { user, browser } = await begin();
    const other = await (await signedIn(server, user)).open(HOME);
    await Promise.all([change(browser), change(other, { new_password: `${OTHER} 2` })]);
    expect([browser.status, other.status].sort()).toEqual([200, 422]);
  });

  it('isn’t guessed: ten wrong ones, and the right one is refused too, while strangers lock nobody out of it', async () => {
    const { user, browser } = await begin();
    for (let i = 0; i < 10; i += 1) await change(browser, { current_password: `wrong wrong wrong ${i}` });
    await change(browser);
    expect(browser.status).toBe(422);
    const victim = await begin();
    const stranger = await newBrowser(server).open('/account');
    for (let i = 0; i < 10; i += 1)
      await stranger.submit('Sign in', { email: victim.user.email, password: 'wrong wrong' });
    await change(victim.browser);
    expect(victim.browser.has('Password changed')).toBe(true);
    expect((await userNow(user)).passwordHash).toBeTruthy();
  });
});

describe('changing one’s address', () => {
  async function ask(browser: BrowserClient, email: string): Promise<void> {
    await browser.open(`${HOME}/address`);
    await browser.submit('Change address', { email, current_password: PASSWORD });
  }
  const links = async (user: User, email: string) => ({
    toNew: linkIn(await mailbox.mailTo(email, 'Confirm your new address'), server.issuer),
    toOld: linkIn(await mailbox.mailTo(user.email, 'another address'), server.issuer),
  });

  it('asks for the password, and says what is wrong', async () => {
    const { user, browser } = await begin();
    await browser.follow('Change address');
    expect(await htmlFaults(browser.html)).toEqual([]);
    for (const [fields, said] of [
      [{ email: 'x', current_password: PASSWORD }, 'Enter an address like'],
      [{ email: user.email, current_password: PASSWORD }, 'This is your address already'],
      [{ email: newAddress(), current_password: '' }, 'Enter your password.'],
      [{ email: newAddress(), current_password: 'wrong wrong wrong' }, 'This isn’t your password'],
    ] as const) {
      await browser.submit('Change address', fields);
      expect([browser.status, browser.has(said), browser.html.includes(fields.email)]).toEqual([422, true, true]);
    }
    expect((await userNow(user)).addressChange).toBeUndefined();
  });

  it('takes a confirmation at the new address and one at the old, in any order, then the claim moves', async () => {
    for (const first of ['toNew', 'toOld'] as const) {
      const { user, browser } = await begin();
      const email = newAddress();
      await ask(browser, email);
      expect([at(browser, HOME), browser.has(`${email} waits to be confirmed`)]).toEqual([true, true]);
      expect(await htmlFaults(browser.html)).toEqual([]);
      const both = await links(user, email);
      await browser.open(both[first]);
      await browser.submit('Confirm');
      expect([(await userNow(user)).email, browser.has('The other address has to confirm too')]).toEqual([
        user.email,
        true,
      ]);
      expect((await newBrowser(server).open(both[first])).status).toBe(404);
      await browser.open(both[first === 'toNew' ? 'toOld' : 'toNew']);
      await browser.submit('Confirm');
      expect(browser.has(`Your address is ${email} now`)).toBe(true);
      expect(await userNow(user)).toMatchObject({ email, emailVerified: true });
      const { Claim } = server.services.models;
      expect(await Claim.findById(`email:${email}`).lean()).toMatchObject({ owner: user._id });
      expect(await Claim.findById(`email:${user.email}`).lean()).toBeNull();
      expect((await mailbox.mailTo(user.email, 'has another address')).text).toContain(email);
      for (const link of Object.values(both)) expect((await browser.open(link)).status).toBe(404);
    }
  });

  it('asks who opens a link elsewhere for the account’s password, so that nobody is talked into lending an address', async () => {
    const { user, browser } = await begin();
    const email = newAddress();
    await ask(browser, email);
    const { toNew, toOld } = await links(user, email);
    const elsewhere = await newBrowser(server).open(toNew);
    await elsewhere.submit('Confirm');
    expect(elsewhere.status).toBe(422);
    await elsewhere.submit('Confirm', { password: PASSWORD });
    expect(elsewhere.has('One of two confirmed')).toBe(true);
    await elsewhere.open(toOld);
    await elsewhere.submit('Confirm', { password: PASSWORD });
    expect([elsewhere.has('Address confirmed'), (await userNow(user)).email]).toEqual([true, email]);
  });

  it('never tells on the page that an address is taken; the mail there does', async () => {
    const { user, browser } = await begin();
    const taken = await makeUser(server.services);
    await ask(browser, taken.email);
    expect(browser.has(`${taken.email} waits to be confirmed`)).toBe(true);
    const mail = await mailbox.mailTo(taken.email);
    expect([mail.subject, mail.text]).toEqual([
      expect.stringContaining('You have an account'),
      expect.stringContaining('has an account already'),
    ]);
    const { browser: other } = await begin();
    const free = newAddress();
    await ask(other, free);
    const page = ({ html }: BrowserClient, email: string) =>
      html.slice(html.indexOf('id="address"'), html.indexOf('id="password"')).replaceAll(email, 'NEW');
    const plain = (text: string) => text.replace(/person-\d+|<time[\s\S]*?<\/time>|value="[^"]+"/g, '');
    expect(plain(page(browser, taken.email))).toBe(plain(page(other, free)));
    expect((await userNow(user)).email).toBe(user.email);
  });

  it('can be called off, is replaced by a newer one, and ends with a new password', async () => {
    const { user, browser } = await begin();
    const [first, second] = [newAddress(), newAddress()];
    await ask(browser, first);
    const one = await links(user, first);
    await ask(browser, second);
    expect((await newBrowser(server).open(one.toNew)).status).toBe(404);
    const two = linkIn(await mailbox.mailTo(second), server.issuer);
    await browser.open(HOME);
    await browser.submit('Keep the present address');
    expect(browser.has('Your address stays as it is')).toBe(true);
    expect((await newBrowser(server).open(two)).status).toBe(404);
    const third = newAddress();
    await ask(browser, third);
    const three = linkIn(await mailbox.mailTo(third), server.issuer);
    await change(browser);
    expect((await newBrowser(server).open(three)).status).toBe(404);
  });

  it('ends, as do links to choose a password, where an operator changes the address or sets a password', async () => {
    for (const operate of [
      (user: User) => changeUser(server.services, SYSTEM, user, { email: newAddress() }),
      (user: User) => setUserPassword(server.services, SYSTEM, user, { password: OTHER }, { endSessions: false }),
    ]) {
      const { user, browser } = await begin();
      const email = newAddress();
      await ask(browser, email);
      const { toNew } = await links(user, email);
      await (await newBrowser(server).open('/recover')).submit('Send link', { email: user.email });
      const reset = linkIn(await mailbox.mailTo(user.email, 'Choose a new password'), server.issuer);
      await operate(user);
      expect((await browser.open(toNew)).status).toBe(404);
      expect((await newBrowser(server).open(reset)).status).not.toBe(200);
      expect((await userNow(user)).addressChange).toBeUndefined();
    }
  });

  /** Of the two links the one to the present address was opened already. */
  async function confirmedAtOld() {
    const { user, browser } = await begin();
    const email = newAddress();
    await ask(browser, email);
    const { toNew, toOld } = await links(user, email);
    await browser.open(toOld);
    await browser.submit('Confirm');
    return { user, browser, email, toNew };
  }

  it('isn’t said to be made where it was called off at the moment of the last confirmation', async () => {
    const { user, browser, email, toNew } = await confirmedAtOld();
    await browser.open(toNew);
    inBetween(server.services.models.User, 'updateOne', () => cancelAddressChange(server.services, user), {
      when: (_filter: object, { $set }: { $set?: { email?: string } }) => $set?.email === email,
    });
    await browser.submit('Confirm');
    expect([browser.status, (await userNow(user)).email]).toEqual([404, user.email]);
  });

  it('ends where the address was taken meanwhile', async () => {
    const { user, browser, email, toNew } = await confirmedAtOld();
    await makeUser(server.services, { email });
    await browser.open(toNew);
    await browser.submit('Confirm');
    expect([browser.status, browser.has('There is an account with this address already')]).toEqual([409, true]);
    expect(await userNow(user)).toMatchObject({ email: user.email });
    expect((await userNow(user)).addressChange).toBeUndefined();
  });
});

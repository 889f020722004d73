import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { digest } from '../../src/lib/ids.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { SYSTEM } from '../../src/services/context.js';
import { findUserByEmail } from '../../src/services/create-user.js';
import { invite } from '../../src/services/invitations/invite.js';
import { createRecoveryLimits } from '../../src/services/recovery-limits.js';
import { unlessBesides } from '../support/besides.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

/** The machine may be busy. */
const PATIENT = { timeout: 10_000 };

let mailbox: Mailbox;
let store: TestStore;
let server: TestServer;
let commands: string[] = [];
let count = 0;
beforeAll(async () => {
  mailbox = await startMailbox();
  store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ commandName, command }: CommandStartedEvent) => {
    const filter = command.filter ?? command.query ?? command.updates?.[0]?.q ?? {};
    commands.push(`${commandName} ${command[commandName]} ${Object.keys(filter)}`);
  });
  store.connection.getClient().on('commandStarted', heard);
  server = await startServer({ store, mailTransport: mailbox.transport, signUp: 'verified' });
});
afterAll(async () => {
  await server.close();
  await store.close();
  await mailbox.close();
});

/** What the requests do, and not what goes on beside them. */
const OF_REQUESTS = /^\w+ (pendingSignUps|deliveries|users|claims|mailedLinks|oidc\.\w+) (_id|email|userId)\b/;

const newAddress = () => `new-${++count}@example.test`;
const userAt = (email: string) => findUserByEmail(server.services, email);

/** In a fresh browser. */
async function fill(email: string, browser: BrowserClient = newBrowser(server)): Promise<BrowserClient> {
  await browser.open('/account');
  await browser.follow('Create account');
  return browser.submit('Create account', { name: 'Ada Byron', email, password: PASSWORD });
}

/** The newest code that was mailed to an address: what stands alone in a line. */
async function codeTo(email: string, mails = 1): Promise<string> {
  await expect.poll(() => mailbox.mailsTo(email).length, PATIENT).toBe(mails);
  const { text = '' } = await mailbox.mailTo(email);
  return /^[A-Z0-9]{6,8}$/m.exec(text)?.[0] as string;
}

describe('sign-up with SIGN_UP=verified', () => {
  it('makes the account with a verified address by the mailed code, within the application’s login', async () => {
    const { _id: clientId } = await makeApplication(server.services, { organization: 'none' });
    const rp = await relyingParty(server, clientId);
    const flow = await rp.begin(newBrowser(server));
    const { browser } = flow;
    const email = newAddress();
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Ada Byron', email: email.toUpperCase(), password: PASSWORD });
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(await userAt(email)).toBeUndefined();
    const code = await codeTo(email);
    await browser.submit('Continue', { code: `${code.slice(0, 4).toLowerCase()} ${code.slice(4)}` });
    const claims = (await flow.tokens()).claims();
    expect(await userAt(email)).toMatchObject({ _id: claims?.sub, emailVerified: true, name: 'Ada Byron' });
    expect(await server.services.models.PendingSignUp.countDocuments({ email })).toBe(0);
  });

  it('answers an address that has an account with the same page by the same work, and mails its owner', async () => {
    const known = await makeUser(server.services);
    const unknown = newAddress();
    await moveEvents(server.services);
    const seen = [];
    for (const email of [known.email, unknown]) {
      const browser = await newBrowser(server).open('/account');
      await browser.follow('Create account');
      // What goes on beside the requests comes after them.
      const release = holdDeliveries();
      commands = [];
      await browser.submit('Create account', { name: 'Ada Byron', email, password: PASSWORD });
      const asked = commands.filter((one) => OF_REQUESTS.test(one)).sort();
      expect(asked).toContain('update deliveries _id');
      await release();
      const uid = /interaction\/([\w-]+)/.exec(browser.url)?.[1] as string;
      const page = browser.html.replaceAll(email, 'ADDRESS').replaceAll(uid, 'UID');
      seen.push([browser.status, page.replace(/name="csrf" value="[^"]+"/g, ''), asked]);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect((await mailbox.mailTo(known.email)).subject).toContain('You have an account');
    await codeTo(unknown);
  });

  it('has no code that works for an address that has an account', async () => {
    const known = await makeUser(server.services);
    const browser = await fill(known.email);
    const { text = '' } = await mailbox.mailTo(known.email);
    expect(text).not.toMatch(/^[A-Z0-9]{6,8}$/m);
    await browser.submit('Continue', { code: 'CDFHJKLM' });
    expect([browser.status, browser.has('This isn’t the code')]).toEqual([422, true]);
  });

  it('never tells by what it mails no more that a new password was asked for, which is mailed to who has an account alone', async () => {
    const [known, unknown] = [(await makeUser(server.services)).email, newAddress()];
    const seen = [];
    for (const email of [known, unknown]) {
      for (let i = 0; i < 5; i += 1) await (await newBrowser(server).open('/recover')).submit('Send link', { email });
      const browser = await fill(email);
      await expect.poll(() => server.services.models.Delivery.countDocuments(), PATIENT).toBe(0);
      await browser.submit('Send another code');
      seen.push([browser.status, browser.has('Another code is on its way')]);
    }
    expect(seen).toEqual([
      [200, true],
      [200, true],
    ]);
  });

  it('takes no code that wasn’t mailed, however many are made', async () => {
    const email = newAddress();
    const { mayMail } = createRecoveryLimits(store.connection);
    for (let i = 0; i < 5; i += 1) await mayMail('other', email);
    const browser = await fill(email);
    await expect.poll(() => server.services.models.Delivery.countDocuments(), PATIENT).toBe(0);
    const uid = /interaction\/([\w-]+)/.exec(browser.url)?.[1] as string;
    const codeHash = digest('sign-up code', uid, 'CDFHJKLM');
    expect(await server.services.models.PendingSignUp.updateOne({ email }, { codeHash })).toMatchObject({
      modifiedCount: 1,
    });
    await browser.submit('Continue', { code: 'CDFHJKLM' });
    expect([browser.status, await userAt(email)]).toEqual([422, undefined]);
  });

  it('ends a code after five wrong ones, also when they come at once, and sends another', async () => {
    const email = newAddress();
    const browser = await fill(email);
    const code = await codeTo(email);
    const answers = await guesses(browser, Array<string>(8).fill('CDFHJKLM'));
    expect(answers.filter((text) => text.includes('This isn’t the code'))).toHaveLength(5);
    expect(answers.filter((text) => text.includes('This code doesn’t work any more'))).toHaveLength(3);
    await browser.submit('Continue', { code });
    expect([browser.status, browser.has('This code doesn’t work any more')]).toEqual([422, true]);
    expect(await userAt(email)).toBeUndefined();
    await browser.submit('Send another code');
    expect(browser.has('Another code is on its way')).toBe(true);
    await browser.submit('Continue', { code });
    expect(browser.has('This isn’t the code')).toBe(true);
    await browser.submit('Continue', { code: await codeTo(email, 2) });
    expect(browser.url).toBe(`${server.issuer}/account`);
  });

  it('says what is wrong before anything is mailed, and keeps what was typed', async () => {
    const browser = await newBrowser(server).open('/account');
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Ada', email: 'no address', password: 'short' });
    expect([browser.status, browser.has('Enter an address like'), browser.has('Use at least 15')]).toEqual([
      422,
      true,
      true,
    ]);
    expect(await server.services.models.PendingSignUp.countDocuments({ email: 'no address' })).toBe(0);
    const email = newAddress();
    await browser.submit('Create account', { name: 'Ada Lovelace', email, password: PASSWORD });
    await browser.submit('Continue', { code: ' ' });
    expect([browser.status, browser.has('Enter the code from the mail')]).toEqual([422, true]);
    await browser.follow('Use another address');
    expect([browser.html.includes('Ada Lovelace'), browser.html.includes(email)]).toEqual([true, true]);
  });

  it('takes a code while it is young, in the browser that it was asked for in alone', async () => {
    const email = newAddress();
    const browser = await fill(email);
    const code = await codeTo(email);
    const other = await fill(newAddress());
    await other.submit('Continue', { code });
    expect(other.status).toBe(422);
    await server.services.models.PendingSignUp.updateOne({ email }, { worksUntil: new Date() });
    await browser.submit('Continue', { code });
    expect([browser.status, browser.has('doesn’t work any more')]).toEqual([422, true]);
  });

  it('makes one account for one who presses twice at once', async () => {
    const email = newAddress();
    const browser = await fill(email);
    const code = await codeTo(email);
    await guesses(browser, [code, code, code]);
    expect(await server.services.models.User.countDocuments({ email })).toBe(1);
    expect(await server.services.models.Claim.countDocuments({ _id: `email:${email}` })).toBe(1);
    const user = await userAt(email);
    const made = { subject: user?._id, action: 'user.created' };
    await expect.poll(() => server.services.models.AuditEvent.countDocuments(made), PATIENT).toBe(1);
  });

  it('goes on for one who presses twice, whichever answer the browser waits for', async () => {
    const { PendingSignUp } = server.services.models;
    for (const when of ['after it', 'within it'] as const) {
      const email = newAddress();
      const browser = await fill(email);
      const code = await codeTo(email);
      const within: Answer[] = [];
      if (when === 'within it')
        inBetween(PendingSignUp, 'findOneAndUpdate', async () => within.push(...(await post(browser, [code]))));
      const answers = [
        ...(await post(browser, [code])),
        ...(when === 'after it' ? await post(browser, [code]) : within),
      ];
      const [first, second] = answers;
      expect([first?.status, first?.location]).toEqual([303, expect.stringContaining('/oauth2/authorize/')]);
      expect([second?.status, second?.location]).toEqual([303, first?.location]);
      await browser.open(second?.location as string);
      expect([browser.url, browser.has(email)]).toEqual([`${server.issuer}/account`, true]);
    }
  });

  it('is ended by the same person with the same code where the server died in between', async () => {
    const email = newAddress();
    const browser = await fill(email);
    const code = await codeTo(email);
    const { oidc, User } = server.services.models;
    vi.spyOn(oidc.Interaction.collection, 'updateOne').mockRejectedValueOnce(new Error('died'));
    const page = browser.html;
    await browser.submit('Continue', { code });
    expect(browser.status).toBe(500);
    expect(await User.countDocuments({ email })).toBe(1);
    browser.html = page;
    await browser.submit('Continue', { code });
    expect([browser.url, browser.has(email)]).toEqual([`${server.issuer}/account`, true]);
  });

  it('tells who typed the right code that somebody else has the address by now', async () => {
    const email = newAddress();
    const browser = await fill(email);
    const code = await codeTo(email);
    await makeUser(server.services, { email });
    await browser.submit('Continue', { code });
    expect([browser.status, browser.has('There is an account with this address already')]).toEqual([422, true]);
  });

  it('of two who sign up with one address, has the one who owns it', async () => {
    const email = newAddress();
    const [attacker, owner] = [await fill(email), await fill(email)];
    await expect.poll(() => mailbox.mailsTo(email).length, PATIENT).toBe(2);
    const [first, second] = mailbox.mailsTo(email).map(({ text = '' }) => /^[A-Z0-9]{6,8}$/m.exec(text)?.[0] as string);
    await attacker.submit('Continue', { code: 'CDFHJKLM' });
    await owner.submit('Continue', { code: first as string });
    if (owner.status === 422) await owner.submit('Continue', { code: second as string });
    expect(owner.url).toBe(`${server.issuer}/account`);
    expect(attacker.status).toBe(422);
  });
});

interface Answer {
  status: number;
  location: string | null;
  text: string;
}

/** Posts codes at once from the code page. @returns the pages */
const guesses = async (browser: BrowserClient, codes: readonly string[]): Promise<string[]> =>
  (await post(browser, codes)).map(({ text }) => text);

async function post(browser: BrowserClient, codes: readonly string[]): Promise<Answer[]> {
  const action = new URL(browser.url).pathname;
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
  const send = async (code: string) => {
    const response = await fetch(server.issuer + action, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: browser.cookies(action), origin: server.issuer, accept: 'text/html' },
      body: new URLSearchParams({ csrf, code }),
    });
    return { status: response.status, location: response.headers.get('location'), text: await response.text() };
  };
  return Promise.all(codes.map(send));
}

/** Nothing that is queued is begun until it is let go on. */
function holdDeliveries(): () => Promise<void> {
  const { Delivery } = server.services.models;
  const real = Delivery.findOneAndUpdate.bind(Delivery);
  let letGo = () => {};
  const free = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  Delivery.findOneAndUpdate = ((...args: unknown[]) =>
    free.then(() => (real as (...all: unknown[]) => unknown)(...args))) as never;
  return async () => {
    Delivery.findOneAndUpdate = real as never;
    letGo();
  };
}

describe('an invitation with SIGN_UP=verified', () => {
  /** Its two links, and a browser that has opened one of them and wants an account. */
  async function invited(email: string) {
    const { services, issuer } = server;
    const organization = await makeOrganization(services, { name: 'Acme' });
    const { url: shown } = await invite(services, SYSTEM, { organization, issuer }, { email });
    const mailed = linkIn(await mailbox.mailTo(email), issuer);
    const by = async (link: string) => {
      const browser = await newBrowser(server).open(link);
      return browser.follow('Create account');
    };
    const isMember = async () =>
      services.models.Membership.exists({ organizationId: organization._id, userId: (await userAt(email))?._id ?? '' });
    return { shown, mailed, by, isMember };
  }
  const make = (browser: BrowserClient, email: string) =>
    browser.submit('Create account', { name: 'Ada Byron', email, password: PASSWORD });

  it('needs no code by the mailed link, which proves the address already', async () => {
    const email = newAddress();
    const { mailed, by, isMember } = await invited(email);
    const browser = await make(await by(mailed), email);
    expect(browser.url).toBe(mailed);
    expect(await userAt(email)).toMatchObject({ emailVerified: true });
    await browser.submit('Join');
    expect(await isMember()).toBeTruthy();
    expect(mailbox.mailsTo(email)).toHaveLength(1);
  });

  it('needs the code by the shown link, for its address alone, and doesn’t tell whether there is an account', async () => {
    const [email, known] = [newAddress(), (await makeUser(server.services)).email];
    const { shown, by, isMember } = await invited(email);
    const browser = await by(shown);
    expect((await make(browser, newAddress())).status).toBe(422);
    await make(browser, email);
    expect(await userAt(email)).toBeUndefined();
    await browser.submit('Continue', { code: await codeTo(email, 2) });
    expect(browser.url).toBe(shown);
    expect(await userAt(email)).toMatchObject({ emailVerified: true });
    await browser.submit('Join');
    expect(await isMember()).toBeTruthy();
    const another = await invited(known);
    const asked = await make(await another.by(another.shown), known);
    expect([asked.status, new URL(asked.url).pathname.split('/').at(-1)]).toEqual([200, 'code']);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/models/index.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, PASSWORD } from '../support/factories.js';
import { newBrowser, type RelyingParty, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;
let rp: RelyingParty;
let ahead = 0;

beforeAll(async () => {
  const clock = { now: () => new Date(Date.now() + ahead) };
  server = await startServer();
  Object.assign(server.services, { clock });
  application = await makeApplication(server.services, { organization: 'none' });
  rp = await relyingParty(server, application._id);
});
afterEach(() => {
  vi.restoreAllMocks();
  ahead = 0;
});
afterAll(() => server?.close());

/** As the driver says that it doesn't know what became of an operation. */
class MongoNetworkError extends Error {
  override name = 'MongoNetworkError';
}
/** As a store says that it refused one. */
class MongoServerError extends Error {
  override name = 'MongoServerError';
}

async function signUp(email: string, password = PASSWORD) {
  const flow = await rp.begin(newBrowser(server));
  await flow.browser.follow('Create account');
  await flow.browser.submit('Create account', { name: 'Ada', email, password });
  return flow;
}

async function signIn(email: string, password = PASSWORD) {
  const flow = await rp.begin(newBrowser(server));
  await flow.browser.submit('Sign in', { email, password });
  return flow;
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Everything that is stored of an address: all of it, or nothing. */
async function stored(email: string) {
  const { User, Claim } = server.services.models;
  const users = await User.find({}).lean();
  return {
    users: users.filter((user) => user.email === email).map(({ _id }) => _id),
    claim: (await Claim.findById(`email:${email}`).lean())?.owner,
  };
}

const said = ({ html }: BrowserClient) => /role="alert"|aria-describedby/.test(html);

describe('a store that fails in the middle of a sign-up', () => {
  it('and says so leaves nothing of it: the same person can try again at once', async () => {
    const email = 'refused@example.test';
    vi.spyOn(server.services.models.User, 'create').mockRejectedValueOnce(new MongoServerError('disk is full'));
    const { browser } = await signUp(email);
    expect(browser.status).toBe(500);
    expect(browser.html).not.toContain('disk');
    expect(await stored(email)).toEqual({ users: [], claim: undefined });
    const again = await signUp(email);
    expect((await again.tokens()).claims()?.sub).toBe((await stored(email)).claim);
  });

  it('and takes its answer with it leaves a whole account, which its person signs in to', async () => {
    const email = 'written@example.test';
    const { User } = server.services.models;
    const create = User.create.bind(User) as (user: object) => Promise<unknown>;
    vi.spyOn(User, 'create').mockImplementationOnce((async (user: object) => {
      await create(user);
      throw new MongoNetworkError('connection closed');
    }) as never);
    expect((await signUp(email)).browser.status).toBe(503);
    const { users, claim } = await stored(email);
    expect(users).toEqual([claim]);
    // Signing up again says that it is there; signing in works.
    const again = await signUp(email);
    expect(again.browser.status).toBe(422);
    expect(again.browser.html).toContain('Sign in instead');
    expect((await (await signIn(email)).tokens()).claims()?.sub).toBe(claim);
  });

  it('and loses the account leaves none: the address is kept for a minute, says so, and is free again', async () => {
    const email = 'lost@example.test';
    vi.spyOn(server.services.models.User, 'create').mockRejectedValueOnce(new MongoNetworkError('connection closed'));
    expect((await signUp(email)).browser.status).toBe(503);
    expect((await stored(email)).users).toEqual([]);
    expect((await signIn(email)).browser.status).toBe(422);
    const tooSoon = await signUp(email);
    expect(tooSoon.browser.status).toBe(422);
    expect(said(tooSoon.browser)).toBe(true);
    expect(tooSoon.browser.html).toContain('Try again in a minute');
    ahead = 61_000;
    const later = await signUp(email);
    expect((await later.tokens()).claims()?.sub).toBe((await stored(email)).claim);
    expect((await stored(email)).users).toHaveLength(1);
  });

  it('and lets a write wait until its claim was given up has two accounts, of which the claim’s owner signs in', async () => {
    const email = 'late@example.test';
    const { User } = server.services.models;
    const create = User.create.bind(User) as (user: object) => Promise<unknown>;
    const free = deferred();
    const waiting = deferred();
    vi.spyOn(User, 'create').mockImplementationOnce((async (user: object) => {
      waiting.resolve();
      await free.promise;
      return create(user);
    }) as never);
    const late = signUp(email, 'another long passphrase');
    await waiting.promise;
    ahead = 61_000;
    await (await signUp(email)).tokens();
    free.resolve();
    await late;
    const { users, claim } = await stored(email);
    expect(users).toHaveLength(2);
    expect((await (await signIn(email)).tokens()).claims()?.sub).toBe(claim);
    expect((await signIn(email, 'another long passphrase')).browser.status).toBe(422);
  });

  it('and fails after the account is made, before the browser is signed in, leaves a whole account', async () => {
    const email = 'signed-out@example.test';
    const { Session } = server.services.models.oidc;
    const bulk = vi
      .spyOn(Session.collection, 'bulkWrite')
      .mockRejectedValue(new MongoNetworkError('connection closed'));
    const update = vi
      .spyOn(Session.collection, 'updateOne')
      .mockRejectedValue(new MongoNetworkError('connection closed'));
    const { browser } = await signUp(email);
    expect(browser.status).toBe(503);
    bulk.mockRestore();
    update.mockRestore();
    expect((await (await signIn(email)).tokens()).claims()?.sub).toBe((await stored(email)).claim);
  });
});

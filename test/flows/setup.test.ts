import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { can } from '../../src/access/can.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Organization } from '../../src/models/index.js';
import { loadActor } from '../../src/services/load-actor.js';
import { applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { newSetupUrl } from '../../src/services/setup-link.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close();
});

/** A server that nobody operates yet. */
async function fresh(options: Parameters<typeof startServer>[0] = {}): Promise<TestServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

const link = async (server: TestServer) => (await newSetupUrl(server.services, server.issuer)) as string;
const system = async (server: TestServer) =>
  (await server.services.models.Organization.findOne({ slug: 'system' }).lean()) as Organization;
const rows = async (server: TestServer) =>
  server.services.models.Membership.find({ organizationId: (await system(server))._id }).lean();
const isOperator = async (server: TestServer, userId: string) =>
  can(await loadActor(server.services, userId), 'instance:users');

async function signIn(server: TestServer, email: string) {
  const browser = newBrowser(server);
  await browser.open('/account');
  return browser.submit('Sign in', { email, password: PASSWORD });
}

/** Sends the form that the browser has open, through one of the servers. @returns the status of the answer itself. */
async function join(server: TestServer, through: TestServer, browser: BrowserClient): Promise<number> {
  const answer = await request(through.server)
    .post(new URL(browser.url).pathname)
    .set('Host', new URL(server.issuer).host)
    .set('Cookie', browser.cookies('/setup/x'))
    .type('form')
    .send({ csrf: /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] });
  return answer.status;
}

describe('the setup link (R14)', () => {
  it('asks to make an account first, also with sign-up closed, and then makes its user the operator', async () => {
    const server = await fresh({ signUp: 'closed' });
    const browser = newBrowser(server);
    const url = await link(server);
    await browser.open(url);
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Ada', email: 'ada@ops.test', password: 'short' });
    expect(browser.status).toBe(422);
    await browser.submit('Create account', { name: 'Ada', email: 'ada@ops.test', password: PASSWORD });
    expect(browser.url).toBe(url);
    expect(browser.has('ada@ops.test')).toBe(true);
    expect(await rows(server)).toEqual([]);
    await browser.submit('Join');
    expect(browser).toMatchObject({ status: 200, url: `${server.issuer}/account` });
    expect(browser.has('Operator of this server')).toBe(true);
    expect(browser.has('You aren’t in an organization yet')).toBe(true);
    const [operator, ...others] = await rows(server);
    expect(others).toEqual([]);
    expect(operator).toMatchObject({ status: 'active', settled: true, roles: [] });
    expect(await system(server)).toMatchObject({ founded: true, administrators: [operator?.userId] });
    expect(await isOperator(server, operator?.userId as string)).toBe(true);
  });

  it('takes somebody who has an account by signing in, and shows who is signed in with a way to be another', async () => {
    const server = await fresh();
    const [one, other] = [await makeUser(server.services), await makeUser(server.services)];
    const browser = await signIn(server, one.email);
    await browser.open(await link(server));
    expect(browser.has(`Signed in as ${one.email}`)).toBe(true);
    await browser.follow('Use another account');
    await browser.submit('Sign in', { email: other.email, password: PASSWORD });
    expect(browser.has(`Signed in as ${other.email}`)).toBe(true);
    await browser.submit('Join');
    expect((await system(server)).administrators).toEqual([other._id]);
    expect(await isOperator(server, one._id)).toBe(false);
  });

  it('works once: used, ended by a later start, unknown or malformed, it answers like an unknown page', async () => {
    const server = await fresh();
    const ended = await link(server);
    const used = await link(server);
    const user = await makeUser(server.services);
    const browser = await signIn(server, user.email);
    const pages = new Set<string>();
    const open = async (address: string) => {
      await browser.open(address);
      expect(browser.status, address).toBe(404);
      pages.add(browser.html.replace(/req_\w+/g, ''));
    };
    await open(ended);
    await browser.open(used);
    const form = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
    await browser.submit('Join');
    for (const address of [used, ended, `${server.issuer}/setup/${'x'.repeat(43)}`, '/setup/%24ne', '/setup/a.b'])
      await open(address);
    expect(pages.size).toBe(1);
    // The form of another link that was still open in a tab.
    const answer = await request(server.server)
      .post(new URL(ended).pathname)
      .set('Host', new URL(server.issuer).host)
      .set('Cookie', browser.cookies('/setup/x'))
      .type('form')
      .send({ csrf: form });
    expect(answer.status).toBe(404);
    // No start makes a new one.
    expect(await newSetupUrl(server.services, server.issuer)).toBeUndefined();
  });

  it('pressed twice by the same person is one operator and no error', async () => {
    const server = await fresh();
    const user = await makeUser(server.services);
    const browser = await signIn(server, user.email);
    await browser.open(await link(server));
    const press = () => join(server, server, browser);
    expect(await Promise.all([press(), press(), press()])).toEqual([303, 303, 303]);
    expect((await rows(server)).map((row) => row.userId)).toEqual([user._id]);
    expect((await system(server)).administrators).toEqual([user._id]);
  });

  it('used by 20 people at once through two servers makes exactly one of them an operator, the others nothing', async () => {
    const server = await fresh();
    const second = await fresh({ store: server.store, issuer: server.issuer });
    const url = await link(server);
    const people = await Promise.all(Array.from({ length: 20 }, () => makeUser(server.services)));
    const browsers = await Promise.all(people.map((user) => signIn(server, user.email)));
    for (const browser of browsers) await browser.open(url);
    const statuses = await Promise.all(
      browsers.map((browser, index) => join(server, index % 2 ? server : second, browser)),
    );
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    expect(statuses.filter((status) => status === 404)).toHaveLength(19);
    const winner = people[statuses.indexOf(303)]?._id as string;
    expect((await system(server)).administrators).toEqual([winner]);
    expect((await rows(server)).map((row) => row.userId)).toEqual([winner]);
    for (const user of people) expect(await isOperator(server, user._id)).toBe(user._id === winner);
  }, 120_000);

  it('lies in the store as a hash alone, in no log line, and in no URL or Referer beyond its own', async () => {
    const lines: string[] = [];
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) });
    const server = await fresh({ logger });
    const url = await link(server);
    const secret = url.slice(url.lastIndexOf('/') + 1);
    const browser = newBrowser(server);
    const first = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).not.toContain(secret);
    expect(first.headers.get('referrer-policy')).toBe('strict-origin');
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.headers.getSetCookie().join()).toMatch(/rollcall_setup=.*httponly/i);
    await fetch(url.replace('/setup/', '/SETUP//'), { redirect: 'manual' });
    await fetch(`${url}%41/`, { redirect: 'manual' });
    await browser.open(url);
    for (const { collectionName } of await server.store.connection
      .listCollections()
      .then((all) => all.map(({ name }) => ({ collectionName: name })))) {
      const documents = await server.store.connection.collection(collectionName).find().toArray();
      expect(JSON.stringify(documents), collectionName).not.toContain(secret);
    }
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Ada', email: 'ada@ops.test', password: PASSWORD });
    await browser.submit('Join');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join('')).not.toContain(secret.slice(0, 12));
    expect(lines.join('')).toContain('/setup/…');
    expect(browser.cookie('rollcall_setup')).toBeUndefined();
  });

  it('opens sign-up for its own login alone, and for the browser that has it', async () => {
    const server = await fresh({ signUp: 'closed' });
    const application = await makeApplication(server.services);
    const browser = newBrowser(server);
    await browser.open(await link(server));
    const signUpPage = `${new URL(browser.url).pathname}/sign-up`;
    expect(browser.has('Create account')).toBe(true);
    // The same browser in an application's login, and on the account pages.
    const elsewhere = await (await relyingParty(server, application._id)).begin(browser);
    expect(elsewhere.browser.has('Create account')).toBe(false);
    await browser.open(`${new URL(browser.url).pathname}/sign-up`);
    expect(browser.status).toBe(404);
    await browser.open('/account');
    expect(browser.has('Create account')).toBe(false);
    // Another browser that says where it wants to go, without the secret or with a wrong one.
    for (const planted of [undefined, 'x'.repeat(43), '../account']) {
      const other = newBrowser(server);
      if (planted) other.plant('rollcall_setup', planted);
      const query = new URLSearchParams({
        client_id: 'rollcall',
        response_type: 'none',
        scope: 'openid',
        redirect_uri: `${server.issuer}/account/signed-in`,
        state: '/setup',
      });
      await other.open(`/oauth2/authorize?${query}`);
      expect(other.has('Create account')).toBe(false);
      await other.open(`${new URL(other.url).pathname}/sign-up`);
      expect(other.status).toBe(404);
    }
    // The link is used meanwhile: the page that was open makes no account any more.
    await browser.open(await link(server));
    await browser.follow('Create account');
    await newSetupUrl(server.services, server.issuer);
    await browser.submit('Create account', { name: 'Late', email: 'late@ops.test', password: PASSWORD });
    expect(browser.status).toBe(404);
    expect(await server.services.models.User.countDocuments()).toBe(0);
    expect(signUpPage).toMatch(/^\/interaction\//);
  });

  it('refuses a form that comes from elsewhere or isn’t one, and whoever guesses many links is told to wait', async () => {
    const server = await fresh();
    const user = await makeUser(server.services);
    const browser = await signIn(server, user.email);
    const url = await link(server);
    await browser.open(url);
    const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
    const post = (origin?: string) => {
      const sent = request(server.server)
        .post(new URL(url).pathname)
        .set('Host', new URL(server.issuer).host)
        .set('Cookie', browser.cookies('/setup/x'));
      return origin ? sent.set('Origin', origin) : sent;
    };
    expect((await post()).status).toBe(403);
    expect((await post().type('json').send({ csrf })).status).toBe(403);
    expect((await post('https://evil.example').type('form').send({ csrf })).status).toBe(403);
    expect((await post().type('form').send(`csrf=${csrf}&csrf=${csrf}`)).status).toBe(403);
    expect(
      (
        await post()
          .type('form')
          .send({ csrf, more: 'x'.repeat(40_000) })
      ).status,
    ).toBe(413);
    expect(await rows(server)).toEqual([]);
    const statuses: number[] = [];
    for (let guess = 0; guess < 65; guess += 1)
      statuses.push((await fetch(`${server.issuer}/setup/${String(guess).padStart(43, 'g')}`)).status);
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect(statuses.indexOf(429)).toBeGreaterThanOrEqual(50);
    // Who has the link isn't locked out by it.
    await browser.open(url);
    await browser.submit('Join');
    expect((await system(server)).administrators).toEqual([user._id]);
  });

  it('is completed where a crash came between founding and the membership', async () => {
    const server = await fresh();
    const user = await makeUser(server.services);
    await link(server);
    await server.services.models.Organization.updateOne(
      { _id: (await system(server))._id },
      { founded: true, administrators: [user._id] },
    );
    expect(await newSetupUrl(server.services, server.issuer)).toBeUndefined();
    expect((await rows(server)).map((row) => row.userId)).toEqual([user._id]);
    expect(await isOperator(server, user._id)).toBe(true);
  });
});

describe('operators by file (R14)', () => {
  const file = (roles?: string[], email = 'op@ops.test') => ({
    users: [
      { email, name: 'Op', password: PASSWORD, memberships: [{ organization: 'system', ...(roles ? { roles } : {}) }] },
    ],
  });

  it('are made by a membership of system, after which no setup link is made and earlier ones end', async () => {
    for (const roles of [['admin'], undefined]) {
      const server = await fresh();
      const url = await link(server);
      await applyProvisioning(server.services, file(roles));
      expect((await applyProvisioning(server.services, file(roles))).applied).toEqual([]);
      expect(await newSetupUrl(server.services, server.issuer)).toBeUndefined();
      const browser = await signIn(server, 'op@ops.test');
      expect(browser.has('Operator of this server')).toBe(true);
      await browser.open(url);
      expect(browser.status).toBe(404);
    }
  });

  it('keep to the rules: the first has to be an administrator, and system itself can’t be declared', async () => {
    const server = await fresh();
    await expect(applyProvisioning(server.services, file(['member']))).rejects.toThrow(ProvisioningError);
    await expect(
      applyProvisioning(server.services, { organizations: [{ slug: 'system', name: 'Mine', joinPolicy: 'open' }] }),
    ).rejects.toThrow(/organizations\[0\]\.slug/);
    expect(await rows(server)).toEqual([]);
  });

  it('are not asked to choose system in an application’s login, and their tokens there don’t say that they are', async () => {
    const server = await fresh();
    await applyProvisioning(server.services, file(['admin']));
    const application = await makeApplication(server.services);
    const operator = await server.services.models.User.findOne({ email: 'op@ops.test' }).lean();
    const organization = await makeOrganization(server.services, { founder: operator?._id as string });
    const flow = await (await relyingParty(server, application._id)).begin(newBrowser(server));
    await flow.browser.submit('Sign in', { email: 'op@ops.test', password: PASSWORD });
    expect((await flow.tokens()).claims()).toMatchObject({ oid: organization._id, roles: ['admin'] });
  });
});

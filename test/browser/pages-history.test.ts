import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser, PASSWORD } from '../support/factories.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const NAMES = ['Benedikt Oyelaran', 'Chiara Vitale', 'Christof Weiss', 'Emeka Mbah'];
const FAILED = 'The server didn’t answer as it should.';

let server: TestServer;
let browser: Browser;
let ada: User;
let organizationId: string;
let emeka: { path: string; userId: string };
let context: BrowserContext;
let page: Page;
let visit: (path: string) => Promise<void>;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  ({ _id: organizationId } = await makeOrganization(services, { name: 'Acme', founder: ada._id }));
  const billing = await makeRole(services, { key: 'billing', name: 'Billing' });
  await makeRole(services, { key: 'travel', name: 'Travel' });
  await makeGroup(services, organizationId, 'Finance', [billing._id]);
  await makeGroup(services, organizationId, 'Founders');
  for (const name of NAMES) {
    const user = await makeUser(services, { name });
    const { _id } = await makeMember(services, organizationId, user._id);
    emeka = { path: `/organizations/acme/members/${_id}`, userId: user._id };
    if (name.startsWith('Ch'))
      await giveRole(services, SYSTEM, { organizationId, userId: user._id, roleId: billing._id });
  }
  await moveEvents(services);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  ({ context, page, visit } = await openPages(browser, server, ada, VIEWS[0], { scripts: true }));
});
afterEach(() => context.close());

const members = '/organizations/acme/members';
const names = () => page.locator('#list tbody th a').allTextContents();
const query = () => Object.fromEntries([...new URL(page.url()).searchParams].filter(([, value]) => value));
const search = (text: string) => page.getByLabel('Search').pressSequentially(text);
const path = () => new URL(page.url()).pathname;

describe('a list that is narrowed as one types', () => {
  it('has its address, which shows the same list again, here and in another window', async () => {
    await visit(members);
    await search('ch');
    await expect.poll(names).toEqual(['Chiara Vitale', 'Christof Weiss']);
    await page.getByLabel('Role', { exact: true }).selectOption('Billing');
    await expect.poll(query).toEqual({ q: 'ch', role: 'billing' });
    await search('i');
    await expect.poll(names).toEqual(['Chiara Vitale']);
    await expect.poll(query).toEqual({ q: 'chi', role: 'billing' });
    const other = await context.newPage();
    for (const shown of [page, other]) {
      await (shown === page ? page.reload() : other.goto(page.url()));
      expect(await shown.locator('#list tbody th a').allTextContents()).toEqual(['Chiara Vitale']);
      expect(await shown.getByLabel('Search').inputValue()).toBe('chi');
      expect(await shown.getByLabel('Role', { exact: true }).inputValue()).toBe('billing');
    }
  });

  it('is one step of the way back, not one for each letter', async () => {
    await visit('/organizations/acme/groups');
    await press(page, 'link', 'Members');
    await search('c');
    await expect.poll(query).toEqual({ q: 'c' });
    await search('hia');
    await expect.poll(query).toEqual({ q: 'chia' });
    await expect.poll(names).toEqual(['Chiara Vitale']);
    await page.goBack();
    expect(path()).toBe('/organizations/acme/groups');
    await page.goForward();
    expect(query()).toEqual({ q: 'chia' });
    expect(await names()).toEqual(['Chiara Vitale']);
  });

  it('is what one comes back to from a page that it leads to', async () => {
    await visit(members);
    await search('emek');
    // The first letters may find nobody else.
    await expect.poll(query).toEqual({ q: 'emek' });
    await expect.poll(names).toEqual(['Emeka Mbah']);
    await press(page, 'link', 'Emeka Mbah');
    await page.goBack();
    expect(await names()).toEqual(['Emeka Mbah']);
    expect(await page.getByLabel('Search').inputValue()).toBe('emek');
  });

  it('is so for groups', async () => {
    await visit('/organizations/acme/groups');
    await search('fin');
    await expect.poll(query).toEqual({ q: 'fin' });
    await expect.poll(names).toEqual(['Finance']);
    await page.reload();
    expect(await names()).toEqual(['Finance']);
  });

  it('is so for activity, whose exports follow', async () => {
    await visit('/organizations/acme');
    await press(page, 'link', 'Activity');
    await page.getByLabel('Person').pressSequentially('emeka');
    await page.getByText('What Emeka Mbah did').waitFor();
    await expect.poll(query).toMatchObject({ person: 'emeka' });
    const exported = page.getByRole('link', { name: 'Export as CSV' });
    await expect.poll(() => exported.getAttribute('href')).toMatch(/person=emeka(&|$)/);
    await page.reload();
    await page.getByText('What Emeka Mbah did').waitFor();
    await page.goBack();
    expect(path()).toBe('/organizations/acme');
  });
});

describe('a session that has ended while a page was open', () => {
  /** In another window of the same browser. */
  async function signOut(): Promise<void> {
    const other = await context.newPage();
    await other.goto(`${server.issuer}/account`);
    await press(other, 'button', 'Sign out');
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByText('signed out').first().waitFor();
    await other.close();
  }

  async function signInAgain(): Promise<void> {
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
  }

  it('leads who types to signing in, and then to what was looked for', async () => {
    await visit(members);
    await signOut();
    // All of it at once: the first letters would lead there already.
    await page.getByLabel('Search').fill('chia');
    await page.getByLabel('Password').waitFor();
    expect(await page.locator('#list').count()).toBe(0);
    await signInAgain();
    expect(path()).toBe(members);
    expect(query()).toEqual({ q: 'chia' });
    expect(await names()).toEqual(['Chiara Vitale']);
  });

  it('leads who gives a role to signing in, and gives none', async () => {
    await visit(emeka.path);
    await signOut();
    await page.getByLabel('Role', { exact: true }).selectOption('travel');
    await page.getByRole('button', { name: 'Add role' }).click();
    await page.getByLabel('Password').waitFor();
    await signInAgain();
    expect(path()).toBe(emeka.path);
    const key = { organizationId, userId: emeka.userId };
    const row = await server.services.models.Membership.findOne(key).lean();
    expect(row?.roles).toHaveLength(1);
  });
});

describe('a request that fails while one types', () => {
  const said = () => page.locator('#toast').textContent();

  it.each<[string, (route: Route) => Promise<void>]>([
    [
      'the server has a fault',
      (route) => route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Oh</h1>' }),
    ],
    [
      'the server is too busy',
      (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Oh</h1>' }),
    ],
    ['there is no way to it', (route) => route.abort()],
  ])('says so where %s, and leaves the page and what was typed', async (_, fail) => {
    await visit(members);
    const all = await names();
    await page.route('**/members?*', fail);
    await search('ch');
    await expect.poll(said).toContain(FAILED);
    expect(await names()).toEqual(all);
    expect(await page.getByLabel('Search').inputValue()).toBe('ch');
    expect(await page.getByLabel('Search').evaluate((field) => field.matches(':focus'))).toBe(true);
    expect(query()).toEqual({});
    await page.unroute('**/members?*');
    await search('i');
    await expect.poll(names).toEqual(['Chiara Vitale']);
    await expect.poll(async () => (await said())?.trim()).toBe('');
  });

  it('keeps a role that was about to be given chosen, and it can be given afterwards', async () => {
    await visit(emeka.path);
    await page.route('**/roles', (route) => route.fulfill({ status: 500, contentType: 'text/html', body: 'Oh' }));
    await page.getByLabel('Role', { exact: true }).selectOption('travel');
    await page.getByRole('button', { name: 'Add role' }).click();
    await expect.poll(said).toContain(FAILED);
    expect(await page.getByLabel('Role', { exact: true }).inputValue()).toBe('travel');
    await page.unroute('**/roles');
    await page.getByRole('button', { name: 'Add role' }).click();
    await expect.poll(said).toContain('Emeka Mbah has Travel now');
  });

  it('leads to the page that says so where what is asked for isn’t there any more', async () => {
    const { services } = server;
    const gone = await makeUser(services, { name: 'Gone Soon' });
    const { _id } = await makeMember(services, organizationId, gone._id);
    await visit(`${members}/${_id}`);
    await services.models.Membership.updateOne({ _id }, { status: 'removed' });
    await page.getByLabel('Role', { exact: true }).selectOption('travel');
    await page.getByRole('button', { name: 'Add role' }).click();
    await page.getByRole('link', { name: 'Go to your account' }).waitFor();
  });
});

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Group, Organization, User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import { addressesOf } from '../support/addresses.js';
import { launchBrowser, VIEWS } from '../support/browser.js';
import {
  makeApi,
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
} from '../support/factories.js';
import { faultsOfWalk, focusOf, isOn, open, pick, pressEnter, tabTo, type, watchFocus } from '../support/keyboard.js';
import { signIn } from '../support/login.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const NAMES = ['Benedikt Oyelaran', 'Chiara Vitale', 'Emeka Mbah', 'Freya Lindqvist', 'Goran Stanić'];

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let visit: (path: string) => Promise<void>;
let acme: Organization;
let finance: Group;
let bulk: string;
const NOWHERE = { slug: '', holder: '', grouped: '', role: '', group: '', bulk: '', event: '' };
let things = NOWHERE;
/** Memberships by name. */
const rows: Record<string, string> = {};

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  const ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  acme = await makeOrganization(services, { name: 'Acme', founder: ada._id, joinPolicy: 'open' });
  await makeOrganization(services, { name: 'Hollis & Lane', founder: ada._id });
  const { _id: organizationId } = acme;
  await makeApi(services, { name: 'Invoices API' });
  const billing = await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sends', organizationId });
  const travel = await makeRole(services, { key: 'travel', name: 'Travel', description: 'Books journeys' });
  finance = await makeGroup(services, organizationId, 'Finance', [billing._id]);
  await makeGroup(services, organizationId, 'Founders');
  const people: User[] = [];
  for (const name of NAMES) {
    const user = await makeUser(services, { name, email: `${name.split(' ')[0]?.toLowerCase()}@acme.test` });
    rows[name] = (await makeMember(services, organizationId, user._id))._id;
    people.push(user);
  }
  const [benedikt, chiara] = people as [User, User];
  await giveRole(services, SYSTEM, { organizationId, userId: chiara._id, roleId: billing._id });
  await addToGroup(services, SYSTEM, { organizationId, userId: benedikt._id, groupId: finance._id });
  await signIn(server, (await makeApplication(services))._id, { user: ada });
  ({ _id: bulk } = await previewBulk(services, SYSTEM, {
    organizationId,
    action: { kind: 'give_role', roleId: travel._id },
    members: { references: people.map(({ _id }) => _id) },
  }));
  const { eventId } = await applyBulk(services, SYSTEM, organizationId, bulk);
  while (!(await services.models.BulkOperation.findById(bulk).lean())?.endedAt) await runBatch(services);
  await moveEvents(services);
  things = {
    slug: acme.slug,
    holder: rows['Chiara Vitale'] as string,
    grouped: rows['Benedikt Oyelaran'] as string,
    role: 'billing',
    group: finance._id,
    bulk,
    event: eventId,
  };
  ({ context, page, visit } = await openPages(browser, server, ada, VIEWS[0], { scripts: true }));
  await watchFocus(context);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(() => page.setViewportSize(VIEWS[0].viewport));

const path = (rest = '') => `/organizations/acme${rest}`;
const heading = () => page.getByRole('heading', { level: 1 }).textContent();
const toast = () => page.locator('#toast').textContent();
const names = () => page.locator('#list tbody th a').allTextContents();
const query = () => new URL(page.url()).searchParams;
/** Whose page it is, by the address of the row. */
const memberPath = (name: string, rest = '') => path(`/members/${rows[name]}${rest}`);

describe('on every page each control is reached by Tab, and seen when it is', () => {
  it.each(Object.keys(addressesOf(NOWHERE)))('%s', async (name) => {
    await visit(addressesOf(things)[name] as string);
    expect(await faultsOfWalk(page)).toEqual([]);
  });

  it('members, where the bar of those selected lies over them', async () => {
    await page.setViewportSize({ width: 1280, height: 400 });
    await visit(path('/members'));
    await tabTo(page, 'checkbox', 'Select Benedikt Oyelaran');
    await page.keyboard.press('Space');
    expect(await faultsOfWalk(page)).toEqual([]);
  });

  it('members on a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 480 });
    await visit(path('/members'));
    await tabTo(page, 'checkbox', 'Select all on this page');
    await page.keyboard.press('Space');
    expect(await faultsOfWalk(page)).toEqual([]);
  });
});

describe('around each page', () => {
  it('the first Tab is at a link that skips to the page', async () => {
    await visit(path('/settings'));
    await page.keyboard.press('Tab');
    expect(await isOn(page, 'link', 'Skip to the page')).toBe(true);
    expect((await focusOf(page)).fault).toBeUndefined();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await isOn(page, 'textbox', 'Organization name')).toBe(true);
  });

  it('another organization is gone to by the menu in the header', async () => {
    await visit(path('/members'));
    await tabToSummary('Acme');
    await page.keyboard.press('Enter');
    await tabTo(page, 'link', 'Hollis & Lane Admin');
    await pressEnter(page);
    expect(await heading()).toBe('Hollis & Lane');
  });

  it('the person’s menu opens, and Escape closes it and leaves the focus on it', async () => {
    await visit(path());
    await tabToSummary('Ada Byron');
    await page.keyboard.press('Space');
    await tabTo(page, 'link', 'Your organizations');
    await page.keyboard.press('Escape');
    expect(await page.locator('details.menu[open]').count()).toBe(0);
    expect((await focusOf(page)).name).toContain('Ada Byron');
    expect((await focusOf(page)).fault).toBeUndefined();
    await page.keyboard.press('Enter');
    await open(page, 'link', 'Your organizations');
    expect(await heading()).toBe('Your organizations');
  });

  it('the pages beside are gone to, backwards as well', async () => {
    await visit(path());
    await tabTo(page, 'link', 'Members');
    await tabTo(page, 'link', 'Activity');
    await tabTo(page, 'link', 'Groups', 'Shift+Tab');
    await pressEnter(page);
    expect(await heading()).toContain('Groups');
  });
});

/** Goes to what opens a menu. */
async function tabToSummary(text: string): Promise<void> {
  const summary = page.locator('summary', { hasText: text }).and(page.locator(':focus'));
  for (let presses = 0; presses < 100 && !(await summary.count()); presses += 1) await page.keyboard.press('Tab');
  expect((await focusOf(page)).fault).toBeUndefined();
}

describe('members', () => {
  it('are searched as one types: the caret stays where it is', async () => {
    await visit(path('/members'));
    await tabTo(page, 'searchbox', 'Search');
    await page.keyboard.type('chia');
    await expect.poll(names).toEqual(['Chiara Vitale']);
    expect(await isOn(page, 'searchbox', 'Search')).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('i');
    await expect.poll(() => query().get('q')).toBe('chia');
    await page.keyboard.press('End');
    await page.keyboard.type('zz');
    await expect.poll(() => query().get('q')).toBe('chiazz');
    await page.getByText('Nobody is found').waitFor();
    expect(await isOn(page, 'searchbox', 'Search')).toBe(true);
    await open(page, 'link', 'Show all members');
    expect(await names()).toHaveLength(NAMES.length + 1);
  });

  it('are filtered by the arrows, sorted, and stay sorted when they are filtered', async () => {
    await visit(path('/members'));
    await open(page, 'link', 'Name');
    expect((await names())[0]).toBe('Goran Stanić');
    await tabTo(page, 'combobox', 'Group');
    await page.keyboard.press('ArrowDown');
    await expect.poll(names).toEqual(['Benedikt Oyelaran']);
    expect(await isOn(page, 'combobox', 'Group')).toBe(true);
    await expect.poll(() => query().get('group')).toBe(finance._id);
    await page.keyboard.press('ArrowUp');
    await expect.poll(async () => (await names())[0]).toBe('Goran Stanić');
    expect(query().get('order')).toBe('descending');
  });

  it('are selected, given a role after a look at what would happen, and have it taken again', async () => {
    await visit(path('/members'));
    for (const name of ['Chiara Vitale', 'Emeka Mbah', 'Freya Lindqvist']) {
      await tabTo(page, 'checkbox', `Select ${name}`);
      await page.keyboard.press('Space');
    }
    await open(page, 'button', 'Give a role');
    expect(await heading()).toBe('Give a role to 3 people');
    await pick(page, 'Role', 'Billing');
    await open(page, 'button', 'Preview');
    expect(await heading()).toBe('Give Billing to 3 people');
    await open(page, 'button', 'Apply to 2 people');
    await page.getByText('2 people were changed').waitFor();
    await open(page, 'button', 'Undo for 2 people');
    await page.getByText('2 people were changed').waitFor();
    await open(page, 'link', 'Show all members');
  });

  it('are selected by mistake, and none is any more', async () => {
    await visit(path('/members'));
    await tabTo(page, 'checkbox', 'Select all on this page');
    await page.keyboard.press('Space');
    await tabTo(page, 'button', 'Select nobody');
    await page.keyboard.press('Enter');
    await expect.poll(() => isOn(page, 'checkbox', 'Select Ada Byron')).toBe(true);
    expect(await page.locator('input:checked').count()).toBe(0);
    expect(await page.locator('#all').evaluate((box) => 'indeterminate' in box && box.indeterminate)).toBe(false);
    expect(await page.locator('[data-picked]').textContent()).toBe('0 selected');
  });
});

describe('one member', () => {
  it('is given a role, which is taken again after a question', async () => {
    await visit(path('/members'));
    await open(page, 'link', 'Goran Stanić');
    await pick(page, 'Role', 'Travel');
    await tabTo(page, 'button', 'Add role');
    await page.keyboard.press('Enter');
    await expect.poll(toast).toContain('Goran Stanić had Travel already');
    await expect.poll(() => isOn(page, 'button', 'Add role')).toBe(true);
    await tabTo(page, 'combobox', 'Role', 'Shift+Tab');
    await pick(page, 'Role', 'Billing');
    await tabTo(page, 'button', 'Add role');
    await page.keyboard.press('Space');
    await expect.poll(toast).toContain('Goran Stanić has Billing now');
    await expect.poll(() => isOn(page, 'button', 'Add role')).toBe(true);
    await tabTo(page, 'button', 'Remove Billing', 'Shift+Tab');
    await pressEnter(page);
    await open(page, 'button', 'Confirm');
    expect(await toast()).toContain('doesn’t hold Billing directly any more');
  });

  it('is put into a group', async () => {
    await visit(memberPath('Emeka Mbah'));
    await open(page, 'link', 'Groups 0');
    await pick(page, 'Group', 'Finance');
    await open(page, 'button', 'Add to group');
    expect(await toast()).toContain('Emeka Mbah is in Finance now');
  });

  it('is suspended after a question, and reactivated', async () => {
    await visit(memberPath('Freya Lindqvist'));
    await open(page, 'button', 'Suspend');
    await open(page, 'link', 'Cancel');
    await open(page, 'button', 'Suspend');
    await open(page, 'button', 'Confirm');
    expect(await toast()).toContain('Freya Lindqvist is suspended');
    await open(page, 'button', 'Reactivate');
    expect(await toast()).toContain('Freya Lindqvist is active again');
  });
});

it('a role is made, allowed something, given to a person, and deleted', async () => {
  await visit(path('/roles'));
  await open(page, 'link', 'Create role');
  // The first field has the focus already.
  await expect.poll(() => isOn(page, 'textbox', 'Name')).toBe(true);
  await page.keyboard.type('Archivist');
  await pressEnter(page);
  expect(await heading()).toBe('Archivist');
  await visit(path('/roles/archivist/permissions'));
  await tabTo(page, 'checkbox', 'invoices:read, Read invoices');
  await page.keyboard.press('Space');
  await open(page, 'button', 'Save');
  expect(await toast()).toContain('Archivist allows now what you have chosen');
  await open(page, 'link', 'Assignments 0');
  await open(page, 'link', 'Give to people or groups');
  await tabTo(page, 'combobox', 'Person');
  await page.keyboard.type('gor');
  await page.waitForSelector('#people option[value="goran@acme.test"]', { state: 'attached' });
  expect(await isOn(page, 'combobox', 'Person')).toBe(true);
  await page.keyboard.type('an@acme.test');
  await open(page, 'button', 'Give role');
  expect(await toast()).toContain('Goran Stanić has Archivist now');
  await open(page, 'link', 'Delete role');
  await tabTo(page, 'radio', 'Replace with another role Who has it, has that one instead.');
  await page.keyboard.press('ArrowDown');
  expect(await page.getByLabel('Remove it from everyone').isChecked()).toBe(true);
  await open(page, 'button', 'Confirm');
  expect(await toast()).toContain('Archivist is deleted');
});

it('a group is made, and somebody put into it', async () => {
  await visit(path('/groups'));
  await open(page, 'link', 'Create group');
  await type(page, 'textbox', 'Name', 'Night shift');
  await tabTo(page, 'checkbox', 'Billing Sends');
  await page.keyboard.press('Space');
  await open(page, 'button', 'Create group');
  await open(page, 'link', 'Add people');
  await type(page, 'combobox', 'Person', 'freya@acme.test');
  await pressEnter(page);
  expect(await toast()).toContain('Freya Lindqvist is in Night shift');
  await open(page, 'link', 'Remove Freya Lindqvist');
  await open(page, 'button', 'Confirm');
  await open(page, 'link', 'Delete group');
  await open(page, 'button', 'Confirm');
  expect(await toast()).toContain('The group Night shift is gone');
});

it('the organization’s name is changed in its settings', async () => {
  await visit(path('/settings'));
  await type(page, 'textbox', 'Organization name', 'Acme & Sons');
  await pressEnter(page);
  expect(await toast()).toContain('Saved');
  expect(await page.locator('summary').first().textContent()).toContain('Acme & Sons');
  await type(page, 'textbox', 'Organization name', 'Acme');
  await open(page, 'button', 'Save');
  expect(await page.locator('summary').first().textContent()).not.toContain('Sons');
});

it('activity is filtered, and a change of many opens to what became of each', async () => {
  await visit(path('/audit'));
  await tabTo(page, 'combobox', 'Action');
  while ((await page.locator(':focus').inputValue()) !== 'bulk') await page.keyboard.press('ArrowDown');
  await expect.poll(() => query().get('kind')).toBe('bulk');
  // The address comes first, then the list.
  await expect.poll(() => page.locator('.log > li:not(:has(details))').count()).toBe(0);
  expect(await isOn(page, 'combobox', 'Action')).toBe(true);
  await tabToSummary('Travel');
  await page.keyboard.press('Enter');
  await page.locator('.children tr', { hasText: 'Chiara Vitale' }).waitFor();
  expect((await focusOf(page)).name).toContain('Travel');
  await open(page, 'link', 'See the bulk operation');
  expect(await heading()).toBe('Give Travel to 5 people');
});

it('who stops a change of many that runs is not thrown off the button, and stays on the page when it has ended', async () => {
  const { BulkOperation } = server.services.models;
  await BulkOperation.updateOne({ _id: bulk }, { status: 'running' });
  await visit(path(`/bulk/${bulk}`));
  await tabTo(page, 'button', 'Stop');
  const shownAgain = () => page.waitForResponse((answer) => answer.url().endsWith(bulk));
  await shownAgain();
  await shownAgain();
  expect(await isOn(page, 'button', 'Stop')).toBe(true);
  await BulkOperation.updateOne({ _id: bulk }, { status: 'done' });
  await page.getByText('people were changed').waitFor();
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('bulk');
  expect((await focusOf(page)).fault).toBeUndefined();
});

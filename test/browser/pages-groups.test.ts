import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Group, Organization, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeGroup } from '../../src/services/change-group.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { SYSTEM } from '../../src/services/context.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const LONG = 'Verwaltungsgemeinschaftsangelegenheiten'.repeat(5).slice(0, 200);
const RIGHT_TO_LEFT = 'فريق المحاسبة والمالية';

let browser: Browser;
let server: TestServer;
let ada: User;
let organization: Organization;
let empty: Organization;
let extreme: Organization;
let group: Group;
let longest: Group;
let chiara: string;
let unbreakable: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startServer()]);
  const { services } = server;
  const day = 24 * 60 * 60 * 1000;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  organization = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  empty = await makeOrganization(services, { name: 'Hollis & Lane', founder: ada._id });
  const { _id: organizationId } = organization;
  const billing = await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees and sends invoices' });
  const support = await makeRole(services, { key: 'support', name: 'Support', description: 'Answers tickets' });
  await makeRole(services, { key: 'auditor', name: 'Auditor', description: 'Reads everything' });
  group = await makeGroup(services, organizationId, 'Finance', [billing._id]);
  await changeGroup(services, SYSTEM, group, { description: 'Who keeps the books and sends the invoices' });
  await makeGroup(services, organizationId, 'Customer care', [support._id, MEMBER_ROLE_ID]);
  await makeGroup(services, organizationId, 'Founders', [ADMIN_ROLE_ID]);
  await makeGroup(services, organizationId, 'Visitors');
  const people = [
    ['Chiara Vitale', 'chiara.vitale@acme.test', undefined],
    ['Goran Stanić', 'goran@acme.test', undefined],
    ['Joaquim Prats', 'joaquim@acme.test', new Date(Date.now() + 3 * day)],
    ['Miriam Szabó', 'miriam@acme.test', new Date(Date.UTC(2199, 11, 31, 23, 59, 59))],
  ] as const;
  for (const [name, email, until] of people) {
    const user = await makeUser(services, { name, email });
    const row = await makeMember(services, organizationId, user._id);
    if (name === 'Chiara Vitale') chiara = row._id;
    const key = { organizationId, userId: user._id, groupId: group._id };
    await addToGroup(services, SYSTEM, { ...key, ...(until ? { until } : {}) });
  }

  extreme = await makeOrganization(services, { name: LONG.slice(0, 100), founder: ada._id });
  const custom = { organizationId: extreme._id, description: LONG };
  const wide = await makeRole(services, { key: 'wide', name: LONG, ...custom });
  const turned = await makeRole(services, { key: 'turned', name: RIGHT_TO_LEFT, ...custom });
  longest = await makeGroup(services, extreme._id, LONG, [wide._id, turned._id]);
  await changeGroup(services, SYSTEM, longest, { description: 'x'.repeat(1000) });
  await makeGroup(services, extreme._id, RIGHT_TO_LEFT, [turned._id]);
  await makeGroup(services, extreme._id, '👩‍👩‍👧‍👦🏳️‍🌈👍🏽');
  for (const name of [LONG, RIGHT_TO_LEFT, '👩‍👩‍👧‍👦🏳️‍🌈']) {
    const user = await makeUser(services, {
      name,
      ...(name === LONG ? { email: `${LONG.slice(0, 60)}@${LONG.slice(0, 50)}.test` } : {}),
    });
    const row = await makeMember(services, extreme._id, user._id);
    if (name === LONG) unbreakable = row._id;
    const key = { organizationId: extreme._id, userId: user._id, groupId: longest._id };
    await addToGroup(services, SYSTEM, { ...key, until: new Date(Date.now() + 2 * day) });
  }
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(VIEWS)('the pages of groups ($name)', (view) => {
  const groups = ({ slug }: Organization) => `/organizations/${slug}/groups`;

  it('show what groups are for, and each of them, in a browser without scripts', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(groups(empty));
    await look(page, `groups-empty-${view.name}`);
    await visit(groups(organization));
    await look(page, `groups-${view.name}`);
    await page.getByRole('searchbox', { name: 'Search' }).fill('fin');
    await press(page, 'button', 'Apply');
    expect(await page.getByRole('link', { name: 'Finance' }).isVisible()).toBe(true);
    expect(await page.getByText('Founders').isVisible()).toBe(false);
    await visit(`${groups(organization)}?q=zzz`);
    await look(page, `groups-none-${view.name}`);
    await visit(`${groups(organization)}/new`);
    await look(page, `group-new-${view.name}`);
    await page.getByLabel('Name').fill('finance');
    await page.getByLabel('Description').fill('Kept');
    await page.getByLabel('Billing').check();
    await press(page, 'button', 'Create group');
    await look(page, `group-new-taken-${view.name}`);
    expect(await page.getByLabel('Billing').isChecked()).toBe(true);
    await context.close();
  });

  it('show one group, and ask before something is taken', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    const path = `${groups(organization)}/${group._id}`;
    await visit(path);
    await look(page, `group-${view.name}`);
    await page.getByLabel('Person').fill('nobody@example.test');
    await press(page, 'button', 'Add to group');
    await look(page, `group-unknown-${view.name}`);
    await visit(path);
    await press(page, 'link', 'Remove Chiara Vitale');
    expect(page.url()).toContain(chiara);
    await look(page, `group-remove-member-${view.name}`);
    await visit(`${path}/roles`);
    await look(page, `group-roles-${view.name}`);
    await press(page, 'button', 'Remove Billing');
    await look(page, `group-remove-role-${view.name}`);
    await visit(`${path}/edit`);
    await look(page, `group-edit-${view.name}`);
    const now = (await server.services.models.Group.findById(group._id).lean()) as Group;
    await changeGroup(server.services, SYSTEM, now, { name: 'Finance' });
    await page.getByLabel('Name').fill('Bookkeeping');
    await press(page, 'button', 'Save');
    await look(page, `group-stale-${view.name}`);
    await visit(`${path}/delete`);
    await look(page, `group-delete-${view.name}`);
    await context.close();
  });
});

// Where there is least room.
describe.each([VIEWS[1]])('the pages of groups ($name)', (view) => {
  const groups = ({ slug }: Organization) => `/organizations/${slug}/groups`;

  it('hold names of any length and direction', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    const path = `${groups(extreme)}/${longest._id}`;
    const pages = {
      groups: groups(extreme),
      'group-new': `${groups(extreme)}/new`,
      group: path,
      'group-roles': `${path}/roles`,
      'group-delete': `${path}/delete`,
      'group-edit': `${path}/edit`,
      'group-remove-member': `${path}/members/${unbreakable}/remove`,
      'group-remove-role': `${path}/roles/remove?role=wide`,
    };
    for (const [name, address] of Object.entries(pages)) {
      await visit(address);
      await look(page, `extreme-${name}-${view.name}`);
    }
    // The narrowest of screens once: it looks the same in each view.
    await page.setViewportSize({ width: 320, height: 640 });
    for (const address of view.viewport.width < 400 ? Object.values(pages) : []) {
      await visit(address);
      const wide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      expect(await page.evaluate(wide), address).toBe(false);
    }
    await context.close();
  });
});

it('finds groups as one types, where scripts run', async () => {
  const [view] = VIEWS;
  const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
  await visit(`/organizations/${organization.slug}/groups`);
  await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('fou');
  // What is shown may be what the first letters find.
  await page.waitForURL(/q=fou/);
  await page.getByText('Customer care').waitFor({ state: 'detached' });
  expect(await page.getByRole('link', { name: 'Founders' }).isVisible()).toBe(true);
  await expect.poll(() => page.locator('#total').textContent()).toBe('1');
  await context.close();
});

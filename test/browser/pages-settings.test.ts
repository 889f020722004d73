import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const LONG = 'Verwaltungsgemeinschaftsangelegenheiten'.repeat(5).slice(0, 200);
const RIGHT_TO_LEFT = 'فريق المحاسبة والمالية';

let browser: Browser;
let server: TestServer;
let ada: User;
let operator: User;
let organization: Organization;
let free: Organization;
let extreme: Organization;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startServer()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  operator = await makeUser(services, { name: 'Olga Operator' });
  await makeMember(services, ((await findOrganization(services, 'system')) as Organization)._id, operator._id);
  organization = await makeOrganization(services, { name: 'Acme', founder: ada._id, joinPolicy: 'open' });
  free = await makeOrganization(services, { name: 'Hollis & Lane', founder: ada._id });
  extreme = await makeOrganization(services, {
    name: LONG,
    slug: 'x'.repeat(63),
    founder: ada._id,
    joinPolicy: 'open',
  });
  const billing = await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees and sends invoices' });
  await makeRole(services, { key: 'support', name: 'Support', description: 'Answers tickets' });
  for (const name of ['Chiara Vitale', 'Goran Stanić']) {
    const user = await makeUser(services, { name });
    await makeMember(services, organization._id, user._id, [billing._id, MEMBER_ROLE_ID]);
  }
  await makeGroup(services, organization._id, 'Finance', [billing._id]);
  const custom = { organizationId: extreme._id, description: LONG };
  const wide = await makeRole(services, { key: 'wide', name: LONG, ...custom });
  const turned = await makeRole(services, { key: 'turned', name: RIGHT_TO_LEFT, ...custom });
  await makeGroup(services, extreme._id, LONG, [wide._id]);
  for (const name of [LONG, RIGHT_TO_LEFT, '👩‍👩‍👧‍👦🏳️‍🌈'])
    await makeMember(services, extreme._id, (await makeUser(services, { name }))._id, [wide._id, turned._id]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Sends one of the forms, by its heading. */
const save = (page: Page, part: string) =>
  Promise.all([
    page.waitForEvent('domcontentloaded'),
    page.getByRole('region', { name: part, exact: true }).getByRole('button', { name: 'Save', exact: true }).click(),
  ]);

describe.each(VIEWS)('the pages of settings ($name)', (view) => {
  const settings = ({ slug }: Organization) => `/organizations/${slug}/settings`;

  it('show each form, and what is in its way, in a browser without scripts', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(settings(organization));
    await look(page, `settings-${view.name}`);
    await page.getByLabel('One role').check();
    await save(page, 'Roles per member');
    expect(await page.getByRole('link', { name: 'Goran Stanić' }).isVisible()).toBe(true);
    await look(page, `settings-refused-${view.name}`);
    await visit(`${settings(organization)}/role-mode`);
    await look(page, `settings-role-mode-${view.name}`);
    await visit(`${settings(free)}/role-mode`);
    await look(page, `settings-role-mode-free-${view.name}`);
    await visit(settings(free));
    await changeOrganization(server.services, SYSTEM, free, { name: 'Hollis & Lane' });
    await page.getByLabel('Organization name').fill('Hollis');
    await save(page, 'Name');
    expect(await page.getByLabel('Organization name').inputValue()).toBe('Hollis');
    await look(page, `settings-stale-${view.name}`);
    await page.getByLabel('Organization name').fill('');
    await save(page, 'Name');
    await look(page, `settings-fault-${view.name}`);
    await context.close();
  });

  it('show an operator what only operators do', async () => {
    const { context, page, visit } = await openPages(browser, server, operator, view);
    await visit(settings(organization));
    await press(page, 'link', 'Suspend organization');
    await look(page, `settings-suspend-${view.name}`);
    await visit('/organizations/system/settings');
    await look(page, `settings-system-${view.name}`);
    await context.close();
  });
});

// Where there is least room.
describe.each([VIEWS[1]])('the pages of settings ($name)', (view) => {
  const settings = ({ slug }: Organization) => `/organizations/${slug}/settings`;

  it('hold names of any length and direction', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(settings(extreme));
    await look(page, `extreme-settings-${view.name}`);
    await visit(`${settings(extreme)}/role-mode`);
    await look(page, `extreme-settings-role-mode-${view.name}`);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const address of [settings(extreme), `${settings(extreme)}/role-mode`]) {
      await visit(address);
      const wide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      expect(await page.evaluate(wide), address).toBe(false);
    }
    await context.close();
  });
});

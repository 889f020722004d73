import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../src/models/index.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { changeRole, createRole } from '../../src/services/create-role.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeApi, makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let ada: User;
let goran: User;
let base: string;
let extreme: string;
let organizationId: string;

const LONG = `Wirtschaftsprüfungsgesellschaftsbeauftragte${'x'.repeat(157)}`;
const RIGHT_TO_LEFT = 'מנהלת חשבונות ראשית 🧾👩🏽‍💼';

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  goran = await makeUser(services, { name: 'Goran Stanić', email: 'goran@acme.test' });
  const organization = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  organizationId = organization._id;
  base = `/organizations/${organization.slug}/roles`;
  await makeRole(services, { key: 'auditor', name: 'Auditor', description: 'Reads the books of everyone' });
  const crud = (resource: string, actions: string[]) =>
    actions.map((action) => ({
      key: `${resource}:${action}`,
      description: `${action[0]?.toUpperCase()}${action.slice(1)} ${resource}`,
      operatorsOnly: false,
    }));
  await makeApi(services, {
    name: 'Northwind Invoices API',
    permissions: [
      ...crud('invoices', ['read', 'create', 'update', 'approve', 'delete']),
      ...crud('payments', ['read', 'approve']),
      ...crud('customers', ['read', 'create', 'update', 'delete']),
    ],
  });
  await makeApi(services, { name: 'Ledger API', permissions: crud('accounts', ['read', 'create', 'update']) });
  await makeApi(services, {
    name: 'Reports API',
    permissions: 'print export archive share sign seal publish retract burn'
      .split(' ')
      .map((action) => ({ key: `report:${action}`, description: `Reports: ${action}`, operatorsOnly: false })),
  });
  const billing = await createRole(services, SYSTEM, {
    key: 'billing',
    name: 'Billing',
    description: 'Sees and sends invoices',
    organizationId,
    permissions: [
      ...['invoices:read', 'invoices:create', 'invoices:update', 'payments:read', 'customers:read', 'accounts:read'],
      'members:read',
    ],
  });
  await createRole(services, SYSTEM, {
    key: 'support',
    name: 'Support',
    description: 'Sees customers, answers tickets',
    organizationId,
  });
  await makeMember(services, organizationId, goran._id, []);
  await giveRole(services, SYSTEM, { organizationId, userId: goran._id, roleId: billing._id });
  const finance = await makeGroup(services, organizationId, 'Finance', [billing._id]);
  for (const [name, until] of [
    ['Joaquim Prats', new Date(Date.now() + 5 * 86_400_000)],
    ['Miriam Szabó', new Date('2999-12-31T23:59:59Z')],
    ['Chiara Vitale', null],
  ] as const) {
    const user = await makeUser(services, { name, email: `${name.split(' ')[0]?.toLowerCase()}@acme.test` });
    await makeMember(services, organizationId, user._id, []);
    if (until) await giveRole(services, SYSTEM, { organizationId, userId: user._id, roleId: billing._id, until });
    else await addToGroup(services, SYSTEM, { organizationId, userId: user._id, groupId: finance._id });
  }
  extreme = await makeExtremes();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** An organization, people, groups and roles with the longest names, from right to left, with emoji. @returns its pages */
async function makeExtremes(): Promise<string> {
  const { services } = server;
  const made = await makeOrganization(services, { name: LONG, founder: ada._id });
  const ids: string[] = [];
  for (const [key, name, description] of [
    [`a${'b'.repeat(62)}`, LONG, 'y'.repeat(500)],
    ['rtl', RIGHT_TO_LEFT, `${RIGHT_TO_LEFT} `.repeat(5)],
  ] as const) {
    const role = await createRole(services, SYSTEM, { key, name, description, organizationId: made._id });
    const group = await makeGroup(services, made._id, key === 'rtl' ? LONG : RIGHT_TO_LEFT, [role._id]);
    for (const who of [LONG, RIGHT_TO_LEFT]) {
      const user = await makeUser(services, { name: who, email: `${key}${ids.length}${'z'.repeat(40)}@example.test` });
      await makeMember(services, made._id, user._id, []);
      await giveRole(services, SYSTEM, { organizationId: made._id, userId: user._id, roleId: role._id });
      await addToGroup(services, SYSTEM, { organizationId: made._id, userId: user._id, groupId: group._id });
      ids.push(user._id);
    }
  }
  return `/organizations/${made.slug}/roles`;
}

/** Whoever looks for the place of a picture finds it by its page. */
describe.each(VIEWS)('in $name', (view) => {
  const shot = (page: Page, name: string) => look(page, `${name}-${view.name}`);

  it('roles are listed, made, given, taken, edited and deleted', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(base);
    await shot(page, 'roles');
    await press(page, 'link', 'Create role');
    await page.getByLabel('Key').fill('billing');
    await press(page, 'button', 'Create role');
    expect(await page.getByRole('alert').count()).toBe(1);
    await shot(page, 'role-new');
    await page.getByLabel('Name').fill(`Temporary ${view.name}`);
    await page.getByLabel('Key').fill('');
    await press(page, 'button', 'Create role');
    await shot(page, 'role-empty');
    await press(page, 'link', 'Give to people or groups');
    await page.getByLabel('Person').fill('nobody@acme.test');
    await press(page, 'button', 'Give role');
    await shot(page, 'role-give');
    await page.getByLabel('Person').fill('goran@acme.test');
    await press(page, 'button', 'Give role');
    await press(page, 'link', `Remove Temporary ${view.name} from Goran Stanić`);
    await shot(page, 'role-take');
    await press(page, 'link', 'Cancel');
    await press(page, 'link', 'Delete role');
    await shot(page, 'role-delete');
    await page.getByLabel('Remove it from everyone').check();
    await press(page, 'button', 'Confirm');
    expect(await page.getByRole('status').textContent()).toContain('is deleted');
    await context.close();
  });

  it('a role shows who has it and what it allows', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(`${base}/billing`);
    await shot(page, 'role');
    await press(page, 'link', 'Remove Billing from Finance');
    await shot(page, 'role-take-group');
    await visit(`${base}/admin`);
    await shot(page, 'role-admin');
    await visit(`${base}/admin/permissions`);
    await shot(page, 'role-permissions-fixed');
    await visit(`${base}/billing/permissions`);
    await shot(page, 'role-permissions');
    const role = await server.services.models.Role.findOne({ key: 'billing' }).lean();
    if (role) await changeRole(server.services, SYSTEM, role, { permissions: [...role.permissions, 'audit:read'] });
    await page.locator('input[value="payments:approve"]').check();
    await press(page, 'button', 'Save');
    expect(await page.locator('input[value="payments:approve"]').isChecked()).toBe(true);
    await shot(page, 'role-permissions-stale');
    if (role) await changeRole(server.services, SYSTEM, role, { permissions: [...role.permissions, 'members:read'] });
    await context.close();
  });

  it('an organization without roles of its own, and one with one role each, say what comes next', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    const { slug, _id } = await makeOrganization(server.services, { name: 'Hollis & Lane', founder: ada._id });
    await visit(`/organizations/${slug}/roles`);
    await shot(page, 'roles-none');
    const organization = await server.services.models.Organization.findById(_id).lean();
    if (organization) await changeOrganization(server.services, SYSTEM, organization, { roleMode: 'single' });
    await visit(`/organizations/${slug}/roles/admin`);
    await shot(page, 'role-single');
    await visit(`/organizations/${slug}/roles/auditor`);
    await shot(page, 'role-single-empty');
    await press(page, 'link', 'Give to a person');
    await shot(page, 'role-give-single');
    await context.close();
  });
});

// Where there is least room.
describe.each([VIEWS[1]])('in $name', (view) => {
  const shot = (page: Page, name: string) => look(page, `${name}-${view.name}`);

  it('names of any length and direction keep their place', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(extreme);
    await shot(page, 'roles-extreme');
    for (const [path, name] of [
      [`/a${'b'.repeat(62)}`, 'role-extreme'],
      ['/rtl', 'role-extreme-rtl'],
      [`/a${'b'.repeat(62)}/give`, 'role-give-extreme'],
      [`/a${'b'.repeat(62)}/delete`, 'role-delete-extreme'],
      [`/a${'b'.repeat(62)}/edit`, 'role-edit-extreme'],
    ] as const) {
      await visit(extreme + path);
      await shot(page, name);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
        true,
      );
      await page.setViewportSize(view.viewport);
    }
    await context.close();
  });
});

it('who types is offered members, where scripts run', async () => {
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0], { scripts: true });
  await visit(`${base}/support/give`);
  await page.getByLabel('Person').pressSequentially('gor');
  await page.waitForSelector('#people option[value="goran@acme.test"]', { state: 'attached' });
  await context.close();
});

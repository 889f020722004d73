import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Application, Organization, User } from '../../src/models/index.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import {
  makeApi,
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
} from '../support/factories.js';
import { signIn } from '../support/login.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let ada: User;
let acme: Organization;
let application: Application;
let people: User[];
let group: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron' });
  acme = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  const api = await makeApi(services);
  application = await makeApplication(services, { defaultApi: api._id });
  await makeRole(services, {
    key: 'billing',
    name: 'Billing',
    organizationId: acme._id,
    permissions: ['invoices:read'],
  });
  people = [];
  for (const name of ['Benedikt Oyelaran', 'Chiara Vitale', 'Emeka Mbah']) {
    const user = await makeUser(services, { name });
    await makeMember(services, acme._id, user._id);
    people.push(user);
  }
  group = (await makeGroup(services, acme._id, 'Finance'))._id;
  await makeMember(services, acme._id, (people[2] as User)._id);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What an application gets for somebody: all of their ID token that is about roles. */
async function tokenOf(user: User) {
  const { flow } = await signIn(server, application._id, { user }, { organization: acme.slug });
  const claims = (await flow.tokens()).claims();
  return { roles: claims?.roles, permissions: claims?.permissions, active_role: claims?.active_role };
}

it('a role given from the role, from the person and from a group comes to the same token', async () => {
  const [byRole, byPerson, byGroup] = people as [User, User, User];
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0]);
  await visit('/organizations/acme/roles');
  await press(page, 'link', 'Billing');
  await press(page, 'link', 'Give to people or groups');
  await page.getByLabel('Person').fill(byRole.name);
  await press(page, 'button', 'Give role');
  await visit('/organizations/acme/members');
  await press(page, 'link', byPerson.name);
  await page.getByLabel('Role', { exact: true }).selectOption('billing');
  await press(page, 'button', 'Add role');
  await visit(`/organizations/acme/groups/${group}`);
  await page.getByLabel('Person').fill(byGroup.name);
  await press(page, 'button', 'Add to group');
  await press(page, 'link', 'Roles 0');
  await page.getByLabel('Role', { exact: true }).selectOption('billing');
  await press(page, 'button', 'Add role');
  await context.close();
  const wanted = { roles: ['billing', 'member'], permissions: ['invoices:read'], active_role: 'billing' };
  expect(await Promise.all(people.map(tokenOf))).toEqual([wanted, wanted, wanted]);
});

it('a member without the right finds nothing on each page that is kept from members', async () => {
  const member = people[0] as User;
  const other = `/organizations/acme/members/${ada._id}`;
  const kept = [
    `${other}/sessions`,
    `${other}/activity`,
    `${other}/end-sessions`,
    `${other}/suspend`,
    `${other}/remove`,
    `${other}/roles/remove?remove=admin`,
    `${other}/groups/remove?group=${group}`,
    '/organizations/acme/bulk/new?action=suspend&everyone=1',
    '/organizations/acme/bulk/blk_none',
    '/organizations/acme/roles/new',
    '/organizations/acme/roles/billing/give',
    '/organizations/acme/roles/billing/edit',
    '/organizations/acme/roles/billing/delete',
    '/organizations/acme/roles/billing/activity',
    `/organizations/acme/roles/billing/members/${member._id}/remove`,
    `/organizations/acme/roles/billing/groups/${group}/remove`,
    '/organizations/acme/groups/new',
    `/organizations/acme/groups/${group}/edit`,
    `/organizations/acme/groups/${group}/delete`,
    `/organizations/acme/groups/${group}/activity`,
    `/organizations/acme/groups/${group}/roles/remove?role=billing`,
    '/organizations/acme/settings',
    '/organizations/acme/settings/role-mode',
    '/organizations/acme/settings/suspend',
    '/organizations/acme/audit',
    '/organizations/acme/audit/evt_none',
    '/organizations/acme/audit/export?format=csv',
  ];
  const { context, page } = await openPages(browser, server, member, VIEWS[0]);
  const statuses: Record<string, number | undefined> = {};
  for (const path of kept) statuses[path] = (await page.goto(server.issuer + path))?.status();
  expect(statuses).toEqual(Object.fromEntries(kept.map((path) => [path, 404])));
  // What members may see is there, and leads to none of those.
  for (const path of ['', '/members', '/roles', '/roles/billing', '/groups', `/groups/${group}`]) {
    expect((await page.goto(`${server.issuer}/organizations/acme${path}`))?.status()).toBe(200);
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
    expect(links.filter((href) => kept.includes(href))).toEqual([]);
  }
  await context.close();
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let ada: User;
let acme: Organization;
let people: User[];

const NAMES = [
  'Benedikt Oyelaran',
  'Chiara Vitale',
  'Dalisay Natividad-Okonkwo',
  'Emeka Mbah',
  'Freya Lindqvist',
  'نور حداد',
  '👩‍🚀 Ilse Kramer',
  `Wolfeschlegelsteinhausenbergerdorff${' von und zu'.repeat(15)}`,
];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  acme = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  const { _id: organizationId } = acme;
  const billing = await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees and sends invoices' });
  const auditor = await makeRole(services, {
    key: 'auditor',
    name: 'Auditor',
    description: 'Reads everything, changes nothing',
    organizationId,
  });
  const finance = await makeGroup(services, organizationId, 'Finance', [billing._id]);
  people = [];
  for (const [index, name] of NAMES.entries()) {
    const user = await makeUser(services, { name, email: `person-${index}@acme.test` });
    await makeMember(services, organizationId, user._id);
    people.push(user);
  }
  const chiara = { organizationId, userId: (people[1] as User)._id };
  await giveRole(services, SYSTEM, { ...chiara, roleId: auditor._id, until: new Date(Date.now() + 3 * 86_400_000) });
  await addToGroup(services, SYSTEM, { ...chiara, groupId: finance._id });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(VIEWS)('in $name', (view) => {
  it('members are listed, found, and looked at one by one', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit('/organizations/acme/members');
    await look(page, `members-${view.name}`);
    await page.getByLabel('Search').fill('chiara');
    await press(page, 'button', 'Apply');
    await press(page, 'link', 'Chiara Vitale');
    await look(page, `member-${view.name}`);
    await press(page, 'link', 'Groups 1');
    await look(page, `member-groups-${view.name}`);
    await press(page, 'link', 'Sessions');
    await look(page, `member-sessions-${view.name}`);
    await visit(`/organizations/acme/members/${(people[1] as User)._id}`);
    await press(page, 'button', 'Remove Auditor');
    await look(page, `member-remove-role-${view.name}`);
    await visit(`/organizations/acme/members/${(people[7] as User)._id}`);
    await look(page, `member-long-${view.name}`);
    await visit(`/organizations/acme/members/${ada._id}`);
    await look(page, `member-only-administrator-${view.name}`);
    await context.close();
  });
});

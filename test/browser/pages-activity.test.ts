import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManagementPermission } from '../../src/access/statements.js';
import type { User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { recordAll } from '../../src/services/audit/record.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { deleteGroup } from '../../src/services/change-group.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole, takeRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { eventOf, type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { loadActor } from '../../src/services/load-actor.js';
import { removeMember } from '../../src/services/remove-member.js';
import { launchBrowser, VIEWS } from '../support/browser.js';
import { makeApplication, makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONG = `Ålesund–Þórshöfn ${'Überseeverwaltungsgesellschaft'.repeat(6)}`.slice(0, 200);

let server: TestServer;
let browser: Browser;
let ada: User;
let kim: User;
let lone: User;
let operator: User;
let bulkEvent: string;
/** What happened days ago did so by this moment. */
const began = Date.now();

const actorOf = (services: ServiceContext, user: User, organizationId: string) =>
  loadActor(services, user._id, organizationId);

async function acme(services: ServiceContext): Promise<void> {
  ada = await makeUser(services, { email: 'ada@acme.test', name: 'Ada Byron' });
  const { _id: organizationId } = await makeOrganization(services, { founder: ada._id, slug: 'acme', name: 'Acme' });
  const as = await actorOf(services, ada, organizationId);
  const travel = await makeRole(services, { key: 'travel', name: 'Travel', organizationId });
  const support = await makeRole(services, { key: 'support', name: 'Support', organizationId });
  const finance = await makeGroup(services, organizationId, 'Finance', [travel._id]);
  const people: User[] = [];
  for (const name of ['Hana Abe', 'Emeka Mbah', 'Miriam Szabó', 'Noor Haddad-Castellanos', 'Otto Weiss']) {
    const user = await makeUser(services, { name });
    await makeMember(services, organizationId, user._id);
    people.push(user);
  }
  const [hana, emeka, miriam, noor, otto] = people as [User, User, User, User, User];
  const of = (user: User) => ({ organizationId, userId: user._id });
  await giveRole(services, as, { ...of(emeka), roleId: support._id });
  await takeRole(services, as, { ...of(emeka), roleId: support._id });
  await giveRole(services, as, { ...of(hana), roleId: support._id, until: new Date(Date.now() + 3 * DAY_MS) });
  const sync = await makeApplication(services, { name: 'Nightly sync', type: 'machine' });
  const machine = {
    kind: 'application',
    applicationId: sync._id,
    permissions: new Set<ManagementPermission>(['members:write']),
  } as const;
  await addToGroup(services, machine, { ...of(miriam), groupId: finance._id, until: new Date('2027-12-31') });
  await setMemberStatus(services, as, { ...of(noor), status: 'suspended' });
  const leaving = await makeUser(services, { name: 'Goran Stanić' });
  await makeMember(services, organizationId, leaving._id);
  await removeMember(services, as, of(leaving));
  const other = await makeGroup(services, organizationId, 'Old team');
  await deleteGroup(services, as, other);
  await changeOrganization(services, as, { _id: organizationId }, { name: 'Acme Corporation' });
  const { _id } = await previewBulk(services, as, {
    organizationId,
    action: { kind: 'give_role', roleId: travel._id },
    members: { references: [hana, emeka, miriam, noor, otto].map((one) => one._id) },
  });
  ({ eventId: bulkEvent } = await applyBulk(services, as, organizationId, _id));
  while (!(await services.models.BulkOperation.findById(_id).lean())?.endedAt) await runBatch(services);
  await recordAll(services, [
    {
      ...eventOf(services, SYSTEM, 'odd.one', hana._id, { organizationId }),
      time: new Date(began - 1.2 * DAY_MS),
    },
    {
      ...eventOf(services, as, 'member.changed', hana._id, { organizationId }),
      time: new Date(began - 1.3 * DAY_MS),
    },
    {
      ...eventOf(services, 'anonymous', 'device.denied', null, {
        organizationId,
        after: { application: sync._id },
      }),
      time: new Date(began - 9 * DAY_MS),
    },
  ]);
}

async function extremes(services: ServiceContext): Promise<void> {
  kim = await makeUser(services, { email: 'kim@extreme.test', name: LONG });
  const { _id: organizationId } = await makeOrganization(services, { founder: kim._id, slug: 'extreme', name: LONG });
  const as = await actorOf(services, kim, organizationId);
  const rtl = await makeUser(services, { name: 'עדה ביירון בת המשורר' });
  const emoji = await makeUser(services, { name: '👩🏽‍🚀🧑‍🚒'.repeat(20) });
  const role = await makeRole(services, { key: 'a'.repeat(60), name: LONG, organizationId });
  const group = await makeGroup(services, organizationId, LONG.slice(0, 100));
  for (const user of [rtl, emoji]) {
    await makeMember(services, organizationId, user._id);
    const key = { organizationId, userId: user._id };
    await giveRole(services, as, { ...key, roleId: role._id, until: new Date(Date.now() + DAY_MS) });
    await addToGroup(services, as, { ...key, groupId: group._id });
  }
  await changeOrganization(services, as, { _id: organizationId }, { name: `${LONG.slice(0, 99)}!` });
}

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  await acme(services);
  await extremes(services);
  lone = await makeUser(services, { name: 'Lone Founder' });
  await makeOrganization(services, { founder: lone._id, slug: 'new', name: 'Hollis & Lane' }).catch(() => {});
  await makeOrganization(services, { founder: lone._id, slug: 'hollis', name: 'Hollis & Lane', joinPolicy: 'open' });
  operator = await makeUser(services, { name: 'Olga Operator' });
  await makeMember(services, services.systemOrganizationId, operator._id, ['rol_admin']);
  await moveEvents(services);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(VIEWS)('in $name', (view) => {
  it('what happened reads as sentences, opens to its parts, and shows each event whole', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit('/organizations/acme/audit');
    await look(page, `activity-${view.name}`);
    await visit(`/organizations/acme/audit/${bulkEvent}`);
    await look(page, `activity-bulk-${view.name}`);
    await page.goto(`${server.issuer}/organizations/acme/audit?kind=roles`);
    await look(page, `activity-roles-${view.name}`);
    await page.getByText('part of a larger change').first().waitFor();
    await Promise.all([page.waitForEvent('domcontentloaded'), page.locator('a.at').nth(1).click()]);
    await look(page, `activity-event-${view.name}`);
    await visit('/organizations/acme/audit?from=2001-01-01&to=2001-01-02');
    await look(page, `activity-none-${view.name}`);
    await visit('/organizations/acme');
    await look(page, `overview-${view.name}`);
    await context.close();
  });

  it('an organization that has just begun says what comes next, and an operator who visits sees it too', async () => {
    const { context, page, visit } = await openPages(browser, server, lone, view);
    await visit('/organizations/hollis');
    await look(page, `overview-new-${view.name}`);
    await context.close();
    const visiting = await openPages(browser, server, operator, view);
    await visiting.visit('/organizations/acme');
    await visiting.page.reload();
    await look(visiting.page, `overview-operator-${view.name}`);
    await visiting.context.close();
  });
});

// Where there is least room.
describe.each([VIEWS[1]])('in $name', (view) => {
  it('names of any length and direction stay within the page', async () => {
    const { context, page, visit } = await openPages(browser, server, kim, view);
    await visit('/organizations/extreme/audit');
    await look(page, `activity-extreme-${view.name}`);
    await visit('/organizations/extreme');
    await look(page, `overview-extreme-${view.name}`);
    await context.close();
  });
});

it('with scripts a change of many opens in place, the list follows what is typed, and days are the reader’s', async () => {
  const view = VIEWS[0];
  const { context, page, visit } = await openPages(browser, server, ada, view, {
    scripts: true,
    timezoneId: 'Pacific/Kiritimati',
  });
  // It may be another day by now than when all of this began.
  const organization = await server.services.models.Organization.findOne({ slug: 'acme' }).lean();
  await recordAll(server.services, [
    eventOf(server.services, SYSTEM, 'odd.two', ada._id, { organizationId: organization?._id as string }),
  ]);
  await visit('/organizations/acme/audit');
  await page.locator('.log summary').first().click();
  await page.locator('.children tbody tr').first().waitFor();
  await look(page, `activity-opened-${view.name}`);
  const local = (time: Date) =>
    time.toLocaleDateString('en-GB', {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      timeZone: 'Pacific/Kiritimati',
    });
  const days = await page.locator('h2.day').allTextContents();
  expect(days[0]).toBe(`Today, ${local(new Date())}`);
  expect(days.at(-1)).toContain(local(new Date(began - 9 * DAY_MS)));
  await page.getByLabel('Person').fill('hana');
  await page.getByText('What Hana Abe did').waitFor();
  await page.waitForURL(/[?&]person=hana/);
  await context.close();
});

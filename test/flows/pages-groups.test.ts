import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Group, Organization, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeGroup } from '../../src/services/change-group.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { countGroupMembers, MOST_LOOKED_AT } from '../../src/services/count-group-members.js';
import { startServices } from '../../src/services/start-services.js';
import { unlessBesides } from '../support/besides.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeCrowd } from '../support/bulk.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';
import { testStore } from '../support/store.js';

let server: TestServer;
const ROWS = new Set(['groups', 'memberships', 'roles', 'users']);
/** The collections of the queries. */
let sent: string[] = [];
let billing: string;
let admin: User;
let member: User;
let asAdmin: BrowserClient;
let asMember: BrowserClient;
let organization: Organization;
let group: Group;
let base: string;
let path: string;

beforeAll(async () => {
  const store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ commandName, command }: CommandStartedEvent) => {
    // What the rows of these pages come from.
    const asked = String(command[commandName]);
    if (['find', 'aggregate', 'count', 'distinct'].includes(commandName) && ROWS.has(asked)) sent.push(asked);
  });
  store.connection.getClient().on('commandStarted', heard);
  const services = await startServices(store.connection, createLogger('silent'));
  server = await startServer({ store, services });
  billing = (await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees invoices' }))._id;
  admin = await makeUser(services, { name: 'Ada Byron' });
  member = await makeUser(services, { name: 'Goran Stanić' });
  [asAdmin, asMember] = await Promise.all([signedIn(server, admin), signedIn(server, member)]);
});
afterAll(async () => {
  await server?.close();
  await server?.store.close();
});

beforeEach(async () => {
  const { services } = server;
  organization = await makeOrganization(services, { founder: admin._id });
  await makeMember(services, organization._id, member._id);
  group = await makeGroup(services, organization._id, 'Finance', [billing]);
  base = `/organizations/${organization.slug}/groups`;
  path = `${base}/${group._id}`;
});

const stored = () => server.services.models.Group.findById(group._id).lean();
const membershipOf = (user: User) =>
  server.services.models.Membership.findOne({ organizationId: organization._id, userId: user._id }).lean();
const enter = (user: User, until?: Date) =>
  addToGroup(server.services, SYSTEM, {
    organizationId: organization._id,
    userId: user._id,
    groupId: group._id,
    ...(until ? { until } : {}),
  });

/** Names stand in elements of their own. */
const said = ({ html }: BrowserClient) => html.replace(/<\/?(?:bdi|strong)>/g, '');

/** A form sent as it is, whatever page it would be on. */
async function post(
  browser: BrowserClient,
  to: string,
  fields: Record<string, string>,
  from = '/account/organizations/new',
) {
  await browser.open(from);
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
  return fetch(browser.origin + to, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: browser.cookies(to), origin: browser.origin },
    body: new URLSearchParams({ csrf, ...fields }),
  });
}

describe('the groups', () => {
  it('are listed with what they are for, what they carry, and how many are in each by now', async () => {
    await changeGroup(server.services, SYSTEM, group, { description: 'Who sees <the> books' });
    await makeGroup(server.services, organization._id, 'Audit');
    await enter(member);
    await enter(admin, new Date(Date.now() + 86_400_000));
    await server.services.models.Membership.updateOne(
      { organizationId: organization._id, userId: admin._id },
      { $set: { groups: [{ groupId: group._id, until: new Date(Date.now() - 1000) }] } },
    );
    await asMember.open(base);
    expect(asMember.status).toBe(200);
    const rows = [...asMember.html.matchAll(/<tr>[\s\S]*?<\/tr>/g)].map(([row]) =>
      row.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
    );
    expect(rows.slice(1)).toEqual([
      expect.stringMatching(/Audit .*No roles .*0/),
      expect.stringMatching(/Finance .*Who sees &lt;the&gt; books .*Billing .*1/),
    ]);
    expect(asMember.has('Create group')).toBe(false);
  });

  it('are found by how their name begins, and come fifty at a time', async () => {
    for (let number = 10; number < 61; number += 1)
      await makeGroup(server.services, organization._id, `Team ${number}`);
    await asAdmin.open(`${base}?q=tEAM`);
    expect(asAdmin.has('50 of 51')).toBe(true);
    expect(asAdmin.has('Finance')).toBe(false);
    await asAdmin.follow('Next');
    expect(asAdmin.has('Team 60')).toBe(true);
    expect(asAdmin.has('Team 59')).toBe(false);
    await asAdmin.open(`${base}?q=eam`);
    expect(asAdmin.has('No group is found')).toBe(true);
  });

  it('are made with roles, once; a name that is taken is said at its field, and what was typed is kept', async () => {
    await asAdmin.open(base);
    await asAdmin.follow('Create group');
    await asAdmin.submit('Create group', { name: ' Support ', description: 'Answers', roles: 'billing' });
    expect(asAdmin.has('The group Support is there.')).toBe(true);
    const made = await server.services.models.Group.findOne({
      organizationId: organization._id,
      nameKey: 'support',
    }).lean();
    expect(made).toMatchObject({ name: 'Support', description: 'Answers', roles: [billing] });
    await asAdmin.open(`${base}/new`);
    await asAdmin.submit('Create group', { name: 'SUPPORT', description: 'Kept', roles: 'billing' });
    expect(asAdmin.status).toBe(422);
    expect(asAdmin.html).toMatch(/id="name-error"[\s\S]*There is a group of this name already\./);
    expect(asAdmin.html).toContain('value="Kept"');
    expect(asAdmin.html).toMatch(/value="billing" checked/);
    for (const [name, words] of [
      [' ', 'Enter a name.'],
      ['x'.repeat(201), 'Use at most 200 characters.'],
    ] as const) {
      await asAdmin.open(`${base}/new`);
      await asAdmin.submit('Create group', { name });
      expect([asAdmin.status, asAdmin.has(words)]).toEqual([422, true]);
    }
  });
});

describe('one group', () => {
  it('takes a member in until the end of a day, and says why it doesn’t', async () => {
    await asAdmin.open(path);
    await asAdmin.submit('Add to group', { person: member.email, until: '2199-12-31' });
    expect(asAdmin.has('Goran Stanić is in Finance.')).toBe(true);
    expect((await membershipOf(member))?.groups).toEqual([
      { groupId: group._id, until: new Date('2199-12-31T23:59:59Z') },
    ]);
    expect(asAdmin.has('31 Dec 2199')).toBe(true);
    const elsewhere = await makeUser(server.services);
    const answers: string[] = [];
    for (const person of [elsewhere.email, 'nobody@example.test']) {
      await asAdmin.open(path);
      await asAdmin.submit('Add to group', { person });
      expect(asAdmin.status).toBe(422);
      answers.push(asAdmin.html.replaceAll(person, 'PERSON').replace(/csrf" value="[^"]*"/g, ''));
    }
    expect(answers[0]).toContain('No member is found by this.');
    expect(answers[0]).toBe(answers[1]);
    for (const [until, words] of [
      ['2001-01-01', 'This day has passed.'],
      ['2199-02-30', 'Enter a day like'],
    ] as const) {
      await asAdmin.open(path);
      await asAdmin.submit('Add to group', { person: member.email, until });
      expect([asAdmin.status, asAdmin.has(words)]).toEqual([422, true]);
      expect(asAdmin.html).toContain(`value="${member.email}"`);
    }
  });

  it('takes a member in by name, where one alone is meant, and suggests who could be', async () => {
    const { services } = server;
    const twins = [await makeUser(services, { name: 'Rae Lund' }), await makeUser(services, { name: 'Rae Lund' })];
    for (const one of twins) await makeMember(services, organization._id, one._id);
    await asAdmin.open(path);
    await asAdmin.submit('Add to group', { person: 'goran' });
    expect(asAdmin.has('Goran Stanić is in Finance.')).toBe(true);
    await asAdmin.submit('Add to group', { person: 'GORAN STANIC' });
    expect(asAdmin.has('Goran Stanić was in Finance already.')).toBe(true);
    await asAdmin.submit('Add to group', { person: 'rae lund' });
    expect([asAdmin.status, asAdmin.has('Several people are called so.')]).toEqual([422, true]);
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    await asAdmin.open(`${path}?person=rae`);
    for (const { email } of twins) expect(asAdmin.html).toContain(`<option value="${email}">Rae Lund</option>`);
    await asAdmin.follow('Choose many people');
    expect(asAdmin.url).toBe(`${server.issuer}/organizations/${organization.slug}/members?add=${group._id}`);
    expect(said(asAdmin)).toContain('Choose who joins Finance');
  });

  it('lets a member out once it was said which roles go with it, and ends their sessions where that is ticked', async () => {
    await enter(member);
    const membership = await membershipOf(member);
    await asAdmin.open(path);
    expect(asAdmin.html).toContain('aria-label="Remove Goran Stanić"');
    const remove = `${path}/members/${membership?._id}/remove`;
    await asAdmin.open(remove);
    expect(said(asAdmin)).toContain('Remove Goran Stanić from Finance?');
    expect(asAdmin.has('Billing')).toBe(true);
    expect(asAdmin.has('They lose it with their next token, within 5 minutes.')).toBe(true);
    expect((await membershipOf(member))?.groups).toHaveLength(1);
    await asAdmin.submit('Confirm', { end_sessions: '1' });
    expect(asAdmin.has('signs in again before the next token')).toBe(true);
    expect((await membershipOf(member))?.groups).toEqual([]);
    expect(
      await server.services.models.Membership.exists({
        _id: membership?._id,
        endedSignIns: { $exists: true, $ne: [] },
      }),
    ).not.toBeNull();
    await asAdmin.open(remove);
    expect(asAdmin.status).toBe(404);
  });

  it('says that no role goes where each is held otherwise too', async () => {
    await enter(admin);
    const other = await makeGroup(server.services, organization._id, 'Also', [billing]);
    const key = { organizationId: organization._id, userId: admin._id };
    await addToGroup(server.services, SYSTEM, { ...key, groupId: other._id });
    await asAdmin.open(`${path}/members/${(await membershipOf(admin))?._id}/remove`);
    expect(asAdmin.has('No role goes with it.')).toBe(true);
  });

  it('is given a role and loses one, once it was said whom that concerns', async () => {
    await enter(member);
    await asAdmin.open(`${path}/roles`);
    await asAdmin.submit('Add role', { role: 'member' });
    expect(asAdmin.has('Finance carries Member now.')).toBe(true);
    expect((await stored())?.roles).toEqual([billing, MEMBER_ROLE_ID]);
    expect(asAdmin.html).toContain('aria-label="Remove Billing"');
    await asAdmin.open(`${path}/roles/remove?role=billing`);
    expect(said(asAdmin)).toContain('Take Billing away from Finance?');
    expect(asAdmin.has('1 person is in it.')).toBe(true);
    await asAdmin.submit('Confirm');
    expect((await stored())?.roles).toEqual([MEMBER_ROLE_ID]);
    await asAdmin.open(`${path}/roles/remove?role=billing`);
    expect(asAdmin.status).toBe(404);
    const gone = await post(asAdmin, `${path}/roles`, { role: 'nothing' });
    expect([gone.status, await gone.text()]).toEqual([422, expect.stringContaining('This role isn’t there any more.')]);
  });

  it('carries no roles where each member has one, and says so', async () => {
    await changeGroup(server.services, SYSTEM, group, { roles: [] });
    await changeOrganization(server.services, SYSTEM, organization, { roleMode: 'single' });
    for (const page of [`${path}/roles`, `${base}/new`]) {
      await asAdmin.open(page);
      expect(asAdmin.has('Each member has exactly one role here, so groups carry none.')).toBe(true);
    }
    expect((await post(asAdmin, `${path}/roles`, { role: 'billing' })).status).toBe(422);
    expect((await stored())?.roles).toEqual([]);
  });

  it('is called otherwise, unless somebody else was faster: then it says what it is by now, and keeps what was typed', async () => {
    await asAdmin.open(`${path}/edit`);
    await changeGroup(server.services, SYSTEM, group, { name: 'Money', description: 'Theirs' });
    await asAdmin.submit('Save', { name: 'Mine', description: 'Typed' });
    expect(asAdmin.status).toBe(422);
    for (const words of ['Somebody else has changed this meanwhile.', 'Now Money', 'Now Theirs'])
      expect(asAdmin.has(words), words).toBe(true);
    expect(asAdmin.html).toContain('value="Mine"');
    expect((await stored())?.name).toBe('Money');
    await asAdmin.submit('Save', { name: 'Mine', description: '' });
    expect(await stored()).toMatchObject({ name: 'Mine', description: '', roles: [billing] });
    await makeGroup(server.services, organization._id, 'Other');
    await asAdmin.open(`${path}/edit`);
    await asAdmin.submit('Save', { name: 'other' });
    expect([asAdmin.status, asAdmin.has('There is a group of this name already.')]).toEqual([422, true]);
  });

  it('is deleted once it was said what goes with it', async () => {
    await enter(member);
    await asAdmin.open(path);
    await asAdmin.follow('Delete group');
    expect(said(asAdmin)).toContain('Delete Finance?');
    expect(asAdmin.has('1 person is in it. They stay members.')).toBe(true);
    expect(asAdmin.has('Billing')).toBe(true);
    await asAdmin.submit('Confirm');
    expect(asAdmin.has('The group Finance is gone.')).toBe(true);
    await asAdmin.open(path);
    expect(asAdmin.status).toBe(404);
  });
});

describe('who may', () => {
  it('see groups sees no control that they may not use, and is refused as if nothing were there', async () => {
    await enter(member);
    const { _id } = (await membershipOf(member)) as { _id: string };
    for (const page of [base, path, `${path}/roles`]) {
      await asMember.open(page);
      expect(asMember.status).toBe(200);
      const main = asMember.html.slice(asMember.html.indexOf('<main'));
      expect(main).not.toMatch(/method="post"|Remove |Delete|\/edit/);
    }
    const theirs = [
      '/new',
      `/${group._id}/edit`,
      `/${group._id}/delete`,
      `/${group._id}/members/${_id}/remove`,
      `/${group._id}/roles/remove?role=billing`,
    ];
    for (const page of theirs) {
      await asMember.open(base + page);
      expect(asMember.status, page).toBe(404);
      expect((await post(asMember, base + page, { name: 'x', role: 'billing' })).status, page).toBe(404);
    }
    for (const page of ['/members', '/roles'])
      expect((await post(asMember, path + page, { person: member.email, role: 'billing' })).status).toBe(404);
    expect(await stored()).toMatchObject({ name: 'Finance', roles: [billing] });
    expect((await membershipOf(member))?.groups).toHaveLength(1);
  });

  it('change groups gives and takes only what they hold themselves (R15)', async () => {
    const { services } = server;
    const clerk = await makeRole(services, {
      key: 'clerk',
      organizationId: organization._id,
      management: ['groups:read', 'groups:write', 'members:read', 'members:write'],
    });
    const person = await makeUser(services);
    await makeMember(services, organization._id, person._id, [clerk._id]);
    const admins = await makeGroup(services, organization._id, 'Chiefs', [ADMIN_ROLE_ID]);
    const asClerk = await signedIn(server, person);
    await asClerk.open(`${base}/${admins._id}`);
    expect(asClerk.has('Add to group')).toBe(false);
    expect(asClerk.has('Delete group')).toBe(false);
    await asClerk.open(`${base}/${admins._id}/roles`);
    expect(asClerk.html).not.toContain('aria-label="Remove Admin"');
    expect(asClerk.html).not.toContain('<option value="admin"');
    const refused = [
      await post(asClerk, `${base}/${admins._id}/members`, { person: person.email }),
      await post(asClerk, `${base}/${admins._id}/roles/remove`, { role: 'admin' }),
      await post(asClerk, `${base}/${admins._id}/delete`, {}),
      await post(asClerk, `${path}/roles`, { role: 'admin' }),
      await post(asClerk, `${base}/new`, { name: 'Rise', roles: 'admin' }),
    ];
    for (const answer of refused) {
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain('Your roles don’t allow this.');
    }
    await enter(member);
    const remove = `${path}/members/${(await membershipOf(member))?._id}/remove`;
    await asClerk.open(remove);
    expect(asClerk.has('end their sessions')).toBe(false);
    expect((await post(asClerk, remove, { end_sessions: '1' })).status).toBe(404);
    expect((await membershipOf(member))?.groups).toHaveLength(1);
  });

  it('see nothing of another organization’s groups, nor change one (R13)', async () => {
    const foreign = await makeOrganization(server.services);
    const theirs = await makeGroup(server.services, foreign._id, 'Theirs');
    const stranger = await makeUser(server.services);
    const row = await makeMember(server.services, foreign._id, stranger._id);
    await asAdmin.open(`/organizations/${foreign.slug}/groups`);
    expect(asAdmin.status).toBe(404);
    for (const one of [theirs._id, 'grp_01JX0000000000000000000000', 'finance']) {
      for (const page of ['', '/roles', '/edit', '/delete']) {
        await asAdmin.open(`${base}/${one}${page}`);
        expect(asAdmin.status, `${one}${page}`).toBe(404);
      }
      expect((await post(asAdmin, `${base}/${one}/delete`, {})).status).toBe(404);
    }
    await asAdmin.open(`${path}/members/${row._id}/remove`);
    expect(asAdmin.status).toBe(404);
    expect(
      await server.services.models.Group.exists({ _id: theirs._id, deletedAt: { $exists: false } }),
    ).not.toBeNull();
  });

  it('send a form only from a page of ours', async () => {
    for (const to of [
      `${base}/new`,
      `${path}/members`,
      `${path}/roles`,
      `${path}/roles/remove`,
      `${path}/edit`,
      `${path}/delete`,
      `${path}/members/${member._id}/remove`,
    ])
      expect((await post(asAdmin, to, { csrf: 'forged' })).status, to).toBe(403);
    expect(await stored()).toMatchObject({ name: 'Finance', roles: [billing] });
  });
});

it('every page is sound HTML, also with what it refuses', async () => {
  await enter(member, new Date(Date.now() + 86_400_000));
  const membership = await membershipOf(member);
  const empty = await makeOrganization(server.services, { founder: admin._id });
  const nobody = await makeGroup(server.services, organization._id, 'Nobody');
  const pages = [
    base,
    `${base}?q=zzz`,
    `/organizations/${empty.slug}/groups`,
    `${base}/new`,
    path,
    `${base}/${nobody._id}`,
    `${base}/${nobody._id}/roles`,
    `${path}/roles`,
    `${path}/roles/remove?role=billing`,
    `${path}/members/${membership?._id}/remove`,
    `${path}/edit`,
    `${path}/delete`,
  ];
  for (const page of pages) {
    await asAdmin.open(page);
    expect(asAdmin.status, page).toBe(200);
    expect(await htmlFaults(asAdmin.html), page).toEqual([]);
  }
  for (const [to, fields] of [
    [`${base}/new`, { name: '' }],
    [`${path}/members`, { person: '', until: 'x' }],
    [`${path}/edit`, { name: 'x', revision: '99' }],
    [`${path}/roles`, { role: 'x' }],
  ] as const) {
    const answer = await post(asAdmin, to, fields);
    expect(answer.status).toBe(422);
    expect(await htmlFaults(await answer.text()), to).toEqual([]);
  }
});

it('the list says how many are in each group where that is quick to count, else each group’s own page alone', async () => {
  const { services } = server;
  const { Membership } = services.models;
  const { admin: founder, organization: crowd, ids } = await makeCrowd(services, MOST_LOOKED_AT + 1);
  const [first, second] = [
    await makeGroup(services, crowd._id, 'First'),
    await makeGroup(services, crowd._id, 'Second'),
  ];
  const put = (userIds: string[], groups: { groupId: string; until?: Date }[]) =>
    Membership.updateMany({ organizationId: crowd._id, userId: { $in: userIds } }, { $set: { groups } });
  await put(ids.slice(1), [{ groupId: first._id }, { groupId: second._id }]);
  await put(ids.slice(1, 11), [{ groupId: first._id, until: new Date(0) }, { groupId: second._id }]);
  const browser = await signedIn(server, founder);
  const list = `/organizations/${crowd.slug}/groups`;
  const numbers = () => [...browser.html.matchAll(/<span class="count">([^<]*)</g)].map(([, number]) => number);
  await browser.open(list);
  expect(numbers()).toEqual(['490', '500']);
  await put(ids.slice(0, 1), [{ groupId: second._id }]);
  await browser.open(list);
  expect(await htmlFaults(browser.html)).toEqual([]);
  expect([browser.has('First'), numbers()]).toEqual([true, []]);
  expect(browser.html).not.toContain('class="end"');
  expect(await countGroupMembers(services, crowd._id, [first._id, second._id])).toBeUndefined();
  await browser.open(`${list}/${second._id}`);
  expect(browser.html).toMatch(/>501</);
});

it('no page asks the store once for each row', async () => {
  const { services } = server;
  // Somebody who is in no other organization, all of which are told for the switcher.
  const boss = await makeUser(services);
  organization = await makeOrganization(services, { founder: boss._id });
  const { _id: organizationId, slug } = organization;
  group = await makeGroup(services, organizationId, 'Finance', [billing]);
  const person = await makeUser(services);
  const { _id } = await makeMember(services, organizationId, person._id);
  await enter(person);
  const asBoss = await signedIn(server, boss);
  const list = `/organizations/${slug}/groups`;
  const one = `${list}/${group._id}`;
  /** The fewest queries of several visits: what a process keeps for a while may be due again in one of them. */
  const asked = async (page: string) => {
    // For a minute after a change of its roles and groups a process keeps neither.
    const settled = { $set: { vocabularyChangedAt: new Date(0) } };
    await services.models.Organization.updateOne({ _id: organizationId }, settled);
    await asBoss.open(page);
    const counts: number[] = [];
    for (let visit = 0; visit < 3; visit += 1) {
      sent = [];
      await asBoss.open(page);
      counts.push(sent.length);
    }
    expect(asBoss.status, page).toBe(200);
    return Math.min(...counts);
  };
  const pages = [list, one, `${one}/roles`, `${one}/delete`, `${one}/members/${_id}/remove`];
  const few: number[] = [];
  for (const page of pages) few.push(await asked(page));
  for (let number = 0; number < 6; number += 1) {
    await makeGroup(services, organizationId, `Team ${number}`, [billing]);
    const other = await makeUser(services);
    await makeMember(services, organizationId, other._id);
    await enter(other);
  }
  // Beside those that tell who asks and where, four at most.
  const where = await asked(`${list}/new`);
  for (const [index, page] of pages.entries()) {
    const many = await asked(page);
    // Reads that come at once may come as one, or as two.
    expect(many - (few[index] as number), page).toBeLessThanOrEqual(1);
    expect(many - where, page).toBeLessThanOrEqual(4);
  }
});

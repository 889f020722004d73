import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BulkItem, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { tidyBulk } from '../../src/services/bulk/tidy.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole, takeRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { changeUser } from '../../src/services/change-user.js';
import { SYSTEM } from '../../src/services/context.js';
import { removeMember } from '../../src/services/remove-member.js';
import { type ApiClient, machineClient, personClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
import { done, ended, makeCrowd, resultsOf, stored, undone } from '../support/bulk.js';
import { makeGroup, makeMember, makeRole, makeUser } from '../support/factories.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let machine: ApiClient;
let billing: string;
let auditor: string;

beforeAll(async () => {
  server = await startServer();
  machine = await machineClient(server);
  [billing, auditor] = (await Promise.all(['billing', 'auditor'].map((key) => makeRole(server.services, { key })))).map(
    (role) => role._id,
  ) as [string, string];
});
afterAll(() => server?.close());

const bulkPath = (slug: string) => `/organizations/${slug}/bulk-operations`;
const membershipOf = async (organizationId: string, userId: string) => {
  const found = await server.services.models.Membership.findOne({ organizationId, userId }).lean();
  if (!found) throw new Error('there is no such member');
  return found;
};
const holds = async (organizationId: string, userId: string) =>
  (await membershipOf(organizationId, userId)).roles.map((one) => one.roleId);
const administratorsOf = async (id: string) =>
  (await server.services.models.Organization.findById(id).lean())?.administrators;

describe('a bulk operation', () => {
  it('is previewed without changing anything, then gives each member a result, with one parent event and one child per change', async () => {
    const { organization, ids, admin } = await makeCrowd(server.services, 5);
    const { slug, _id: organizationId } = organization;
    const [holder, gone] = ids as [string, string];
    await giveRole(server.services, SYSTEM, { organizationId, userId: holder, roleId: billing });
    const preview = await machine.post(bulkPath(slug), {
      action: 'give_role',
      role: 'billing',
      members: [...ids, ids[0], 'usr_01JX0000000000000000000000'],
    });
    const path = `${bulkPath(slug)}/${preview.json.id}`;
    expect(preview.json).toMatchObject({
      status: 'previewed',
      role: 'billing',
      total: 6,
      reached: 0,
      counts: { to_change: 4, already: 1, refused: 1, changed: 0 },
    });
    expect(await resultsOf(machine, path)).toEqual({
      ...Object.fromEntries(ids.map((id) => [id, id === holder ? 'already' : 'to_change'])),
      usr_01JX0000000000000000000000: 'not_a_member',
    });
    expect(await holds(organizationId, ids[2] as string)).not.toContain(billing);
    await removeMember(server.services, SYSTEM, { organizationId, userId: gone });
    // Who joins after the preview isn't touched.
    const newcomer = await makeUser(server.services);
    await makeMember(server.services, organizationId, newcomer._id);
    await machine.post(`${path}/apply`);
    const operation = await ended(machine, path);
    expect(operation).toMatchObject({
      status: 'done',
      reached: 6,
      counts: { to_change: 0, changed: 3, already: 1, refused: 2, skipped: 0 },
    });
    expect(await resultsOf(machine, path)).toMatchObject({
      [holder]: 'already',
      [gone]: 'not_a_member',
      [ids[2] as string]: 'changed',
    });
    for (const id of ids.slice(2)) expect(await holds(organizationId, id)).toContain(billing);
    expect(await holds(organizationId, newcomer._id)).not.toContain(billing);
    expect(await holds(organizationId, admin._id)).not.toContain(billing);
    const [parent, ...more] = await eventsOf(server.services, { organizationId, action: 'bulk.applied' });
    expect(more).toEqual([]);
    expect(parent).toMatchObject({
      _id: operation.event,
      subject: operation.id,
      after: { kind: 'give_role', role: 'billing', members: 6, foreseen: { to_change: 4 } },
    });
    expect(parent?.requestId).toBeDefined();
    const children = await eventsOf(server.services, { organizationId, parent: operation.event });
    expect(children.map(({ subject, action }) => [subject, action]).sort()).toEqual(
      ids
        .slice(2)
        .map((id) => [id, 'member.role_given'])
        .sort(),
    );
    const rows = (await machine.all(`${path}/results?result=changed`, 2)) as { event: string; email: string }[];
    expect(rows.map((row) => row.event).sort()).toEqual(children.map(({ _id }) => _id).sort());
    expect(rows.every((row) => row.email)).toBe(true);
  });

  it('chooses everyone in a filter, and who no longer matches when it is applied is listed', async () => {
    const { organization, ids } = await makeCrowd(server.services, 4);
    const { slug, _id: organizationId } = organization;
    const group = await makeGroup(server.services, organizationId, 'Finance');
    for (const userId of ids.slice(0, 3))
      await addToGroup(server.services, SYSTEM, { organizationId, userId, groupId: group._id });
    const { json } = await machine.post(bulkPath(slug), { action: 'suspend', filter: { group: 'finance' } });
    expect(json).toMatchObject({ total: 3, filter: { group: 'Finance' } });
    await server.services.models.Membership.updateOne({ organizationId, userId: ids[1] as string }, { groups: [] });
    const path = `${bulkPath(slug)}/${json.id}`;
    await machine.post(`${path}/apply`);
    await ended(machine, path);
    expect(await resultsOf(machine, path)).toEqual({
      [ids[0] as string]: 'changed',
      [ids[1] as string]: 'not_in_filter',
      [ids[2] as string]: 'changed',
    });
    const statuses = await Promise.all(ids.map(async (id) => (await membershipOf(organizationId, id)).status));
    expect(statuses).toEqual(['suspended', 'active', 'suspended', 'active']);
    // A role counts however it is held, and words are looked at again too.
    const clerk = await makeRole(server.services, { key: 'clerk', organizationId });
    const clerks = await makeGroup(server.services, organizationId, 'Clerks', [clerk._id]);
    const [one, two] = [ids[0] as string, ids[3] as string];
    for (const userId of [one, two])
      await addToGroup(server.services, SYSTEM, { organizationId, userId, groupId: clerks._id });
    for (const [userId, name] of [
      [one, 'Zoë Quill'],
      [two, 'Quentin Zoe'],
    ] as const)
      await changeUser(server.services, SYSTEM, (await server.services.models.User.findById(userId).lean()) as User, {
        name,
      });
    const filter = { role: 'clerk', search: 'zoe' };
    const found = await machine.post(bulkPath(slug), { action: 'give_role', role: 'auditor', filter });
    expect(found.json).toMatchObject({ total: 2, filter });
    const renamed = (await server.services.models.User.findById(two).lean()) as User;
    await changeUser(server.services, SYSTEM, renamed, { name: 'Somebody Else' });
    const foundPath = `${bulkPath(slug)}/${found.json.id}`;
    await machine.post(`${foundPath}/apply`);
    await ended(machine, foundPath);
    expect(await resultsOf(machine, foundPath)).toEqual({ [one]: 'changed', [two]: 'not_in_filter' });
    // What was searched for may be somebody's address, which nobody would find in the log when it is to be erased.
    const [told] = await eventsOf(server.services, { organizationId, subject: found.json.id });
    expect(told?.after).toMatchObject({ filter: { role: 'clerk', search: true } });
    expect(JSON.stringify(told)).not.toMatch(/zoe/i);
    const everyone = await machine.post(bulkPath(slug), { action: 'give_role', role: 'auditor', filter: {} });
    expect(everyone.json.total).toBe(5);
    const admins = await machine.post(bulkPath(slug), {
      action: 'give_role',
      role: 'auditor',
      filter: { role: 'admin' },
    });
    expect(admins.json.total).toBe(1);
  });

  it('of all administrators leaves the last one, refused and listed (R2)', async () => {
    const { organization, ids, admin } = await makeCrowd(server.services, 3);
    const { slug, _id: organizationId } = organization;
    for (const userId of ids)
      await giveRole(server.services, SYSTEM, { organizationId, userId, roleId: ADMIN_ROLE_ID });
    const all = [admin._id, ...ids];
    const foreseen = await machine.post(bulkPath(slug), { action: 'take_role', role: 'admin', members: all });
    expect(foreseen.json.counts).toMatchObject({ to_change: 3, refused: 1 });
    const taken = await done(machine, slug, { action: 'take_role', role: 'admin', members: all });
    expect(Object.values(await resultsOf(machine, taken.path)).sort()).toEqual([
      'changed',
      'changed',
      'changed',
      'last_administrator',
    ]);
    expect(await administratorsOf(organizationId)).toEqual([ids[2]]);
    const back = await undone(machine, taken.path);
    expect(back.operation).toMatchObject({ status: 'done', counts: { changed: 3 }, undoOf: taken.operation.id });
    expect((await administratorsOf(organizationId))?.sort()).toEqual([...all].sort());
    // Suspending all of them, and back again: seats included.
    const suspended = await done(machine, slug, { action: 'suspend', filter: { role: 'admin' } });
    expect(suspended.operation.counts).toMatchObject({ changed: 3, refused: 1 });
    expect(await administratorsOf(organizationId)).toHaveLength(1);
    await undone(machine, suspended.path);
    expect((await administratorsOf(organizationId))?.sort()).toEqual([...all].sort());
  });

  it('is begun once though it is applied many times at once', async () => {
    const { organization, ids } = await makeCrowd(server.services, 4);
    const { json } = await machine.post(bulkPath(organization.slug), {
      action: 'give_role',
      role: 'billing',
      members: ids,
    });
    const path = `${bulkPath(organization.slug)}/${json.id}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => machine.post(`${path}/apply`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    const { event } = await ended(machine, path);
    expect(await eventsOf(server.services, { subject: json.id })).toHaveLength(1);
    expect(await eventsOf(server.services, { parent: event })).toHaveLength(4);
    const undos = await Promise.all(Array.from({ length: 8 }, () => machine.post(`${path}/undo`)));
    expect(new Set(undos.map((one) => one.json.id)).size).toBe(1);
  });
});

describe('undoing', () => {
  it('ends where whoever undoes it is among them, and comes last', async () => {
    const { organization, admin, ids } = await makeCrowd(server.services, 2);
    const client = await personClient(server, { user: admin });
    const members = [admin._id, ...ids];
    const given = await done(client, organization.slug, { action: 'give_role', role: 'billing', members });
    const back = await undone(client, given.path);
    expect(back.operation).toMatchObject({ status: 'done', counts: { changed: 3 } });
    expect(await holds(organization._id, admin._id)).toEqual([]);
  });

  it('leaves whoever was changed since as they are, listed; and can be undone in turn', async () => {
    const { organization, ids } = await makeCrowd(server.services, 4);
    const { slug, _id: organizationId } = organization;
    const [still, again, left, other] = ids as [string, string, string, string];
    const given = await done(machine, slug, { action: 'give_role', role: 'billing', members: ids });
    await takeRole(server.services, SYSTEM, { organizationId, userId: again, roleId: billing });
    await giveRole(server.services, SYSTEM, { organizationId, userId: again, roleId: billing });
    await removeMember(server.services, SYSTEM, { organizationId, userId: left });
    // Another role is another matter.
    await giveRole(server.services, SYSTEM, { organizationId, userId: other, roleId: auditor });
    const back = await undone(machine, given.path);
    expect(await resultsOf(machine, back.path)).toEqual({
      [still]: 'changed',
      [again]: 'changed_since',
      [left]: 'not_a_member',
      [other]: 'changed',
    });
    expect(await holds(organizationId, still)).toEqual([MEMBER_ROLE_ID]);
    expect(await holds(organizationId, again)).toEqual([MEMBER_ROLE_ID, billing]);
    expect(await holds(organizationId, other)).toEqual([MEMBER_ROLE_ID, auditor]);
    expect((await machine.get(given.path)).json.undoneBy).toBe(back.operation.id);
    const [event] = await eventsOf(server.services, { organizationId, action: 'bulk.undone' });
    expect(event).toMatchObject({ _id: back.operation.event, after: { undoes: given.operation.id } });
    expect(await eventsOf(server.services, { organizationId, parent: back.operation.event })).toHaveLength(2);
    const forth = await undone(machine, back.path);
    expect(forth.operation.counts).toMatchObject({ changed: 2 });
    expect(await holds(organizationId, still)).toEqual([MEMBER_ROLE_ID, billing]);
  });

  it('gives back the end that a role or a group had before', async () => {
    const { organization, ids } = await makeCrowd(server.services, 2);
    const { slug, _id: organizationId } = organization;
    const [had, hadNot] = ids as [string, string];
    const until = new Date(Date.now() + 86_400_000);
    const group = await makeGroup(server.services, organizationId, 'Sales');
    await giveRole(server.services, SYSTEM, { organizationId, userId: had, roleId: billing, until });
    await addToGroup(server.services, SYSTEM, { organizationId, userId: had, groupId: group._id, until });
    const role = await done(machine, slug, { action: 'give_role', role: 'billing', members: ids });
    const grouped = await done(machine, slug, { action: 'add_to_group', group: 'Sales', members: ids });
    expect([role.operation.counts.changed, grouped.operation.counts.changed]).toEqual([2, 2]);
    await undone(machine, role.path);
    await undone(machine, grouped.path);
    const one = await membershipOf(organizationId, had);
    expect(one.roles.find((each) => each.roleId === billing)?.until).toEqual(until);
    expect(one.groups).toEqual([{ groupId: group._id, until }]);
    const two = await membershipOf(organizationId, hadNot);
    expect([two.roles.length, two.groups]).toEqual([1, []]);
  });

  it('in single mode gives the replaced role back', async () => {
    const { organization, ids, admin } = await makeCrowd(server.services, 3);
    const { slug, _id: organizationId } = organization;
    await changeOrganization(server.services, SYSTEM, organization, { roleMode: 'single' });
    await giveRole(server.services, SYSTEM, { organizationId, userId: ids[0] as string, roleId: ADMIN_ROLE_ID });
    const given = await done(machine, slug, {
      action: 'give_role',
      role: 'billing',
      members: [...ids, admin._id],
    });
    expect(given.operation.counts).toMatchObject({ changed: 3, refused: 1 });
    for (const id of ids) expect(await holds(organizationId, id)).toEqual([billing]);
    expect(await administratorsOf(organizationId)).toEqual([admin._id]);
    // Who got yet another role since keeps it.
    await giveRole(server.services, SYSTEM, { organizationId, userId: ids[2] as string, roleId: auditor });
    const back = await undone(machine, given.path);
    expect(await resultsOf(machine, back.path)).toEqual({
      [ids[0] as string]: 'changed',
      [ids[1] as string]: 'changed',
      [ids[2] as string]: 'changed_since',
    });
    expect(await administratorsOf(organizationId)).toEqual([admin._id, ids[0]]);
    expect(await holds(organizationId, ids[1] as string)).toEqual([MEMBER_ROLE_ID]);
    expect(await holds(organizationId, ids[2] as string)).toEqual([auditor]);
    const refused = await machine.post(bulkPath(slug), { action: 'take_role', role: 'billing', members: ids });
    expect([refused.status, refused.json.error]).toEqual([409, 'single_role_mode']);
  });

  it('of a suspension reactivates, but not who was reactivated and suspended again since', async () => {
    const { organization, ids } = await makeCrowd(server.services, 2);
    const { slug, _id: organizationId } = organization;
    const suspended = await done(machine, slug, { action: 'suspend', members: ids });
    const since = { organizationId, userId: ids[1] as string };
    await setMemberStatus(server.services, SYSTEM, { ...since, status: 'active' });
    await setMemberStatus(server.services, SYSTEM, { ...since, status: 'suspended' });
    const back = await undone(machine, suspended.path);
    expect(await resultsOf(machine, back.path)).toEqual({
      [ids[0] as string]: 'changed',
      [ids[1] as string]: 'changed_since',
    });
    expect((await membershipOf(organizationId, ids[0] as string)).status).toBe('active');
    expect((await membershipOf(organizationId, ids[1] as string)).status).toBe('suspended');
  });
});

describe('what isn’t allowed', () => {
  it('who can’t give a role can’t by bulk either (R15), and no machine without the permission', async () => {
    const { organization, ids } = await makeCrowd(server.services, 1);
    const { slug, _id: organizationId } = organization;
    const manager = await makeRole(server.services, {
      key: 'manager',
      organizationId,
      management: ['members:read', 'members:write'],
    });
    const user = await makeUser(server.services);
    await makeMember(server.services, organizationId, user._id, [manager._id]);
    const person = await personClient(server, { user });
    for (const action of ['give_role', 'take_role']) {
      const { status, json } = await person.post(bulkPath(slug), { action, role: 'admin', members: ids });
      expect([status, json.error]).toEqual([403, 'forbidden']);
    }
    expect((await person.post(bulkPath(slug), { action: 'give_role', role: 'manager', members: ids })).status).toBe(
      201,
    );
    const reader = await machineClient(server, ['members:read']);
    expect((await reader.post(bulkPath(slug), { action: 'suspend', members: ids })).status).toBe(403);
    // Nor may they apply or undo what an administrator has previewed.
    const preview = await machine.post(bulkPath(slug), { action: 'give_role', role: 'admin', members: ids });
    const own = `${bulkPath(slug)}/${preview.json.id}`;
    expect((await person.post(`${own}/apply`)).status).toBe(403);
    await machine.post(`${own}/apply`);
    await ended(machine, own);
    expect((await person.post(`${own}/undo`)).status).toBe(403);
  });

  it('who changes members and doesn’t see them finds none by a filter, and is shown none', async () => {
    const { organization, ids } = await makeCrowd(server.services, 1);
    const { slug, _id: organizationId } = organization;
    const management = ['members:write'];
    const blind = await makeRole(server.services, { key: 'blind', organizationId, management });
    const user = await makeUser(server.services);
    await makeMember(server.services, organizationId, user._id, [blind._id]);
    const callers = [await personClient(server, { user }), await machineClient(server, ['members:write'])] as const;
    for (const [index, caller] of callers.entries()) {
      const refused = index === 0 ? 404 : 403;
      expect((await caller.post(bulkPath(slug), { action: 'suspend', filter: {} })).status).toBe(refused);
      const { status, json } = await caller.post(bulkPath(slug), { action: 'suspend', members: ids });
      expect(status).toBe(201);
      expect((await caller.get(`${bulkPath(slug)}/${json.id}`)).status).toBe(200);
      expect((await caller.get(`${bulkPath(slug)}/${json.id}/results`)).status).toBe(refused);
      const path = `/organizations/${slug}/bulk/${json.id}`;
      expect((await (await signedIn(server, user)).open(path)).status).toBe(404);
    }
    const browser = await signedIn(server, user);
    await browser.open(`/organizations/${slug}/bulk/new?action=suspend&everyone=1`);
    expect(browser.status).toBe(404);
  });

  it('an operation of another organization is unknown, and ids from elsewhere are nobody’s', async () => {
    const [here, there] = [await makeCrowd(server.services, 1), await makeCrowd(server.services, 1)];
    const foreign = await membershipOf(there.organization._id, there.ids[0] as string);
    const { json } = await machine.post(bulkPath(here.organization.slug), {
      action: 'suspend',
      members: [foreign._id, there.ids[0], there.users[0]?.email, 'mem_01JX0000000000000000000000', '$ne', 'x@y.test'],
    });
    expect(json.counts).toMatchObject({ to_change: 0, refused: json.total });
    const elsewhere = `${bulkPath(there.organization.slug)}/${json.id}`;
    for (const [method, path] of [
      ['GET', elsewhere],
      ['GET', `${elsewhere}/results`],
      ['POST', `${elsewhere}/apply`],
      ['POST', `${elsewhere}/cancel`],
      ['POST', `${elsewhere}/undo`],
    ] as const)
      expect((await machine.call(method, path)).status).toBe(404);
    const rows = (await machine.all(`${bulkPath(here.organization.slug)}/${json.id}/results`)) as BulkItem[];
    expect(JSON.stringify(rows)).not.toContain('Ada');
  });

  it('of who isn’t a member here tells and keeps nothing but what was given, whether there is anybody behind it or not (R13)', async () => {
    const [here, there] = [await makeCrowd(server.services, 2), await makeCrowd(server.services, 1)];
    const [stranger] = there.users;
    const { _id: membershipId } = await membershipOf(there.organization._id, stranger?._id as string);
    const [gone] = here.ids as [string];
    const left = await membershipOf(here.organization._id, gone);
    await removeMember(server.services, SYSTEM, { organizationId: here.organization._id, userId: gone });
    const email = stranger?.email as string;
    // Two names of one stranger, beside two that nobody has.
    const given = [email, email.toUpperCase(), stranger?._id, membershipId, left._id, 'NOBODY@x.test', 'nobody@x.test'];
    const { json } = await machine.post(bulkPath(here.organization.slug), {
      action: 'give_role',
      role: 'billing',
      members: [...given, here.ids[1], here.users[1]?.email],
    });
    expect(json).toMatchObject({ total: given.length + 1, counts: { to_change: 1, refused: given.length } });
    const path = `${bulkPath(here.organization.slug)}/${json.id}`;
    const rows = (await machine.all(`${path}/results`)) as { member: string; userId: string | null }[];
    const nobody = { userId: null, name: null, email: null, result: 'refused', code: 'not_a_member', event: null };
    expect(rows.slice(0, given.length)).toEqual(
      given.map((member) => ({ member, ...nobody, message: expect.any(String) })),
    );
    const { items } = await stored(server.services, json.id);
    for (const item of items.slice(0, given.length)) expect(item).toMatchObject({ seen: null });
    expect(items.slice(0, given.length).map((item) => item.userId ?? item.membershipId)).toEqual(
      given.map(() => undefined),
    );
    await machine.post(`${path}/apply`);
    await ended(machine, path);
    const told = JSON.stringify(
      await eventsOf(server.services, { organizationId: here.organization._id, action: 'bulk.applied' }),
    );
    for (const id of [stranger?._id as string, email]) expect(told).not.toContain(id);
  });

  it('of who leaves while it is previewed keeps what was given', async () => {
    const { organization, ids, users } = await makeCrowd(server.services, 1);
    const { BulkOperation } = server.services.models;
    const exists = BulkOperation.exists.bind(BulkOperation);
    const spy = vi.spyOn(BulkOperation, 'exists').mockImplementation((async (filter: object) => {
      await removeMember(server.services, SYSTEM, { organizationId: organization._id, userId: ids[0] as string });
      return exists(filter);
    }) as never);
    const { json } = await machine.post(bulkPath(organization.slug), { action: 'suspend', members: [users[0]?.email] });
    spy.mockRestore();
    const [row] = (await machine.all(`${bulkPath(organization.slug)}/${json.id}/results`)) as { member: string }[];
    expect(row).toMatchObject({ member: users[0]?.email, userId: null, code: 'not_a_member' });
  });

  it('bad input is 422, and more than 10,000 members too', async () => {
    const { organization, ids } = await makeCrowd(server.services, 1);
    const { slug, _id: organizationId } = organization;
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const bodies = [
      { action: 'give_role', role: 'nothing', members: ids },
      { action: 'give_role', members: ids },
      { action: 'give_role', role: 'billing', group: 'x', members: ids },
      { action: 'give_role', role: 'billing' },
      { action: 'give_role', role: 'billing', members: ids, filter: {} },
      { action: 'give_role', role: 'billing', until: yesterday, members: ids },
      { action: 'take_role', role: 'billing', until: '2999-01-01T00:00:00Z', members: ids },
      { action: 'add_to_group', group: 'nothing', members: ids },
      { action: 'suspend', role: 'billing', members: ids },
      { action: 'explode', members: ids },
      { action: 'suspend', filter: { role: 'nothing' } },
      { action: 'suspend', filter: { $where: '1' } },
      { action: 'suspend', members: Array.from({ length: 10_001 }, (_, n) => `usr_${n}`) },
    ];
    const answers = await Promise.all(bodies.map((body) => machine.post(bulkPath(slug), body)));
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 422));
    expect(answers.at(-1)?.json.error).toBe('too_many_members');
    const now = new Date();
    const many = Array.from({ length: 10_001 }, (_, n) => ({
      _id: `mem_${organizationId}_${n}`,
      organizationId,
      userId: `usr_${organizationId}_${n}`,
      status: 'active',
      roles: [],
      settled: true,
      createdAt: now,
      updatedAt: now,
    }));
    await server.services.models.Membership.collection.insertMany(many as never[]);
    const { status, json } = await machine.post(bulkPath(slug), { action: 'suspend', filter: { status: 'active' } });
    expect([status, json.error]).toEqual([422, 'too_many_members']);
    await server.services.models.Membership.deleteMany({ organizationId, _id: { $gt: `mem_${organizationId}` } });
  });

  it('a preview that is an hour old can’t be applied, and is tidied away with its results', async () => {
    const { organization, ids } = await makeCrowd(server.services, 1);
    const { json } = await machine.post(bulkPath(organization.slug), { action: 'suspend', members: ids });
    const path = `${bulkPath(organization.slug)}/${json.id}`;
    const { BulkOperation, BulkItem: Items } = server.services.models;
    await BulkOperation.updateOne({ _id: json.id }, { expiresAt: new Date(Date.now() - 1) });
    const { status, json: refused } = await machine.post(`${path}/apply`);
    expect([status, refused.error]).toEqual([409, 'preview_expired']);
    await tidyBulk(server.services);
    expect(await BulkOperation.countDocuments({ _id: json.id })).toBe(1);
    await BulkOperation.updateOne({ _id: json.id }, { expiresAt: new Date(0) });
    await tidyBulk(server.services);
    expect(await BulkOperation.countDocuments({ _id: json.id })).toBe(0);
    expect(await Items.countDocuments({ operationId: json.id })).toBe(0);
    expect((await membershipOf(organization._id, ids[0] as string)).status).toBe('active');
  });

  it('an organization has twenty open at once, and a cancelled one makes room', async () => {
    const { organization, ids } = await makeCrowd(server.services, 1);
    const path = bulkPath(organization.slug);
    const body = { action: 'suspend', members: ids };
    const previews = [];
    for (let n = 0; n < 20; n += 1) previews.push(await machine.post(path, body));
    expect((await machine.post(path, body)).status).toBe(429);
    const first = `${path}/${previews[0]?.json.id}`;
    expect((await machine.post(`${first}/undo`)).json.error).toBe('not_applied');
    expect((await machine.post(`${first}/cancel`)).json.status).toBe('cancelled');
    expect((await machine.post(`${first}/apply`)).json.error).toBe('bulk_cancelled');
    expect((await machine.post(path, body)).status).toBe(201);
    expect((await machine.all(path, 7)).length).toBe(21);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/access/can.js';
import type { Organization } from '../../src/models/index.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { addMember } from '../../src/services/add-member.js';
import { changeGroup, deleteGroup } from '../../src/services/change-group.js';
import { setInstanceDefaultRoles } from '../../src/services/change-instance.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { cleanUp } from '../../src/services/clean-up-roles.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { changeRole, createRole } from '../../src/services/create-role.js';
import { deleteRole } from '../../src/services/delete-role.js';
import { findGroup } from '../../src/services/find-group.js';
import { findMember } from '../../src/services/find-member.js';
import { findRole } from '../../src/services/find-role.js';
import { loadActor } from '../../src/services/load-actor.js';
import { loadStanding } from '../../src/services/load-standing.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { inBetween } from '../support/in-between.js';
import { twoServices } from '../support/two-services.js';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ one, two, close } = await twoServices());
});
afterAll(() => close?.());

const code = (name: string) => expect.objectContaining({ code: name });
const machine = (...permissions: string[]): Actor => ({
  kind: 'application',
  applicationId: 'nightly',
  permissions: new Set(permissions) as never,
});
const own = (organizationId: string, key: string, management: string[] = []) =>
  makeRole(one, { key, organizationId, management });
const rolesOf = async (member: { organizationId: string; userId: string }) =>
  (await loadStanding(two, member))?.roles.map(({ key }) => key);

/** An organization, and a member who holds a role with these management permissions. */
async function team(...management: string[]) {
  const organization = await makeOrganization(one, { founder: (await makeUser(one))._id });
  const { _id: organizationId } = organization;
  const { _id: userId } = await makeUser(one);
  await makeMember(one, organizationId, userId);
  const member = { organizationId, userId };
  if (management.length) {
    const role = await own(organizationId, 'helper', management);
    await giveRole(one, SYSTEM, { ...member, roleId: role._id });
  }
  return { organization, id: organizationId, member, actor: () => loadActor(one, userId, organizationId) };
}

let grants = 0;
/** Something that the member was given there. @returns whether it still is */
async function given({ organizationId, userId }: { organizationId: string; userId: string }) {
  const _id = `grant-${++grants}`;
  const { Grant } = one.models.oidc;
  await Grant.create({
    _id,
    accountId: userId,
    payload: { organizationId, clientId: 'x' },
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  return async () => (await Grant.exists({ _id })) !== null;
}

describe('nobody rises by themselves (R15)', () => {
  it('where a role that nobody has is deleted in favour of one that its deleter may not give', async () => {
    const { id, member, actor } = await team('members:write', 'roles:write');
    const powerful = await own(id, 'powerful', ['settings:write']);
    const empty = await own(id, 'empty');
    const deleter = await actor();
    await expect(deleteRole(one, deleter, { role: empty, replacement: powerful })).rejects.toEqual(code('forbidden'));
    await giveRole(two, deleter, { ...member, roleId: empty._id });
    await expect(deleteRole(one, deleter, { role: empty, replacement: powerful })).rejects.toEqual(code('forbidden'));
    expect(await rolesOf(member)).not.toContain('powerful');
  });

  it('where a role is written with what an administrator has taken out of it meanwhile', async () => {
    const { id, actor } = await team('roles:write');
    const shared = await own(id, 'shared', ['settings:write']);
    inBetween(one.models.Role, 'updateOne', () => changeRole(two, SYSTEM, shared, { permissions: [] }));
    const writing = changeRole(one, await actor(), shared, { permissions: ['settings:write'] });
    await expect(writing).rejects.toEqual(code('forbidden'));
    expect((await findRole(two, id, 'shared')).management).toEqual([]);
  });

  it('nor is a permission taken out of a role by who lacks it', async () => {
    const { id, actor } = await team('roles:write', 'audit:read');
    const staff = await own(id, 'staff', ['members:write', 'audit:read']);
    const author = await actor();
    for (const permissions of [[], ['audit:read']])
      await expect(changeRole(two, author, staff, { permissions })).rejects.toEqual(code('forbidden'));
    expect(await findRole(two, id, 'staff')).toMatchObject({ management: ['members:write', 'audit:read'] });
    await changeRole(two, author, staff, { permissions: ['members:write'] });
    expect((await findRole(one, id, 'staff')).management).toEqual(['members:write']);
  });

  it('nor by naming what somebody else has made of a role that was read before', async () => {
    const { id, actor } = await team('roles:write');
    const read = await own(id, 'early', ['settings:write']);
    const { revision } = await changeRole(two, SYSTEM, read, { permissions: [] });
    const writing = changeRole(one, await actor(), read, { permissions: ['settings:write'] }, { revision });
    await expect(writing).rejects.toEqual(code('forbidden'));
    expect((await findRole(two, id, 'early')).management).toEqual([]);
  });

  it('where default roles are written as they were before an administrator changed them', async () => {
    const { id, organization, actor } = await team('settings:write');
    const powerful = await own(id, 'powerful', ['audit:read']);
    await changeOrganization(one, SYSTEM, organization, { defaultRoles: [powerful._id] });
    inBetween(one.models.Organization, 'findOneAndUpdate', () =>
      changeOrganization(two, SYSTEM, organization, { defaultRoles: [MEMBER_ROLE_ID] }),
    );
    const writing = changeOrganization(one, await actor(), organization, { defaultRoles: [powerful._id] });
    await expect(writing).rejects.toEqual(code('forbidden'));
    expect((await findOrganization(two, id))?.defaultRoles).toEqual([MEMBER_ROLE_ID]);
  });

  it('by the instance’s default roles, neither who sets them nor who takes them for an organization', async () => {
    const { organization, actor } = await team('settings:write');
    const lead = await makeRole(one, { key: 'lead', management: ['members:write'] });
    await changeOrganization(one, SYSTEM, organization, { defaultRoles: [MEMBER_ROLE_ID] });
    await expect(setInstanceDefaultRoles(one, machine('instance:roles'), [lead._id])).rejects.toEqual(
      code('forbidden'),
    );
    await setInstanceDefaultRoles(one, machine('instance:roles', 'members:write'), [lead._id]);
    const inheriting = changeOrganization(one, await actor(), organization, { defaultRoles: null, joinPolicy: 'open' });
    await expect(inheriting).rejects.toEqual(code('forbidden'));
    expect(await findOrganization(one, organization._id)).toMatchObject({
      defaultRoles: [MEMBER_ROLE_ID],
      joinPolicy: 'invite',
    });
    await setInstanceDefaultRoles(two, SYSTEM, [MEMBER_ROLE_ID]);
  });
});

describe('default roles', () => {
  it('are stored once each, and are fifty at most, of an organization and of the instance', async () => {
    const twice = [MEMBER_ROLE_ID, MEMBER_ROLE_ID];
    const { organization, id } = await team();
    const read = async (organizationId: string) => (await findOrganization(two, organizationId))?.defaultRoles;
    await changeOrganization(one, SYSTEM, organization, { defaultRoles: Array(2000).fill(MEMBER_ROLE_ID) });
    expect(await read(id)).toEqual([MEMBER_ROLE_ID]);
    expect(await read((await makeOrganization(one, { defaultRoles: twice }))._id)).toEqual([MEMBER_ROLE_ID]);
    await setInstanceDefaultRoles(one, SYSTEM, twice);
    expect((await two.catalog.current()).defaultRoles).toEqual([MEMBER_ROLE_ID]);
    const many = await Promise.all(Array.from({ length: 51 }, (_, n) => makeRole(one, { key: `many-${n}` })));
    const ids = many.map(({ _id }) => _id);
    const tooMany = [
      changeOrganization(one, SYSTEM, organization, { defaultRoles: ids }),
      makeOrganization(one, { defaultRoles: ids }),
      setInstanceDefaultRoles(one, SYSTEM, ids),
    ];
    for (const result of await Promise.allSettled(tooMany))
      expect(result).toMatchObject({ status: 'rejected', reason: code('invalid') });
    await changeOrganization(one, SYSTEM, organization, { defaultRoles: ids.slice(1) });
    expect(await read(id)).toEqual(ids.slice(1));
  });
});

describe('two who change one thing at once', () => {
  it('are told where they name what they have read, and both have their way where they don’t', async () => {
    const role = await makeRole(one, { key: 'anyone' });
    const { revision } = await one.catalog.current();
    const set = (context: ServiceContext, ids: string[], read?: number) =>
      setInstanceDefaultRoles(context, SYSTEM, ids, { revision: read });
    const both = [MEMBER_ROLE_ID, role._id];
    const named = await Promise.allSettled([one, two, one, two].map((context) => set(context, both, revision)));
    expect(named.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of named) if (result.status === 'rejected') expect(result.reason).toEqual(code('stale'));
    await Promise.all([set(one, [role._id]), set(two, [MEMBER_ROLE_ID])]);
    await set(two, [MEMBER_ROLE_ID]);
    expect((await one.catalog.current()).defaultRoles).toEqual([MEMBER_ROLE_ID]);
  });

  it('both have their way where they change different things of a role', async () => {
    const { id } = await team();
    const role = await own(id, 'both');
    inBetween(one.models.Role, 'updateOne', () => changeRole(two, SYSTEM, role, { name: 'Theirs' }));
    await changeRole(one, SYSTEM, role, { permissions: ['audit:read'] });
    expect(await findRole(two, id, 'both')).toMatchObject({ name: 'Theirs', management: ['audit:read'] });
  });

  it('who delete two roles in favour of each other leave one of them to its holders', async () => {
    const { id, member } = await team();
    const [x, y] = [await own(id, 'x', ['audit:read']), await own(id, 'y')];
    for (const role of [x, y]) await giveRole(one, SYSTEM, { ...member, roleId: role._id });
    inBetween(one.models.Role, 'updateOne', () => deleteRole(two, SYSTEM, { role: y, replacement: x }));
    await expect(deleteRole(one, SYSTEM, { role: x, replacement: y })).rejects.toEqual(code('stale'));
    expect(await rolesOf(member)).toEqual(['member', 'x']);
    expect(await findRole(one, id, 'x')).toMatchObject({ _id: x._id, key: 'x', management: ['audit:read'] });
  });
});

describe('a circle of deleted roles that a process left when it died', () => {
  it('is opened by another, and the role that comes back keeps its key', async () => {
    const { id, member } = await team();
    const [x, y] = [await makeRole(one, { key: 'ring-x' }), await makeRole(one, { key: 'ring-y' })];
    await one.models.Claim.create({ _id: 'role:ring-x', owner: x._id, createdAt: new Date() });
    await giveRole(one, SYSTEM, { ...member, roleId: y._id });
    await deleteRole(one, SYSTEM, { role: y, replacement: x });
    const at = new Date();
    const deleted = { key: x.key, replacement: y._id, at };
    await one.models.Role.updateOne({ _id: x._id }, { $set: { key: x._id, deleted, cleanUpAt: at } });
    await one.catalog.changed();
    expect(await rolesOf(member)).toEqual(['member']);
    for (const minutes of [2, 4])
      await cleanUp({ ...two, clock: { now: () => new Date(Date.now() + minutes * 60_000) } });
    expect(await rolesOf(member)).toEqual(['member', 'ring-x']);
    const again = createRole(one, SYSTEM, { key: 'ring-x', name: 'x', organizationId: id });
    await expect(again).rejects.toEqual(code('role_taken'));
  });
});

describe('somebody who is added by several at once', () => {
  it('is a member once, with the roles of the one who is told so', async () => {
    const { id } = await team();
    const roles = await Promise.all(['p', 'q', 'r', 's'].map((key) => own(id, key)));
    const organization = (await findOrganization(one, id)) as Organization;
    const { _id: userId } = await makeUser(one);
    const results = await Promise.allSettled(
      roles.map(({ _id: roleId }, at) =>
        addMember(at % 2 ? one : two, SYSTEM, { organization, userId, roles: [{ roleId }] }),
      ),
    );
    const added = results.flatMap((result, at) => (result.status === 'fulfilled' ? [roles[at]?.key] : []));
    expect(added).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toEqual(code('already_member'));
    expect(await rolesOf({ organizationId: id, userId })).toEqual(added);
  });
});

describe('a key or name that looks like an id', () => {
  it('is no role’s: it would be taken for the built-in one', async () => {
    const { id } = await team();
    for (const key of ['rol_admin', 'rol_member'])
      await expect(createRole(one, SYSTEM, { key, name: 'x', organizationId: id })).rejects.toEqual(code('role_taken'));
    const made = await createRole(one, SYSTEM, { key: 'rol_call', name: 'x', organizationId: id });
    expect((await findRole(one, id, 'rol_call'))._id).toBe(made._id);
    expect((await findRole(one, id, made._id)).key).toBe('rol_call');
  });

  it('finds the group and the member that are called so', async () => {
    const { id, organization } = await team();
    const group = await makeGroup(one, id, 'grp_finance');
    expect((await findGroup(one, id, 'GRP_finance'))._id).toBe(group._id);
    const user = await makeUser(one, { email: 'usr_bob@acme.test' });
    await makeMember(one, id, user._id);
    expect((await findMember(one, organization, 'usr_bob@acme.test')).userId).toBe(user._id);
  });
});

describe('revokeOnDowngrade (R6)', () => {
  const revoking = async () => {
    const there = await team();
    await changeOrganization(one, SYSTEM, there.organization, { revokeOnDowngrade: true });
    return there;
  };

  it.each(['directly', 'by a group'])('ends tokens of who held a deleted role %s', async (how) => {
    const { id, member } = await revoking();
    const clerk = await own(id, 'clerk');
    const group = await makeGroup(one, id, 'Clerks', how === 'directly' ? [] : [clerk._id]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    if (how === 'directly') await giveRole(one, SYSTEM, { ...member, roleId: clerk._id });
    const still = await given(member);
    await deleteRole(one, SYSTEM, { role: clerk, replacement: null });
    expect(await still()).toBe(false);
    // Once: what they were given since then rests on nothing that they lost.
    const since = await given(member);
    await cleanUp({ ...two, clock: { now: () => new Date(Date.now() + 3 * 60_000) } });
    expect(await since()).toBe(true);
  });

  it('ends tokens by an instance-wide role too, and by one that replaced another', async () => {
    const { id, member } = await revoking();
    const [first, second] = [await makeRole(one, { key: 'first' }), await makeRole(one, { key: 'second' })];
    const group = await makeGroup(one, id, 'Second', [first._id]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    await deleteRole(one, SYSTEM, { role: first, replacement: second });
    const still = await given(member);
    await deleteRole(one, SYSTEM, { role: second, replacement: null });
    expect(await still()).toBe(false);
  });

  it('leaves who lost nothing: a role that had ended, a group that is left with others', async () => {
    const { id, member } = await revoking();
    const [past, other] = [await own(id, 'past'), await own(id, 'other')];
    await giveRole(one, SYSTEM, { ...member, roleId: past._id, until: new Date(Date.now() + 60_000) });
    const group = await makeGroup(one, id, 'Others', [other._id]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    await giveRole(one, SYSTEM, { ...member, roleId: other._id });
    const still = await given(member);
    const later = { ...one, clock: { now: () => new Date(Date.now() + 120_000) } };
    await deleteRole(later, SYSTEM, { role: past, replacement: null });
    await changeGroup(one, SYSTEM, group, { roles: [] });
    expect(await still()).toBe(true);
  });

  it('ends tokens of who was in a deleted group, also where another process cleans up after it first', async () => {
    const { id, member } = await revoking();
    const clerk = await own(id, 'clerk');
    const group = await makeGroup(one, id, 'Clerks', [clerk._id]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    const still = await given(member);
    const later = { ...two, clock: { now: () => new Date(Date.now() + 120_000) } };
    inBetween(one.models.Group, 'findOneAndUpdate', () => cleanUp(later), { after: true });
    await deleteGroup(one, SYSTEM, group);
    expect(await still()).toBe(false);
  });
});

describe('a suspended organization (R8)', () => {
  it('keeps nothing that was given in it: it doesn’t come back to life with it', async () => {
    const { organization, member } = await team();
    const [still, elsewhere] = [await given(member), await given({ ...member, organizationId: 'org_other' })];
    await changeOrganization(one, SYSTEM, organization, { status: 'suspended' });
    expect(await still()).toBe(false);
    // What a process left that died after it had suspended it.
    const left = await given(member);
    await changeOrganization(two, SYSTEM, organization, { status: 'active' });
    expect([await left(), await elsewhere()]).toEqual([false, true]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, can } from '../../src/access/can.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { changeGroup, createGroup, deleteGroup } from '../../src/services/change-group.js';
import { addToGroup, removeFromGroup, setMemberGroups } from '../../src/services/change-member-group.js';
import { giveRole, takeRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { heldBy, memberState } from '../../src/services/change-membership.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { cleanUp } from '../../src/services/clean-up-roles.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { changeRole, createRole } from '../../src/services/create-role.js';
import { deleteRole } from '../../src/services/delete-role.js';
import { findMember } from '../../src/services/find-member.js';
import { findRole } from '../../src/services/find-role.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { loadActor } from '../../src/services/load-actor.js';
import { loadStanding } from '../../src/services/load-standing.js';
import { leaveOrganization, removeMember } from '../../src/services/remove-member.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { eventsOf } from '../support/audit.js';
import { makeApi, makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { twoServices } from '../support/two-services.js';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ one, two, close } = await twoServices());
});
afterAll(() => close?.());

const HOUR = 3_600_000;
const soon = () => new Date(Date.now() + HOUR);
const code = (name: string) => expect.objectContaining({ code: name });

/** An organization with an administrator and some members, each of whom has these roles. */
async function team({
  members = 1,
  roles,
  ...values
}: {
  members?: number;
  roles?: string[];
  roleMode?: 'single';
} = {}) {
  const admin = await makeUser(one);
  const organization = await makeOrganization(one, { founder: admin._id });
  const people = [];
  for (let index = 0; index < members; index += 1) {
    const user = await makeUser(one);
    await makeMember(one, organization._id, user._id, roles);
    people.push({ organizationId: organization._id, userId: user._id });
  }
  if (values.roleMode) await changeOrganization(one, SYSTEM, organization, values);
  const [member] = people as [{ organizationId: string; userId: string }];
  return {
    organization,
    id: organization._id,
    admin: { organizationId: organization._id, userId: admin._id },
    member,
    people,
  };
}
type Key = { organizationId: string; userId: string };

/** As the other process sees them. */
const rolesOf = async (key: Key) => (await loadStanding(two, key))?.roles.map((role) => role.key);
const actorOf = ({ userId, organizationId }: Key) => loadActor(two, userId, organizationId);
const own = (organizationId: string, key: string, management: string[] = []) =>
  makeRole(one, { key, organizationId, management });
const actionsOf = async (key: Key) => (await eventsOf(one, { subject: key.userId })).map(({ action }) => action);

describe('effective roles (R3)', () => {
  it('are the direct ones and those of the groups, counted alike, with their origins', async () => {
    const { id, member } = await team();
    const billing = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance', [billing._id, MEMBER_ROLE_ID]);
    const until = soon();
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id, until });
    expect(await rolesOf(member)).toEqual(['billing', 'member']);
    const held = heldBy(two, await memberState(two, member));
    expect(
      held.map(({ role, direct, groups }) => [role.key, direct, groups.map((by) => [by.group.name, by.until])]),
    ).toEqual([
      ['billing', undefined, [['Finance', until]]],
      ['member', {}, [['Finance', until]]],
    ]);
    await removeFromGroup(one, SYSTEM, { ...member, groupId: group._id });
    expect(await rolesOf(member)).toEqual(['member']);
  });

  it('follow a change of what a group carries, at once and at every process', async () => {
    const { id, member } = await team();
    const billing = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance');
    await setMemberGroups(one, SYSTEM, { ...member, groups: [{ groupId: group._id }] });
    for (let round = 0; round < 10; round += 1) {
      const roles = round % 2 ? [] : [billing._id];
      const present = await one.models.Group.findById(group._id).lean();
      await changeGroup(one, SYSTEM, present as never, { roles });
      expect(await rolesOf(member)).toEqual(round % 2 ? ['member'] : ['billing', 'member']);
    }
  });

  it('lose what a deleted group gave, at once', async () => {
    const { id, people } = await team({ members: 3 });
    const billing = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance', [billing._id]);
    for (const member of people) await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    await deleteGroup(two, SYSTEM, group);
    for (const member of people) expect(await rolesOf(member)).toEqual(['member']);
    expect(await one.models.Membership.exists({ 'groups.groupId': group._id })).toBeNull();
    await expect(addToGroup(one, SYSTEM, { ...(people[0] as Key), groupId: group._id })).rejects.toEqual(
      code('invalid'),
    );
    // The name is free again.
    await makeGroup(one, id, 'finance');
  });

  it('of two who change different roles and groups of one member at once, both have their way', async () => {
    const { id, member } = await team();
    const roles = await Promise.all(Array.from({ length: 6 }, (_, index) => own(id, `r${index}`)));
    const group = await makeGroup(one, id, 'Everyone', [roles[0]?._id as string]);
    await Promise.all([
      ...roles.slice(1).map(({ _id }, index) => giveRole(index % 2 ? one : two, SYSTEM, { ...member, roleId: _id })),
      addToGroup(two, SYSTEM, { ...member, groupId: group._id }),
      takeRole(one, SYSTEM, { ...member, roleId: MEMBER_ROLE_ID }),
    ]);
    expect(await rolesOf(member)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5']);
    expect((await actionsOf(member)).filter((action) => /role_|group_/.test(action))).toHaveLength(7);
  });

  it('a change that changes nothing leaves no event', async () => {
    const { id, member } = await team();
    const group = await makeGroup(one, id, 'Finance');
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    const before = await actionsOf(member);
    expect(await giveRole(one, SYSTEM, { ...member, roleId: MEMBER_ROLE_ID })).toBe(false);
    expect(await addToGroup(one, SYSTEM, { ...member, groupId: group._id })).toBe(false);
    expect(await takeRole(one, SYSTEM, { ...member, roleId: ADMIN_ROLE_ID })).toBe(false);
    await setMemberRoles(one, SYSTEM, { ...member, roles: [{ roleId: MEMBER_ROLE_ID }] });
    expect(await actionsOf(member)).toEqual(before);
  });
});

describe('end dates (R12)', () => {
  it('are given with a role, changed, and taken away again; one that has passed is refused', async () => {
    const { id, member } = await team();
    const { _id: roleId } = await own(id, 'auditor');
    const ends = async () =>
      (await memberState(one, member)).membership.roles.find((role) => role.roleId === roleId)?.until;
    const [first, second] = [soon(), new Date(Date.now() + 2 * HOUR)];
    await giveRole(one, SYSTEM, { ...member, roleId, until: first });
    expect(await ends()).toEqual(first);
    await giveRole(one, SYSTEM, { ...member, roleId, until: second });
    expect(await ends()).toEqual(second);
    await giveRole(one, SYSTEM, { ...member, roleId });
    expect(await ends()).toBeUndefined();
    for (const until of [new Date(Date.now() - 1), new Date(Number.NaN)])
      await expect(giveRole(one, SYSTEM, { ...member, roleId, until })).rejects.toEqual(code('invalid'));
    const group = await makeGroup(one, id, 'Auditors');
    await expect(addToGroup(one, SYSTEM, { ...member, groupId: group._id, until: new Date(0) })).rejects.toEqual(
      code('invalid'),
    );
  });

  it('an administrator with an end date is one until then, and isn’t the one that an organization needs (R2)', async () => {
    const { admin, member } = await team();
    await giveRole(one, SYSTEM, { ...member, roleId: ADMIN_ROLE_ID, until: soon() });
    expect(await rolesOf(member)).toEqual(['admin', 'member']);
    await expect(takeRole(one, SYSTEM, { ...admin, roleId: ADMIN_ROLE_ID })).rejects.toEqual(
      code('last_administrator'),
    );
    await expect(giveRole(one, SYSTEM, { ...admin, roleId: ADMIN_ROLE_ID, until: soon() })).rejects.toEqual(
      code('last_administrator'),
    );
    expect(await rolesOf(admin)).toEqual(['admin']);
    // Without an end it is a seat, and the other one can go.
    await giveRole(one, SYSTEM, { ...member, roleId: ADMIN_ROLE_ID });
    await takeRole(one, SYSTEM, { ...admin, roleId: ADMIN_ROLE_ID });
    expect(await rolesOf(admin)).toEqual([]);
  });

  it('a group that carries admin makes nobody the administrator that an organization needs', async () => {
    const { id, admin, member } = await team();
    const group = await makeGroup(one, id, 'Board', [ADMIN_ROLE_ID]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    expect(await rolesOf(member)).toEqual(['admin', 'member']);
    await expect(setMemberStatus(one, SYSTEM, { ...admin, status: 'suspended' })).rejects.toEqual(
      code('last_administrator'),
    );
  });
});

describe('the last administrator (R2)', () => {
  it('can’t be removed, nor leave, and the refusal says who it is', async () => {
    const { admin, id } = await team();
    const ada = await one.models.User.findById(admin.userId).lean();
    const refusal = {
      code: 'last_administrator',
      status: 409,
      details: [expect.objectContaining({ userId: admin.userId, name: ada?.name, email: ada?.email })],
    };
    await expect(removeMember(one, SYSTEM, admin)).rejects.toMatchObject(refusal);
    await expect(leaveOrganization(one, await actorOf(admin), id)).rejects.toMatchObject(refusal);
    expect(await rolesOf(admin)).toEqual(['admin']);
  });

  it('of two who leave, remove, suspend or disable each other at the same moment, one stays, whichever they do', async () => {
    const ways: ((context: ServiceContext, who: Key, by: Actor) => Promise<unknown>)[] = [
      (context, who) => removeMember(context, SYSTEM, who),
      (context, who, by) => leaveOrganization(context, by, who.organizationId),
      (context, who) => setMemberStatus(context, SYSTEM, { ...who, status: 'suspended' }),
      (context, { userId }) => setUserStatus(context, SYSTEM, { userId, status: 'disabled' }),
      (context, who) => takeRole(context, SYSTEM, { ...who, roleId: ADMIN_ROLE_ID }),
      (context, who) => giveRole(context, SYSTEM, { ...who, roleId: ADMIN_ROLE_ID, until: soon() }),
    ];
    const pairings = ways.flatMap((first, index) => ways.slice(index).map((second) => ({ first, second })));
    await Promise.all(
      pairings.map(async ({ first, second }) => {
        const { id, admin, member } = await team();
        await giveRole(one, SYSTEM, { ...member, roleId: ADMIN_ROLE_ID });
        const [ofFirst, ofSecond] = [await actorOf(admin), await actorOf(member)];
        const results = await Promise.allSettled([first(one, admin, ofFirst), second(two, member, ofSecond)]);
        expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
        expect((results.find((result) => result.status === 'rejected') as PromiseRejectedResult).reason.code).toBe(
          'last_administrator',
        );
        const { administrators } = (await one.models.Organization.findById(id).lean()) ?? {};
        expect(administrators).toHaveLength(1);
        expect(await rolesOf({ organizationId: id, userId: administrators?.[0] as string })).toContain('admin');
      }),
    );
  });

  it('is never somebody who is suspended, removed or disabled at the moment at which they are made one', async () => {
    const gives = [
      (key: Key) => giveRole(one, SYSTEM, { ...key, roleId: ADMIN_ROLE_ID }),
      (key: Key) => setMemberRoles(one, SYSTEM, { ...key, roles: [{ roleId: ADMIN_ROLE_ID }] }),
    ];
    const ends = [
      (key: Key) => setMemberStatus(two, SYSTEM, { ...key, status: 'suspended' }),
      (key: Key) => removeMember(two, SYSTEM, key),
      ({ userId }: Key) => setUserStatus(two, SYSTEM, { userId, status: 'disabled' }),
    ];
    const pairings = gives.flatMap((give) => ends.map((end) => ({ give, end })));
    for (let round = 0; round < 2; round += 1)
      await Promise.all(
        pairings.map(async ({ give, end }) => {
          const { id, admin, member } = await team();
          // One is a little ahead of the other, each time otherwise.
          const late = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
          await Promise.allSettled([
            late(round % 4).then(async () => void (await give(member))),
            late((round * 5) % 7).then(async () => void (await end(member))),
          ]);
          const [organization, membership, user] = await Promise.all([
            one.models.Organization.findById(id).lean(),
            one.models.Membership.findOne(member).lean(),
            one.models.User.findById(member.userId).lean(),
          ]);
          const active = membership?.status === 'active' && user?.status === 'active';
          if (!active) expect(organization?.administrators).toEqual([admin.userId]);
        }),
      );
  });

  it('is disabled by force alone; the organization has none then, until one is named', async () => {
    const { id, admin, member } = await team();
    const disable = (force: boolean) => setUserStatus(one, SYSTEM, { userId: admin.userId, status: 'disabled', force });
    await expect(disable(false)).rejects.toEqual(code('last_administrator'));
    await disable(true);
    expect((await one.models.Organization.findById(id).lean())?.administrators).toEqual([]);
    // It isn't waiting for its first member again (R1).
    const newcomer = { organizationId: id, userId: (await makeUser(one))._id };
    await makeMember(one, id, newcomer.userId);
    expect(await rolesOf(newcomer)).toEqual(['member']);
    await giveRole(one, SYSTEM, { ...member, roleId: ADMIN_ROLE_ID });
    expect(await rolesOf(member)).toEqual(['admin', 'member']);
    const forced = await eventsOf(one, { subject: admin.userId, action: 'user.disabled' });
    expect(forced.map(({ after }) => after)).toEqual([{ forced: true }]);
  });
});

describe('single role mode (R4)', () => {
  const single = (members = 1) => team({ members, roleMode: 'single' });

  it('assigning a role replaces the other; a role leaves only by replacement, without an end, and groups carry none', async () => {
    const { id, member } = await single();
    const billing = await own(id, 'billing');
    await giveRole(one, SYSTEM, { ...member, roleId: billing._id });
    expect(await rolesOf(member)).toEqual(['billing']);
    const refused = code('single_role_mode');
    const { _id: roleId } = billing;
    await expect(takeRole(one, SYSTEM, { ...member, roleId })).rejects.toEqual(refused);
    await expect(giveRole(one, SYSTEM, { ...member, roleId: MEMBER_ROLE_ID, until: soon() })).rejects.toEqual(refused);
    for (const roles of [[], [{ roleId }, { roleId: MEMBER_ROLE_ID }], [{ roleId, until: soon() }]])
      await expect(setMemberRoles(one, SYSTEM, { ...member, roles })).rejects.toEqual(refused);
    await expect(createGroup(one, SYSTEM, id, { name: 'Finance', roles: [roleId] })).rejects.toEqual(refused);
    expect(await rolesOf(member)).toEqual(['billing']);
  });

  it('admin replaces and is replaced like another role, and the last one stays as they were', async () => {
    const { id, admin, member } = await single();
    const billing = await own(id, 'billing');
    const assign = (key: Key, roleId: string) => setMemberRoles(one, SYSTEM, { ...key, roles: [{ roleId }] });
    await expect(assign(admin, billing._id)).rejects.toEqual(code('last_administrator'));
    await expect(giveRole(one, SYSTEM, { ...admin, roleId: billing._id })).rejects.toEqual(code('last_administrator'));
    expect(await rolesOf(admin)).toEqual(['admin']);
    expect((await memberState(one, admin)).membership.roles).toEqual([]);
    await assign(member, ADMIN_ROLE_ID);
    expect(await rolesOf(member)).toEqual(['admin']);
    await giveRole(one, SYSTEM, { ...admin, roleId: billing._id });
    expect(await rolesOf(admin)).toEqual(['billing']);
    await expect(assign(member, billing._id)).rejects.toEqual(code('last_administrator'));
    expect(await rolesOf(member)).toEqual(['admin']);
  });

  it('has one role also where many assign at once through two processes', async () => {
    const { id, member } = await single();
    const roles = await Promise.all(Array.from({ length: 10 }, (_, index) => own(id, `r${index}`)));
    await Promise.all(
      roles.map(({ _id }, index) => giveRole(index % 2 ? one : two, SYSTEM, { ...member, roleId: _id })),
    );
    expect(await rolesOf(member)).toHaveLength(1);
    expect((await memberState(one, member)).membership.roles).toHaveLength(1);
  });

  it('is switched to when nobody and nothing is in the way, which the refusal names', async () => {
    const { organization, id, admin, people } = await team({ members: 3 });
    const [several, ending, none] = people as [Key, Key, Key];
    const billing = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance', [billing._id]);
    await giveRole(one, SYSTEM, { ...several, roleId: billing._id });
    await setMemberRoles(one, SYSTEM, { ...ending, roles: [{ roleId: billing._id, until: soon() }] });
    await setMemberRoles(one, SYSTEM, { ...none, roles: [] });
    await giveRole(one, SYSTEM, { ...admin, roleId: billing._id });
    const turn = () => changeOrganization(one, SYSTEM, organization, { roleMode: 'single' });
    const refusal = await turn().catch((error) => error);
    expect(refusal).toEqual(code('role_mode'));
    expect(refusal.details).toHaveLength(4);
    expect(refusal.details).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'member', userId: several.userId, why: 'several_roles' }),
        expect.objectContaining({ kind: 'member', userId: admin.userId, why: 'several_roles' }),
        expect.objectContaining({ kind: 'member', userId: ending.userId, why: 'end_date' }),
        expect.objectContaining({ kind: 'group', groupId: group._id, name: 'Finance' }),
      ]),
    );
    expect((await one.models.Organization.findById(id).lean())?.roleMode).toBeUndefined();
    await takeRole(one, SYSTEM, { ...several, roleId: billing._id });
    await takeRole(one, SYSTEM, { ...admin, roleId: billing._id });
    await giveRole(one, SYSTEM, { ...ending, roleId: billing._id });
    await changeGroup(one, SYSTEM, group, { roles: [] });
    await turn();
    expect(await Promise.all([admin, several, ending, none].map(rolesOf))).toEqual([
      ['admin'],
      ['member'],
      ['billing'],
      ['member'],
    ]);
    // Who had none has the default role also where the organization goes back.
    await changeOrganization(one, SYSTEM, organization, { roleMode: 'multiple' });
    expect(await rolesOf(none)).toEqual(['member']);
  });

  it('gives who joins one role', async () => {
    const { organization, id } = await single();
    const newcomer = { organizationId: id, userId: (await makeUser(one))._id };
    await joinOrganization(one, SYSTEM, newcomer);
    expect(await rolesOf(newcomer)).toEqual(['member']);
    const billing = await own(id, 'billing');
    await expect(
      changeOrganization(one, SYSTEM, organization, { defaultRoles: [billing._id, MEMBER_ROLE_ID] }),
    ).rejects.toEqual(code('single_role_mode'));
  });
});

describe('deleting a role (R5)', () => {
  it('that nobody has needs nothing; one that somebody has a replacement, or to be removed from everyone', async () => {
    const { id, member, people } = await team({ members: 3 });
    const [billing, clerk, empty] = await Promise.all(['billing', 'clerk', 'empty'].map((key) => own(id, key)));
    if (!billing || !clerk || !empty) throw new Error('no roles');
    await deleteRole(one, SYSTEM, { role: empty });
    for (const key of people) await giveRole(one, SYSTEM, { ...key, roleId: billing._id });
    await expect(deleteRole(one, SYSTEM, { role: billing })).rejects.toEqual(code('role_in_use'));
    await deleteRole(one, SYSTEM, { role: billing, replacement: clerk });
    for (const key of people) expect(await rolesOf(key)).toEqual(['clerk', 'member']);
    await deleteRole(one, SYSTEM, { role: clerk, replacement: null });
    expect(await rolesOf(member)).toEqual(['member']);
    expect(await one.models.Membership.exists({ 'roles.roleId': { $in: [billing._id, clerk._id] } })).toBeNull();
  });

  it('that a group carries or that is given by default counts as somebody’s', async () => {
    const { organization, id, member } = await team();
    const [billing, clerk] = [await own(id, 'billing'), await own(id, 'clerk')];
    const group = await makeGroup(one, id, 'Finance', [billing._id]);
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    await expect(deleteRole(one, SYSTEM, { role: billing })).rejects.toEqual(code('role_in_use'));
    await deleteRole(one, SYSTEM, { role: billing, replacement: clerk });
    expect(await rolesOf(member)).toEqual(['clerk', 'member']);
    expect((await one.models.Group.findById(group._id).lean())?.roles).toEqual([clerk._id]);
    const joiner = await own(id, 'joiner');
    await changeOrganization(one, SYSTEM, organization, { defaultRoles: [joiner._id] });
    await expect(deleteRole(one, SYSTEM, { role: joiner })).rejects.toEqual(code('role_in_use'));
    await deleteRole(one, SYSTEM, { role: joiner, replacement: clerk });
    const newcomer = { organizationId: id, userId: (await makeUser(one))._id };
    await joinOrganization(two, SYSTEM, newcomer);
    expect(await rolesOf(newcomer)).toEqual(['clerk']);
  });

  it('is honoured at once, also by what is assigned at the same moment through another process', async () => {
    const race = async () => {
      const { id, people } = await team({ members: 4 });
      const [old, next] = [await own(id, 'old'), await own(id, 'next')];
      await giveRole(one, SYSTEM, { ...(people[0] as Key), roleId: old._id });
      const results = await Promise.allSettled([
        deleteRole(one, SYSTEM, { role: old, replacement: next }),
        ...people.slice(1).map((key) => giveRole(two, SYSTEM, { ...key, roleId: old._id })),
      ]);
      for (const [index, key] of people.entries()) {
        const given = index === 0 || results[index]?.status === 'fulfilled';
        expect(await rolesOf(key)).toEqual(given ? ['member', 'next'] : ['member']);
      }
      await cleanUp(two);
      expect(await one.models.Membership.exists({ 'roles.roleId': old._id })).toBeNull();
    };
    for (let round = 0; round < 2; round += 1) await Promise.all(Array.from({ length: 5 }, race));
  });

  it('leaves its key free, and a role that is made again with it is nobody’s', async () => {
    const { id, member } = await team();
    for (const organizationId of [id, null]) {
      const key = `again-${organizationId ? 'own' : 'all'}`;
      const first = await createRole(one, SYSTEM, { key, name: 'First', organizationId });
      await giveRole(one, SYSTEM, { ...member, roleId: first._id });
      await deleteRole(one, SYSTEM, { role: first, replacement: null });
      const second = await createRole(two, SYSTEM, { key, name: 'Second', organizationId });
      expect(second._id).not.toBe(first._id);
      // An assignment that was on its way.
      await one.models.Membership.updateOne(member, { $push: { roles: { roleId: first._id } } });
      expect(await rolesOf(member)).toEqual(['member']);
      await expect(findRole(one, id, first._id)).rejects.toEqual(code('not_found'));
    }
  });

  it('an instance-wide one counts in every organization', async () => {
    const [first, second] = [await team(), await team()];
    const wide = await createRole(one, SYSTEM, { key: 'wide', name: 'Wide', organizationId: null });
    const wider = await createRole(one, SYSTEM, { key: 'wider', name: 'Wider', organizationId: null });
    for (const { member } of [first, second]) await giveRole(one, SYSTEM, { ...member, roleId: wide._id });
    await expect(deleteRole(one, SYSTEM, { role: wide })).rejects.toEqual(code('role_in_use'));
    const ofOne = await own(first.id, 'mine');
    await expect(deleteRole(one, SYSTEM, { role: wide, replacement: ofOne })).rejects.toEqual(code('invalid'));
    await deleteRole(one, SYSTEM, { role: wide, replacement: wider });
    for (const { member } of [first, second]) expect(await rolesOf(member)).toEqual(['member', 'wider']);
  });

  it('leaves a mark that is looked after again, and goes after a day', async () => {
    const { id, people } = await team({ members: 2 });
    const [first, second] = people as [Key, Key];
    const [old, next] = [await own(id, 'old'), await own(id, 'next')];
    const group = await makeGroup(one, id, 'Old');
    await deleteRole(one, SYSTEM, { role: old, replacement: next });
    await deleteGroup(one, SYSTEM, group);
    const late = async (key: Key, hours: number) => {
      // Of writers that began before it was gone.
      await one.models.Membership.updateOne(key, {
        $push: { roles: { roleId: old._id } },
        $set: { groups: [{ groupId: group._id }] },
      });
      await cleanUp({ ...two, clock: { now: () => new Date(Date.now() + hours * HOUR) } });
      const { membership } = await memberState(one, key);
      expect(membership.roles.map(({ roleId }) => roleId)).toContain(next._id);
      expect(membership.groups).toEqual([]);
    };
    await late(first, 0.1);
    const marks = async () =>
      Promise.all([one.models.Role.exists({ _id: old._id }), one.models.Group.exists({ _id: group._id })]);
    expect(await marks()).not.toContain(null);
    await moveEvents(one);
    await late(second, 25);
    expect(await marks()).toEqual([null, null]);
  });

  it('of admin and member is refused, and admin replaces none', async () => {
    const { id, member } = await team();
    for (const _id of [ADMIN_ROLE_ID, MEMBER_ROLE_ID])
      await expect(
        deleteRole(one, SYSTEM, { role: await findRole(one, null, _id), replacement: null }),
      ).rejects.toEqual(code('built_in'));
    const billing = await own(id, 'billing');
    await giveRole(one, SYSTEM, { ...member, roleId: billing._id });
    const admin = await findRole(one, null, 'admin');
    await expect(deleteRole(one, SYSTEM, { role: billing, replacement: admin })).rejects.toEqual(code('invalid'));
  });

  it('keeps the longer of two ends where the replacement is held already', async () => {
    const { id, people } = await team({ members: 2 });
    const [early, late] = [soon(), new Date(Date.now() + 3 * HOUR)];
    const [first, second] = people as [Key, Key];
    const [old, next] = [await own(id, 'old'), await own(id, 'next')];
    await giveRole(one, SYSTEM, { ...first, roleId: old._id, until: late });
    await giveRole(one, SYSTEM, { ...first, roleId: next._id, until: early });
    await giveRole(one, SYSTEM, { ...second, roleId: old._id, until: late });
    await giveRole(one, SYSTEM, { ...second, roleId: next._id });
    await deleteRole(one, SYSTEM, { role: old, replacement: next });
    const ends = async (key: Key) =>
      (await memberState(one, key)).membership.roles
        .filter(({ roleId }) => roleId === next._id)
        .map(({ until }) => until);
    expect(await ends(first)).toEqual([late]);
    expect(await ends(second)).toEqual([undefined]);
  });
});

describe('gone means gone (R8)', () => {
  it('a removed member is nobody there, at once, and comes back as a new one', async () => {
    const { organization, id, member } = await team();
    const billing = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance', [billing._id]);
    await giveRole(one, SYSTEM, { ...member, roleId: billing._id });
    await addToGroup(one, SYSTEM, { ...member, groupId: group._id });
    await removeMember(one, SYSTEM, member);
    expect(await rolesOf(member)).toBeUndefined();
    await expect(findMember(two, organization, member.userId)).rejects.toEqual(code('not_found'));
    for (const again of [
      () => giveRole(two, SYSTEM, { ...member, roleId: billing._id }),
      () => setMemberStatus(two, SYSTEM, { ...member, status: 'suspended' }),
      () => removeMember(two, SYSTEM, member),
    ])
      await expect(again()).rejects.toEqual(code('not_found'));
    await joinOrganization(two, SYSTEM, member);
    expect(await rolesOf(member)).toEqual(['member']);
    expect(await actionsOf(member)).toEqual(expect.arrayContaining(['member.removed', 'member.joined']));
  });

  it('of ten who bring back and remove one member at once, the end is a member or none, never half of one', async () => {
    const { id, member } = await team();
    await own(id, 'billing');
    await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 ? removeMember(one, SYSTEM, member) : joinOrganization(two, SYSTEM, member),
      ),
    );
    const rows = await one.models.Membership.find(member).lean();
    expect(rows.length).toBeLessThanOrEqual(1);
    expect([undefined, ['member']]).toContainEqual(await rolesOf(member));
    await joinOrganization(one, SYSTEM, member);
    expect(await rolesOf(member)).toEqual(['member']);
  });
});

describe('nobody rises by themselves (R15)', () => {
  /** A member whose custom role lets them change members and roles, and no more. */
  async function helper() {
    const made = await team({ members: 2 });
    const role = await own(made.id, 'helper', ['members:write', 'members:read', 'roles:write', 'groups:write']);
    await setMemberRoles(one, SYSTEM, { ...made.member, roles: [{ roleId: role._id }] });
    return { ...made, role, other: made.people[1] as Key, actor: await actorOf(made.member) };
  }

  it('a custom role gives the management permissions that it carries', async () => {
    const { id, actor, other } = await helper();
    expect(can(actor, 'members:write', { organizationId: id })).toBe(true);
    expect(can(actor, 'settings:write', { organizationId: id })).toBe(false);
    const plain = await own(id, 'plain');
    await giveRole(one, actor, { ...other, roleId: plain._id });
    expect(await rolesOf(other)).toEqual(['member', 'plain']);
  });

  it('who lacks what a role carries can’t give it, take it, or get around that', async () => {
    const { organization, id, actor, role, member, other, admin } = await helper();
    const strong = await own(id, 'strong', ['settings:write']);
    const board = await makeGroup(one, id, 'Board', [ADMIN_ROLE_ID]);
    const strongGroup = await makeGroup(one, id, 'Strong', [strong._id]);
    await giveRole(one, SYSTEM, { ...other, roleId: strong._id });
    await addToGroup(one, SYSTEM, { ...other, groupId: board._id });
    const attempts: Record<string, () => Promise<unknown>> = {
      'give admin': () => giveRole(one, actor, { ...member, roleId: ADMIN_ROLE_ID }),
      'give admin for an hour': () => giveRole(one, actor, { ...member, roleId: ADMIN_ROLE_ID, until: soon() }),
      'set roles with admin': () =>
        setMemberRoles(one, actor, { ...member, roles: [{ roleId: role._id }, { roleId: ADMIN_ROLE_ID }] }),
      'give a stronger role': () => giveRole(one, actor, { ...member, roleId: strong._id }),
      'take a stronger role': () => takeRole(one, actor, { ...other, roleId: strong._id }),
      'set roles without the stronger': () => setMemberRoles(one, actor, { ...other, roles: [] }),
      'demote the administrator': () => takeRole(one, actor, { ...admin, roleId: ADMIN_ROLE_ID }),
      'join the board': () => addToGroup(one, actor, { ...member, groupId: board._id }),
      'set groups': () => setMemberGroups(one, actor, { ...member, groups: [{ groupId: board._id }] }),
      'take somebody off the board': () => removeFromGroup(one, actor, { ...other, groupId: board._id }),
      'make a group of administrators': () => createGroup(one, actor, id, { name: 'New', roles: [ADMIN_ROLE_ID] }),
      'put admin into a group': () => changeGroup(one, actor, strongGroup, { roles: [strong._id, ADMIN_ROLE_ID] }),
      'take a stronger role from a group': () => changeGroup(one, actor, strongGroup, { roles: [] }),
      'delete a group that gives one': () => deleteGroup(one, actor, strongGroup),
      'put a permission into the own role': () =>
        changeRole(one, actor, role, { permissions: ['members:write', 'settings:write'] }),
      'make a role with it': () =>
        createRole(one, actor, { key: 'mine', name: 'Mine', permissions: ['audit:read'], organizationId: id }),
      'replace a role by a stronger': () => deleteRole(one, actor, { role, replacement: strong }),
      'remove an administrator': () => removeMember(one, actor, admin),
      'suspend an administrator': () => setMemberStatus(one, actor, { ...admin, status: 'suspended' }),
      'remove who holds a stronger role': () => removeMember(one, actor, other),
    };
    const before = await Promise.all([member, other, admin].map(rolesOf));
    for (const [what, attempt] of Object.entries(attempts))
      await expect(attempt(), what).rejects.toEqual(expect.objectContaining({ status: 403 }));
    await expect(changeOrganization(one, actor, organization, { defaultRoles: [strong._id] })).rejects.toEqual(
      code('not_found'),
    );
    expect(await Promise.all([member, other, admin].map(rolesOf))).toEqual(before);
  });

  it('no role carries the instance’s permissions, or the right to make administrators', async () => {
    const { id, admin } = await team();
    const actor = await actorOf(admin);
    for (const permission of ['instance:users', 'instance:roles', 'administrators:write'])
      for (const [who, organizationId] of [
        [actor, id],
        [SYSTEM, id],
        [SYSTEM, null],
      ] as const)
        await expect(
          createRole(one, who, { key: 'rising', name: 'Rising', permissions: [permission], organizationId }),
        ).rejects.toEqual(code('invalid'));
  });

  it('a permission of an API for operators’ roles only gets into no custom role', async () => {
    const { id, admin } = await team();
    const api = await makeApi(one, {
      permissions: [{ key: 'vault:open', description: '', operatorsOnly: true }],
    });
    await expect(
      createRole(one, await actorOf(admin), {
        key: 'keys',
        name: 'Keys',
        permissions: ['vault:open'],
        organizationId: id,
      }),
    ).rejects.toEqual(code('invalid'));
    await createRole(one, SYSTEM, { key: 'vault', name: 'Vault', permissions: ['vault:open'], organizationId: null });
    const standing = async (key: Key) => (await loadStanding(two, key))?.permissionsAt(api);
    await giveRole(one, SYSTEM, { ...admin, roleId: (await findRole(one, null, 'vault'))._id });
    expect(await standing(admin)).toEqual(['vault:open']);
  });

  it('what default roles carry, admin never among them, is what their author could give', async () => {
    const { organization, id, admin } = await team();
    const actor = await actorOf(admin);
    await expect(changeOrganization(one, actor, organization, { defaultRoles: [ADMIN_ROLE_ID] })).rejects.toEqual(
      code('invalid'),
    );
    const strong = await own(id, 'strong', ['settings:write']);
    await changeOrganization(one, actor, organization, { defaultRoles: [strong._id] });
    expect((await one.models.Organization.findById(id).lean())?.defaultRoles).toEqual([strong._id]);
  });

  it('an administrator of one organization is nobody in another (R13)', async () => {
    const [here, there] = [await team(), await team()];
    const actor = await actorOf(here.admin);
    const foreign = await own(there.id, 'foreign');
    const group = await makeGroup(one, there.id, 'Theirs');
    for (const attempt of [
      () => giveRole(one, actor, { ...there.member, roleId: MEMBER_ROLE_ID }),
      () => removeMember(one, actor, there.member),
      () => changeOrganization(one, actor, there.organization, { name: 'Mine' }),
      () => deleteRole(one, actor, { role: foreign, replacement: null }),
      () => changeGroup(one, actor, group, { name: 'Mine' }),
    ])
      await expect(attempt()).rejects.toEqual(code('not_found'));
    for (const attempt of [
      () => giveRole(one, actor, { ...here.member, roleId: foreign._id }),
      () => addToGroup(one, actor, { ...here.member, groupId: group._id }),
    ])
      await expect(attempt()).rejects.toEqual(code('invalid'));
  });
});

describe('a stale change', () => {
  it('of a member, a group, a role or an organization is refused, and of several at once one goes through', async () => {
    const { organization, id, member } = await team();
    const role = await own(id, 'billing');
    const group = await makeGroup(one, id, 'Finance');
    const changes: ((context: ServiceContext, revision: number) => Promise<unknown>)[] = [
      (context, revision) =>
        setMemberRoles(
          context,
          SYSTEM,
          { ...member, roles: revision === 0 ? [] : [{ roleId: role._id }] },
          { revision },
        ),
      (context, revision) => changeGroup(context, SYSTEM, group, { description: 'd' }, { revision }),
      (context, revision) => changeRole(context, SYSTEM, role, { name: 'Name' }, { revision }),
      (context, revision) => changeOrganization(context, SYSTEM, organization, { name: 'Name' }, { revision }),
    ];
    for (const change of changes) {
      const results = await Promise.allSettled([one, two, one, two].map((context) => change(context, 0)));
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(code('stale'));
      await expect(change(one, 0)).rejects.toEqual(code('stale'));
      await change(two, 1);
    }
  });
});

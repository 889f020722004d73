import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Organization } from '../../src/models/index.js';
import type { Assignment } from '../../src/models/membership.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { listMembers } from '../../src/services/list-members.js';
import { loadStanding } from '../../src/services/load-standing.js';
import { type Findings, whatIsInTheWay } from '../../src/services/single-mode.js';
import { makeCrowd } from '../support/bulk.js';
import { makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { twoServices } from '../support/two-services.js';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ one, two, close } = await twoServices());
});
afterAll(() => close?.());

const past = new Date(Date.now() - 1000);
const future = new Date(Date.now() + 86_400_000);

async function makeTeam() {
  const admin = await makeUser(one);
  const organization = await makeOrganization(one, { founder: admin._id });
  const { _id: organizationId } = organization;
  const clerk = await makeRole(one, { key: 'clerk', organizationId });
  const temp = await makeRole(one, { key: 'temp', organizationId });
  const hold = async (userId: string, roles: Assignment[]) => {
    await one.models.Membership.updateOne({ organizationId, userId }, { $set: { roles } });
    return userId;
  };
  const member = async (roles: Assignment[]) => {
    const user = await makeUser(one);
    await makeMember(one, organizationId, user._id);
    return hold(user._id, roles);
  };
  const turn = () => changeOrganization(two, SYSTEM, organization, { roleMode: 'single' });
  const rolesOf = async (userId: string) =>
    (await loadStanding(one, { organizationId, userId }))?.roles.map((role) => role.key);
  return { organization, organizationId, admin, clerk, temp, hold, member, turn, rolesOf };
}

describe('who is in the way of single role mode (R4)', () => {
  it('is looked for among so many at a time; what an index finds is found before, and the switch looks at everybody', async () => {
    const { organization: made, users, admin } = await makeCrowd(one, 1200);
    const { _id: organizationId } = made;
    const ids = users.map((user) => user._id).sort();
    const temp = await makeRole(one, { key: 'temp', organizationId });
    const organization = (await findOrganization(one, organizationId)) as Organization;
    const hold = (userIds: string[], roles: Assignment[]) =>
      one.models.Membership.updateMany({ organizationId, userId: { $in: userIds } }, { $set: { roles } });
    const [several, ending] = [ids[1198] as string, ids[1199] as string];
    await hold(ids, [{ roleId: MEMBER_ROLE_ID }, { roleId: temp._id, until: past }]);
    await hold([several], [{ roleId: MEMBER_ROLE_ID }, { roleId: temp._id }]);
    await hold([ending], [{ roleId: temp._id, until: future }]);
    await hold([admin._id], [{ roleId: temp._id }]);
    let read = 0;
    const { collection } = one.models.Membership;
    const find = collection.find.bind(collection);
    const spy = vi.spyOn(collection, 'find').mockImplementation(((...args: Parameters<typeof find>) => {
      const cursor = find(...args);
      const toArray = cursor.toArray.bind(cursor);
      cursor.toArray = async () => {
        const rows = await toArray();
        read += rows.length;
        expect(rows.length).toBeLessThanOrEqual(500);
        return rows;
      };
      return cursor;
    }) as never);
    const part = await whatIsInTheWay(one, organization, { most: 500 });
    expect(read).toBeLessThan(600);
    spy.mockRestore();
    const who = ({ inTheWay }: Findings) => inTheWay.map((found) => (found.kind === 'member' ? found.userId : ''));
    expect([part.whole, who(part)]).toEqual([false, [ending, admin._id]]);
    const all = await whatIsInTheWay(one, organization);
    expect([all.whole, who(all)]).toEqual([true, [ending, admin._id, several]]);
    const turn = () => changeOrganization(two, SYSTEM, organization, { roleMode: 'single' });
    await expect(turn()).rejects.toMatchObject({ code: 'role_mode', details: all.inTheWay });
    await hold([several, ending], [{ roleId: temp._id }]);
    await hold([admin._id], []);
    await turn();
    const [left, none] = await Promise.all([
      one.models.Membership.countDocuments({ organizationId, 'roles.until': { $exists: true } }),
      one.models.Membership.countDocuments({ organizationId, roles: { $size: 0 }, userId: { $ne: admin._id } }),
    ]);
    expect([left, none]).toEqual([0, 0]);
  });
});

describe('switching to single role mode (R4)', () => {
  it('what has expired is in nobody’s way, and is nobody’s afterwards (R12)', async () => {
    const { organization, organizationId, admin, clerk, temp, hold, member, turn, rolesOf } = await makeTeam();
    const expired = await member([{ roleId: temp._id, until: past }]);
    const both = await member([{ roleId: clerk._id }, { roleId: temp._id, until: past }]);
    await hold(admin._id, [{ roleId: temp._id, until: past }]);
    expect(await turn()).toMatchObject({ roleMode: 'single' });
    expect(await Promise.all([expired, both, admin._id].map(rolesOf))).toEqual([['member'], ['clerk'], ['admin']]);
    const rows = await one.models.Membership.find({ organizationId }).lean();
    expect(rows.flatMap((row) => row.roles.map(({ until }) => until))).toEqual([undefined, undefined]);
    const listed = await listMembers(one, SYSTEM, organization, { role: MEMBER_ROLE_ID }, { limit: 10 });
    expect(listed.data.map((row) => row.membership.userId)).toEqual([expired]);
  });

  it('what still counts is: several roles, an end to come, or a role beside a seat; not one that is deleted', async () => {
    const { admin, clerk, temp, hold, member, turn } = await makeTeam();
    const several = await member([{ roleId: clerk._id }, { roleId: MEMBER_ROLE_ID }]);
    const ending = await member([
      { roleId: clerk._id, until: future },
      { roleId: temp._id, until: past },
    ]);
    await member([{ roleId: clerk._id }, { roleId: temp._id }]);
    await hold(admin._id, [{ roleId: clerk._id }]);
    await one.models.Role.updateOne(
      { _id: temp._id },
      { $set: { key: temp._id, deleted: { key: 'temp', replacement: null, at: past } } },
    );
    await one.models.Organization.updateMany({}, { $inc: { vocabulary: 1 } });
    const refused = await turn().catch((error) => error);
    expect(refused.code).toBe('role_mode');
    const inTheWay = refused.details.map((each: { userId: string; why: string }) => [each.userId, each.why]);
    expect(inTheWay.sort()).toEqual(
      [
        [several, 'several_roles'],
        [ending, 'end_date'],
        [admin._id, 'several_roles'],
      ].sort(),
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assignment } from '../../src/models/membership.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { listMembers } from '../../src/services/list-members.js';
import { loadStanding } from '../../src/services/load-standing.js';
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

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { heldBy, memberState } from '../../src/services/change-membership.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { findUserByEmail } from '../../src/services/create-user.js';
import { findRole } from '../../src/services/find-role.js';
import { applyProvisioning, type ProvisioningError, planProvisioning } from '../../src/services/provisioning/index.js';
import { startServices } from '../../src/services/start-services.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let context: ServiceContext;

beforeAll(async () => {
  store = await testStore();
  context = await startServices(store.connection, createLogger('silent'));
});
afterAll(() => store?.close());

const faultsOf = async (file: unknown): Promise<Record<string, string>> => {
  const error: ProvisioningError = await planProvisioning(context, file).then(
    () => Promise.reject(new Error('the file was not refused')),
    (refused) => refused,
  );
  return Object.fromEntries(error.faults.map((fault) => [fault.path, fault.message]));
};
const apply = async (file: unknown) => (await applyProvisioning(context, file)).applied;
const UNTIL = '2100-01-01T00:00:00Z';

async function held(slug: string, email: string) {
  const organizationId = (await findOrganization(context, slug))?._id as string;
  const userId = (await findUserByEmail(context, email))?._id as string;
  const roles = heldBy(context, await memberState(context, { organizationId, userId }));
  return roles.map(({ role, direct, groups }) =>
    [role.key, direct ? (direct.until?.toISOString() ?? 'direct') : '', ...groups.map(({ group }) => group.name)]
      .filter(Boolean)
      .join(' '),
  );
}

describe('groups and end dates in a file', () => {
  const file = {
    organizations: [
      {
        slug: 'groups',
        name: 'Groups',
        revokeOnDowngrade: true,
        roles: [
          { key: 'g-billing', name: 'Billing', permissions: ['members:read', 'audit:read'] },
          { key: 'g-auditor', name: 'Auditor' },
        ],
        groups: [
          { name: 'Finance', description: 'Money', roles: ['g-billing', 'member'], metadata: { floor: '3' } },
          { name: 'Board' },
        ],
      },
    ],
    users: [
      { email: 'a@groups.test', name: 'A', memberships: [{ organization: 'groups', roles: ['admin'] }] },
      {
        email: 'b@groups.test',
        name: 'B',
        memberships: [
          {
            organization: 'groups',
            roles: [
              { role: 'g-auditor', until: UNTIL },
              { role: 'admin', until: UNTIL },
            ],
            groups: ['finance', { group: 'Board', until: UNTIL }],
          },
        ],
      },
    ],
  };
  const ofB = (membership: object) => ({
    users: [{ email: 'b@groups.test', name: 'B', memberships: [{ organization: 'groups', ...membership }] }],
  });

  it('are made so, and a second run changes nothing', async () => {
    await apply(file);
    const end = new Date(UNTIL).toISOString();
    expect(await held('groups', 'b@groups.test')).toEqual([
      `admin ${end}`,
      `g-auditor ${end}`,
      'g-billing Finance',
      'member Finance',
    ]);
    expect(await apply(file)).toEqual([]);
    const organization = await findOrganization(context, 'groups');
    expect(organization?.revokeOnDowngrade).toBe(true);
    const billing = await findRole(context, organization?._id as string, 'g-billing');
    expect(billing).toMatchObject({ permissions: [], management: ['members:read', 'audit:read'] });
  });

  it('become what the file says, and stay as they are where it says nothing', async () => {
    expect(await apply(ofB({}))).toEqual([]);
    expect(await apply(ofB({ groups: ['Board'] }))).toEqual(['Set the groups of b@groups.test in groups']);
    expect(await held('groups', 'b@groups.test')).toHaveLength(2);
    await apply(ofB({ roles: ['g-auditor'] }));
    expect(await held('groups', 'b@groups.test')).toEqual(['g-auditor direct']);
    const renamed = { organizations: [{ slug: 'groups', name: 'Groups', groups: [{ name: 'FINANCE', roles: [] }] }] };
    expect(await apply(renamed)).toEqual(['Changed the group FINANCE of groups']);
    expect(await apply(renamed)).toEqual([]);
  });

  it('that have ended by now are as if they weren’t there, so that a file doesn’t go bad by lying', async () => {
    const past = { role: 'g-billing', until: '2020-01-01T00:00:00Z' };
    expect(await apply(ofB({ roles: ['g-auditor', past], groups: [] }))).toEqual([
      'Set the groups of b@groups.test in groups',
    ]);
    expect(await held('groups', 'b@groups.test')).toEqual(['g-auditor direct']);
  });

  it('are refused with their paths where they are wrong', async () => {
    const organizations = [
      {
        slug: 'groups',
        name: 'Groups',
        roles: [{ key: 'g-no', name: 'No', permissions: ['instance:users', 'administrators:write', 'no:such'] }],
        groups: [{ name: 'X', roles: ['nobody'] }, { name: ' x ' }, { name: '' }, { name: 'Y', color: 'red' }],
      },
    ];
    const users = [
      {
        email: 'b@groups.test',
        name: 'B',
        memberships: [
          {
            organization: 'groups',
            roles: [{ role: 'g-auditor', until: 'tomorrow' }, { role: 'g-auditor', until: UNTIL, from: UNTIL }, 7],
            groups: [{ group: 'Board', until: 5 }],
          },
        ],
      },
    ];
    expect(Object.keys(await faultsOf({ organizations, users }))).toEqual([
      'organizations[0].groups[2].name',
      'organizations[0].groups[3].color',
      'users[0].memberships[0].roles[0].until',
      'users[0].memberships[0].roles[1].from',
      'users[0].memberships[0].roles[2]',
      'users[0].memberships[0].groups[0]',
      'organizations[0].groups[1].name',
      ...[0, 1, 2].map((n) => `organizations[0].roles[0].permissions[${n}]`),
      'organizations[0].groups[0].roles[0]',
    ]);
    const [one] = organizations as [(typeof organizations)[number]];
    expect(
      Object.keys(
        await faultsOf({
          organizations: [{ ...one, groups: one.groups.slice(0, 2) }],
          users: ofB({ roles: ['g-auditor', { role: 'g-auditor' }], groups: ['Nowhere', 'Board', 'board'] }).users,
          roles: [{ key: 'admin', permissions: ['members:read'] }],
        }),
      ).sort(),
    ).toEqual([
      'organizations[0].groups[0].roles[0]',
      'organizations[0].groups[1].name',
      'organizations[0].roles[0].permissions[0]',
      'organizations[0].roles[0].permissions[1]',
      'organizations[0].roles[0].permissions[2]',
      'roles[0].permissions[0]',
      'users[0].memberships[0].groups[0]',
      'users[0].memberships[0].groups[2]',
      'users[0].memberships[0].roles[1]',
    ]);
  });

  it('an administrator until some day isn’t the one that an organization needs (R2)', async () => {
    const roles = [{ role: 'admin', until: UNTIL }];
    expect(
      await faultsOf({
        users: [{ email: 'a@groups.test', name: 'A', memberships: [{ organization: 'groups', roles }] }],
      }),
    ).toEqual({ 'users[0].memberships[0].roles': 'groups would have members but no active administrator' });
  });
});

describe('single role mode in a file (R4)', () => {
  const organization = (values: object) => ({ organizations: [{ slug: 'single', name: 'Single', ...values }] });
  const member = (email: string, membership: object) => ({
    email: `${email}@single.test`,
    name: email,
    memberships: [{ organization: 'single', ...membership }],
  });

  it('is made so with the organization, and gives each one role', async () => {
    const file = {
      ...organization({ roleMode: 'single', groups: [{ name: 'Everyone' }] }),
      users: [
        member('ada', { roles: ['admin'] }),
        member('ben', { roles: ['member'], groups: ['Everyone'] }),
        member('cy', {}),
      ],
    };
    await apply(file);
    expect(await held('single', 'ada@single.test')).toEqual(['admin direct']);
    expect(await held('single', 'cy@single.test')).toEqual(['member direct']);
    expect(await apply(file)).toEqual([]);
    const swapped = { users: [member('ada', { roles: ['member'] }), member('ben', { roles: ['admin'] })] };
    await apply(swapped);
    expect(await held('single', 'ada@single.test')).toEqual(['member direct']);
    expect(await held('single', 'ben@single.test')).toEqual(['admin direct']);
  });

  it('is left before several roles are given, and turned on after they were taken', async () => {
    const several = {
      ...organization({ roleMode: 'multiple', groups: [{ name: 'Everyone', roles: ['member'] }] }),
      users: [member('cy', { roles: ['member', { role: 'admin', until: UNTIL }] })],
    };
    await apply(several);
    expect(await held('single', 'cy@single.test')).toHaveLength(2);
    const back = {
      ...organization({ roleMode: 'single', groups: [{ name: 'Everyone', roles: [] }] }),
      users: [member('cy', { roles: ['member'] })],
    };
    expect((await apply(back)).at(-1)).toBe('Changed the organization single');
    expect(await apply(back)).toEqual([]);
    expect((await findOrganization(context, 'single'))?.roleMode).toBe('single');
  });

  it('is refused with the path of whoever and whatever is in the way, nothing applied', async () => {
    expect(
      Object.keys(
        await faultsOf({
          ...organization({ defaultRoles: ['member', 'admin'], groups: [{ name: 'New', roles: ['member'] }] }),
          users: [member('ben', { roles: [] }), member('cy', { roles: [{ role: 'member', until: UNTIL }] })],
        }),
      ).sort(),
    ).toEqual([
      'organizations[0].defaultRoles',
      'organizations[0].defaultRoles[1]',
      'organizations[0].groups[0].roles',
      'users[0].memberships[0].roles',
      'users[1].memberships[0].roles[0].until',
    ]);
    await apply({
      organizations: [{ slug: 'plural', name: 'Plural', groups: [{ name: 'G', roles: ['member'] }] }],
      users: [
        { email: 'p@single.test', name: 'P', memberships: [{ organization: 'plural', roles: ['admin'] }] },
        { email: 'q@single.test', name: 'Q', memberships: [{ organization: 'plural' }] },
      ],
    });
    const { _id: organizationId } = (await findOrganization(context, 'plural')) as { _id: string };
    const userId = (await findUserByEmail(context, 'p@single.test'))?._id as string;
    await giveRole(context, SYSTEM, { organizationId, userId, roleId: 'rol_member' });
    const error = await planProvisioning(context, {
      organizations: [{ slug: 'plural', name: 'Plural', roleMode: 'single' }],
    }).catch((refused) => refused);
    expect(error.faults).toEqual([
      {
        path: 'organizations[0].roleMode',
        message: 'these have several roles or an end date: p@single.test; the group G carries roles',
      },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  activeRole,
  effectiveRoles,
  type GroupFacts,
  heldRoles,
  permissionsFor,
  type RoleFacts,
} from '../../../src/access/effective-roles.js';

const NOW = new Date('2030-01-01T12:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const role = (key: string, permissions: string[] = []): RoleFacts => ({ _id: `rol_${key}`, key, permissions });
const gone = (key: string, replacement: string | null): RoleFacts => ({
  ...role(key),
  key: `rol_${key}`,
  deleted: { replacement },
});
const all = [
  role('admin'),
  role('member'),
  role('billing', ['invoices:read', 'invoices:write']),
  role('auditor', ['invoices:read']),
  gone('old', 'rol_older'),
  gone('older', 'rol_auditor'),
  gone('nothing', null),
  gone('this', 'rol_that'),
  gone('that', 'rol_this'),
];
const groups: GroupFacts[] = [
  { _id: 'grp_finance', name: 'Finance', roles: ['rol_billing', 'rol_old'] },
  { _id: 'grp_board', name: 'Board', roles: ['rol_admin', 'rol_billing'] },
];
const vocabulary = {
  role: (id: string) => all.find((one) => one._id === id),
  group: (id: string) => groups.find((one) => one._id === id),
  adminRoleId: 'rol_admin',
  defaultRoleId: 'rol_member',
};

interface Facts {
  roles?: (string | [string, Date])[];
  groups?: (string | [string, Date])[];
  administrators?: string[];
  single?: boolean;
}
const pair = (one: string | [string, Date]) => (typeof one === 'string' ? { id: one } : { id: one[0], until: one[1] });
const standing = ({ roles = [], groups: within = [], administrators = [], single }: Facts) => ({
  userId: 'usr_1',
  organization: { administrators, ...(single ? { roleMode: 'single' as const } : {}) },
  membership: {
    roles: roles.map(pair).map(({ id, ...until }) => ({ roleId: id, ...until })),
    groups: within.map(pair).map(({ id, ...until }) => ({ groupId: id, ...until })),
  },
});
const keys = (facts: Facts) => effectiveRoles(standing(facts), vocabulary, NOW).map((one) => one.key);
const held = (facts: Facts) =>
  heldRoles(standing(facts), vocabulary, NOW).map((one) => ({
    role: one.role.key,
    direct: one.direct,
    groups: one.groups.map(({ group, until }) => [group.name, until].filter(Boolean)),
  }));

describe('effective roles (R3)', () => {
  it('are sorted by key, each once', () => {
    expect(keys({ roles: ['rol_member', 'rol_billing', 'rol_member'] })).toEqual(['billing', 'member']);
  });

  it('hold admin without an end as the organization says, whatever the membership says', () => {
    expect(keys({ roles: ['rol_member'], administrators: ['usr_1'] })).toEqual(['admin', 'member']);
    expect(keys({ roles: ['rol_admin'], administrators: ['usr_2'] })).toEqual([]);
    expect(keys({ roles: [['rol_admin', at(1)]] })).toEqual(['admin']);
  });

  it('count a group’s like direct ones, and tell where each comes from', () => {
    expect(
      held({ roles: ['rol_member', ['rol_billing', at(60)]], groups: ['grp_finance', ['grp_board', at(9)]] }),
    ).toEqual([
      { role: 'admin', direct: undefined, groups: [['Board', at(9)]] },
      { role: 'auditor', direct: undefined, groups: [['Finance']] },
      { role: 'billing', direct: { until: at(60) }, groups: [['Finance'], ['Board', at(9)]] },
      { role: 'member', direct: {}, groups: [] },
    ]);
  });

  it('stop counting at the second at which they end (R12)', () => {
    for (const [seconds, count] of [
      [1, 2],
      [0, 0],
      [-1, 0],
    ] as const)
      expect(keys({ roles: [['rol_member', at(seconds)]], groups: [['grp_finance', at(seconds)]] })).toHaveLength(
        count === 2 ? 3 : 0,
      );
  });

  it('last as long as the longer of two assignments of one role', () => {
    for (const roles of [
      [['rol_auditor', at(5)], 'rol_old'],
      ['rol_old', ['rol_auditor', at(5)]],
    ] as const)
      expect(held({ roles: [...roles] as never })[0]?.direct).toEqual({});
    expect(
      held({
        roles: [
          ['rol_auditor', at(5)],
          ['rol_old', at(7)],
        ],
      })[0]?.direct,
    ).toEqual({ until: at(7) });
  });

  it('skip what is nobody’s any more, and hold what replaces a role that is gone (R5)', () => {
    expect(keys({ roles: ['rol_unknown', 'rol_nothing', 'rol_old'], groups: ['grp_unknown'] })).toEqual(['auditor']);
    expect(keys({ roles: ['rol_this'] })).toEqual([]);
  });
});

describe('single mode (R4)', () => {
  const one = (facts: Facts) => keys({ ...facts, single: true });

  it('has exactly one role: the last that was assigned, whatever a race stored', () => {
    expect(one({ roles: ['rol_billing', 'rol_auditor'], groups: ['grp_board'] })).toEqual(['auditor']);
    expect(one({ roles: ['rol_billing', 'rol_unknown'] })).toEqual(['billing']);
  });

  it('is admin’s where somebody has a seat among the administrators', () => {
    expect(one({ roles: ['rol_billing'], administrators: ['usr_1'] })).toEqual(['admin']);
  });

  it('gives the default role to who has none', () => {
    expect(one({ groups: ['grp_finance'] })).toEqual(['member']);
    expect(one({ roles: [['rol_billing', at(-1)]] })).toEqual(['member']);
  });
});

describe('the active role (R9)', () => {
  it('is the member’s default role where it is held, else the first, else none', () => {
    const roles = [role('auditor'), role('member')];
    const active = (defaultRole: string | undefined, of = roles) =>
      activeRole({ membership: { roles: [], defaultRole } }, of);
    expect(active('rol_member')).toBe('member');
    expect(active('rol_billing')).toBe('auditor');
    expect(active(undefined)).toBe('auditor');
    expect(active('rol_member', [])).toBeUndefined();
  });
});

describe('permissions', () => {
  it('are those of the roles that the API declares, sorted and each once', () => {
    const roles = all.filter((one) => ['billing', 'auditor'].includes(one.key));
    expect(
      permissionsFor(roles, [{ key: 'invoices:write' }, { key: 'invoices:read' }, { key: 'invoices:pay' }]),
    ).toEqual(['invoices:read', 'invoices:write']);
  });

  it('that are for operators’ roles come by instance-wide roles alone', () => {
    const own = { ...role('own', ['invoices:read']), organizationId: 'org_1' };
    expect(permissionsFor([own], [{ key: 'invoices:read', operatorsOnly: true }])).toEqual([]);
    expect(permissionsFor([own], [{ key: 'invoices:read' }])).toEqual(['invoices:read']);
  });
});

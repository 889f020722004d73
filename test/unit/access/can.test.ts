import { describe, expect, it } from 'vitest';
import {
  type Actor,
  can,
  managementOf,
  managementOfAll,
  mayGive,
  operatorPermissions,
} from '../../../src/access/can.js';
import {
  INSTANCE_PERMISSIONS,
  type ManagementPermission,
  OPERATOR,
  ORGANIZATION_PERMISSIONS,
} from '../../../src/access/statements.js';

const organization = Object.keys(ORGANIZATION_PERMISSIONS) as ManagementPermission[];
const instance = Object.keys(INSTANCE_PERMISSIONS) as ManagementPermission[];
interface Role {
  key: string;
  management?: string[];
  organizationId?: string;
}
const ADMIN: Role = { key: 'admin' };
const MEMBER: Role = { key: 'member' };
const own = (...management: string[]): Role => ({ key: 'helper', management, organizationId: 'org_1' });
const actor = (roles: Record<string, Role[]>): Actor => ({
  kind: 'user',
  userId: 'usr_1',
  permissions: new Map(Object.entries(roles).map(([id, held]) => [id, managementOfAll(held)])),
});
const operator: Actor = { kind: 'user', userId: 'usr_1', permissions: new Map(), operator: OPERATOR };
const machine = (...permissions: ManagementPermission[]): Actor => ({
  kind: 'application',
  applicationId: 'sync',
  permissions: new Set(permissions),
});
const allowed = (who: Actor, organizationId?: string) =>
  [...organization, ...instance].filter((action) => can(who, action, organizationId ? { organizationId } : {}));

describe('can', () => {
  it('lets an administrator do everything in the organization, and nothing elsewhere', () => {
    const admin = actor({ org_1: [ADMIN] });
    expect(allowed(admin, 'org_1')).toEqual(organization);
    expect(allowed(admin, 'org_2')).toEqual([]);
    expect(allowed(admin)).toEqual([]);
  });

  it('lets a member read members, roles and groups, and leave', () => {
    expect(allowed(actor({ org_1: [MEMBER] }), 'org_1')).toEqual([
      'members:read',
      'roles:read',
      'groups:read',
      'organization:leave',
    ]);
  });

  it('lets who holds a custom role do what it carries, and nothing by its key', () => {
    expect(allowed(actor({ org_1: [own('members:write')] }), 'org_1')).toEqual(['members:write']);
    for (const key of ['admin', 'member', 'constructor', '__proto__', 'toString'])
      expect(allowed(actor({ org_1: [{ key, organizationId: 'org_1' }] }), 'org_1')).toEqual([]);
  });

  it('gives the instance to who runs system, and to machines what they were allowed', () => {
    expect(operatorPermissions(managementOfAll([ADMIN]))).toBe(OPERATOR);
    expect(operatorPermissions(managementOfAll([MEMBER, own('members:write')]))).toBeUndefined();
    expect(allowed(operator)).toEqual([...organization, ...instance]);
    expect(allowed(operator, 'org_7')).toEqual([...organization, ...instance]);
    expect(allowed(machine('members:read'), 'org_7')).toEqual(['members:read']);
  });

  it('lets the server itself do everything', () => {
    expect(allowed({ kind: 'system' })).toEqual([...organization, ...instance]);
  });
});

describe('nobody rises by themselves (R15)', () => {
  const target = { organizationId: 'org_1' };
  const may = (who: Actor, role: Role) => mayGive(who, managementOf(role), target);

  it('a role is given and taken by who holds the management permissions that it carries', () => {
    const helper = actor({ org_1: [own('members:write', 'members:read')] });
    expect(may(helper, own())).toBe(true);
    expect(may(helper, own('members:read'))).toBe(true);
    expect(may(helper, own('members:read', 'settings:write'))).toBe(false);
    expect(may(helper, MEMBER)).toBe(false);
    expect(may(actor({ org_2: [ADMIN] }), own('members:read'))).toBe(false);
  });

  it('admin is given by an administrator alone, also where another role carries all that a role can', () => {
    expect(may(actor({ org_1: [own(...organization)] }), ADMIN)).toBe(false);
    expect(may(machine('members:write', 'roles:write'), ADMIN)).toBe(false);
    for (const who of [actor({ org_1: [ADMIN] }), operator, machine(...organization), { kind: 'system' } as const])
      expect(may(who, ADMIN)).toBe(true);
  });

  it('a role that isn’t built in never carries the instance’s permissions, whatever was stored', () => {
    const role = own(...organization, ...instance, 'constructor');
    expect([...managementOf(role)]).toEqual(organization.filter((key) => key !== 'administrators:write'));
  });
});

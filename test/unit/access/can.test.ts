import { describe, expect, it } from 'vitest';
import { type Actor, can } from '../../../src/access/can.js';
import {
  INSTANCE_PERMISSIONS,
  type ManagementPermission,
  ORGANIZATION_PERMISSIONS,
} from '../../../src/access/statements.js';

const organization = Object.keys(ORGANIZATION_PERMISSIONS) as ManagementPermission[];
const instance = Object.keys(INSTANCE_PERMISSIONS) as ManagementPermission[];
const actor = (roles: Record<string, string[]>): Actor => ({
  kind: 'user',
  userId: 'usr_1',
  roles: new Map(Object.entries(roles)),
  systemOrganizationId: 'org_system',
});
const allowed = (who: Actor, organizationId?: string) =>
  [...organization, ...instance].filter((action) => can(who, action, organizationId ? { organizationId } : {}));

describe('can', () => {
  it('lets an administrator do everything in the organization, and nothing elsewhere', () => {
    const admin = actor({ org_1: ['admin'] });
    expect(allowed(admin, 'org_1')).toEqual(organization);
    expect(allowed(admin, 'org_2')).toEqual([]);
    expect(allowed(admin)).toEqual([]);
  });

  it('lets a member read members, roles and groups, and leave', () => {
    expect(allowed(actor({ org_1: ['member'] }), 'org_1')).toEqual([
      'members:read',
      'roles:read',
      'groups:read',
      'organization:leave',
    ]);
  });

  it('gives a custom role nothing, also one that is named like a built-in thing', () => {
    for (const key of ['billing', 'constructor', '__proto__', 'toString'])
      expect(allowed(actor({ org_1: [key] }), 'org_1')).toEqual([]);
  });

  it('gives the instance to administrators of system alone', () => {
    expect(allowed(actor({ org_system: ['admin'] }))).toEqual(instance);
    expect(allowed(actor({ org_system: ['member'] }))).toEqual([]);
    expect(allowed({ kind: 'user', userId: 'usr_1', roles: new Map([['org_1', ['admin']]]) })).toEqual([]);
  });

  it('lets the server itself do everything', () => {
    expect(allowed({ kind: 'system' })).toEqual([...organization, ...instance]);
  });
});

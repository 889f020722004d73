import { describe, expect, it } from 'vitest';
import { activeRole, effectiveRoles, permissionsFor, type RoleFacts } from '../../../src/access/effective-roles.js';

const role = (key: string, permissions: string[] = []): RoleFacts => ({ _id: `rol_${key}`, key, permissions });
const all = [
  role('admin'),
  role('member'),
  role('billing', ['invoices:read', 'invoices:write']),
  role('auditor', ['invoices:read']),
];
const byId = (id: string) => all.find((one) => one._id === id);
const standing = (roleIds: string[], administrators: string[] = [], defaultRole?: string) => ({
  userId: 'usr_1',
  organization: { administrators },
  membership: { roles: roleIds.map((roleId) => ({ roleId })), defaultRole },
});
const keys = (...args: Parameters<typeof standing>) =>
  effectiveRoles(standing(...args), byId, 'rol_admin').map((one) => one.key);

describe('effective roles', () => {
  it('are sorted by key, each once', () => {
    expect(keys(['rol_member', 'rol_billing', 'rol_member'])).toEqual(['billing', 'member']);
  });

  it('hold admin as the organization says, whatever the membership says', () => {
    expect(keys(['rol_member'], ['usr_1'])).toEqual(['admin', 'member']);
    expect(keys(['rol_admin'], ['usr_2'])).toEqual([]);
  });

  it('leave out a role that is gone', () => {
    expect(keys(['rol_gone', 'rol_member'])).toEqual(['member']);
  });

  it('may be none', () => {
    expect(keys([])).toEqual([]);
  });
});

describe('the active role', () => {
  it('is the default one where it is held, else the first, else none', () => {
    const roles = [role('auditor'), role('member')];
    expect(activeRole(standing([], [], 'rol_member'), roles)).toBe('member');
    expect(activeRole(standing([], [], 'rol_billing'), roles)).toBe('auditor');
    expect(activeRole(standing([]), roles)).toBe('auditor');
    expect(activeRole(standing([], [], 'rol_member'), [])).toBeUndefined();
  });
});

describe('permissions at an API', () => {
  it('are those of the roles that the API declares, sorted', () => {
    const declared = [{ key: 'invoices:write' }, { key: 'invoices:read' }, { key: 'invoices:pay' }];
    expect(permissionsFor([role('billing', ['invoices:write', 'invoices:read', 'other:read'])], declared)).toEqual([
      'invoices:read',
      'invoices:write',
    ]);
    expect(permissionsFor([], declared)).toEqual([]);
  });
});

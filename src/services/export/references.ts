import type { Organization, Role } from '../../models/index.js';
import type { CatalogSnapshot } from '../catalog.js';
import type { ServiceContext } from '../context.js';

/** What the fields of a batch refer to, read beforehand. */
export interface References {
  withHashes: boolean;
  /** The key of a role, or undefined where it is gone. */
  roleKey(id: string): string | undefined;
  /** An organization's own roles, by key. */
  ownRoles(organizationId: string): Role[];
  /** Whether an API declares a permission. */
  declares(permission: string): boolean;
}

/** @param own roles that belong to organizations */
export function referencesOf(catalog: CatalogSnapshot, own: readonly Role[], withHashes: boolean): References {
  const keys = new Map([...catalog.roles.values(), ...own].map((role) => [role._id, role.key]));
  const declared = new Set([...catalog.apis.values()].flatMap((api) => api.permissions.map((one) => one.key)));
  return {
    withHashes,
    roleKey: (id) => keys.get(id),
    ownRoles: (organizationId) =>
      own.filter((role) => role.organizationId === organizationId).sort((a, b) => (a.key < b.key ? -1 : 1)),
    declares: (permission) => declared.has(permission),
  };
}

/** The own roles of some organizations. */
export const ownRolesOf = ({ models }: ServiceContext, organizations: readonly Organization[]): Promise<Role[]> =>
  models.Role.find({ organizationId: { $in: organizations.map((one) => one._id) } }).lean();

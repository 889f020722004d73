/** A role as far as deciding needs it. */
export interface RoleFacts {
  _id: string;
  key: string;
  permissions: readonly string[];
  /** Null or absent for an instance-wide role. */
  organizationId?: string | null;
}

/** Where somebody stands in an organization: what effective roles are computed from (R3). */
export interface Standing {
  userId: string;
  organization: { administrators: readonly string[] };
  membership: { roles: readonly { roleId: string }[]; defaultRole?: string | undefined };
}

/**
 * The effective roles, sorted by key and each once. Roles are computed, never copied (architecture 4).
 * @param roleById finds a role; an id that it doesn't know is nobody's role any more (R5) and counts for nothing.
 * @param adminRoleId the id of `admin`, which the organization's document alone gives.
 */
export function effectiveRoles<R extends RoleFacts>(
  standing: Standing,
  roleById: (id: string) => R | undefined,
  adminRoleId: string,
): R[] {
  const ids = new Set(standing.membership.roles.map((assignment) => assignment.roleId));
  ids.delete(adminRoleId);
  if (standing.organization.administrators.includes(standing.userId)) ids.add(adminRoleId);
  const roles = [...ids].map(roleById).filter((role) => role !== undefined);
  return roles.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** R9 without a requested role: the member's default role where it is held, else the first of the roles, else none. */
export function activeRole(standing: Standing, roles: readonly RoleFacts[]): string | undefined {
  const preferred = roles.find((role) => role._id === standing.membership.defaultRole);
  return (preferred ?? roles[0])?.key;
}

/**
 * The permissions that the roles give, sorted, of those that an API declares. One that is `operatorsOnly` comes by an instance-wide role
 * alone: a custom role that has its key from before it was marked so doesn't give it (R15).
 */
export function permissionsFor(
  roles: readonly RoleFacts[],
  declared: readonly { key: string; operatorsOnly?: boolean }[],
): string[] {
  const byAny = new Set(roles.flatMap((role) => role.permissions));
  const byInstanceWide = new Set(roles.filter((role) => !role.organizationId).flatMap((role) => role.permissions));
  return declared
    .filter(({ key, operatorsOnly }) => (operatorsOnly ? byInstanceWide : byAny).has(key))
    .map(({ key }) => key)
    .sort();
}

import { conflict, notFound } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import { ADMIN_ROLE_ID, isRoleId, MEMBER_ROLE_ID } from '../models/role.js';
import type { ServiceContext } from './context.js';

/**
 * A role by key or id: an instance-wide one, or in an organization one of its own too. One that is gone and left a mark isn't found.
 * @throws RollcallError `not_found`
 */
export async function findRole(
  { models }: ServiceContext,
  organizationId: string | null,
  reference: string,
): Promise<Role> {
  const by = isRoleId(reference) ? { _id: reference } : { key: reference };
  const owners = organizationId === null ? [null] : [null, organizationId];
  for (const owner of owners) {
    const role = await models.Role.findOne({ ...by, organizationId: owner, deleted: { $exists: false } }).lean();
    if (role) return role;
  }
  throw notFound(`There is no role ${reference}.`);
}

/** `admin` and `member`, which every organization has (R5). */
export const isBuiltIn = ({ _id }: Pick<Role, '_id'>): boolean => _id === ADMIN_ROLE_ID || _id === MEMBER_ROLE_ID;

/**
 * What every organization has isn't changed in one of them.
 * @throws RollcallError `built_in`, `instance_wide`
 */
export function requireOwn(role: Role): void {
  if (isBuiltIn(role)) throw conflict('built_in', `The role ${role.key} belongs to every organization.`);
  if (role.organizationId === null)
    throw conflict(
      'instance_wide',
      `The role ${role.key} exists in every organization. Operators change it under /roles.`,
    );
}

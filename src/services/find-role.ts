import { notFound } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import { isRoleId } from '../models/role.js';
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

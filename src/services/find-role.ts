import { notFound } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import type { ServiceContext } from './context.js';

/**
 * A role by key or id: an instance-wide one, or in an organization one of its own too.
 * @throws RollcallError `not_found`
 */
export async function findRole(
  { models }: ServiceContext,
  organizationId: string | null,
  reference: string,
): Promise<Role> {
  const role = reference.startsWith('rol_')
    ? await models.Role.findById(reference).lean()
    : await models.Role.findOne({ organizationId: null, key: reference }).lean();
  if (role && !role.deleted && (role.organizationId === null || role.organizationId === organizationId)) return role;
  const own = organizationId === null ? null : await models.Role.findOne({ organizationId, key: reference }).lean();
  if (!own) throw notFound(`There is no role ${reference}.`);
  return own;
}

import { notFound } from '../lib/errors.js';
import { isId } from '../lib/ids.js';
import type { Group } from '../models/index.js';
import { nameKey } from './change-group.js';
import type { ServiceContext } from './context.js';

/**
 * A group of an organization by id, or by name, however it is written.
 * @throws RollcallError `not_found`
 */
export async function findGroup({ models }: ServiceContext, organizationId: string, reference: string): Promise<Group> {
  const by = isId('grp', reference) ? { _id: reference } : { nameKey: nameKey(reference) };
  const group = await models.Group.findOne({ organizationId, ...by, deletedAt: { $exists: false } }).lean();
  if (!group) throw notFound(`There is no group ${reference}.`);
  return group;
}

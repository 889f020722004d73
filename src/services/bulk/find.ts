import type { Actor } from '../../access/can.js';
import { notFound } from '../../lib/errors.js';
import type { BulkOperation } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';

/**
 * An operation of an organization; another's is as unknown as one that isn't there (R13).
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function findBulk(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<BulkOperation> {
  requirePermission(actor, 'members:write', organizationId);
  const found = await models.BulkOperation.findOne({ _id: id, organizationId }, { pendingEvents: 0 }).lean();
  if (!found) throw notFound(`There is no bulk operation ${id} here.`);
  return found;
}

import type { Actor } from '../../access/can.js';
import { itemsFrom } from '../../models/bulk-item.js';
import type { BulkResult } from '../../models/bulk-operation.js';
import type { BulkItem, BulkOperation } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { PRESENT } from '../reads.js';
import { requirePermission } from '../require.js';
import { findBulk } from './find.js';

/** An organization's bulk operations, the newest first. @throws RollcallError `not_found`, `forbidden` */
export async function listBulk(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { limit, after }: PageRequest,
): Promise<Page<BulkOperation>> {
  requirePermission(actor, 'members:write', organizationId);
  const rows = await models.BulkOperation.find(
    { organizationId, ...(after ? { _id: { $lt: after } } : {}) },
    { pendingEvents: 0 },
  )
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (operation) => operation._id);
}

export interface BulkMember {
  item: BulkItem;
  /** Of who is a member here now. */
  name?: string;
  email?: string;
}

/**
 * What would become of each member, or became of them: by name, to who sees the members.
 * @param page `result`: those with this one alone
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function listBulkResults(
  context: ServiceContext,
  actor: Actor,
  { organizationId, id }: { organizationId: string; id: string },
  { limit, after, result }: PageRequest & { result?: BulkResult | undefined },
): Promise<Page<BulkMember> & { operation: BulkOperation }> {
  const { models } = context;
  const operation = await findBulk(context, actor, organizationId, id);
  requirePermission(actor, 'members:read', organizationId);
  const from = after ? { _id: { $gt: after, $lt: `${id}0` } } : itemsFrom(id, 0);
  const rows = await models.BulkItem.find(result ? { operationId: id, result, ...from } : from)
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
  const { data, nextCursor } = pageOf(rows, limit, (item) => item._id);
  const people = await peopleOf(context, organizationId, data);
  return { operation, data: data.map((item) => ({ item, ...people.get(item.userId ?? '') })), nextCursor };
}

/** Today's names: whoever has left keeps theirs to themselves (R13). */
async function peopleOf({ models }: ServiceContext, organizationId: string, items: readonly BulkItem[]) {
  const ids = items.flatMap(({ userId }) => userId ?? []);
  const members = await models.Membership.find(
    { organizationId, userId: { $in: ids }, ...PRESENT },
    { userId: 1, name: 1, email: 1 },
  ).lean();
  return new Map(members.map(({ userId, name, email }) => [userId, name && email ? { name, email } : {}]));
}

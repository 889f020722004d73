import type { Actor } from '../../access/can.js';
import { notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { type BulkItem, bulkItemId } from '../../models/bulk-item.js';
import type { BulkAction, BulkFilter, BulkOperation } from '../../models/bulk-operation.js';
import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';
import { describeActor } from './actor.js';
import { countResults } from './counts.js';
import { deleteItems } from './delete-items.js';
import { Foresight } from './foresee.js';
import { requireMayAct, requireSensible } from './may-act.js';
import { cancelled } from './refusals.js';
import { takePlace } from './room.js';
import { type Chosen, chooseByFilter, chooseNamed } from './select.js';

export interface NewBulk {
  organizationId: string;
  /** Of a role or group that the caller has resolved in this organization. */
  action: BulkAction;
  /** Named by ids of memberships or users, or e-mail addresses; or all whom a filter describes, an empty one everybody. */
  members: { references: readonly string[] } | { filter: BulkFilter };
}

/** How long a preview can be applied, in milliseconds. */
const PREVIEW_MS = 60 * 60 * 1000;
const BATCH = 200;

/**
 * Chooses the members and says what would become of each; nothing changes until it is applied.
 * @throws RollcallError `too_many_members`, `invalid`, `single_role_mode`, `bulk_cancelled` where somebody was faster, `too_many_requests`,
 * `not_found`, `forbidden`
 */
export async function previewBulk(
  context: ServiceContext,
  actor: Actor,
  { organizationId, action, members }: NewBulk,
): Promise<BulkOperation> {
  await requireMayAct(context, actor, organizationId, action);
  // How many a filter finds tells about members.
  if ('filter' in members) requirePermission(actor, 'members:read', organizationId);
  const organization = await context.models.Organization.findById(organizationId, { pendingEvents: 0 }).lean();
  if (!organization) throw notFound();
  await requireSensible(context, organization, action);
  const now = context.clock.now();
  const operation: BulkOperation = {
    _id: newId('blk'),
    organizationId,
    actor: describeActor(actor, organizationId),
    action,
    ...('filter' in members ? { filter: members.filter } : {}),
    status: 'preparing',
    total: 0,
    counts: {},
    next: 0,
    eventId: newId('evt'),
    createdAt: now,
    expiresAt: new Date(now.getTime() + PREVIEW_MS),
  };
  await takePlace(context, operation);
  try {
    const chosen = await choose(context, organization, members);
    const counts = await writeItems(context, actor, { organization, operation, chosen: ownLast(actor, chosen) });
    return await becomePreviewed(context, { ...operation, total: chosen.length, counts });
  } catch (error) {
    await giveUp(context, operation);
    throw error;
  }
}

async function becomePreviewed({ models }: ServiceContext, operation: BulkOperation): Promise<BulkOperation> {
  const { _id, total, counts } = operation;
  const { modifiedCount } = await models.BulkOperation.updateOne(
    { _id, status: 'preparing' },
    { $set: { status: 'previewed', total, counts } },
  );
  if (modifiedCount !== 1) throw cancelled();
  return { ...operation, status: 'previewed' };
}

/**
 * A preview that failed, or that somebody has called off, leaves no results behind. It is ended first, so that whatever is in the way here,
 * what is left goes with it later; and so that one whose end only seemed to fail stays whole.
 */
async function giveUp({ models, clock, logger }: ServiceContext, { _id }: BulkOperation): Promise<void> {
  try {
    const ended = { status: 'cancelled', endedAt: clock.now(), expiresAt: clock.now() } as const;
    const { modifiedCount } = await models.BulkOperation.updateOne({ _id, status: 'preparing' }, { $set: ended });
    if (modifiedCount === 0 && !(await models.BulkOperation.exists({ _id, status: 'cancelled' }))) return;
    await deleteItems({ models }, _id);
    if (modifiedCount === 1) await models.BulkOperation.deleteOne({ _id });
  } catch (error) {
    logger.warn({ event: 'bulk_left', operation: _id, err: error }, 'a preview that failed is left behind');
  }
}

const choose = (context: ServiceContext, organization: Organization, members: NewBulk['members']) =>
  'filter' in members
    ? chooseByFilter(context, organization, members.filter)
    : chooseNamed(context, organization._id, members.references);

/** Who acts may be among them, and may have no right to go on once they are changed themselves. */
function ownLast(actor: Actor, chosen: readonly Chosen[]): Chosen[] {
  const own = (one: Chosen) => actor.kind === 'user' && 'userId' in one && one.userId === actor.userId;
  return [...chosen.filter((one) => !own(one)), ...chosen.filter(own)];
}

async function writeItems(
  context: ServiceContext,
  actor: Actor,
  {
    organization,
    operation,
    chosen,
  }: { organization: Organization; operation: BulkOperation; chosen: readonly Chosen[] },
): Promise<BulkOperation['counts']> {
  const foresight = new Foresight(context, actor, operation, organization.administrators);
  const counts: BulkOperation['counts'] = {};
  for (let from = 0; from < chosen.length; from += BATCH) {
    if (!(await context.models.BulkOperation.exists({ _id: operation._id, status: 'preparing' }))) throw cancelled();
    const foreseen = await foresight.of(chosen.slice(from, from + BATCH));
    const items = foreseen.map((one, index): BulkItem => {
      const sequence = from + index;
      return {
        _id: bulkItemId(operation._id, sequence),
        operationId: operation._id,
        sequence,
        done: false,
        eventId: newId('evt'),
        ...one,
      };
    });
    await context.models.BulkItem.collection.insertMany(items as never[], { ordered: false });
    countResults(counts, items);
  }
  return counts;
}

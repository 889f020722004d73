import type { Actor } from '../../access/can.js';
import { conflict, isDuplicateKey } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { type BulkItem, bulkItemId } from '../../models/bulk-item.js';
import type { BulkOperation } from '../../models/index.js';
import { event, type ServiceContext } from '../context.js';
import { reversed } from './actions.js';
import { describeActor } from './actor.js';
import { findBulk } from './find.js';
import { batchesOf } from './finish.js';
import { requireMayAct } from './may-act.js';
import type { Claimed } from './run.js';
import { toldOf } from './told.js';

/**
 * Gives everyone whom an operation changed what they had before, unless it was changed since. That is an operation of its own, which begins
 * at once and can be undone in turn. Pressed twice, or at two processes, it is one.
 * @returns the operation that undoes it
 * @throws RollcallError `not_applied`, `bulk_running`, `not_found`, `forbidden`
 */
export async function undoBulk(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<BulkOperation> {
  const original = await findBulk(context, actor, organizationId, id);
  const action = reversed(original.action);
  await requireMayAct(context, actor, organizationId, action);
  if (!original.startedAt) throw conflict('not_applied', 'This operation hasn’t changed anything.');
  if (!original.endedAt) throw conflict('bulk_running', 'This operation is still running. Cancel it, or wait.');
  const undoId = await claimUndo(context, original);
  const present = await context.models.BulkOperation.findById(undoId, { pendingEvents: 0 }).lean();
  return present ?? insertUndo(context, actor, { original, action, undoId });
}

/** The id of what undoes an operation, decided by one conditional update. Another one takes the place of one that was called off. */
async function claimUndo({ models }: ServiceContext, { _id, undoneBy }: BulkOperation): Promise<string> {
  const before = undoneBy === undefined ? null : await models.BulkOperation.findById(undoneBy, { status: 1 }).lean();
  if (undoneBy && before?.status !== 'cancelled' && before?.status !== 'stopped') return undoneBy;
  const own = newId('blk');
  const claimed = await models.BulkOperation.findOneAndUpdate(
    { _id, undoneBy: undoneBy ?? { $exists: false } },
    { $set: { undoneBy: own } },
    { lean: true, projection: { _id: 1 } },
  );
  if (claimed) return own;
  const now = await models.BulkOperation.findById(_id, { undoneBy: 1 }).lean();
  return now?.undoneBy ?? own;
}

async function insertUndo(
  context: ServiceContext,
  actor: Actor,
  { original, action, undoId }: { original: BulkOperation; action: BulkOperation['action']; undoId: string },
): Promise<BulkOperation> {
  const { models, clock } = context;
  const { organizationId } = original;
  const now = clock.now();
  const operation: BulkOperation = {
    _id: undoId,
    organizationId,
    actor: describeActor(actor, organizationId),
    action,
    status: 'preparing',
    total: original.counts.changed ?? 0,
    counts: {},
    next: 0,
    eventId: newId('evt'),
    undoOf: original._id,
    dueAt: now,
    createdAt: now,
    startedAt: now,
  };
  const after = { ...(await toldOf(context, operation)), undoes: original._id };
  const undone = event(context, actor, 'bulk.undone', undoId, { organizationId, after });
  try {
    await models.BulkOperation.create({ ...operation, pendingEvents: [{ ...undone, id: operation.eventId }] });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return findBulk(context, actor, organizationId, undoId);
  }
  context.bulkDue?.();
  return operation;
}

/** Where who acts comes, behind everybody else; what comes after it has as many digits, and so sorts behind it. */
const LAST = 99_998;

/** Makes an undo's items of those whom the operation changed; once more where a process died over it. */
export async function prepareUndo(context: ServiceContext, { operation, lease }: Claimed): Promise<void> {
  const { models, clock } = context;
  const { _id, undoOf = '', actor } = operation;
  let total = 0;
  for await (const items of batchesOf(context, undoOf)) {
    const made = items
      .filter(({ result }) => result === 'changed')
      .map((item) => undoing(_id, item, item.userId === actor.id ? LAST : item.sequence));
    total += made.length;
    if (made.length) await insertOnce(context, made);
  }
  await models.BulkOperation.updateOne(
    { _id, lease, status: 'preparing' },
    { $set: { status: 'running', total, counts: { to_change: total }, dueAt: clock.now() }, $unset: { lease: 1 } },
  );
}

function undoing(operationId: string, item: BulkItem, sequence: number): BulkItem {
  const { userId, membershipId, memberSince, eventId, before } = item;
  return {
    _id: bulkItemId(operationId, sequence),
    operationId,
    sequence,
    ...(userId ? { userId } : {}),
    ...(membershipId ? { membershipId } : {}),
    ...(memberSince ? { memberSince } : {}),
    result: 'to_change',
    done: false,
    eventId: newId('evt'),
    seen: eventId,
    ...(before ? { restore: before } : {}),
  };
}

async function insertOnce({ models }: ServiceContext, items: BulkItem[]): Promise<void> {
  await models.BulkItem.collection.insertMany(items as never[], { ordered: false }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}

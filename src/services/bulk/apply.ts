import type { Actor } from '../../access/can.js';
import { conflict, notFound } from '../../lib/errors.js';
import type { BulkOperation } from '../../models/index.js';
import { event, type ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';
import { describeActor } from './actor.js';
import { deleteItems } from './delete-items.js';
import { findBulk } from './find.js';
import { requireMayAct } from './may-act.js';
import { cancelled } from './refusals.js';
import { toldOf } from './told.js';

/**
 * Begins to carry out what was previewed; pressed twice, or at two processes, it begins once. It goes on by the rights of whoever applies it.
 * @returns the operation, running or ended
 * @throws RollcallError `preview_expired`, `not_previewed`, `bulk_cancelled`, `not_found`, `forbidden`
 */
export async function applyBulk(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<BulkOperation> {
  const { models, clock } = context;
  const operation = await findBulk(context, actor, organizationId, id);
  await requireMayAct(context, actor, organizationId, operation.action);
  const now = clock.now();
  const told = await toldOf(context, operation);
  const applied = await models.BulkOperation.findOneAndUpdate(
    { _id: id, organizationId, status: 'previewed', expiresAt: { $gt: now } },
    {
      $set: { status: 'running', actor: describeActor(actor, organizationId), startedAt: now, dueAt: now },
      $unset: { expiresAt: 1 },
      $push: {
        pendingEvents: {
          ...event(context, actor, 'bulk.applied', id, { organizationId, after: told }),
          id: operation.eventId,
        },
      },
    },
    { returnDocument: 'after', lean: true, projection: { pendingEvents: 0 } },
  );
  if (applied) {
    context.bulkDue?.();
    return applied as BulkOperation;
  }
  const present = await findBulk(context, actor, organizationId, id);
  if (present.startedAt) return present;
  throw present.status === 'cancelled'
    ? cancelled()
    : present.status === 'preparing'
      ? conflict('not_previewed', 'This operation isn’t previewed yet.')
      : conflict('preview_expired', 'This preview is too old. Preview it again.');
}

/**
 * Calls an operation off: before it is applied, and its results go; or while it runs, and who was reached stays changed, and the others are
 * left as they are.
 * @returns the operation, which may still be ending
 * @throws RollcallError `bulk_ended`, `not_found`, `forbidden`
 */
export async function cancelBulk(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<BulkOperation> {
  const { models, clock } = context;
  requirePermission(actor, 'members:write', organizationId);
  const now = clock.now();
  const own = { _id: id, organizationId };
  const previewed = await models.BulkOperation.updateOne(
    { ...own, status: { $in: ['preparing', 'previewed'] }, startedAt: { $exists: false } },
    { $set: { status: 'cancelled', endedAt: now, expiresAt: now } },
  );
  // Its place is free, and so has to be the space. What a process that dies here leaves goes with the operation.
  if (previewed.modifiedCount === 1) await deleteItems(context, id);
  else {
    await models.BulkOperation.updateOne(
      { ...own, status: { $in: ['preparing', 'running'] }, ending: { $exists: false } },
      {
        $set: { ending: { status: 'cancelled', code: 'cancelled' } },
        $push: { pendingEvents: event(context, actor, 'bulk.cancelled', id, { organizationId }) },
      },
    );
    context.bulkDue?.();
  }
  const operation = await models.BulkOperation.findOne(own, { pendingEvents: 0 }).lean();
  if (!operation) throw notFound();
  if (operation.status === 'done' || operation.status === 'stopped')
    throw conflict('bulk_ended', 'This operation has ended already. Undo it instead.');
  return operation;
}

import { itemsFrom } from '../../models/bulk-item.js';
import type { BulkOperation, BulkStatus } from '../../models/bulk-operation.js';
import type { BulkItem } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { countResults } from './counts.js';
import type { Claimed } from './run.js';

const BATCH = 500;
/** How long the results stay, and with them the chance to undo, in milliseconds. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** Items in their order, from a sequence on, so many at a time. */
export async function* batchesOf(
  { models }: Pick<ServiceContext, 'models'>,
  operationId: string,
  from = 0,
): AsyncGenerator<BulkItem[]> {
  for (let sequence = from; ; ) {
    const items = await models.BulkItem.find(itemsFrom(operationId, sequence)).sort({ _id: 1 }).limit(BATCH).lean();
    const last = items.at(-1);
    if (!last) return;
    yield items;
    if (items.length < BATCH) return;
    sequence = last.sequence + 1;
  }
}

/** Ends an operation. The counts of its batches may be one off where two processes were at one; these aren't. */
export async function finish(
  context: ServiceContext,
  { operation, lease }: Claimed,
  status: BulkStatus,
  ending?: BulkOperation['ending'],
): Promise<void> {
  const counts: BulkOperation['counts'] = {};
  for await (const items of batchesOf(context, operation._id)) countResults(counts, items);
  const now = context.clock.now();
  await context.models.BulkOperation.updateOne(
    { _id: operation._id, lease },
    {
      $set: {
        status,
        counts,
        endedAt: now,
        expiresAt: new Date(now.getTime() + KEPT_MS),
        ...(ending ? { ending } : {}),
      },
      $unset: { dueAt: 1, lease: 1 },
    },
  );
}

/** Ends an operation before everybody was reached; who wasn't is told so. */
export async function skipRest(
  context: ServiceContext,
  claimed: Claimed,
  ending: NonNullable<BulkOperation['ending']>,
): Promise<void> {
  const { _id, next } = claimed.operation;
  for await (const items of batchesOf(context, _id, next))
    await context.models.BulkItem.updateMany(
      { _id: { $gte: items[0]?._id, $lte: items.at(-1)?._id }, done: false },
      { $set: { result: 'skipped', done: true }, $unset: { code: 1, message: 1 } },
    );
  await finish(context, claimed, ending.status, ending);
}

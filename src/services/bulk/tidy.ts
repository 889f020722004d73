import type { ServiceContext } from '../context.js';
import { deleteItems } from './delete-items.js';

/** Behind the end of a preview: a process whose clock is behind may still be applying it. */
const GRACE_MS = 10 * 60 * 1000;
const OPERATIONS = 10;

/**
 * Deletes previews that nobody applied, and the results of operations that ended long ago; a few of them. Those whose events haven't moved
 * yet wait for another time.
 * @returns whether there may be more
 */
export async function tidyBulk(context: ServiceContext): Promise<boolean> {
  const { BulkOperation } = context.models;
  const before = new Date(context.clock.now().getTime() - GRACE_MS);
  const old = { expiresAt: { $lte: before }, 'pendingEvents.0': { $exists: false } };
  const found = await BulkOperation.find(old, { _id: 1 }).limit(OPERATIONS).lean();
  let deleted = 0;
  for (const { _id } of found) {
    // Nobody applies it from here on.
    await BulkOperation.updateOne(
      { _id, status: { $in: ['preparing', 'previewed'] }, expiresAt: { $lte: before } },
      { $set: { status: 'cancelled' } },
    );
    await deleteItems(context, _id);
    deleted += (await BulkOperation.deleteOne({ _id, ...old })).deletedCount;
  }
  return found.length === OPERATIONS && deleted > 0;
}

import { itemsFrom } from '../../models/bulk-item.js';
import type { ServiceContext } from '../context.js';

/** Behind the end of a preview: a process whose clock is behind may still be applying it. */
const GRACE_MS = 10 * 60 * 1000;
const OPERATIONS = 10;
const BATCH = 500;

/** Deletes previews that nobody applied, and the results of operations that ended long ago. */
export async function tidyBulk({ models, clock }: ServiceContext): Promise<void> {
  const before = new Date(clock.now().getTime() - GRACE_MS);
  const old = await models.BulkOperation.find({ expiresAt: { $lte: before } }, { _id: 1 })
    .limit(OPERATIONS)
    .lean();
  for (const { _id } of old) {
    // Nobody applies it from here on.
    await models.BulkOperation.updateOne(
      { _id, status: { $in: ['preparing', 'previewed'] }, expiresAt: { $lte: before } },
      { $set: { status: 'cancelled' } },
    );
    for (;;) {
      const items = await models.BulkItem.find(itemsFrom(_id, 0), { _id: 1 }).limit(BATCH).lean();
      if (items.length === 0) break;
      await models.BulkItem.deleteMany({ _id: { $in: items.map((item) => item._id) } });
    }
    // Its events have moved by then; where not, it stays for another round.
    await models.BulkOperation.deleteOne({ _id, expiresAt: { $lte: before }, 'pendingEvents.0': { $exists: false } });
  }
}

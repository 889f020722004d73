import { itemsFrom } from '../../models/bulk-item.js';
import type { ServiceContext } from '../context.js';

const BATCH = 500;

/** Deletes an operation's items, so many at a time: one statement for all of them would keep other writers waiting. */
export async function deleteItems({ models }: Pick<ServiceContext, 'models'>, operationId: string): Promise<void> {
  for (;;) {
    const items = await models.BulkItem.find(itemsFrom(operationId, 0), { _id: 1 }).limit(BATCH).lean();
    if (items.length === 0) return;
    await models.BulkItem.deleteMany({ _id: { $in: items.map((item) => item._id) } });
  }
}

import type { ServiceContext } from '../context.js';
import type { Outcome } from './attempt.js';

/** What was changed is kept as such whoever says it; anything else only where nobody has said anything. */
export async function keepOutcomes(
  { models }: Pick<ServiceContext, 'models'>,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  if (outcomes.size === 0) return;
  const alike = new Map<string, { outcome: Outcome; ids: string[] }>();
  for (const [_id, outcome] of outcomes) {
    const key = JSON.stringify(outcome);
    const same = alike.get(key) ?? { outcome, ids: [] };
    alike.set(key, same);
    same.ids.push(_id);
  }
  // Most of a batch have the same outcome: one statement for them.
  const writes = [...alike.values()].map(({ outcome, ids }) => ({
    updateMany: {
      filter: { _id: { $in: ids }, ...(outcome.result === 'changed' ? {} : { done: false }) },
      update: updateOf(outcome),
    },
  }));
  await models.BulkItem.collection.bulkWrite(writes as never[], { ordered: false });
}

function updateOf(outcome: Outcome): object {
  const reached = { result: outcome.result, done: true };
  if (outcome.result === 'refused') return { $set: { ...reached, code: outcome.code, message: outcome.message } };
  const before = outcome.result === 'changed' && outcome.before ? { before: outcome.before } : {};
  return { $set: { ...reached, ...before }, $unset: { code: 1, message: 1 } };
}

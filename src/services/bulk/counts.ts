import type { BulkItem } from '../../models/bulk-item.js';
import type { BulkOperation, BulkResult } from '../../models/bulk-operation.js';

type Counts = BulkOperation['counts'];
type WithResult = Pick<BulkItem, 'result'>;

/** Adds the results of items to counts. */
export function countResults(counts: Counts, items: readonly WithResult[]): void {
  for (const { result } of items) counts[result] = (counts[result] ?? 0) + 1;
}

export function countsOf(items: readonly WithResult[]): Counts {
  const counts: Counts = {};
  countResults(counts, items);
  return counts;
}

/** By how much each count grows from one to the other; those that stay are left out. */
export function difference(before: Counts, after: Counts): [BulkResult, number][] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as BulkResult[];
  return names
    .map((name): [BulkResult, number] => [name, (after[name] ?? 0) - (before[name] ?? 0)])
    .filter(([, more]) => more !== 0);
}

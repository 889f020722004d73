/** Lists that are few enough to be read whole, and are answered a page at a time all the same. */
import { compareTexts } from '../../lib/words.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';

/**
 * A page of them, in the order of their keys. What comes and goes meanwhile is in it or not; what stays is there once.
 * @param keyOf what sorts, and is of one of them alone; it is the cursor too
 */
export function pageOfAll<T>(rows: readonly T[], keyOf: (row: T) => string, { limit, after }: PageRequest): Page<T> {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  const behind = after === undefined ? keyed : keyed.filter(({ key }) => compareTexts(key, after) > 0);
  behind.sort((a, b) => compareTexts(a.key, b.key));
  const { data, nextCursor } = pageOf(behind, limit, ({ key }) => key);
  return { data: data.map(({ row }) => row), nextCursor };
}

/** The last moment that a Date has, in milliseconds. */
const END = 8_640_000_000_000_000;

/** The latest sign-in first; behind all of them what has none. */
export const bySignIn = ({ id, signedInAt }: { id: string; signedInAt: Date | null }): string =>
  `${String(END - (signedInAt?.getTime() ?? -1)).padStart(16, '0')} ${id}`;

/** Lists in an order that an index has, a page at a time: by name, or as things came. */
import type { Model } from 'mongoose';
import { compareTexts } from '../../lib/words.js';
import type { Page, PageRequest } from '../list-pages.js';
import { cursorAt, positionOf } from './cursor.js';

/** `sortName` is of one document alone, as an id is: what comes behind it is what hasn't been shown. */
export type OrderField = 'sortName' | '_id';

export interface Order {
  field: OrderField;
  /** 1 ascending, -1 descending. */
  direction: 1 | -1;
}

/** A way in which a document can belong to the list, and the index that finds those in order. */
export interface Branch {
  filter: Record<string, unknown>;
  index: Record<string, 1>;
  /** The index hasn't the order, since these are few: they are all read. */
  few?: boolean;
}

interface Sortable {
  _id: string;
  sortName?: string;
}

/** Events wait in a document until they are moved; nobody is found by what is shown. */
export const WITHOUT_EVENTS = { pendingEvents: 0, words: 0 } as const;

/**
 * A page of what belongs to the list in one of several ways: one query for each, merged here. What comes and goes meanwhile is in it or not;
 * what stays is there once.
 * @param query all that decides what the list holds and in which order
 * @throws RollcallError `invalid` for a cursor of another query
 */
export async function orderedPage<T extends Sortable>(
  model: Model<T>,
  branches: readonly Branch[],
  { field, direction }: Order,
  query: readonly unknown[],
  { limit, after }: PageRequest,
): Promise<Page<T>> {
  const [reached] = after === undefined ? [] : positionOf(query, after, 1);
  const behind = reached === undefined ? {} : { [field]: { [direction === 1 ? '$gt' : '$lt']: reached } };
  const found = await Promise.all(
    branches.map(async ({ filter, index, few }) => {
      const cursor = model.collection.find({ ...filter, ...behind }, { projection: WITHOUT_EVENTS }).hint(index);
      const rows = few ? cursor : cursor.sort({ [field]: direction }).limit(limit + 1);
      return (await rows.toArray()) as unknown as T[];
    }),
  );
  const keyOf = (row: T) => row[field] ?? '';
  const merged = found.length === 1 && !branches[0]?.few ? (found[0] ?? []) : mergedBy(found.flat(), keyOf, direction);
  const data = merged.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: merged.length > limit && last ? cursorAt(query, [keyOf(last)]) : null };
}

/** Each once, in order. */
function mergedBy<T extends Sortable>(rows: readonly T[], keyOf: (row: T) => string, direction: 1 | -1): T[] {
  const each = new Map(rows.map((row) => [row._id, row]));
  return [...each.values()].sort((a, b) => compareTexts(keyOf(a), keyOf(b)) * direction);
}

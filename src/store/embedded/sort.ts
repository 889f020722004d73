import type { Document } from 'bson';
import { badValue } from './errors.js';
import { pathValues } from './matcher.js';
import { compare, isDocument, isNumber, numeric, type Value } from './values.js';

export interface SortKey {
  path: string;
  direction: 1 | -1;
}

/** The keys of a command's `sort`; none where it has none. What isn't a direction is refused. */
export function parseSort(sort: Value): SortKey[] {
  return Object.entries(isDocument(sort) ? sort : {}).map(([path, value]) => {
    const direction = isNumber(value) ? numeric(value).number : undefined;
    if (direction !== 1 && direction !== -1)
      throw badValue(`the embedded store does not support this sort of '${path}'`);
    return { path, direction };
  });
}

/** What an empty array sorts as: before everything, null included. */
const NOTHING = Symbol('an empty array');

const compareKeys = (a: Value, b: Value): number =>
  a === NOTHING || b === NOTHING ? Number(b === NOTHING) - Number(a === NOTHING) : compare(a, b);

/** Sorts by paths; of an array its smallest element counts (its greatest, descending). Stable. */
export function sortDocuments(documents: Document[], sort: readonly SortKey[]): Document[] {
  const keys = sort.map(({ path, direction }) => ({ parts: path.split('.'), direction }));
  const keyed = documents.map((document) => ({
    document,
    values: keys.map(({ parts, direction }) => {
      const values = pathValues(document, parts).flatMap((value) =>
        Array.isArray(value) ? (value.length ? value : [NOTHING]) : [value],
      );
      return values.reduce((best, value) => (compareKeys(value, best) * direction < 0 ? value : best), values[0]);
    }),
  }));
  keyed.sort((a, b) => {
    for (const [at, { direction }] of keys.entries()) {
      const by = compareKeys(a.values[at], b.values[at]) * direction;
      if (by !== 0) return by;
    }
    return 0;
  });
  return keyed.map(({ document }) => document);
}

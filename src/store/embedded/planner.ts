import type { Document } from 'bson';
import { BSONRegExp } from 'bson';
import type { Collection, IndexSpec } from './database.js';
import { after, encodeValue, inverted } from './keys.js';
import { isOperators } from './matcher.js';
import type { SortKey } from './sort.js';
import { equal, typeOrder, type Value } from './values.js';

/** How a filter is answered: by ids, by ranges of one index in its order, by several such plans, or by reading everything. */
export type Plan =
  | { stage: 'IDHACK'; ids: Value[] }
  | {
      stage: 'IXSCAN' | 'COLLSCAN';
      index: IndexSpec;
      ranges: Range[];
      direction: Direction;
      /** It comes in the order that was asked for. */
      ordered: boolean;
    }
  | { stage: 'OR'; branches: Plan[] };

export type Direction = 'forward' | 'backward';

export interface Range {
  from: Buffer;
  /** Exclusive. */
  to: Buffer;
}

/** The primary key. Its entries are the documents themselves, and no `_id` is an array. */
export const PRIMARY: IndexSpec = {
  id: 0,
  name: '_id_',
  key: [['_id', 1]],
  unique: true,
  sparse: false,
  flat: true,
  partialFilterExpression: undefined,
  expireAfterSeconds: undefined,
};

/** Greater than every key: each begins with its type, and none is 255, inverted or not. */
const TOP = Buffer.from([0xff]);
const WHOLE: Range = { from: Buffer.alloc(0), to: TOP };

/** What a filter says of one path: values that it equals one of, or bounds. */
interface Bounds {
  points?: Value[];
  lower?: { value: Value; inclusive: boolean };
  upper?: { value: Value; inclusive: boolean };
}

/** @param sort an index that has this order is taken where it serves the filter as well as another does */
export function makePlan(collection: Collection, filter: Document, sort: readonly SortKey[] = []): Plan {
  const bounds = boundsOf(filter);
  const ids = bounds.get('_id')?.points;
  if (ids) return { stage: 'IDHACK', ids };
  let best: { plan: Plan; score: number } | undefined;
  for (const index of [PRIMARY, ...collection.indexes]) {
    if (!usable(index, filter, bounds)) continue;
    const { ranges, score, fixed } = rangesOf(index, bounds);
    const direction = ranges.length === 1 && sort.length ? directionOf(index, fixed, sort) : undefined;
    const total = score + (direction ? 1 : 0);
    if (total <= (best?.score ?? 0)) continue;
    best = {
      plan: { stage: 'IXSCAN', index, ranges, direction: direction ?? 'forward', ordered: direction !== undefined },
      score: total,
    };
  }
  // An index that has but the order would be read from end to end, where $or's branches may each have an index.
  if (Array.isArray(filter.$or) && (best?.score ?? 0) <= 1) {
    const branches = (filter.$or as Document[]).map((branch) => makePlan(collection, branch));
    if (branches.every((branch) => branch.stage !== 'COLLSCAN')) return { stage: 'OR', branches };
  }
  return best?.plan ?? { stage: 'COLLSCAN', index: PRIMARY, ranges: [WHOLE], direction: 'forward', ordered: false };
}

/** Whether what a plan finds needs no sorting any more. */
export const inOrder = (plan: Plan, sort: readonly SortKey[]): boolean =>
  sort.length === 0 || ('ordered' in plan && plan.ordered);

/**
 * How to read an index for a sort, if it has that order: behind the fields that have one value, its own follow as they are asked for, all
 * as they are or all reversed. Not with an array in it: that counts once in a sort, by its smallest or greatest element, wherever the
 * range begins.
 */
function directionOf(index: IndexSpec, fixed: number, sort: readonly SortKey[]): Direction | undefined {
  if (!index.flat) return undefined;
  const constant = index.key.slice(0, fixed).map(([path]) => path);
  const asked = sort.filter(({ path }) => !constant.includes(path));
  const own = index.key.slice(fixed);
  const turns = asked.map(({ path, direction }, at) => (own[at]?.[0] === path ? direction * own[at][1] : 0));
  if (turns.every((turn) => turn === 1)) return 'forward';
  return turns.every((turn) => turn === -1) ? 'backward' : undefined;
}

function boundsOf(filter: Document, all = new Map<string, Bounds>()): Map<string, Bounds> {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and' && Array.isArray(condition)) for (const branch of condition) boundsOf(branch as Document, all);
    if (path.startsWith('$') || all.get(path)?.points) continue;
    const bounds = { ...all.get(path), ...boundsOfCondition(condition) };
    if (Object.keys(bounds).length) all.set(path, bounds);
  }
  return all;
}

function boundsOfCondition(condition: Value): Bounds {
  if (condition instanceof RegExp || condition instanceof BSONRegExp) return {};
  if (!isOperators(condition)) return Array.isArray(condition) ? {} : { points: [condition] };
  const bounds: Bounds = {};
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === '$eq' && !Array.isArray(operand)) bounds.points = [operand];
    if (
      operator === '$in' &&
      Array.isArray(operand) &&
      !operand.some((one) => Array.isArray(one) || one instanceof RegExp || one instanceof BSONRegExp)
    )
      bounds.points = operand;
    if (operand === null || Array.isArray(operand)) continue;
    if (operator === '$gt' || operator === '$gte') bounds.lower = { value: operand, inclusive: operator === '$gte' };
    if (operator === '$lt' || operator === '$lte') bounds.upper = { value: operand, inclusive: operator === '$lte' };
  }
  return bounds;
}

/** A sparse or partial index may only serve a filter that finds nothing outside of it. */
function usable(index: IndexSpec, filter: Document, bounds: Map<string, Bounds>): boolean {
  if (index.sparse && !index.key.some(([path]) => needsValue(bounds.get(path)))) return false;
  if (!index.partialFilterExpression) return true;
  return Object.entries(index.partialFilterExpression).every(([path, condition]) => {
    const points = bounds.get(path)?.points;
    if (isOperators(condition) && condition.$exists === true)
      return points?.every((value) => value !== null && value !== undefined) ?? false;
    return !isOperators(condition) && points?.length === 1 && equal(points[0], condition) && path in filter;
  });
}

/** Whether only what is there can match: a value, or a range, which stays within the type of its bounds. */
const needsValue = ({ points, lower, upper }: Bounds = {}): boolean =>
  points ? points.every((value) => value !== null && value !== undefined) : (lower ?? upper)?.value !== undefined;

const MOST_POINTS = 2000;

/** The ranges of an index that hold all that can match, how much they leave out, and how many leading fields have one value in them. */
function rangesOf(index: IndexSpec, bounds: Map<string, Bounds>): { ranges: Range[]; score: number; fixed: number } {
  let prefixes = [Buffer.alloc(0)];
  let score = 0;
  let fixed = 0;
  for (const [path, direction] of index.key) {
    const bound = bounds.get(path);
    const encode = (value: Value) => (direction === -1 ? inverted(encodeValue(value)) : encodeValue(value));
    if (bound?.points && prefixes.length * bound.points.length <= MOST_POINTS) {
      const points = bound.points.map(encode);
      prefixes = prefixes.flatMap((prefix) => points.map((point) => Buffer.concat([prefix, point])));
      score += 10;
      if (prefixes.length === 1) fixed += 1;
      continue;
    }
    if ((bound?.lower || bound?.upper) && direction === 1) {
      // Of an array one element may pass the one bound and another the other.
      const held = index.flat || !bound.lower ? bound : { lower: bound.lower };
      return { ranges: prefixes.map((prefix) => between(prefix, held)), score: score + 4, fixed };
    }
    break;
  }
  return { ranges: prefixes.map((prefix) => ({ from: prefix, to: after(prefix) ?? TOP })), score, fixed };
}

/** The range of a bounded field behind a prefix; it stays within the type of its bounds. */
function between(prefix: Buffer, { lower, upper }: Bounds): Range {
  const type = Buffer.from([typeOrder(lower ? lower.value : upper?.value)]);
  const low = Buffer.concat([prefix, lower ? encodeValue(lower.value) : type]);
  const high = Buffer.concat([prefix, upper ? encodeValue(upper.value) : type]);
  return {
    from: lower && !lower.inclusive ? (after(low) ?? low) : low,
    to: upper && !upper.inclusive ? high : (after(high) ?? TOP),
  };
}

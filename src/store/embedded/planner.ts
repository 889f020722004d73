import type { Document } from 'bson';
import { BSONRegExp } from 'bson';
import type { Collection, IndexSpec } from './database.js';
import { badValue } from './errors.js';
import { after, encodeValue, inverted } from './keys.js';
import { isOperators } from './matcher.js';
import type { SortKey } from './sort.js';
import { equal, isDocument, isNumber, numeric, typeOrder, type Value } from './values.js';

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
  /** So many bytes are the same in all keys of the range: those of fields that have one value in it. */
  same: number;
}

/** What a query says about its index itself: which one, and from where to where it is read (`min` inclusive, `max` exclusive). */
export interface Hint {
  index: IndexSpec;
  min?: Document | undefined;
  max?: Document | undefined;
}

/** The primary key. Its entries are the documents themselves, and no `_id` is an array. */
export const PRIMARY: IndexSpec = {
  id: 0,
  name: '_id_',
  key: [['_id', 1]],
  unique: true,
  sparse: false,
  scalar: [true],
  flat: true,
  partialFilterExpression: undefined,
  expireAfterSeconds: undefined,
};

/** Greater than every key: each begins with its type, and none is 255, inverted or not. */
const TOP = Buffer.from([0xff]);
const WHOLE: Range = { from: Buffer.alloc(0), to: TOP, same: 0 };

/** What a filter says of one path: values that it equals one of, or bounds. */
interface Bounds {
  points?: Value[];
  lower?: { value: Value; inclusive: boolean };
  upper?: { value: Value; inclusive: boolean };
  /** Both bounds are of one element, where the field is an array. */
  ofOne?: boolean;
}

/**
 * @param sort an index that has this order is taken where it serves the filter as well as another does
 * @param hint by which the index isn't chosen here
 */
export function makePlan(collection: Collection, filter: Document, sort: readonly SortKey[] = [], hint?: Hint): Plan {
  const bounds = boundsOf(filter);
  if (hint) return hinted(hint, filter, bounds, sort);
  const ids = bounds.get('_id')?.points;
  if (ids) return { stage: 'IDHACK', ids };
  let best: { plan: Plan; score: number } | undefined;
  for (const index of [PRIMARY, ...collection.indexes]) {
    if (!usable(index, filter, bounds)) continue;
    const { ranges, score, fixed, points } = rangesOf(index, bounds);
    const direction = sort.length ? directionOf(index, { fixed, points }, sort) : undefined;
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

/** The plan that a hint wants: the whole of what the filter leaves of its index, or what lies between two of its keys. */
function hinted(
  { index, min, max }: Hint,
  filter: Document,
  bounds: Map<string, Bounds>,
  sort: readonly SortKey[],
): Plan {
  if (!usable(index, filter, bounds))
    throw badValue(`the embedded store does not support a hint of ${index.name}, which may lack what the filter finds`);
  const between = min || max;
  const { ranges, ...leading } = between
    ? {
        ranges: [{ from: placeIn(index, min) ?? WHOLE.from, to: placeIn(index, max) ?? TOP, same: 0 }],
        fixed: 0,
        points: 0,
      }
    : rangesOf(index, bounds);
  const direction = sort.length ? directionOf(index, leading, sort) : undefined;
  return { stage: 'IXSCAN', index, ranges, direction: direction ?? 'forward', ordered: direction !== undefined };
}

/** Where the values of `min` or `max` are in an index. */
function placeIn({ key, name }: IndexSpec, values: Document | undefined): Buffer | undefined {
  if (!values) return undefined;
  if (Object.keys(values).join() !== key.map(([path]) => path).join())
    throw badValue(`min and max have to name the fields of the index ${name}, in its order`);
  return Buffer.concat(
    key.map(([path, direction]) =>
      direction === -1 ? inverted(encodeValue(values[path])) : encodeValue(values[path]),
    ),
  );
}

/**
 * How to read an index for a sort, if it has that order: behind the fields that have one value, or some, its own follow as they are asked
 * for, all as they are or all reversed; of several ranges, each in order, the next is taken of whichever has it. Not with an array in those
 * fields: that counts once in a sort, by its smallest or greatest element, wherever the range begins.
 */
function directionOf(
  index: IndexSpec,
  { fixed, points }: { fixed: number; points: number },
  sort: readonly SortKey[],
): Direction | undefined {
  const constant = index.key.flatMap(([path], at) => (at < fixed && index.scalar[at] ? [path] : []));
  const asked = sort.filter(({ path }) => !constant.includes(path));
  const turns = asked.map(({ path, direction }, at) => {
    const own = index.key[points + at];
    return own?.[0] === path && index.scalar[points + at] ? direction * own[1] : 0;
  });
  if (turns.every((turn) => turn === 1)) return 'forward';
  return turns.every((turn) => turn === -1) ? 'backward' : undefined;
}

function boundsOf(filter: Document, all = new Map<string, Bounds>(), within = ''): Map<string, Bounds> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition))
      for (const branch of condition) boundsOf(branch as Document, all, within);
    if (name.startsWith('$')) continue;
    const path = within + name;
    // What holds for the fields of one element holds for some element.
    const element = isOperators(condition) ? condition.$elemMatch : undefined;
    if (isDocument(element) && !isOperators(element)) boundsOf(element, all, `${path}.`);
    const present = all.get(path);
    if (present?.points || present?.ofOne) continue;
    const own = boundsOfCondition(condition);
    const bounds = own.ofOne ? own : { ...present, ...own };
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
    if (operator === '$exists' && isFalse(operand)) bounds.points = [null];
    if (operator === '$elemMatch' && isOperators(operand)) {
      const { points, ...rest } = boundsOfCondition(operand);
      if (!points && (rest.lower || rest.upper)) return { ...rest, ofOne: true };
    }
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

const isFalse = (operand: Value) => operand === false || (isNumber(operand) && numeric(operand).number === 0);

/** A sparse or partial index may only serve a filter that finds nothing outside of it. */
function usable(index: IndexSpec, filter: Document, bounds: Map<string, Bounds>): boolean {
  if (index.sparse && !index.key.some(([path]) => needsValue(bounds.get(path)))) return false;
  if (!index.partialFilterExpression) return true;
  return Object.entries(index.partialFilterExpression).every(([path, condition]) => {
    const points = bounds.get(path)?.points;
    if (isOperators(condition) && condition.$exists === true) return needsValue(bounds.get(path));
    return !isOperators(condition) && points?.length === 1 && equal(points[0], condition) && path in filter;
  });
}

/** Whether only what is there can match: a value, or a range, which stays within the type of its bounds. */
const needsValue = ({ points, lower, upper }: Bounds = {}): boolean =>
  points ? points.every((value) => value !== null && value !== undefined) : (lower ?? upper)?.value !== undefined;

const MOST_POINTS = 2000;

/**
 * The ranges of an index that hold all that can match, how much they leave out, how many leading fields have one value in all of them, and how
 * many have one value in each.
 */
function rangesOf(
  index: IndexSpec,
  bounds: Map<string, Bounds>,
): { ranges: Range[]; score: number; fixed: number; points: number } {
  let prefixes = [Buffer.alloc(0)];
  let score = 0;
  let fixed = 0;
  let points = 0;
  for (const [at, [path, direction]] of index.key.entries()) {
    const bound = bounds.get(path);
    const encode = (value: Value) => (direction === -1 ? inverted(encodeValue(value)) : encodeValue(value));
    if (bound?.points && prefixes.length * bound.points.length <= MOST_POINTS) {
      const values = unique(bound.points.map(encode));
      prefixes = prefixes.flatMap((prefix) => values.map((value) => Buffer.concat([prefix, value])));
      score += 10;
      points += 1;
      if (prefixes.length === 1) fixed += 1;
      continue;
    }
    if ((bound?.lower || bound?.upper) && direction === 1) {
      // Of an array one element may pass the one bound and another the other.
      const held = index.scalar[at] || bound.ofOne || !bound.lower ? bound : { lower: bound.lower };
      return { ranges: prefixes.map((prefix) => between(prefix, held)), score: score + 4, fixed, points };
    }
    break;
  }
  const ranges = prefixes.map((prefix) => ({ from: prefix, to: after(prefix) ?? TOP, same: prefix.length }));
  return { ranges, score, fixed, points };
}

const unique = (keys: Buffer[]): Buffer[] => [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];

/** The range of a bounded field behind a prefix; it stays within the type of its bounds. */
function between(prefix: Buffer, { lower, upper }: Bounds): Range {
  const type = Buffer.from([typeOrder(lower ? lower.value : upper?.value)]);
  const low = Buffer.concat([prefix, lower ? encodeValue(lower.value) : type]);
  const high = Buffer.concat([prefix, upper ? encodeValue(upper.value) : type]);
  return {
    from: lower && !lower.inclusive ? (after(low) ?? low) : low,
    to: upper && !upper.inclusive ? high : (after(high) ?? TOP),
    same: prefix.length,
  };
}

import type { Document } from 'bson';
import { BSONRegExp } from 'bson';
import { type Collection, type Database, type IndexSpec, readBson } from './database.js';
import { findById, idKey } from './documents.js';
import { after, encodeValue, inverted } from './keys.js';
import { compileFilter, isOperators } from './matcher.js';
import { equal, typeOrder, type Value } from './values.js';

/** How a filter is answered: by ids, by ranges of one index, by several such plans, or by reading everything. */
export type Plan =
  | { stage: 'IDHACK'; ids: Value[] }
  | { stage: 'IXSCAN'; index: IndexSpec; ranges: Range[] }
  | { stage: 'OR'; branches: Plan[] }
  | { stage: 'COLLSCAN' };

interface Range {
  from: Buffer;
  /** Exclusive; absent: to the end. */
  to: Buffer | undefined;
}

/** What a filter says of one path: values that it equals one of, or bounds. */
interface Bounds {
  points?: Value[];
  lower?: { value: Value; inclusive: boolean };
  upper?: { value: Value; inclusive: boolean };
}

export function makePlan(collection: Collection, filter: Document): Plan {
  const bounds = boundsOf(filter);
  const ids = bounds.get('_id')?.points;
  if (ids) return { stage: 'IDHACK', ids };
  let best: { plan: Plan; score: number } | undefined;
  for (const index of collection.indexes) {
    if (!usable(index, filter, bounds)) continue;
    const { ranges, score } = rangesOf(index, bounds);
    if (score > 0 && score > (best?.score ?? 0)) best = { plan: { stage: 'IXSCAN', index, ranges }, score };
  }
  if (best) return best.plan;
  if (Array.isArray(filter.$or)) {
    const branches = (filter.$or as Document[]).map((branch) => makePlan(collection, branch));
    if (branches.every((branch) => branch.stage !== 'COLLSCAN')) return { stage: 'OR', branches };
  }
  return { stage: 'COLLSCAN' };
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
  if (
    index.sparse &&
    !index.key.some(([path]) => bounds.get(path)?.points?.every((value) => value !== null && value !== undefined))
  )
    return false;
  if (!index.partialFilterExpression) return true;
  return Object.entries(index.partialFilterExpression).every(([path, condition]) => {
    const points = bounds.get(path)?.points;
    if (isOperators(condition) && condition.$exists === true)
      return points?.every((value) => value !== null && value !== undefined) ?? false;
    return !isOperators(condition) && points?.length === 1 && equal(points[0], condition) && path in filter;
  });
}

const MOST_POINTS = 2000;

function rangesOf(index: IndexSpec, bounds: Map<string, Bounds>): { ranges: Range[]; score: number } {
  let prefixes = [Buffer.alloc(0)];
  let score = 0;
  for (const [path, direction] of index.key) {
    const bound = bounds.get(path);
    const encode = (value: Value) => (direction === -1 ? inverted(encodeValue(value)) : encodeValue(value));
    if (bound?.points && prefixes.length * bound.points.length <= MOST_POINTS) {
      const points = bound.points.map(encode);
      prefixes = prefixes.flatMap((prefix) => points.map((point) => Buffer.concat([prefix, point])));
      score += 10;
      continue;
    }
    if ((bound?.lower || bound?.upper) && direction === 1) {
      return { ranges: prefixes.map((prefix) => between(prefix, bound)), score: score + 4 };
    }
    break;
  }
  return { ranges: prefixes.map((prefix) => ({ from: prefix, to: after(prefix) })), score };
}

/** The range of a bounded field behind a prefix; it stays within the type of its bounds. */
function between(prefix: Buffer, { lower, upper }: Bounds): Range {
  const type = Buffer.from([typeOrder(lower ? lower.value : upper?.value)]);
  const low = Buffer.concat([prefix, lower ? encodeValue(lower.value) : type]);
  const high = Buffer.concat([prefix, upper ? encodeValue(upper.value) : type]);
  return {
    from: lower && !lower.inclusive ? (after(low) ?? low) : low,
    to: upper && !upper.inclusive ? high : after(high),
  };
}

export interface Found {
  document: Document;
}

/** The documents that a filter matches, each once, in no particular order; `examined` counts what was looked at. */
export function* execute(
  database: Database,
  collection: Collection,
  filter: Document,
  counts = { keys: 0, documents: 0 },
): Generator<Document> {
  const matches = compileFilter(filter);
  for (const document of candidates(database, collection, makePlan(collection, filter), counts)) {
    counts.documents += 1;
    if (matches(document)) yield document;
  }
}

function* candidates(
  database: Database,
  collection: Collection,
  plan: Plan,
  counts: { keys: number },
): Generator<Document> {
  if (plan.stage === 'COLLSCAN') {
    for (const row of database.all<{ body: Uint8Array }>(
      'SELECT body FROM documents WHERE collection = ?',
      collection.id,
    ))
      yield readBson(row.body);
    return;
  }
  const seen = new Set<string>();
  for (const id of idsOf(database, plan, counts)) {
    const name = id.toString('latin1');
    if (seen.has(name)) continue;
    seen.add(name);
    const document = findById(database, collection, id);
    if (document) yield document;
  }
}

function* idsOf(database: Database, plan: Plan, counts: { keys: number }): Generator<Buffer> {
  if (plan.stage === 'IDHACK') for (const id of plan.ids) yield idKey(id);
  else if (plan.stage === 'OR') for (const branch of plan.branches) yield* idsOf(database, branch, counts);
  else if (plan.stage === 'IXSCAN') {
    for (const { from, to } of plan.ranges) {
      const rows = to
        ? database.all<{ id: Uint8Array }>(
            'SELECT id FROM entries WHERE idx = ? AND key >= ? AND key < ?',
            plan.index.id,
            from,
            to,
          )
        : database.all<{ id: Uint8Array }>('SELECT id FROM entries WHERE idx = ? AND key >= ?', plan.index.id, from);
      counts.keys += rows.length;
      for (const row of rows) yield Buffer.from(row.id);
    }
  }
}

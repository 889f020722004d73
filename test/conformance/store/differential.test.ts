import { rm } from 'node:fs/promises';
import { Double, Int32, Long, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../../../src/store/embedded/index.js';
import { temporaryFolder } from '../../support/folder.js';
import { type Random, seeded } from '../../support/random.js';

/**
 * The same documents, queries and updates on the embedded store and on a real MongoDB must come to the same. Needs TEST_MONGODB_URI, and
 * runs in its project alone; what both have to answer is written out in conformance.test.ts.
 */
const uri = process.env.TEST_STORE === 'mongodb' ? process.env.TEST_MONGODB_URI : undefined;
const ROUNDS = 300;
/** Fixed, so that every run is the same; others for an hour of looking: SEEDS=4-40. */
const SEEDS = range(process.env.SEEDS ?? '1-3');

let embedded: EmbeddedStore;
let dataDir: string;
let ours: MongoClient;
let theirs: MongoClient;

function range(text: string): number[] {
  const [from = 1, to = from] = text.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const DATE = new Date('2026-01-02T03:04:05.678Z');
const ID = new ObjectId('0123456789abcdef01234567');

function scalar({ pick, below }: Random): unknown {
  return pick<() => unknown>([
    () => new Int32(below(5)),
    () => new Int32(-below(3)),
    () => new Double(below(4) + 0.5),
    () => Long.fromNumber(below(4)),
    () => Long.fromString('9007199254740993'),
    () => pick(['', 'a', 'b', 'ab', 'ä', 'z\u0000y']),
    () => null,
    () => pick([true, false]),
    () => pick([DATE, new Date(0)]),
    () => ID,
  ])();
}

function value(r: Random, depth = 0): unknown {
  const kind = r.below(depth > 1 ? 1 : 4);
  if (kind === 1) return Array.from({ length: r.below(3) }, () => value(r, depth + 1));
  if (kind === 2) return Object.fromEntries(['x', 'y'].slice(0, r.below(3)).map((key) => [key, value(r, depth + 1)]));
  return scalar(r);
}

function document(r: Random, id: number): Record<string, unknown> {
  const result: Record<string, unknown> = { _id: id };
  for (const key of ['a', 'b', 'c']) if (r.next() < 0.8) result[key] = value(r);
  // No array, ever: such an index has the order of a sort.
  if (id % 5) result.d = [new Int32((id * 7) % 4), 'x', null, new Double(0.5), DATE][(id * 3) % 5];
  return result;
}

const PATHS = ['a', 'b', 'c', 'a.x', 'b.y', 'c.0', 'a.x.y'];

function filter(r: Random, depth = 0): Record<string, unknown> {
  if (depth < 2 && r.next() < 0.25) {
    return { [r.pick(['$and', '$or', '$nor'])]: [filter(r, depth + 1), filter(r, depth + 1)] };
  }
  const operand = () => value(r, 1);
  const condition = r.pick<() => unknown>([
    operand,
    () => ({ [r.pick(['$eq', '$ne', '$gt', '$lt'])]: scalar(r) }),
    // Not with null: MongoDB answers that by a sparse index, which lacks what is absent.
    () => ({ [r.pick(['$gte', '$lte'])]: scalar(r) ?? DATE }),
    () => ({ [r.pick(['$in', '$nin'])]: [scalar(r), scalar(r)] }),
    () => ({ $exists: r.pick([true, false]) }),
    () => ({ $gte: new Int32(1), $lt: new Int32(3) }),
    () => ({ $not: { $gt: scalar(r) } }),
    () => ({ $size: new Int32(r.below(3)) }),
    () => ({ $all: [scalar(r)] }),
    () => ({ $elemMatch: { $gte: new Int32(1) } }),
    () => ({ $elemMatch: { x: scalar(r) } }),
    () => ({
      $type: r.pick([
        'string',
        'int',
        'long',
        'double',
        'number',
        'null',
        'array',
        'object',
        'bool',
        'date',
        'objectId',
      ]),
    }),
    () => ({ $regex: r.pick(['^a', 'b$', '.']) }),
  ])();
  return { [r.pick(PATHS)]: condition };
}

function update(r: Random): Record<string, unknown> {
  const path = r.pick(PATHS);
  return r.pick<() => Record<string, unknown>>([
    () => ({ $set: { [path]: value(r) } }),
    // Not of an array's element, which MongoDB counts as changed when it is null already.
    () => ({ $unset: { [path === 'c.0' ? 'c' : path]: 1 } }),
    () => ({ $inc: { [path]: r.pick([new Int32(1), new Double(0.5), Long.fromNumber(2)]) } }),
    () => ({ $mul: { [path]: new Int32(2) } }),
    () => ({ $min: { [path]: scalar(r) } }),
    () => ({ $max: { [path]: scalar(r) } }),
    () => ({ $push: { [path]: value(r, 1) } }),
    () => ({ $push: { [path]: { $each: [scalar(r), scalar(r)], $slice: new Int32(-2) } } }),
    () => ({ $addToSet: { [path]: scalar(r) } }),
    () => ({ $pull: { [path]: scalar(r) } }),
    () => ({ $pull: { [path]: { $gte: new Int32(1) } } }),
    () => ({ $pop: { [path]: r.pick([1, -1]) } }),
    () => ({ $set: { a: value(r), b: value(r) }, $setOnInsert: { c: 1 } }),
  ])();
}

/** Not by `c`: an update may give it the key `0`, which JavaScript puts before the others. */
const SORTS = [
  { _id: 1 },
  { _id: -1 },
  { d: 1, _id: 1 },
  { d: -1, _id: -1 },
  { d: 1, _id: -1 },
  { a: 1, _id: 1 },
  { b: 1, _id: 1 },
] as const;

/** A page of what lies within ranges: where one stops early, it has to be the same page. */
function page(r: Random) {
  const bound = (path: string, one: () => unknown) =>
    r.pick<() => Record<string, unknown>>([
      () => ({}),
      () => ({ [path]: { [r.pick(['$gt', '$gte'])]: one() } }),
      () => ({ [path]: { [r.pick(['$lt', '$lte'])]: one() } }),
      () => ({ [path]: { $gt: one(), $lte: one() } }),
    ])();
  return {
    within: {
      ...bound('_id', () => r.below(40)),
      ...bound('d', () => r.pick<unknown>([new Int32(r.below(4)), new Double(0.5), 'x', DATE])),
      ...(r.next() < 0.3 ? bound('a', () => r.pick<unknown>([new Int32(1), 'a'])) : {}),
      ...(r.next() < 0.2 ? { d: r.pick<unknown>(['x', null, new Int32(1)]) } : {}),
    },
    sort: r.pick([...SORTS]),
    skip: r.pick([0, 0, 1, 7]),
    limit: r.pick([0, 1, 3, 10]),
  };
}

const OPTIONS = { promoteValues: false, promoteBuffers: false } as const;

/** What comes of it, or the code of the error. */
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: { code?: number }) => ({ error: error.code ?? String(error) }));

describe.skipIf(!uri)('the embedded store and MongoDB', () => {
  beforeAll(async () => {
    dataDir = temporaryFolder();
    embedded = await startEmbeddedStore({ dataDir });
    ours = await MongoClient.connect(embedded.uri);
    theirs = await MongoClient.connect(uri as string);
  });
  afterAll(async () => {
    await theirs?.db(`differential_${process.pid}`).dropDatabase();
    await Promise.all([ours?.close(), theirs?.close()]);
    await embedded?.close();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  it.each(SEEDS)('come to the same (seed %i)', async (seed) => {
    const r = seeded(seed);
    const both = [ours, theirs].map((client) =>
      client.db(`differential_${process.pid}`).collection<{ _id: number }>(`seed${seed}`),
    );
    const documents = Array.from({ length: 40 }, (_, id) => document(r, id));
    for (const collection of both) {
      await collection.insertMany(documents as never[]);
      await collection.createIndex({ a: 1 });
      await collection.createIndex({ c: -1, _id: 1 });
      await collection.createIndex({ 'a.x': 1 }, { sparse: true });
      await collection.createIndex({ d: 1, _id: 1 });
    }
    const same = async (what: unknown, run: (collection: (typeof both)[0]) => Promise<unknown>) => {
      const [a, b] = await Promise.all(both.map((collection) => outcome(run(collection as (typeof both)[0]))));
      const shown = JSON.stringify(what, (_key, one) => (one === undefined ? 'undefined' : one));
      expect(JSON.stringify(a, typed), shown).toBe(JSON.stringify(b, typed));
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const [query, change] = [filter(r), update(r)];
      await same({ find: query }, (collection) => collection.find(query, OPTIONS).sort({ _id: 1 }).toArray());
      const { within, sort, skip, limit } = page(r);
      await same({ within, sort, skip, limit }, (collection) =>
        collection.find(within, OPTIONS).sort(sort).skip(skip).limit(limit).toArray(),
      );
      if (round % 2 === 0) {
        // One document each, for how far an update of many comes before it fails is not the same: here it is undone as a whole.
        const ids = Array.from({ length: 5 }, () => r.below(40));
        await same({ update: change, where: query, ids }, async (collection) => {
          const results: unknown[] = [];
          for (const _id of ids) {
            const one = collection.updateOne({ $and: [{ _id }, query] } as never, change);
            results.push(
              await outcome(one.then(({ matchedCount, modifiedCount }) => ({ matchedCount, modifiedCount }))),
            );
          }
          return results;
        });
        await same('all', (collection) => collection.find({}, OPTIONS).sort({ _id: 1 }).toArray());
      }
      if (round % 10 === 0) {
        await same('sorted', (collection) =>
          collection
            .find({}, OPTIONS)
            .sort({ [r.pick(['a'])]: 1, _id: 1 })
            .toArray(),
        );
      }
      await same('counted', (collection) => collection.countDocuments(query));
    }
  });
});

/** Keeps types apart that JSON would make one. */
function typed(this: unknown, key: string, shown: unknown): unknown {
  const one = (this as Record<string, unknown>)[key];
  return one && typeof one === 'object' && '_bsontype' in one
    ? `${(one as { _bsontype: string })._bsontype} ${String(one)}`
    : shown;
}

import { Binary, type Document, Double, Int32, Long, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestStore, testStore } from '../../support/store.js';

/** What Rollcall relies on, held against the embedded store and a real MongoDB alike. */
let store: TestStore;
let number = 0;

const db = () => {
  if (!store.connection.db) throw new Error('not connected');
  return store.connection.db;
};
/** A collection of the test's own. */
let things: ReturnType<typeof collection>;
// biome-ignore lint/suspicious/noExplicitAny: documents of every shape, as the store has to take them.
const collection = (name: string) => db().collection<any>(name);

const code = (error: { code?: number }) => error.code;
const codeOf = (work: Promise<unknown>) => work.then(() => undefined, code);

beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store?.close());
beforeEach(() => {
  number += 1;
  things = collection(`things${number}`);
});

describe('documents', () => {
  it('come back as they were sent, with their types and the order of their keys', async () => {
    const document = {
      _id: new ObjectId('0123456789abcdef01234567'),
      z: new Int32(1),
      a: new Double(1),
      long: Long.fromString('9007199254740993'),
      date: new Date('2026-01-02T03:04:05.678Z'),
      bytes: new Binary(Buffer.from([0, 255])),
      nested: { b: [null, { 'with.dot': true }], a: 'ä\u0000z' },
    };
    await things.insertOne({ ...document });
    const found = (await things.findOne({}, { promoteValues: false })) as Document;
    expect(Object.keys(found)).toEqual(Object.keys(document));
    expect(found).toEqual(document);
  });

  it('a second one with the same id is refused with what is the same', async () => {
    await things.insertOne({ _id: 'a' });
    const error = await things.insertOne({ _id: 'a' }).catch((cause) => cause);
    expect(error).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 'a' } });
  });

  it('of a list in order, those behind a refused one are not written; without order they are', async () => {
    await things.insertOne({ _id: 'b' });
    const list = () => [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }];
    expect(await codeOf(things.insertMany(list()))).toBe(11000);
    expect(await things.distinct('_id')).toEqual(['a', 'b']);
    expect(await codeOf(things.insertMany(list(), { ordered: false }))).toBe(11000);
    expect(await things.distinct('_id')).toEqual(['a', 'b', 'c']);
  });

  it('a long list comes in batches, each once', async () => {
    await things.insertMany(Array.from({ length: 1234 }, (_, n) => ({ _id: n })));
    const found = await things.find({}, { batchSize: 100 }).sort({ _id: -1 }).toArray();
    expect(found.map((one) => one._id)).toEqual(Array.from({ length: 1234 }, (_, n) => 1233 - n));
  });
});

describe('filters', () => {
  it('many lists that are read at once, by whichever connection is free, each come whole', async () => {
    await things.insertMany(Array.from({ length: 60 }, (_, n) => ({ _id: n })));
    const read = () => things.find({}, { batchSize: 7 }).sort({ _id: 1 }).toArray();
    for (const list of await Promise.all(Array.from({ length: 40 }, read)))
      expect(list.map(({ _id }) => _id)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('null matches what is absent', async () => {
    await things.insertMany([{ _id: 1 }, { _id: 2, a: null }, { _id: 3, a: 0 }]);
    const ids = async (filter: object) => (await things.find(filter).sort({ _id: 1 }).toArray()).map((one) => one._id);
    expect(await ids({ a: null })).toEqual([1, 2]);
    expect(await ids({ a: { $ne: null } })).toEqual([3]);
    expect(await ids({ a: { $gte: null } })).toEqual([1, 2]);
    expect(await ids({ a: { $exists: false } })).toEqual([1]);
  });

  it('the order of keys counts when documents are compared', async () => {
    await things.insertOne({ _id: 1, a: { x: 1, y: 2 } });
    expect(await things.countDocuments({ a: { x: 1, y: 2 } })).toBe(1);
    expect(await things.countDocuments({ a: { y: 2, x: 1 } })).toBe(0);
  });

  it('comparisons stay within a type', async () => {
    await things.insertMany([
      { _id: 1, a: 5 },
      { _id: 2, a: '5' },
      { _id: 3, a: new Date(5) },
    ]);
    expect((await things.find({ a: { $gt: 1 } }).toArray()).map((one) => one._id)).toEqual([1]);
  });

  it('an operator that does not exist is refused', async () => {
    expect(await codeOf(things.find({ a: { $like: 'x' } }).toArray())).toBe(2);
    expect(await codeOf(things.find({ $xor: [] }).toArray())).toBe(2);
  });
});

describe('ranges and sorts', () => {
  const ids = (found: { _id: unknown }[]) => found.map((one) => one._id);
  /** What a query is answered by, and how many documents it looked at. */
  async function explained(query: ReturnType<typeof things.find>) {
    const plan = await query.explain('executionStats');
    const stages = JSON.stringify(plan.queryPlanner.winningPlan);
    return {
      index: /"indexName":"([^"]+)"/.exec(stages)?.[1],
      sorts: stages.includes('"SORT"'),
      documents: plan.executionStats.totalDocsExamined as number,
    };
  }

  it('a page of a range of ids reads that page alone, forwards and backwards', async () => {
    await things.insertMany(Array.from({ length: 300 }, (_, n) => ({ _id: `id${String(n).padStart(3, '0')}` })));
    const pages: [object, 1 | -1, string[]][] = [
      [{ $gt: 'id009' }, 1, ['id010', 'id011', 'id012']],
      [{ $gte: 'id009' }, 1, ['id009', 'id010', 'id011']],
      [{ $lt: 'id009' }, -1, ['id008', 'id007', 'id006']],
      [{ $lte: 'id009', $gt: '' }, -1, ['id009', 'id008', 'id007']],
      [{ $gt: 'id298', $lt: 'x' }, 1, ['id299']],
      [{ $gt: 'id299' }, 1, []],
    ];
    for (const [_id, direction, expected] of pages) {
      const query = () => things.find({ _id }).sort({ _id: direction }).limit(3);
      expect(ids(await query().toArray())).toEqual(expected);
      const plan = await explained(query());
      expect(plan).toMatchObject({ index: '_id_', sorts: false });
      expect(plan.documents).toBeLessThanOrEqual(3);
    }
    const behind = await things.find({}).sort({ _id: -1 }).skip(2).limit(2).toArray();
    expect(ids(behind)).toEqual(['id297', 'id296']);
  });

  it('a range is answered by a sparse index of its field, which holds those alone that have it', async () => {
    await things.createIndex({ 'in.due': 1 }, { sparse: true });
    await things.insertMany(
      Array.from({ length: 100 }, (_, n) => ({ _id: `id${n}`, in: n % 20 ? { n } : { n, due: new Date(n) } })),
    );
    for (const [due, expected] of [
      [{ $lte: new Date(40) }, ['id0', 'id20', 'id40']],
      [{ $gt: new Date(40) }, ['id60', 'id80']],
      [{ $gte: new Date(20), $lt: new Date(40) }, ['id20']],
    ] as const) {
      const query = () => things.find({ 'in.due': due }).sort({ 'in.due': 1 });
      expect(ids(await query().toArray())).toEqual(expected);
      expect(await things.countDocuments({ 'in.due': due })).toBe(expected.length);
      expect(await explained(query())).toEqual({ index: 'in.due_1', sorts: false, documents: expected.length });
    }
  });

  it('a range of ids stays within its type, and the order is over all types', async () => {
    const some = [-1, 2.5, Long.fromNumber(3), '', 'ä', { a: 1 }, new ObjectId('0123456789abcdef01234567'), true];
    const dates = [new Date(0), new Date(1)];
    await things.insertMany([...dates, ...some].reverse().map((_id) => ({ _id })));
    const count = (_id: object) => things.countDocuments({ _id });
    expect(await count({ $gt: -1 })).toBe(2);
    expect(await count({ $gte: '' })).toBe(2);
    expect(await count({ $lt: new Date(1) })).toBe(1);
    expect(await count({ $lte: true })).toBe(1);
    expect(await count({ $gt: 1, $lt: 'a' })).toBe(0);
    const all = [-1, 2.5, 3, '', 'ä', { a: 1 }, new ObjectId('0123456789abcdef01234567'), true, ...dates];
    expect(ids(await things.find().sort({ _id: 1 }).toArray())).toEqual(all);
    expect(ids(await things.find().sort({ _id: -1 }).limit(3).toArray())).toEqual([new Date(1), new Date(0), true]);
  });

  it('an id is no array', async () => {
    expect(await codeOf(things.insertOne({ _id: [1] }))).toBe(53);
    expect(await codeOf(things.updateOne({ _id: { $eq: [1] } }, { $set: { a: 1 } }, { upsert: true }))).toBe(53);
  });

  it('a page within one value of a compound index reads that page alone, what the filter leaves out aside', async () => {
    await things.createIndex({ organization: 1, user: 1 }, { unique: true });
    const rows = Array.from({ length: 200 }, (_, n) => ({
      organization: n % 2 ? 'a' : null,
      user: n,
      even: n % 4 < 2,
    }));
    await things.insertMany(rows.map((row, n) => ({ _id: n, ...row })));
    const page = (filter: object, direction: 1 | -1) => things.find(filter).sort({ user: direction }).limit(4);
    const within = { organization: 'a', user: { $gt: 50 } };
    expect(ids(await page(within, 1).toArray())).toEqual([51, 53, 55, 57]);
    expect(ids(await page(within, -1).toArray())).toEqual([199, 197, 195, 193]);
    expect(ids(await page({ ...within, even: true }, 1).toArray())).toEqual([53, 57, 61, 65]);
    expect(ids(await page({ organization: null, user: { $lt: 50 } }, -1).toArray())).toEqual([48, 46, 44, 42]);
    for (const direction of [1, -1] as const) {
      const plan = await explained(page(within, direction));
      expect(plan).toMatchObject({ index: 'organization_1_user_1', sorts: false });
      expect(plan.documents).toBeLessThanOrEqual(4);
    }
  });

  it('an array sorts by its smallest element, greatest first by its greatest, wherever the range begins', async () => {
    await things.createIndex({ a: 1 });
    await things.insertMany([
      { _id: 1, a: 6 },
      { _id: 2, a: 7 },
    ]);
    const first = async (filter: object, direction: 1 | -1) =>
      (await things.find(filter).sort({ a: direction }).limit(1).toArray())[0]?._id;
    expect(await first({ a: { $gt: 5 } }, 1)).toBe(1);
    await things.insertOne({ _id: 3, a: [-5, 8] });
    expect(await first({ a: { $gt: 5 } }, 1)).toBe(3);
    expect(await first({ a: { $lt: 0 } }, -1)).toBe(3);
    // The one element is above 5, the other below 7.
    expect(ids(await things.find({ a: { $gt: 6, $lt: 7 } }).toArray())).toEqual([3]);
    await things.updateOne({ _id: 3 }, { $set: { a: null } });
    await things.updateOne({ _id: 1 }, { $set: { a: [] } });
    expect(ids(await things.find().sort({ a: 1 }).toArray())).toEqual([1, 3, 2]);
  });

  it('several values in front of a sort are read in its order all the same, also where one is in an array', async () => {
    const people = Array.from({ length: 40 }, (_, n) => ({
      _id: n,
      status: n % 5 ? 'on' : 'off',
      roles: n % 4 ? [{ id: `r${n % 3}` }, { id: 'all', until: n }] : [],
      name: `n${String((n * 7) % 40).padStart(2, '0')}`,
    }));
    await things.insertMany(people);
    await things.createIndex({ status: 1, name: 1 });
    await things.createIndex({ 'roles.id': 1, name: 1 });
    const cases: [filter: Document, index: string, wanted: (one: (typeof people)[number]) => boolean][] = [
      [{ status: { $in: ['on', 'off', 'on'] } }, 'status_1_name_1', () => true],
      [
        { roles: { $elemMatch: { id: 'r1', until: { $not: { $lte: 9 } } } } },
        'roles.id_1_name_1',
        (one) => one.roles[0]?.id === 'r1',
      ],
      [
        { roles: { $elemMatch: { id: { $in: ['r1', 'r2'] } } } },
        'roles.id_1_name_1',
        (one) => ['r1', 'r2'].includes(one.roles[0]?.id ?? ''),
      ],
      [
        { roles: { $elemMatch: { id: 'all', until: { $gt: 20 } } } },
        'roles.id_1_name_1',
        (one) => one.roles.length > 0 && one._id > 20,
      ],
      [{ 'roles.id': { $exists: false } }, 'roles.id_1_name_1', (one) => one.roles.length === 0],
    ];
    for (const [filter, index, wanted] of cases) {
      for (const direction of [1, -1] as const) {
        const behind = { ...filter, name: direction === 1 ? { $gt: 'n10' } : { $lt: 'n30' } };
        const query = () => things.find(behind).sort({ name: direction }).limit(4).hint(index);
        const expected = people
          .filter((one) => wanted(one) && (direction === 1 ? one.name > 'n10' : one.name < 'n30'))
          .sort((a, b) => (a.name < b.name ? -direction : direction))
          .slice(0, 4);
        expect(ids(await query().toArray())).toEqual(ids(expected));
        expect(await explained(query())).toMatchObject({ index, sorts: false });
      }
    }
  });

  it('an index is read from one place to another where it is told so, each document once', async () => {
    await things.insertMany([
      { _id: 1, o: 'x', words: ['ada', 'adam'], name: 'b' },
      { _id: 2, o: 'x', words: ['adam'], name: 'a' },
      { _id: 3, o: 'x', words: ['ad', 'z'], name: 'c', off: true },
      { _id: 4, o: 'y', words: ['ada'], name: 'd' },
      { _id: 5, o: 'x', words: ['b'], name: 'e' },
    ]);
    await things.createIndex({ o: 1, words: 1, name: 1 });
    const hint = { o: 1, words: 1, name: 1 } as const;
    const from = (words: string, name = '') =>
      things.find().hint(hint).min({ o: 'x', words, name }).max({ o: 'x', words: 'ad\u{10ffff}', name: '' });
    expect(ids(await from('ad').toArray())).toEqual([3, 1, 2]);
    expect(ids(await from('ada', 'b').toArray())).toEqual([1, 2]);
    expect(ids(await from('ada', 'c').toArray())).toEqual([2, 1]);
    expect(
      ids(
        await from('ad')
          .filter({ off: { $ne: true } })
          .limit(1)
          .toArray(),
      ),
    ).toEqual([1]);
    expect(await explained(from('ad').limit(2))).toEqual({ index: 'o_1_words_1_name_1', sorts: false, documents: 2 });
    expect(await codeOf(things.find().hint({ nothing: 1 }).toArray())).toBe(2);
    expect(await codeOf(things.find().min({ o: 'x' }).toArray())).toBeDefined();
  });

  it('an element between two bounds is found by those, and a count ends at its limit', async () => {
    await things.insertMany(Array.from({ length: 50 }, (_, n) => ({ _id: n, words: [`a${n % 7}`, `c${n % 5}`] })));
    await things.createIndex({ words: 1 });
    const filter = { words: { $elemMatch: { $gte: 'a2', $lt: 'a4' } } };
    const expected = Array.from({ length: 50 }, (_, n) => n).filter((n) => n % 7 === 2 || n % 7 === 3);
    expect((await things.find(filter).sort({ _id: 1 }).hint('words_1').toArray()).map((one) => one._id)).toEqual(
      expected,
    );
    expect((await explained(things.find(filter))).documents).toBe(expected.length);
    const both = { $and: [filter, { words: { $elemMatch: { $gte: 'c1', $lt: 'c2' } } }] };
    expect(await things.countDocuments(both)).toBe(expected.filter((n) => n % 5 === 1).length);
    expect(await things.countDocuments(filter, { limit: 3 })).toBe(3);
  });

  it('what is found and changed is the first of the sort, by its index', async () => {
    await things.createIndex({ kind: 1, at: 1 });
    await things.insertMany([5, 3, 4].map((at) => ({ _id: at, kind: 'x', at })));
    const change = { $set: { kind: 'y' } };
    expect(await things.findOneAndUpdate({ kind: 'x' }, change, { sort: { at: 1 } })).toMatchObject({ _id: 3 });
    expect(await things.findOneAndUpdate({ kind: 'x' }, change, { sort: { at: -1 } })).toMatchObject({ _id: 5 });
    expect(await things.findOneAndDelete({ kind: 'x', at: { $gt: 4 } }, { sort: { at: 1 } })).toBeNull();
  });
});

describe('updates', () => {
  it('an upsert begins with what its filter says, and knows whether it inserts', async () => {
    const upsert = () =>
      things.updateOne({ _id: 'k', kind: 'x' }, { $setOnInsert: { made: 1 }, $inc: { n: 1 } }, { upsert: true });
    expect(await upsert()).toMatchObject({ upsertedCount: 1, upsertedId: 'k' });
    expect(await upsert()).toMatchObject({ matchedCount: 1, modifiedCount: 1, upsertedCount: 0 });
    expect(await things.findOne()).toEqual({ _id: 'k', kind: 'x', made: 1, n: 2 });
  });

  it('what can not be done is refused, and nothing of it is done', async () => {
    await things.insertOne({ _id: 1, text: 'a', list: [1] });
    expect(await codeOf(things.updateOne({ _id: 1 }, { $set: { n: 1 }, $inc: { text: 1 } }))).toBe(14);
    expect(await codeOf(things.updateOne({ _id: 1 }, { $push: { text: 1 as never } }))).toBe(2);
    expect(await codeOf(things.updateOne({ _id: 1 }, { $set: { _id: 2 } }))).toBe(66);
    expect(await codeOf(things.updateOne({ _id: 1 }, { $set: { a: 1, 'a.b': 2 } }))).toBe(40);
    expect(await codeOf(things.updateOne({ _id: 1 }, { $set: { 'text.b': 2 } }))).toBe(28);
    expect(await codeOf(things.updateOne({ _id: 1 }, { $grow: { a: 1 } }))).toBe(9);
    expect(await things.findOne()).toEqual({ _id: 1, text: 'a', list: [1] });
  });

  it('of 50 that compare and set at once, one changes the document', async () => {
    await things.insertOne({ _id: 1, consumed: false });
    const results = await Promise.all(
      Array.from({ length: 50 }, () => things.updateOne({ _id: 1, consumed: false }, { $set: { consumed: true } })),
    );
    expect(results.filter((result) => result.modifiedCount === 1)).toHaveLength(1);
  });

  it('of two who leave a list at once that must not be empty, one does', async () => {
    for (let round = 0; round < 20; round += 1) {
      await things.insertOne({ _id: round, people: ['a', 'b'] });
      const leave = (name: string) =>
        things.updateOne(
          { _id: round, people: name, 'people.1': { $exists: true } },
          { $pull: { people: name as never } },
        );
      const results = await Promise.all([leave('a'), leave('b')]);
      expect(results.map((result) => result.modifiedCount).sort()).toEqual([0, 1]);
    }
  });

  it('50 increments at once add up', async () => {
    await Promise.all(
      Array.from({ length: 50 }, () =>
        things
          .findOneAndUpdate({ _id: 'n' }, { $inc: { n: 1 } }, { upsert: true, returnDocument: 'after' })
          .catch((e) => {
            if (code(e) !== 11000) throw e;
            return things.updateOne({ _id: 'n' }, { $inc: { n: 1 } });
          }),
      ),
    );
    expect(await things.findOne({ _id: 'n' })).toEqual({ _id: 'n', n: 50 });
  });

  it('find and modify answers with the document before or after, or with none', async () => {
    await things.insertMany([
      { _id: 1, n: 2 },
      { _id: 2, n: 1 },
    ]);
    expect(await things.findOneAndUpdate({}, { $inc: { n: 5 } }, { sort: { n: 1 } })).toEqual({ _id: 2, n: 1 });
    expect(await things.findOneAndDelete({ _id: 2 })).toEqual({ _id: 2, n: 6 });
    expect(await things.findOneAndUpdate({ _id: 9 }, { $set: { n: 1 } })).toBeNull();
  });
});

describe('indexes', () => {
  it('a unique one holds among 30 writers at once, in lists too', async () => {
    await things.createIndex({ names: 1 }, { unique: true });
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) => codeOf(things.insertOne({ _id: n, names: [`own ${n}`, 'shared'] }))),
    );
    expect(results.filter((one) => one === undefined)).toHaveLength(1);
    expect(results.filter((one) => one === 11000)).toHaveLength(29);
    expect(await things.countDocuments({ names: 'shared' })).toBe(1);
  });

  it('a unique one tells a change that would break it, and the change is not made', async () => {
    await things.createIndex({ organization: 1, key: 1 }, { unique: true });
    await things.insertMany([
      { _id: 1, organization: null, key: 'a' },
      { _id: 2, organization: null, key: 'b' },
    ]);
    const error = await things.updateOne({ _id: 2 }, { $set: { key: 'a' } }).catch((cause) => cause);
    expect(error).toMatchObject({ code: 11000, keyPattern: { organization: 1, key: 1 } });
    expect(await things.findOne({ _id: 2 })).toMatchObject({ key: 'b' });
    expect(await codeOf(things.insertOne({ _id: 3, key: 'a' }))).toBe(11000);
  });

  it('a partial one binds only what it is about', async () => {
    await things.createIndex({ uid: 1 }, { unique: true, partialFilterExpression: { uid: { $exists: true } } });
    await things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, uid: 'a' }]);
    expect(await codeOf(things.insertOne({ _id: 4, uid: 'a' }))).toBe(11000);
    expect(await things.findOne({ uid: 'a' })).toMatchObject({ _id: 3 });
    expect(await things.countDocuments({ uid: null })).toBe(2);
  });

  it('can not be made over what breaks it, nor differently under its name; making it again is nothing', async () => {
    await things.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ]);
    expect(await codeOf(things.createIndex({ a: 1 }, { unique: true }))).toBe(11000);
    await things.createIndex({ a: 1 });
    await things.createIndex({ a: 1 });
    expect(await codeOf(things.createIndex({ b: 1 }, { name: 'a_1' }))).toBe(86);
    expect((await things.listIndexes().toArray()).map((index) => index.name)).toEqual(['_id_', 'a_1']);
  });

  it('of two lists together there is none', async () => {
    await things.createIndex({ a: 1, b: 1 });
    expect(await codeOf(things.insertOne({ _id: 1, a: [1], b: [1] }))).toBe(171);
    expect(await things.countDocuments()).toBe(0);
  });

  it('ten who make the same ones at once all succeed', async () => {
    await Promise.all(
      Array.from({ length: 10 }, () =>
        things.createIndexes([
          { key: { a: 1 }, name: 'a', unique: true },
          { key: { at: 1 }, name: 'at', expireAfterSeconds: 60 },
        ]),
      ),
    );
    expect(await things.listIndexes().toArray()).toMatchObject([
      {},
      { name: 'a' },
      { name: 'at', expireAfterSeconds: 60 },
    ]);
  });
});

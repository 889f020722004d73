import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/store/embedded/database.js';
import { Front } from '../../../src/store/embedded/front.js';
import { socketPath, startEmbeddedStore } from '../../../src/store/embedded/index.js';
import { temporaryFolder } from '../../support/folder.js';
import { ON_MONGODB } from '../../support/store.js';

/** What is the embedded store's alone: files, processes, and refusing what it doesn't know. */
describe.skipIf(ON_MONGODB)('the embedded store', () => {
  let dataDir: string;
  const ending: (() => Promise<unknown> | unknown)[] = [];

  beforeEach(() => {
    dataDir = temporaryFolder();
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function open() {
    const store = await startEmbeddedStore({ dataDir });
    const client = await MongoClient.connect(store.uri);
    ending.push(
      () => store.close(),
      () => client.close(),
    );
    return { store, client, things: client.db('test').collection<{ _id: string | number }>('things') };
  }

  const answerOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { codeName?: string; code?: number; message: string }) =>
        `${error.codeName ?? error.code}: ${error.message}`,
    );

  it('refuses by name what it does not know, and does nothing of it', async () => {
    const { things, client } = await open();
    await things.insertOne({ _id: 1 });
    const db = client.db('test');
    const one = { _id: 1 } as never;
    const set = { $set: { a: 1 } };
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => things.find({ $where: 'true' }).toArray(), /BadValue.*\$where/],
      [() => things.find({ $expr: {} }).toArray(), /BadValue.*\$expr/],
      [() => things.find({ $text: { $search: 'x' } }).toArray(), /BadValue.*\$text/],
      [() => things.find({ a: { $geoWithin: {} } } as never).toArray(), /BadValue.*\$geoWithin/],
      [() => things.find({}, { collation: { locale: 'de' } }).toArray(), /BadValue.*collation/],
      [() => things.updateOne(one, [set]), /2: .*pipeline/],
      [() => things.updateOne(one, { $set: { 'a.$[x]': 1 } }, { arrayFilters: [{ x: 1 }] }), /2: .*arrayFilters/],
      [() => things.updateOne(one, { $set: { 'a.$': 1 } }), /2: .*a\.\$/],
      [() => things.updateOne(one, { $bit: { a: { or: 1 } } } as never), /9: .*\$bit/],
      [() => things.aggregate([{ $lookup: {} }]).toArray(), /CommandNotSupported.*\$lookup/],
      [() => things.createIndex({ a: 'text' }), /BadValue.*a_text/],
      [() => things.createIndex({ a: 1 }, { collation: { locale: 'de' } }), /BadValue.*collation/],
      [() => db.command({ mapReduce: 'things' }), /CommandNotSupported.*mapReduce/],
      [() => db.command({ renameCollection: 'a', to: 'b' }), /CommandNotSupported.*renameCollection/],
    ];
    for (const [work, words] of refused) expect(await answerOf(work())).toMatch(words);
    const session = client.startSession();
    expect(await answerOf(session.withTransaction(() => things.updateOne(one, set, { session })))).toMatch(
      /MongoDB deployment does not support/,
    );
    await session.endSession();
    expect(await things.find().toArray()).toEqual([{ _id: 1 }]);
  });

  it('keeps what it acknowledged through kill -9, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const child = writer(dataDir, `${round} `, 10_000);
      await until(child, (lines) => lines.length > 5 + round * 7);
      child.process.kill('SIGKILL');
      await child.ended;
      const { things, client, store } = await open();
      const found = new Set((await things.find().toArray()).map((one) => one._id as string));
      expect(child.lines.slice(1).filter((id) => !found.has(id))).toEqual([]);
      await things.deleteMany({});
      await client.close();
      await store.close();
      ending.splice(0);
    }
  });

  it('holds a unique index among three processes on one folder', async () => {
    const children = ['a', 'b', 'c'].map((prefix) => writer(dataDir, prefix, 150));
    await Promise.all(children.map((child) => child.ended));
    expect(children.map((child) => child.process.exitCode)).toEqual([0, 0, 0]);
    const won = children.flatMap((child) => child.lines.filter((line) => line !== 'ready'));
    expect(won).toHaveLength(150);
    const { things } = await open();
    expect((await things.find().toArray()).map((one) => one._id).sort()).toEqual(won.sort());
  });

  it('has a well-known socket as long as one of its processes lives', async () => {
    const [first, second] = [await startEmbeddedStore({ dataDir }), await startEmbeddedStore({ dataDir })];
    const names = async () => {
      const client = await MongoClient.connect(`mongodb://${encodeURIComponent(socketPath(dataDir))}/`);
      await client.db('test').command({ ping: 1 });
      await client.close();
    };
    await names();
    await second.close();
    await names();
    await first.close();
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.sock'))).toEqual([]);
  });

  it('shows another process what was just written, an index too', async () => {
    const [first, second] = [await open(), await open()];
    expect(second.store.socketPath).not.toBe(first.store.socketPath);
    await second.things.insertOne({ _id: 1, a: 1 } as never);
    expect(await first.things.findOne({ a: 1 } as never)).toEqual({ _id: 1, a: 1 });
    await first.things.createIndex({ a: 1 }, { unique: true });
    expect(await answerOf(second.things.insertOne({ _id: 2, a: 1 } as never))).toMatch(/E11000/);
  });

  it('takes over the socket of a process that died, for its owner alone', async () => {
    const child = writer(dataDir, 'a', 10_000);
    await until(child, (lines) => lines.length > 1);
    child.process.kill('SIGKILL');
    await child.ended;
    expect(existsSync(socketPath(dataDir))).toBe(true);
    const { store, things } = await open();
    expect(realpathSync(socketPath(dataDir))).toBe(realpathSync(store.socketPath));
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.sock'))).toHaveLength(2);
    expect(await things.countDocuments()).toBeGreaterThan(0);
  });

  it('prints a shorter path where the folder’s is too long for a socket', () => {
    const long = join(tmpdir(), 'x'.repeat(120));
    expect(Buffer.byteLength(socketPath(long))).toBeLessThan(104);
    expect(socketPath(long)).toBe(socketPath(`${long}/`));
    expect(socketPath(long)).not.toBe(socketPath(`${long}y`));
  });

  it('deletes what a TTL index says is over, and nothing else', async () => {
    const { things } = await open();
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    const now = Date.now();
    const rows = [now - 61_000, now - 59_000, now + 60_000].map((at) => ({ _id: at, at: new Date(at) }));
    await things.insertMany([...rows, { _id: 'none' }, { _id: 'text', at: 'long ago' }] as never[]);
    const front = new Front(new Database(dataDir));
    front.sweep(now);
    await front.close();
    expect((await things.find().toArray()).map((one) => one._id)).toEqual([now - 59_000, now + 60_000, 'none', 'text']);
  });

  it('knows after the conversion of a file of format 2 which of its indexes are in the order of a sort', async () => {
    const first = await open();
    await first.things.insertMany([
      { _id: 1, n: 2, list: [1, 2] },
      { _id: 2, n: 1 },
    ] as never[]);
    await first.things.createIndexes([
      { key: { n: 1 }, name: 'n' },
      { key: { list: 1, n: 1 }, name: 'list' },
    ]);
    for (const end of ending.splice(0).reverse()) await end();
    const file = new DatabaseSync(join(dataDir, 'rollcall.sqlite'));
    file.exec(`CREATE TABLE flat (idx INTEGER PRIMARY KEY);
      INSERT INTO flat SELECT id FROM indexes WHERE name = 'n'; DROP TABLE scalars; PRAGMA user_version = 2`);
    file.close();
    const { things } = await open();
    const sorts = async (filter: object) =>
      JSON.stringify((await things.find(filter).sort({ n: 1 }).explain()).queryPlanner.winningPlan).includes('"SORT"');
    expect(await sorts({})).toBe(false);
    expect((await things.find({}).sort({ n: 1 }).toArray()).map((one) => one._id)).toEqual([2, 1]);
    // Of the other it was known that it holds arrays, not in which field.
    expect(await sorts({ list: 1 })).toBe(true);
  });

  it('refuses a file that a newer version wrote', async () => {
    const file = new DatabaseSync(join(dataDir, 'rollcall.sqlite'));
    file.exec('PRAGMA user_version = 99');
    file.close();
    await expect(startEmbeddedStore({ dataDir })).rejects.toThrow(/newer version \(format 99/);
  });

  it('keeps its files to their owner', async () => {
    const { store } = await open();
    for (const path of [join(dataDir, 'rollcall.sqlite'), store.socketPath])
      expect(statSync(path).mode & 0o077).toBe(0);
  });
});

interface Writer {
  process: ChildProcess;
  lines: string[];
  ended: Promise<void>;
}

function writer(dataDir: string, prefix: string, count: number): Writer {
  const child = spawn(process.execPath, ['test/support/store-writer.js', dataDir, prefix, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { process: child, lines, ended: new Promise((done) => child.once('close', () => done())) };
}

async function until(child: Writer, enough: (lines: string[]) => boolean): Promise<void> {
  while (!enough(child.lines)) {
    if (child.process.exitCode !== null) throw new Error('the writer ended early');
    await new Promise((done) => setTimeout(done, 5));
  }
}

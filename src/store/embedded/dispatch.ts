import { type Document, Long } from 'bson';
import {
  create,
  createIndexes,
  drop,
  dropDatabase,
  dropIndexes,
  listCollections,
  listIndexes,
} from './catalog-commands.js';
import type { Database } from './database.js';
import { CommandError, notSupported } from './errors.js';
import { aggregate, count, distinct, explain, find, toNumber } from './query-commands.js';
import { findAndModify, insert, remove, update } from './write-commands.js';

/** Commands that write: they run inside of a transaction, several that wait together in one. */
export const WRITES: Record<string, (database: Database, command: Document) => Document> = {
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
  createIndexes,
  dropIndexes,
  create,
  drop,
  dropDatabase,
};

/** Commands whose answer is a list, given out in batches. */
const LISTS: Record<string, (database: Database, command: Document) => Document[]> = {
  find,
  aggregate,
  listIndexes,
  listCollections,
};

const READS: Record<string, (database: Database, command: Document) => Document> = {
  count,
  distinct,
  explain,
  ping: () => ({ ok: 1 }),
  hello,
  ismaster: hello,
  isMaster: hello,
  endSessions: () => ({ ok: 1 }),
  buildInfo: () => ({
    version: '6.0.0',
    gitVersion: 'embedded',
    versionArray: [6, 0, 0, 0],
    maxBsonObjectSize: MAX_BSON,
    ok: 1,
  }),
  serverStatus: () => ({ process: 'rollcall embedded store', version: '6.0.0', ok: 1 }),
  listDatabases: (database) => {
    const names = [...new Set(database.collections().map((one) => one.db))];
    return { databases: names.map((name) => ({ name, sizeOnDisk: 0, empty: false })), totalSize: 0, ok: 1 };
  },
};

const MAX_BSON = 16 * 1024 * 1024;
const FIRST_BATCH = 101;

function hello(): Document {
  return {
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: MAX_BSON,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 17,
    readOnly: false,
    ok: 1,
  };
}

/** What a table has by itself, so that no command is called `constructor`. */
const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

interface Cursor {
  id: number;
  namespace: string;
  rest: Document[];
  /** By `performance.now()`. */
  usedAt: number;
}

/** A cursor that nobody reads on for as long is gone, as MongoDB has it. */
const IDLE_MS = 10 * 60 * 1000;

/** Answers what doesn't write, and keeps the cursors: a driver reads one on by whichever of its connections is free. */
export class Reader {
  readonly #cursors = new Map<number, Cursor>();
  #nextCursor = 1;

  constructor(private readonly database: Database) {}

  /** Answers a command that doesn't write. */
  read(name: string, command: Document): Document {
    const list = own(LISTS, name);
    if (list) return this.#firstBatch(name, command, list(this.database, command));
    if (name === 'getMore') return this.#nextBatch(command);
    if (name === 'killCursors') {
      for (const id of command.cursors as Long[]) this.#cursors.delete(toNumber(id, 0));
      return { cursorsKilled: command.cursors, cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [], ok: 1 };
    }
    const read = own(READS, name);
    if (!read) throw notSupported(`the command ${name}`);
    return read(this.database, command);
  }

  #firstBatch(name: string, command: Document, all: Document[]): Document {
    const size = toNumber(command.batchSize ?? (command.cursor as Document | undefined)?.batchSize, FIRST_BATCH);
    const namespace = `${command.$db}.${typeof command[name] === 'string' ? command[name] : '$cmd.aggregate'}`;
    const { batch, rest } = cut(all, size);
    const open = rest.length > 0 && command.singleBatch !== true;
    const cursor = { id: open ? this.#nextCursor++ : 0, namespace, rest, usedAt: performance.now() };
    if (open) {
      this.#endIdle();
      this.#cursors.set(cursor.id, cursor);
    }
    return { cursor: { firstBatch: batch, id: Long.fromNumber(cursor.id), ns: namespace }, ok: 1 };
  }

  #nextBatch(command: Document): Document {
    const id = toNumber(command.getMore, 0);
    const cursor = this.#cursors.get(id);
    if (!cursor) throw new CommandError(43, 'CursorNotFound', `cursor id ${id} not found`);
    const { batch, rest } = cut(cursor.rest, toNumber(command.batchSize, 0) || Number.POSITIVE_INFINITY);
    Object.assign(cursor, { rest, usedAt: performance.now() });
    if (!rest.length) this.#cursors.delete(id);
    return { cursor: { nextBatch: batch, id: Long.fromNumber(rest.length ? id : 0), ns: cursor.namespace }, ok: 1 };
  }

  #endIdle(): void {
    const since = performance.now() - IDLE_MS;
    for (const [id, { usedAt }] of this.#cursors) if (usedAt < since) this.#cursors.delete(id);
  }
}

const BATCH_DOCUMENTS = 5000;

function cut(documents: Document[], size: number): { batch: Document[]; rest: Document[] } {
  const length = Math.min(size, BATCH_DOCUMENTS);
  return { batch: documents.slice(0, length), rest: documents.slice(length) };
}

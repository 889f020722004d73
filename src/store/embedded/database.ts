import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { type Document, deserialize, serialize } from 'bson';
import { DATABASE_FILE } from './file.js';

/** An index as `createIndexes` describes it. */
export interface IndexSpec {
  id: number;
  name: string;
  key: [path: string, direction: 1 | -1][];
  unique: boolean;
  sparse: boolean;
  /** For each field of the key: known to hold no array, so that it is in the order of a sort. */
  scalar: readonly boolean[];
  /** All of them: it has one entry to a document. */
  flat: boolean;
  partialFilterExpression: Document | undefined;
  expireAfterSeconds: number | undefined;
}

export interface Collection {
  id: number;
  db: string;
  name: string;
  indexes: IndexSpec[];
}

type Connection = InstanceType<typeof DatabaseSync>;
type Statement = ReturnType<Connection['prepare']>;

/** What this code writes; a file of a newer one is refused. */
export const FORMAT = 3;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS collections (id INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (db, name));
  CREATE TABLE IF NOT EXISTS indexes (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, name TEXT NOT NULL, spec BLOB NOT NULL, UNIQUE (collection, name));
  CREATE TABLE IF NOT EXISTS documents (collection INTEGER NOT NULL, id BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS entries (idx INTEGER NOT NULL, key BLOB NOT NULL, id BLOB NOT NULL, PRIMARY KEY (idx, key, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS scalars (idx INTEGER NOT NULL, field INTEGER NOT NULL, PRIMARY KEY (idx, field)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS catalog (version INTEGER NOT NULL);
  INSERT INTO catalog SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM catalog);
`;

/** Numbers keep their BSON types, and binary stays as it is, so that what is stored is what was sent. */
export const readBson = (body: Uint8Array): Document =>
  deserialize(body, { promoteValues: false, promoteBuffers: false, bsonRegExp: true });

export const writeBson = (document: Document): Buffer => Buffer.from(serialize(document, { ignoreUndefined: false }));

/**
 * The SQLite file: documents as rows of BSON, index entries as rows whose key compares as bytes. Durability, atomicity and locking
 * between processes are SQLite's (WAL, `synchronous=FULL`).
 */
export class Database {
  readonly #sqlite: Connection;
  readonly #statements = new Map<string, Statement>();
  #collections = new Map<string, Collection>();
  #version = -1;
  /** Whether the transaction that is open, or was the last, has changed the catalog. */
  #changed = false;
  /** What the specs of indexes say, by the index: few change when the catalog does. */
  #parsed = new Map<number, { spec: Buffer; index: IndexRequest }>();

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = join(dataDir, DATABASE_FILE);
    this.#sqlite = new DatabaseSync(path);
    this.#sqlite.exec('PRAGMA busy_timeout = 10000');
    const found = (this.#sqlite.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (found > FORMAT)
      throw new Error(`${path} was written by a newer version (format ${found}; this one reads ${FORMAT})`);
    this.#sqlite.exec('PRAGMA journal_mode = WAL');
    this.#sqlite.exec('PRAGMA synchronous = FULL');
    this.#sqlite.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
    this.#convert();
    this.#sqlite.exec(`PRAGMA user_version = ${FORMAT}; COMMIT`);
    chmodSync(path, 0o600);
  }

  /** Format 2 kept which indexes hold no array at all, where this one keeps it for each field. By what another process has not done already. */
  #convert(): void {
    const { user_version } = this.#sqlite.prepare('PRAGMA user_version').get() as { user_version: number };
    if (user_version !== 2) return;
    const flat = this.all<{ id: number; spec: Uint8Array }>(
      'SELECT id, spec FROM indexes WHERE id IN (SELECT idx FROM flat)',
    );
    for (const { id, spec } of flat) this.scalarsOf(id, parseIndex(deserialize(spec)));
    this.exec('DROP TABLE flat');
  }

  run(sql: string, ...values: unknown[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...(values as never[]));
    return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
  }

  get<T>(sql: string, ...values: unknown[]): T | undefined {
    return this.#statement(sql).get(...(values as never[])) as T | undefined;
  }

  all<T>(sql: string, ...values: unknown[]): T[] {
    return this.#statement(sql).all(...(values as never[])) as T[];
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A collection with its indexes, by what every process sees now; undefined where there is none. */
  collection(db: string, name: string): Collection | undefined {
    this.#refresh();
    return this.#collections.get(`${db} ${name}`);
  }

  collections(db?: string): Collection[] {
    this.#refresh();
    return [...this.#collections.values()].filter((one) => db === undefined || one.db === db);
  }

  makeCollection(db: string, name: string): Collection {
    const present = this.collection(db, name);
    if (present) return present;
    this.run('INSERT OR IGNORE INTO collections (db, name) VALUES (?, ?)', db, name);
    this.catalogChanged();
    return this.collection(db, name) as Collection;
  }

  /** Begins a transaction that writes. */
  begin(): void {
    this.exec('BEGIN IMMEDIATE');
    this.#changed = false;
  }

  /** To be called in each transaction that changes collections or indexes, so that every process reads them anew. */
  catalogChanged(): void {
    this.#changed = true;
    this.run('UPDATE catalog SET version = version + 1');
  }

  /** To be called when an index is made that holds nothing yet, or nothing but scalars. */
  scalarsOf(id: number, { key }: IndexRequest): void {
    for (const field of key.keys()) this.run('INSERT INTO scalars (idx, field) VALUES (?, ?)', id, field);
  }

  /** To be called when an array is about to enter a field of an index. */
  notScalar(index: IndexSpec, field: number): void {
    if (this.run('DELETE FROM scalars WHERE idx = ? AND field = ?', index.id, field).changes) this.catalogChanged();
  }

  /** Undoes what came since a savepoint, or the whole transaction. What it has changed of the catalog, and read of that since, may be undone too. */
  rollback(savepoint?: string): void {
    if (this.#changed) this.#version = -1;
    this.exec(savepoint ? `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}` : 'ROLLBACK');
  }

  #refresh(): void {
    const { version } = this.get<{ version: number }>('SELECT version FROM catalog') as { version: number };
    if (version === this.#version) return;
    const collections = new Map<number, Collection>();
    for (const row of this.all<{ id: number; db: string; name: string }>('SELECT id, db, name FROM collections')) {
      collections.set(row.id, { ...row, indexes: [] });
    }
    const known = new Set(
      this.all<{ idx: number; field: number }>('SELECT idx, field FROM scalars').map(
        (one) => `${one.idx} ${one.field}`,
      ),
    );
    const parsed = new Map<number, { spec: Buffer; index: IndexRequest }>();
    for (const row of this.all<{ id: number; collection: number; spec: Uint8Array }>(
      'SELECT id, collection, spec FROM indexes ORDER BY id',
    )) {
      // An id may come again, with another index: what is read counts.
      const before = this.#parsed.get(row.id);
      const now = before?.spec.equals(row.spec)
        ? before
        : { spec: Buffer.from(row.spec), index: parseIndex(deserialize(row.spec)) };
      parsed.set(row.id, now);
      const scalar = now.index.key.map((_, field) => known.has(`${row.id} ${field}`));
      const index = { ...now.index, id: row.id, scalar, flat: scalar.every(Boolean) };
      collections.get(row.collection)?.indexes.push(index);
    }
    this.#parsed = parsed;
    this.#collections = new Map([...collections.values()].map((one) => [`${one.db} ${one.name}`, one]));
    this.#version = version;
  }

  close(): void {
    this.#statements.clear();
    this.#sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#sqlite.close();
  }
}

/** An index as it is asked for; its number and what it holds come when it is built. */
export type IndexRequest = Omit<IndexSpec, 'id' | 'flat' | 'scalar'>;

export function parseIndex(spec: Document): IndexRequest {
  return {
    name: spec.name,
    key: Object.entries(spec.key as Record<string, number>).map(([path, direction]) => [
      path,
      Number(direction) < 0 ? -1 : 1,
    ]),
    unique: Boolean(spec.unique),
    sparse: Boolean(spec.sparse),
    partialFilterExpression: spec.partialFilterExpression,
    expireAfterSeconds: spec.expireAfterSeconds === undefined ? undefined : Number(spec.expireAfterSeconds),
  };
}

import { type Document, serialize } from 'bson';
import { type Collection, type Database, type IndexRequest, parseIndex, readBson } from './database.js';
import { addEntries, idKey } from './documents.js';
import { badValue, CommandError } from './errors.js';
import { compileFilter } from './matcher.js';
import { onlyFields, toFilter } from './query-commands.js';

/** Commands about collections and indexes; those that write are called inside of a transaction. */
const INDEX_OPTIONS = new Set([
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'v',
  'ns',
]);

export function createIndexes(database: Database, command: Document): Document {
  onlyFields(command, 'createIndexes', 'indexes', 'commitQuorum');
  const collection = database.makeCollection(command.$db, command.createIndexes);
  const before = collection.indexes.length + 1;
  let made = 0;
  for (const spec of command.indexes as Document[]) {
    const unknown = Object.keys(spec).find((key) => !INDEX_OPTIONS.has(key));
    if (unknown) throw badValue(`the embedded store does not support the index option '${unknown}'`);
    const index = parseIndex(spec);
    if (Object.values(spec.key as Document).some((direction) => typeof direction === 'string')) {
      throw badValue(`the embedded store does not support this kind of index: ${index.name}`);
    }
    if (index.key.length === 1 && index.key[0]?.[0] === '_id') continue;
    if (present(database, collection, index)) continue;
    build(database, collection, spec, index);
    made += 1;
  }
  return { numIndexesBefore: before, numIndexesAfter: before + made, createdCollectionAutomatically: false, ok: 1 };
}

const shapeOf = ({ key, unique, sparse, partialFilterExpression, expireAfterSeconds }: IndexRequest) =>
  JSON.stringify([key, unique, sparse, partialFilterExpression ?? null, expireAfterSeconds ?? null]);

function present(database: Database, collection: Collection, index: IndexRequest): boolean {
  for (const other of database.collection(collection.db, collection.name)?.indexes ?? []) {
    const sameKey = JSON.stringify(other.key) === JSON.stringify(index.key);
    if (other.name !== index.name && !sameKey) continue;
    if (shapeOf(other) === shapeOf(index)) return true;
    if (sameKey)
      throw new CommandError(
        85,
        'IndexOptionsConflict',
        `An equivalent index already exists with different options: ${other.name}`,
      );
    throw new CommandError(
      86,
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index: ${index.name}`,
    );
  }
  return false;
}

function build(database: Database, collection: Collection, spec: Document, parsed: IndexRequest): void {
  if (parsed.partialFilterExpression) compileFilter(parsed.partialFilterExpression);
  const { background: _b, ns: _n, ...kept } = spec;
  const { lastInsertRowid } = database.run(
    'INSERT INTO indexes (collection, name, spec) VALUES (?, ?, ?)',
    collection.id,
    parsed.name,
    Buffer.from(serialize({ v: 2, ...kept })),
  );
  database.scalarsOf(lastInsertRowid, parsed);
  const index = { ...parsed, id: lastInsertRowid, scalar: parsed.key.map(() => true), flat: true };
  for (const row of database.all<{ body: Uint8Array }>(
    'SELECT body FROM documents WHERE collection = ?',
    collection.id,
  )) {
    const document = readBson(row.body);
    addEntries(database, collection, index, idKey(document._id), document);
  }
  database.catalogChanged();
}

export function listIndexes(database: Database, command: Document): Document[] {
  const collection = database.collection(command.$db, command.listIndexes);
  if (!collection)
    throw new CommandError(26, 'NamespaceNotFound', `ns does not exist: ${command.$db}.${command.listIndexes}`);
  const own = collection.indexes.map((index) => ({
    v: 2,
    key: Object.fromEntries(index.key),
    name: index.name,
    ...(index.unique ? { unique: true } : {}),
    ...(index.sparse ? { sparse: true } : {}),
    ...(index.partialFilterExpression ? { partialFilterExpression: index.partialFilterExpression } : {}),
    ...(index.expireAfterSeconds === undefined ? {} : { expireAfterSeconds: index.expireAfterSeconds }),
  }));
  return [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...own];
}

export function dropIndexes(database: Database, command: Document): Document {
  const collection = database.collection(command.$db, command.dropIndexes);
  if (!collection) throw new CommandError(26, 'NamespaceNotFound', 'ns not found');
  const named = [command.index].flat() as unknown[];
  const dropped = collection.indexes.filter((index) => named.includes('*') || named.includes(index.name));
  if (!dropped.length && !named.includes('*'))
    throw new CommandError(27, 'IndexNotFound', `index not found with name [${named.join()}]`);
  for (const index of dropped) dropIndex(database, index.id);
  database.catalogChanged();
  return { nIndexesWas: collection.indexes.length + 1, ok: 1 };
}

function dropIndex(database: Database, id: number): void {
  database.run('DELETE FROM entries WHERE idx = ?', id);
  database.run('DELETE FROM indexes WHERE id = ?', id);
  database.run('DELETE FROM scalars WHERE idx = ?', id);
}

export function create(database: Database, command: Document): Document {
  onlyFields(command, 'create');
  if (database.collection(command.$db, command.create)) {
    throw new CommandError(48, 'NamespaceExists', `Collection ${command.$db}.${command.create} already exists.`);
  }
  database.makeCollection(command.$db, command.create);
  return { ok: 1 };
}

export function drop(database: Database, command: Document): Document {
  const collection = database.collection(command.$db, command.drop);
  if (!collection) throw new CommandError(26, 'NamespaceNotFound', 'ns not found');
  dropCollection(database, collection);
  return { ns: `${collection.db}.${collection.name}`, nIndexesWas: collection.indexes.length + 1, ok: 1 };
}

export function dropDatabase(database: Database, command: Document): Document {
  for (const collection of database.collections(command.$db)) dropCollection(database, collection);
  return { dropped: command.$db, ok: 1 };
}

function dropCollection(database: Database, collection: Collection): void {
  for (const index of collection.indexes) dropIndex(database, index.id);
  database.run('DELETE FROM documents WHERE collection = ?', collection.id);
  database.run('DELETE FROM collections WHERE id = ?', collection.id);
  database.catalogChanged();
}

export function listCollections(database: Database, command: Document): Document[] {
  const matches = compileFilter(toFilter(command.filter));
  return database
    .collections(command.$db)
    .map((one) => ({
      name: one.name,
      type: 'collection',
      options: {},
      info: { readOnly: false },
      idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
    }))
    .filter(matches);
}

import { BSONRegExp, type Document } from 'bson';
import { type Collection, type Database, type IndexSpec, writeBson } from './database.js';
import { CommandError } from './errors.js';
import { encodeValue, inverted } from './keys.js';
import { compileFilter, type Predicate, pathValues } from './matcher.js';
import { isDocument, type Value } from './values.js';

/** Rows of one collection, always together with their index entries; to be called inside of a transaction. */
export const idKey = (id: Value): Buffer => encodeValue(id);

export function insertDocument(database: Database, collection: Collection, document: Document): void {
  if (Array.isArray(document._id) || document._id instanceof BSONRegExp) {
    const type = Array.isArray(document._id) ? 'array' : 'regex';
    throw new CommandError(53, 'InvalidIdField', `The '_id' value cannot be of type ${type}`);
  }
  const id = idKey(document._id);
  if (database.get('SELECT 1 FROM documents WHERE collection = ? AND id = ?', collection.id, id)) {
    throw duplicate(collection, '_id_', [['_id', 1]], document);
  }
  database.run('INSERT INTO documents (collection, id, body) VALUES (?, ?, ?)', collection.id, id, writeBson(document));
  for (const index of collection.indexes) addEntries(database, collection, index, id, document);
}

export function replaceDocument(database: Database, collection: Collection, before: Document, after: Document): void {
  const id = idKey(before._id);
  database.run('UPDATE documents SET body = ? WHERE collection = ? AND id = ?', writeBson(after), collection.id, id);
  for (const index of collection.indexes) {
    const [old, next] = [entryKeys(index, before), entryKeys(index, after)];
    // Also where the keys stay: of an array with one element or none they are as without it.
    if (next.length) noteArrays(database, index, after);
    if (old.length === next.length && old.every((key, at) => key.equals(next[at] as Buffer))) continue;
    for (const key of old) database.run('DELETE FROM entries WHERE idx = ? AND key = ? AND id = ?', index.id, key, id);
    addEntries(database, collection, index, id, after);
  }
}

export function deleteDocument(database: Database, collection: Collection, document: Document): void {
  const id = idKey(document._id);
  database.run('DELETE FROM documents WHERE collection = ? AND id = ?', collection.id, id);
  for (const index of collection.indexes) {
    for (const key of entryKeys(index, document))
      database.run('DELETE FROM entries WHERE idx = ? AND key = ? AND id = ?', index.id, key, id);
  }
}

export function addEntries(
  database: Database,
  collection: Collection,
  index: IndexSpec,
  id: Buffer,
  document: Document,
): void {
  const keys = entryKeys(index, document);
  if (keys.length) noteArrays(database, index, document);
  for (const key of keys) {
    if (
      index.unique &&
      database.get('SELECT 1 FROM entries WHERE idx = ? AND key = ? AND id <> ? LIMIT 1', index.id, key, id)
    ) {
      throw duplicate(collection, index.name, index.key, document);
    }
    database.run('INSERT OR IGNORE INTO entries (idx, key, id) VALUES (?, ?, ?)', index.id, key, id);
  }
}

/** The keys under which an index holds a document: one, or one per element where a field is an array. */
export function entryKeys(index: IndexSpec, document: Document): Buffer[] {
  if (index.partialFilterExpression && !covers(index.partialFilterExpression)(document)) return [];
  const fields = index.key.map(([path]) => fieldValues(document, path));
  if (index.sparse && fields.every((values) => values.every((value) => value === undefined))) return [];
  const arrays = arraysOn(index, document);
  if (arrays.size > 1)
    throw new CommandError(
      171,
      'CannotIndexParallelArrays',
      `cannot index parallel arrays [${[...arrays].join('] [')}]`,
    );
  let keys: Buffer[] = [Buffer.alloc(0)];
  fields.forEach((values, at) => {
    const descending = index.key[at]?.[1] === -1;
    const parts = values.map((value) => (descending ? inverted(encodeValue(value)) : encodeValue(value)));
    keys = keys.flatMap((key) => parts.map((part) => Buffer.concat([key, part])));
  });
  const unique = new Map(keys.map((key) => [key.toString('latin1'), key]));
  return [...unique.values()];
}

const filters = new WeakMap<Document, Predicate>();

/** An index's own filter, compiled once: it is asked at each write. */
function covers(expression: Document): Predicate {
  const filter = filters.get(expression) ?? compileFilter(expression);
  filters.set(expression, filter);
  return filter;
}

function noteArrays(database: Database, index: IndexSpec, document: Document): void {
  for (const [field, [path]] of index.key.entries())
    if (index.scalar[field] && arrayOn(document, path.split('.')) !== undefined) database.notScalar(index, field);
}

/** The paths of the arrays that an index meets in a document. */
const arraysOn = (index: IndexSpec, document: Document): Set<string> =>
  new Set(index.key.flatMap(([path]) => arrayOn(document, path.split('.')) ?? []));

/** The path of the first array that a path meets, or undefined. */
function arrayOn(value: Value, parts: readonly string[]): string | undefined {
  let inner = value;
  for (const [at, part] of parts.entries()) {
    inner = (inner as Document | undefined)?.[part];
    if (Array.isArray(inner)) return parts.slice(0, at + 1).join('.');
    if (!isDocument(inner)) return undefined;
  }
  return undefined;
}

function fieldValues(document: Document, path: string): Value[] {
  const found = pathValues(document, path.split('.'));
  const values = found.flatMap((value) => (Array.isArray(value) ? (value.length ? value : [undefined]) : [value]));
  return values.length ? values : [undefined];
}

function duplicate(collection: Collection, name: string, key: IndexSpec['key'], document: Document): CommandError {
  const keyPattern = Object.fromEntries(key);
  const keyValue = Object.fromEntries(key.map(([path]) => [path, pathValues(document, path.split('.'))[0] ?? null]));
  const shown = Object.entries(keyValue)
    .map(([path, value]) => `${path}: ${JSON.stringify(value)}`)
    .join(', ');
  return new CommandError(
    11000,
    'DuplicateKey',
    `E11000 duplicate key error collection: ${collection.db}.${collection.name} index: ${name} dup key: { ${shown} }`,
    { keyPattern, keyValue },
  );
}

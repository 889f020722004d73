import type { Document } from 'bson';
import { ObjectId } from 'bson';
import { type Collection, type Database, writeBson } from './database.js';
import { deleteDocument, insertDocument, replaceDocument } from './documents.js';
import { badValue, CommandError, failedToParse } from './errors.js';
import { compileFilter } from './matcher.js';
import { compileProjection } from './projection.js';
import { onlyFields, toFilter, toNumber } from './query-commands.js';
import { search } from './search.js';
import { parseSort, type SortKey } from './sort.js';
import { applyUpdate, upsertDocument } from './update.js';
import { isDocument, type Value } from './values.js';

/** Writes of one command, to be called inside of a transaction. */
interface WriteError {
  index: number;
  code: number;
  errmsg: string;
  keyPattern?: unknown;
  keyValue?: unknown;
}

/** Runs each part; one that fails is undone alone and reported, and with `ordered` ends the rest. */
function each(
  database: Database,
  parts: Document[],
  ordered: boolean,
  run: (part: Document, index: number) => void,
): WriteError[] {
  const errors: WriteError[] = [];
  for (const [index, part] of parts.entries()) {
    database.exec('SAVEPOINT part');
    try {
      run(part, index);
      database.exec('RELEASE part');
    } catch (error) {
      database.rollback('part');
      if (!(error instanceof CommandError)) throw error;
      errors.push({ index, code: error.code, errmsg: error.message, ...error.extra });
      if (ordered) break;
    }
  }
  return errors;
}

const answer = (n: number, errors: WriteError[], more: Document = {}): Document => ({
  n,
  ...more,
  ...(errors.length ? { writeErrors: errors } : {}),
  ok: 1,
});

export function insert(database: Database, command: Document): Document {
  onlyFields(command, 'insert', 'documents');
  const collection = database.makeCollection(command.$db, command.insert);
  let n = 0;
  const errors = each(database, command.documents as Document[], command.ordered !== false, (document) => {
    const { _id, ...rest } = document;
    insertDocument(database, collection, { _id: _id === undefined ? new ObjectId() : _id, ...rest });
    n += 1;
  });
  return answer(n, errors);
}

export function update(database: Database, command: Document): Document {
  onlyFields(command, 'update', 'updates');
  let [n, nModified] = [0, 0];
  const upserted: { index: number; _id: Value }[] = [];
  const errors = each(database, command.updates as Document[], command.ordered !== false, (part, index) => {
    onlyFields(part, 'update', 'q', 'u', 'multi', 'upsert');
    if (Array.isArray(part.u)) throw badValue('the embedded store does not support updates by a pipeline');
    const filter = toFilter(part.q);
    const collection = target(database, command.$db, command.update, filter, part.upsert === true);
    const found = collection ? select(database, collection, filter, part.multi === true ? 0 : 1) : [];
    for (const document of found) {
      const next = applyUpdate(document, part.u, false);
      n += 1;
      if (changesNothing(document, next, part.u)) continue;
      replaceDocument(database, collection as Collection, document, next);
      nModified += 1;
    }
    if (found.length || part.upsert !== true) return;
    const made = upsertDocument(filter, part.u);
    insertDocument(database, collection as Collection, made);
    n += 1;
    upserted.push({ index, _id: made._id });
  });
  return answer(n, errors, { nModified, ...(upserted.length ? { upserted } : {}) });
}

export function remove(database: Database, command: Document): Document {
  onlyFields(command, 'delete', 'deletes');
  let n = 0;
  const errors = each(database, command.deletes as Document[], command.ordered !== false, (part) => {
    onlyFields(part, 'delete', 'q', 'limit');
    const filter = toFilter(part.q);
    const collection = target(database, command.$db, command.delete, filter, false);
    for (const document of collection ? select(database, collection, filter, toNumber(part.limit, 0)) : []) {
      deleteDocument(database, collection as Collection, document);
      n += 1;
    }
  });
  return answer(n, errors);
}

export function findAndModify(database: Database, command: Document): Document {
  onlyFields(command, 'findAndModify', 'findandmodify', 'query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert');
  const filter = toFilter(command.query);
  const project = compileProjection(command.fields);
  const collection = target(
    database,
    command.$db,
    command.findAndModify ?? command.findandmodify,
    filter,
    command.upsert === true,
  );
  const sort = parseSort(command.sort);
  const [found] = collection ? select(database, collection, filter, 1, sort) : [];
  if (command.remove === true) {
    if (command.update || command.new || command.upsert)
      throw failedToParse('Cannot specify both an update and remove=true');
    if (found) deleteDocument(database, collection as Collection, found);
    return { lastErrorObject: { n: found ? 1 : 0 }, value: found ? project(found) : null, ok: 1 };
  }
  if (!isDocument(command.update)) throw failedToParse('Either an update or remove=true must be specified');
  if (found) {
    const next = applyUpdate(found, command.update, false);
    if (!changesNothing(found, next, command.update)) replaceDocument(database, collection as Collection, found, next);
    return {
      lastErrorObject: { n: 1, updatedExisting: true },
      value: project(command.new === true ? next : found),
      ok: 1,
    };
  }
  if (command.upsert !== true) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 };
  const made = upsertDocument(filter, command.update);
  insertDocument(database, collection as Collection, made);
  return {
    lastErrorObject: { n: 1, updatedExisting: false, upserted: made._id },
    value: command.new === true ? project(made) : null,
    ok: 1,
  };
}

/** Byte for byte: 1 and 1.0 are equal, and yet one replaces the other. A `$push` counts as a change even when it cuts off what it added. */
const changesNothing = (before: Document, after: Document, update: Document): boolean =>
  !('$push' in update) && writeBson(before).equals(writeBson(after));

/** The collection; a filter is checked also where there is nothing yet to match. */
function target(database: Database, db: string, name: string, filter: Document, make: boolean): Collection | undefined {
  const collection = make ? database.makeCollection(db, name) : database.collection(db, name);
  if (!collection) compileFilter(filter);
  return collection;
}

function select(
  database: Database,
  collection: Collection,
  filter: Document,
  limit: number,
  sort: SortKey[] = [],
): Document[] {
  return search(database, collection, filter, { sort, skip: 0, limit });
}

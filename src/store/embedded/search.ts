import type { Document } from 'bson';
import { type Collection, type Database, readBson } from './database.js';
import { idKey } from './documents.js';
import { compileFilter, type Predicate } from './matcher.js';
import { type Hint, inOrder, makePlan, type Plan, PRIMARY, type Range } from './planner.js';
import { picking } from './some-fields.js';
import { type SortKey, sortDocuments } from './sort.js';

/** How much a search looked at. */
export interface Counts {
  keys: number;
  documents: number;
}

/** Which of the documents found are wanted: `limit` of them behind `skip`, in the order of `sort`; a limit of 0 is none. */
export interface Window {
  sort: readonly SortKey[];
  skip: number;
  limit: number;
  /** The index to read, where it isn't chosen by the filter. */
  hint?: Hint | undefined;
  /** The fields of a document that are wanted, the filter's among them; the whole of it where nothing is said. */
  fields?: ReadonlySet<string> | undefined;
}

/** The documents of a window. Where an index has them in the order asked for, what lies behind the window isn't read. */
export function search(
  database: Database,
  collection: Collection,
  filter: Document,
  { sort, skip, limit, hint, fields }: Window,
  counts: Counts = { keys: 0, documents: 0 },
): Document[] {
  const matches = compileFilter(filter);
  const plan = makePlan(collection, filter, sort, hint);
  const end = limit ? skip + limit : Number.POSITIVE_INFINITY;
  const picked = fields && picking(fields);
  const read = picked ? (body: Uint8Array) => readBson(picked(body)) : readBson;
  const documents = (wanted: number) =>
    matching(rowsOf(database, collection, plan, wanted, counts), { matches, read, once: !mayRepeat(plan), counts });
  if (!inOrder(plan, sort)) return sortDocuments([...documents(0)], sort).slice(skip, end);
  const found: Document[] = [];
  for (const document of documents(limit && end)) {
    found.push(document);
    if (found.length >= end) break;
  }
  return skip ? found.slice(skip) : found;
}

/** The documents that a filter matches, each once, in no particular order. */
export const searchAll = (database: Database, collection: Collection, filter: Document): Document[] =>
  search(database, collection, filter, { sort: [], skip: 0, limit: 0 });

interface Matching {
  matches: Predicate;
  read: (body: Uint8Array) => Document;
  /** Each document has one row. */
  once: boolean;
  counts: Counts;
}

function* matching(rows: Iterable<Row>, { matches, read, once, counts }: Matching): Generator<Document> {
  const seen = once ? undefined : new Set<string>();
  for (const { id, body } of rows) {
    const name = seen && Buffer.from(id).toString('latin1');
    if (name !== undefined && seen?.has(name)) continue;
    if (name !== undefined) seen?.add(name);
    const document = read(body);
    counts.documents += 1;
    if (matches(document)) yield document;
  }
}

/** One range of an index with an entry to a document gives each document once. */
const mayRepeat = (plan: Plan): boolean =>
  plan.stage === 'IDHACK'
    ? plan.ids.length > 1
    : plan.stage === 'OR' || (plan.stage === 'IXSCAN' && (plan.ranges.length > 1 || !plan.index.flat));

interface Row {
  /** The index's key; of the primary key itself, nothing. */
  key?: Uint8Array;
  id: Uint8Array;
  body: Uint8Array;
}

/** @param wanted how many will do, if they all match; 0: all */
function* rowsOf(
  database: Database,
  collection: Collection,
  plan: Plan,
  wanted: number,
  counts: Counts,
): Generator<Row> {
  switch (plan.stage) {
    case 'IDHACK':
      for (const value of plan.ids) {
        const id = idKey(value);
        const row = database.get<Row>('SELECT body FROM documents WHERE collection = ? AND id = ?', collection.id, id);
        if (row) yield { id, body: row.body };
      }
      return;
    case 'OR':
      for (const branch of plan.branches) yield* rowsOf(database, collection, branch, wanted, counts);
      return;
    default:
      if (plan.ordered && plan.ranges.length > 1) yield* merged(database, collection, plan, wanted, counts);
      else for (const range of plan.ranges) yield* rowsIn(database, collection, plan, range, wanted, counts);
  }
}

type Scan = Plan & { stage: 'IXSCAN' | 'COLLSCAN' };

function* rowsIn(
  database: Database,
  collection: Collection,
  plan: Scan,
  range: Range,
  wanted: number,
  counts: Counts,
): Generator<Row> {
  for (const rows of batchesOf(database, collection, plan, range, wanted)) {
    if (plan.stage === 'IXSCAN') counts.keys += rows.length;
    yield* rows;
  }
}

/** The rows of several ranges in one order: each time the least of those that come next, by what follows the values that are the range's. */
function* merged(
  database: Database,
  collection: Collection,
  plan: Scan,
  wanted: number,
  counts: Counts,
): Generator<Row> {
  const turn = plan.direction === 'forward' ? 1 : -1;
  const readers = plan.ranges.map((range) => ({
    range,
    rows: rowsIn(database, collection, plan, range, wanted, counts),
  }));
  const next = readers.flatMap(({ range, rows }) => {
    const first = rows.next().value;
    return first ? [{ range, rows, row: first, place: placeOf(first, range) }] : [];
  });
  while (next.length) {
    const least = next.reduce((a, b) => (Buffer.compare(b.place, a.place) * turn < 0 ? b : a));
    yield least.row;
    const following = least.rows.next().value;
    if (following) Object.assign(least, { row: following, place: placeOf(following, least.range) });
    else next.splice(next.indexOf(least), 1);
  }
}

const placeOf = ({ key = START, id }: Row, { same }: Range): Uint8Array =>
  key.length ? key.subarray(same) : id.subarray(same);

const DOCUMENTS = 'SELECT id, body FROM documents WHERE collection = ? AND id >= ? AND id < ? ORDER BY id';
const ENTRIES = `SELECT e.key, e.id, d.body FROM entries e CROSS JOIN documents d ON d.collection = ? AND d.id = e.id
  WHERE e.idx = ? AND (e.key, e.id) >= (?, ?) AND (e.key, e.id) < (?, ?)`;
// A limit that is a parameter alone is what SQLite plans by, so that it compiles the statement anew for each value that is bound: three
// times the cost of reading one row.
const LIMIT = 'LIMIT 0 + ?';
const STATEMENTS = {
  primary: { forward: `${DOCUMENTS} ${LIMIT}`, backward: `${DOCUMENTS} DESC ${LIMIT}` },
  entries: {
    forward: `${ENTRIES} ORDER BY e.key, e.id ${LIMIT}`,
    backward: `${ENTRIES} ORDER BY e.key DESC, e.id DESC ${LIMIT}`,
  },
};

const START = Buffer.alloc(0);
const ZERO = Buffer.from([0]);

/** The rows of a range in the order of the index: as many as are wanted first, and more each time that the filter left some out. */
function* batchesOf(
  database: Database,
  collection: Collection,
  { index, direction }: Scan,
  range: Range,
  wanted: number,
): Generator<Row[]> {
  const primary = index === PRIMARY;
  const sql = STATEMENTS[primary ? 'primary' : 'entries'][direction];
  // Where an entry is: by its key, and by the document's id among those of one key.
  let low: Uint8Array[] = primary ? [range.from] : [range.from, START];
  let high: Uint8Array[] = primary ? [range.to] : [range.to, START];
  for (let size = wanted || -1; ; size *= 2) {
    const within = primary ? [collection.id] : [collection.id, index.id];
    const rows = database.all<Row>(sql, ...within, ...low, ...high, size);
    yield rows;
    const last = rows.at(-1);
    if (!last || size < 0 || rows.length < size) return;
    const place = last.key ? [last.key] : [];
    // The next byte string behind one is itself with a zero.
    if (direction === 'forward') low = [...place, Buffer.concat([last.id, ZERO])];
    else high = [...place, last.id];
  }
}

import { type Document, Double, Int32, Long } from 'bson';
import type { Collection, Database } from './database.js';
import { badValue, notSupported } from './errors.js';
import { compileFilter, pathValues } from './matcher.js';
import { execute, makePlan, type Plan } from './planner.js';
import { compileProjection } from './projection.js';
import { compare, equal, isDocument, isNumber, numeric, type Value } from './values.js';

/** Fields of commands that change nothing here: sessions, concern levels, hints. */
const IGNORED = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
  'hint',
  'apiVersion',
  'singleBatch',
  'batchSize',
  'noCursorTimeout',
  'allowDiskUse',
  'ordered',
  'bypassDocumentValidation',
  'cursor',
]);

/** Refuses by name what a command asks beyond what is done. */
export function onlyFields(command: Document, ...known: string[]): void {
  for (const key of Object.keys(command)) {
    if (!known.includes(key) && !IGNORED.has(key) && command[key] !== undefined)
      throw badValue(`the embedded store does not support '${key}' in ${known[0]}`);
  }
}

export const toNumber = (value: Value, otherwise: number): number =>
  isNumber(value) ? numeric(value).number : otherwise;
export const toFilter = (value: Value): Document => (isDocument(value) ? value : {});

export function find(database: Database, command: Document): Document[] {
  onlyFields(command, 'find', 'filter', 'sort', 'projection', 'skip', 'limit');
  const collection = database.collection(command.$db, command.find);
  const filter = toFilter(command.filter);
  const project = compileProjection(command.projection);
  compileFilter(filter);
  if (!collection) return [];
  return window(database, collection, filter, command).map(project);
}

function window(database: Database, collection: Collection, filter: Document, command: Document): Document[] {
  const [skip, limit] = [toNumber(command.skip, 0), Math.abs(toNumber(command.limit, 0))];
  const sort = isDocument(command.sort) ? command.sort : {};
  if (Object.keys(sort).length) {
    const all = sortDocuments([...execute(database, collection, filter)], sort);
    return limit ? all.slice(skip, skip + limit) : all.slice(skip);
  }
  const found: Document[] = [];
  let passed = 0;
  for (const document of execute(database, collection, filter)) {
    passed += 1;
    if (passed <= skip) continue;
    found.push(document);
    if (limit && found.length >= limit) break;
  }
  return found;
}

/** What an empty array sorts as: before everything, null included. */
const NOTHING = Symbol('an empty array');

const compareKeys = (a: Value, b: Value): number =>
  a === NOTHING || b === NOTHING ? Number(b === NOTHING) - Number(a === NOTHING) : compare(a, b);

/** Sorts by paths; of an array its smallest element counts (its greatest, descending). Stable. */
export function sortDocuments(documents: Document[], sort: Document): Document[] {
  const keys = Object.entries(sort).map(([path, direction]) => {
    const number = toNumber(direction, Number.NaN);
    if (Math.abs(number) !== 1) throw badValue(`the embedded store does not support this sort of '${path}'`);
    return { parts: path.split('.'), direction: number };
  });
  const keyed = documents.map((document) => ({
    document,
    values: keys.map(({ parts, direction }) => {
      const values = pathValues(document, parts).flatMap((value) =>
        Array.isArray(value) ? (value.length ? value : [NOTHING]) : [value],
      );
      return values.reduce((best, value) => (compareKeys(value, best) * direction < 0 ? value : best), values[0]);
    }),
  }));
  keyed.sort((a, b) => {
    for (let at = 0; at < keys.length; at += 1) {
      const by = compareKeys(a.values[at], b.values[at]) * (keys[at]?.direction as number);
      if (by !== 0) return by;
    }
    return 0;
  });
  return keyed.map(({ document }) => document);
}

export function count(database: Database, command: Document): Document {
  onlyFields(command, 'count', 'query', 'limit', 'skip', 'fields');
  const collection = database.collection(command.$db, command.count);
  const all = collection ? window(database, collection, toFilter(command.query), command).length : 0;
  return { n: all, ok: 1 };
}

export function distinct(database: Database, command: Document): Document {
  onlyFields(command, 'distinct', 'key', 'query');
  const collection = database.collection(command.$db, command.distinct);
  const values: Value[] = [];
  for (const document of collection ? execute(database, collection, toFilter(command.query)) : []) {
    for (const found of pathValues(document, String(command.key).split('.')).flat()) {
      if (found !== undefined && !values.some((value) => equal(value, found))) values.push(found);
    }
  }
  return { values: values.sort(compare), ok: 1 };
}

export function aggregate(database: Database, command: Document): Document[] {
  onlyFields(command, 'aggregate', 'pipeline');
  const stages = command.pipeline as Document[];
  const collection =
    typeof command.aggregate === 'string' ? database.collection(command.$db, command.aggregate) : undefined;
  const [first] = stages;
  const filter = first && '$match' in first ? (first.$match as Document) : {};
  let documents: Document[] = collection ? [...execute(database, collection, filter)] : [];
  for (const stage of filter === first?.$match ? stages.slice(1) : stages) documents = runStage(documents, stage);
  return documents;
}

function runStage(documents: Document[], stage: Document): Document[] {
  const [name, ...more] = Object.keys(stage);
  const operand = stage[name as string] as Value;
  if (more.length) throw badValue('A pipeline stage specification object must contain exactly one field.');
  switch (name) {
    case '$match': {
      const matches = compileFilter(operand as Document);
      return documents.filter(matches);
    }
    case '$sort':
      return sortDocuments(documents, operand as Document);
    case '$skip':
      return documents.slice(toNumber(operand, 0));
    case '$limit':
      return documents.slice(0, toNumber(operand, 0));
    case '$project':
      return documents.map(compileProjection(operand as Document));
    case '$count':
      return documents.length ? [{ [operand as string]: documents.length }] : [];
    case '$group':
      return group(documents, operand as Document);
    default:
      throw notSupported(`the pipeline stage ${name}`);
  }
}

function group(documents: Document[], spec: Document): Document[] {
  const { _id: by, ...fields } = spec;
  const groups: { key: Value; documents: Document[] }[] = [];
  const read = (document: Document, expression: Value): Value =>
    typeof expression === 'string' && expression.startsWith('$')
      ? pathValues(document, expression.slice(1).split('.'))[0]
      : expression;
  if (isDocument(by)) throw notSupported('grouping by more than one field');
  for (const document of documents) {
    const key = read(document, by) ?? null;
    const present = groups.find((one) => equal(one.key, key));
    if (present) present.documents.push(document);
    else groups.push({ key, documents: [document] });
  }
  return groups.map(({ key, documents: members }) => {
    const result: Document = { _id: key };
    for (const [name, accumulator] of Object.entries(fields as Document)) {
      const [operator] = Object.keys(accumulator as Document);
      const values = members.map((document) => read(document, (accumulator as Document)[operator as string]));
      result[name] = accumulate(operator as string, values);
    }
    return result;
  });
}

function accumulate(operator: string, values: Value[]): Value {
  const present = values.filter((value) => value !== undefined && value !== null);
  switch (operator) {
    case '$sum': {
      const numbers = present.filter(isNumber);
      const sum = numbers.reduce((total: number, value) => total + numeric(value).number, 0);
      if (numbers.some((value) => value instanceof Double)) return new Double(sum);
      return Math.abs(sum) < 2 ** 31 && !numbers.some((value) => value instanceof Long)
        ? new Int32(sum)
        : Long.fromNumber(sum);
    }
    case '$min':
      return present.length ? present.reduce((a, b) => (compare(a, b) <= 0 ? a : b)) : null;
    case '$max':
      return present.length ? present.reduce((a, b) => (compare(a, b) >= 0 ? a : b)) : null;
    case '$first':
      return values[0] ?? null;
    default:
      throw notSupported(`the accumulator ${operator}`);
  }
}

/** `explain` in MongoDB's shape: which index serves a query, and how much was looked at. */
export function explain(database: Database, command: Document): Document {
  const inner = command.explain as Document;
  const [kind] = Object.keys(inner);
  const name = inner[kind as string] as string;
  const filter = toFilter(
    kind === 'find'
      ? inner.filter
      : kind === 'findAndModify' || kind === 'count' || kind === 'distinct'
        ? inner.query
        : kind === 'update'
          ? (inner.updates as Document[])[0]?.q
          : kind === 'delete'
            ? (inner.deletes as Document[])[0]?.q
            : kind === 'aggregate'
              ? ((inner.pipeline as Document[])[0]?.$match ?? {})
              : undefined,
  );
  const collection = database.collection(command.$db, name);
  const counts = { keys: 0, documents: 0 };
  const returned = collection ? [...execute(database, collection, filter, counts)].length : 0;
  const plan: Plan = collection ? makePlan(collection, filter) : { stage: 'IDHACK', ids: [] };
  return {
    queryPlanner: { namespace: `${command.$db}.${name}`, winningPlan: explainPlan(plan) },
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      totalKeysExamined: counts.keys,
      totalDocsExamined: counts.documents,
    },
    ok: 1,
  };
}

function explainPlan(plan: Plan): Document {
  if (plan.stage === 'IXSCAN') {
    return {
      stage: 'FETCH',
      inputStage: { stage: 'IXSCAN', indexName: plan.index.name, keyPattern: Object.fromEntries(plan.index.key) },
    };
  }
  if (plan.stage === 'OR')
    return { stage: 'SUBPLAN', inputStage: { stage: 'OR', inputStages: plan.branches.map(explainPlan) } };
  return { stage: plan.stage };
}

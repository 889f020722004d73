import { type Document, Double, Int32, Long } from 'bson';
import type { Collection, Database } from './database.js';
import { badValue, notSupported } from './errors.js';
import { compileFilter, pathValues } from './matcher.js';
import { type Hint, inOrder, makePlan, type Plan, PRIMARY } from './planner.js';
import { compileProjection } from './projection.js';
import { search, searchAll, type Window } from './search.js';
import { fieldsIn, fieldsRead } from './some-fields.js';
import { parseSort, sortDocuments } from './sort.js';
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
  onlyFields(command, 'find', 'filter', 'sort', 'projection', 'skip', 'limit', 'min', 'max');
  const collection = database.collection(command.$db, command.find);
  const filter = toFilter(command.filter);
  const project = compileProjection(command.projection);
  const window = windowOf(command);
  if (!collection) {
    compileFilter(filter);
    return [];
  }
  return search(database, collection, filter, { ...window, hint: hintOf(collection, command) }).map(project);
}

const windowOf = (command: Document): Window => ({
  sort: parseSort(command.sort),
  skip: toNumber(command.skip, 0),
  limit: Math.abs(toNumber(command.limit, 0)),
});

/** What a query says about its index. @throws CommandError for an index that isn't there */
function hintOf({ indexes }: Collection, { hint, min, max }: Document): Hint | undefined {
  if (hint === undefined) {
    if (min !== undefined || max !== undefined)
      throw badValue('When using min()/max() a hint of which index to use must be provided');
    return undefined;
  }
  const pattern = isDocument(hint) ? keyText(Object.entries(hint).map(([path, way]) => [path, toNumber(way, 0)])) : '';
  const index = [PRIMARY, ...indexes].find(({ name, key }) => (pattern ? keyText(key) === pattern : name === hint));
  if (!index) throw badValue('hint provided does not correspond to an existing index');
  return { index, min, max };
}

const keyText = (key: readonly (readonly [string, number])[]) => JSON.stringify(key);

export function count(database: Database, command: Document): Document {
  onlyFields(command, 'count', 'query', 'limit', 'skip', 'fields');
  const collection = database.collection(command.$db, command.count);
  const query = toFilter(command.query);
  const window = { ...windowOf(command), fields: fieldsIn(query) };
  return { n: collection ? search(database, collection, query, window).length : 0, ok: 1 };
}

export function distinct(database: Database, command: Document): Document {
  onlyFields(command, 'distinct', 'key', 'query');
  const collection = database.collection(command.$db, command.distinct);
  const values: Value[] = [];
  for (const document of collection ? searchAll(database, collection, toFilter(command.query)) : []) {
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
  const rest = filter === first?.$match ? stages.slice(1) : stages;
  // What a limit leaves out isn't read.
  const limit = toNumber(rest[0]?.$limit, 0);
  const window = { sort: [], skip: 0, limit, fields: fieldsOf(filter, rest) };
  let documents: Document[] = collection ? search(database, collection, filter, window) : [];
  for (const stage of rest) documents = runStage(documents, stage);
  return documents;
}

/** What a pipeline reads of the documents that its filter finds, where the next stage but a limit and a skip makes others of them. */
function fieldsOf(filter: Document, stages: readonly Document[]): Set<string> | undefined {
  const next = stages.find((stage) => !('$limit' in stage || '$skip' in stage)) ?? {};
  if ('$count' in next) return fieldsIn(filter);
  if (!isDocument(next.$group)) return undefined;
  const { _id: by, ...accumulators } = next.$group;
  const read = [by, ...Object.values(accumulators).flatMap((one) => (isDocument(one) ? Object.values(one) : []))];
  return new Set([...fieldsIn(filter), ...read.flatMap(fieldsRead)]);
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
      return sortDocuments(documents, parseSort(operand));
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
  const window = { ...windowOf(inner), hint: collection && kind === 'find' ? hintOf(collection, inner) : undefined };
  const returned = collection ? search(database, collection, filter, window, counts).length : 0;
  const plan: Plan = collection ? makePlan(collection, filter, window.sort, window.hint) : { stage: 'IDHACK', ids: [] };
  const stages = explainPlan(plan);
  return {
    queryPlanner: {
      namespace: `${command.$db}.${name}`,
      winningPlan: inOrder(plan, window.sort) ? stages : { stage: 'SORT', inputStage: stages },
    },
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
      inputStage: {
        stage: 'IXSCAN',
        indexName: plan.index.name,
        keyPattern: Object.fromEntries(plan.index.key),
        direction: plan.direction,
      },
    };
  }
  if (plan.stage === 'OR')
    return { stage: 'SUBPLAN', inputStage: { stage: 'OR', inputStages: plan.branches.map(explainPlan) } };
  return { stage: plan.stage };
}

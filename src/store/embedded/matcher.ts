import { BSONRegExp, type Document } from 'bson';
import { badValue } from './errors.js';
import { compare, equal, isDocument, isNumber, numeric, typeName, typeOrder, type Value } from './values.js';

export type Predicate = (document: Document) => boolean;

/** Compiles a filter with MongoDB's semantics. An operator that isn't here is refused by name. */
export function compileFilter(filter: Document): Predicate {
  const predicates = Object.entries(filter).map(([key, condition]) => {
    if (key.startsWith('$')) return logical(key, condition);
    const parts = key.split('.');
    const test = compileCondition(condition);
    // A field of the document itself, as most are, has one place.
    if (parts.length === 1)
      return (document: Document) =>
        test([{ value: Object.hasOwn(document, key) ? document[key] : undefined, unwind: true }]);
    return (document: Document) => test(places(document, parts));
  });
  return (document) => predicates.every((predicate) => predicate(document));
}

function logical(operator: string, operand: Value): Predicate {
  if (operator === '$comment') return () => true;
  if (!['$and', '$or', '$nor'].includes(operator)) throw badValue(`unknown top level operator: ${operator}`);
  if (!Array.isArray(operand) || operand.length === 0) throw badValue(`${operator} must be a nonempty array`);
  const branches = operand.map((branch) => compileFilter(branch as Document));
  if (operator === '$and') return (document) => branches.every((branch) => branch(document));
  const some = (document: Document) => branches.some((branch) => branch(document));
  return operator === '$or' ? some : (document) => !some(document);
}

/** A value that a path found. An array that was reached by its position in another one is compared only as a whole. */
interface Place {
  value: Value;
  unwind: boolean;
}

/** What a dotted path finds: one entry per place, `undefined` where a place lacks it. Arrays on the way are entered. */
export const pathValues = (value: Value, parts: readonly string[]): Value[] =>
  places(value, parts).map((place) => place.value);

function places(value: Value, parts: readonly string[], unwind = true): Place[] {
  const [head, ...rest] = parts;
  if (head === undefined) return [{ value, unwind }];
  if (Array.isArray(value)) {
    const found = value.flatMap((element) => (isDocument(element) ? places(element, parts) : []));
    if (/^\d+$/.test(head) && Number(head) < value.length) found.push(...places(value[Number(head)], rest, false));
    return found;
  }
  if (!isDocument(value)) return [{ value: undefined, unwind }];
  return Object.hasOwn(value, head) ? places(value[head], rest) : [{ value: undefined, unwind }];
}

/** The values and, where they are arrays, their elements. */
const withElements = (found: Place[]): Value[] =>
  found.flatMap(({ value, unwind }) => (unwind && Array.isArray(value) ? [...value, value] : [value]));

/** Whether one of the places passes. */
type Test = (found: Place[]) => boolean;

export const isOperators = (condition: Value): condition is Document =>
  isDocument(condition) && Object.keys(condition).length > 0 && Object.keys(condition)[0]?.startsWith('$') === true;

function compileCondition(condition: Value): Test {
  if (condition instanceof RegExp || condition instanceof BSONRegExp) return regex(condition, undefined);
  if (!isOperators(condition)) return equality(condition);
  const tests = Object.entries(condition).map(([operator, operand]) => {
    const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (!make) throw badValue(`unknown operator: ${operator}`);
    return make(operand, condition);
  });
  return (found) => tests.every((test) => test(found));
}

const equality = (operand: Value): Test => {
  if (operand === undefined) throw badValue('cannot compare to undefined');
  return (found) =>
    withElements(found).some((value) =>
      operand === null ? value === undefined || value === null : value !== undefined && equal(value, operand),
    );
};

/** Comparisons stay within a type; null equals absent. */
const ordering =
  (accept: (order: number) => boolean) =>
  (operand: Value): Test =>
  (found) =>
    withElements(found).some((value) => {
      if (operand === null) return (value === undefined || value === null) && accept(0);
      if (value === undefined || typeOrder(value) !== typeOrder(operand)) return false;
      if (isNumber(value) && Number.isNaN(numeric(value).number) !== Number.isNaN(numeric(operand as number).number))
        return false;
      return accept(compare(value, operand));
    });

const list = (operator: string, operand: Value): Value[] => {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  return operand;
};

function oneOf(operand: Value): Test {
  const tests = list('$in', operand).map((one) => {
    if (isOperators(one)) throw badValue('cannot nest $ under $in');
    return one instanceof RegExp || one instanceof BSONRegExp ? regex(one, undefined) : equality(one);
  });
  return (found) => tests.some((test) => test(found));
}

function regex(pattern: Value, options: Value): Test {
  const source = pattern instanceof BSONRegExp ? pattern.pattern : pattern instanceof RegExp ? pattern.source : pattern;
  const flags = String(
    options ?? (pattern instanceof BSONRegExp ? pattern.options : pattern instanceof RegExp ? pattern.flags : ''),
  );
  if (typeof source !== 'string') throw badValue('$regex has to be a string');
  if (/[^ims]/.test(flags)) throw badValue(`the embedded store does not support the regex options ${flags}`);
  const compiled = new RegExp(source, `u${flags}`);
  return (found) => withElements(found).some((value) => typeof value === 'string' && compiled.test(value));
}

const not =
  (test: Test): Test =>
  (found) =>
    !test(found);

const TYPES: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  16: 'int',
  17: 'timestamp',
  18: 'long',
};

function ofType(operand: Value): Test {
  const names = (Array.isArray(operand) ? operand : [operand]).map((one) =>
    isNumber(one) ? TYPES[numeric(one).number] : one,
  );
  for (const name of names) {
    if (typeof name !== 'string' || (name !== 'number' && !Object.values(TYPES).includes(name)))
      throw badValue(`Unknown type name alias: ${String(name)}`);
  }
  const matches = (value: Value) =>
    names.some((name) => (name === 'number' ? isNumber(value) : typeName(value) === name));
  return (found) => withElements(found).some((value) => value !== undefined && matches(value));
}

const OPERATORS: Record<string, (operand: Value, all: Document) => Test> = {
  $eq: (operand) => equality(operand),
  $ne: (operand) => not(equality(operand)),
  $gt: ordering((order) => order > 0),
  $gte: ordering((order) => order >= 0),
  $lt: ordering((order) => order < 0),
  $lte: ordering((order) => order <= 0),
  $in: oneOf,
  $nin: (operand) => not(oneOf(operand)),
  $exists: (operand) => {
    const wanted = isNumber(operand) ? numeric(operand).number !== 0 : Boolean(operand);
    return (found) => found.some(({ value }) => value !== undefined) === wanted;
  },
  $type: ofType,
  $not: (operand) => {
    if (!(operand instanceof RegExp) && !(operand instanceof BSONRegExp) && !isOperators(operand))
      throw badValue('$not needs a regex or a document');
    return not(compileCondition(operand));
  },
  $all: (operand) => {
    const tests = list('$all', operand).map((one) => {
      if (isOperators(one)) throw badValue('the embedded store does not support operators under $all');
      return equality(one);
    });
    return (found) => tests.length > 0 && tests.every((test) => test(found));
  },
  $size: (operand) => {
    if (!isNumber(operand)) throw badValue('$size needs a number');
    return (found) => found.some(({ value }) => Array.isArray(value) && value.length === numeric(operand).number);
  },
  $elemMatch: (operand) => {
    if (!isDocument(operand)) throw badValue('$elemMatch needs an Object');
    const test = elementTest(operand);
    return (found) => found.some(({ value }) => Array.isArray(value) && value.some(test));
  },
  $regex: (operand, all) => regex(operand, all.$options),
  $options: (_operand, all) => {
    if (!('$regex' in all)) throw badValue('$options needs a $regex');
    return () => true;
  },
  $mod: (operand) => {
    const [divisor, remainder] = list('$mod', operand).map((one) =>
      isNumber(one) ? Math.trunc(numeric(one).number) : Number.NaN,
    );
    if (!divisor || remainder === undefined) throw badValue('malformed mod');
    return (found) =>
      withElements(found).some((value) => isNumber(value) && Math.trunc(numeric(value).number) % divisor === remainder);
  },
};

/** The test of one element of an array, by conditions on the element itself or by a filter on its fields. */
export function elementTest(operand: Document, unwind = false): (element: Value) => boolean {
  const [first] = Object.keys(operand);
  if (first && Object.hasOwn(OPERATORS, first)) {
    const test = compileCondition(operand);
    return (element) => test([{ value: element, unwind }]);
  }
  const predicate = compileFilter(operand);
  // To MongoDB an array within the array is a document whose fields are its positions.
  return (element) => (isDocument(element) || Array.isArray(element)) && predicate({ ...element });
}

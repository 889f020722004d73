import { type Document, Double, Int32, Long, ObjectId } from 'bson';
import { badValue, CommandError, conflictingUpdate, failedToParse, immutableField, typeMismatch } from './errors.js';
import { compileFilter, elementTest, isOperators } from './matcher.js';
import { compare, equal, isDocument, isNumber, numeric, type Value } from './values.js';

/** Applies an update to a copy of a document, as MongoDB does. `inserting` says that an upsert makes it. */
export function applyUpdate(document: Document, update: Document, inserting: boolean): Document {
  if (Array.isArray(update)) throw badValue('the embedded store does not support updates by a pipeline');
  const keys = Object.keys(update);
  if (keys.length > 0 && keys.every((key) => !key.startsWith('$'))) return replaced(document, update);
  const result = copy(document);
  const touched: string[] = [];
  for (const [operator, fields] of Object.entries(update)) {
    const apply = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (!apply) throw failedToParse(`Unknown modifier: ${operator}`);
    if (!isDocument(fields)) throw failedToParse(`Modifiers operate on fields but we found type for ${operator}`);
    for (const [path, operand] of Object.entries(fields)) {
      if (path.split('.').some((part) => part === '' || part.startsWith('$'))) {
        throw badValue(`the embedded store does not support the update path '${path}'`);
      }
      for (const other of touched) {
        if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`))
          throw conflictingUpdate(path);
      }
      touched.push(path);
      if (operator === '$setOnInsert' && !inserting) continue;
      apply(result, path.split('.'), operand);
    }
  }
  if (!inserting && !equal(document._id, result._id)) throw immutableField('_id');
  return result;
}

function replaced(document: Document, replacement: Document): Document {
  if ('_id' in replacement && '_id' in document && !equal(replacement._id, document._id)) throw immutableField('_id');
  const { _id: _old, ...rest } = replacement;
  return '_id' in document || '_id' in replacement ? { _id: document._id ?? replacement._id, ...rest } : rest;
}

export function copy<T extends Value>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (isDocument(value)) {
    const result: Document = {};
    for (const [key, inner] of Object.entries(value)) define(result, key, copy(inner));
    return result as T;
  }
  return value;
}

function define(target: Document, key: string, value: Value): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

type Apply = (document: Document, path: string[], operand: Value) => void;

const notViable = (part: string) =>
  new CommandError(28, 'PathNotViable', `Cannot use the part '${part}' of the path to traverse the element`);

/**
 * What to do about the way to a path: `make` the documents that are missing on it, or find nothing. A value on the way that holds no
 * fields is an error, save where it is to be left (`$unset`).
 */
type Missing = 'make' | 'refuse' | 'leave';

/** Where a path ends: its container and key. */
function locate(
  document: Document,
  path: string[],
  missing: Missing,
): { container: Document | Value[]; key: string } | undefined {
  let container: Document | Value[] = document;
  for (const part of path.slice(0, -1)) {
    if (missing !== 'leave' && Array.isArray(container) && !/^\d+$/.test(part)) throw notViable(part);
    const next: Value = get(container, part);
    if (next === undefined) {
      if (missing !== 'make') return undefined;
      const made = {};
      put(container, part, made);
      container = made;
    } else if (isDocument(next) || Array.isArray(next)) container = next;
    else if (missing === 'leave') return undefined;
    else throw notViable(part);
  }
  const key = path.at(-1) as string;
  if (missing === 'refuse' && Array.isArray(container) && !/^\d+$/.test(key)) throw notViable(key);
  return { container, key };
}

function get(container: Document | Value[], key: string): Value {
  if (Array.isArray(container)) return /^\d+$/.test(key) ? container[Number(key)] : undefined;
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function put(container: Document | Value[], key: string, value: Value): void {
  if (!Array.isArray(container)) return define(container, key, value);
  if (!/^\d+$/.test(key)) throw new CommandError(28, 'PathNotViable', `Cannot create field '${key}' in an array`);
  while (container.length < Number(key)) container.push(null);
  container[Number(key)] = value;
}

const set: Apply = (document, path, operand) => {
  const { container, key } = locate(document, path, 'make') as { container: Document; key: string };
  put(container, key, copy(operand));
};

const change =
  (make: (before: Value, operand: Value, path: string) => Value): Apply =>
  (document, path, operand) => {
    const place = locate(document, path, 'make') as { container: Document; key: string };
    put(place.container, place.key, make(get(place.container, place.key), operand, path.join('.')));
  };

/** The array at a path, to be changed in place; made when absent and `make`. */
function arrayAt(document: Document, path: string[], operator: string, make: boolean): Value[] | undefined {
  const place = locate(document, path, make ? 'make' : 'refuse');
  if (!place) return undefined;
  const present = get(place.container, place.key);
  if (present === undefined) {
    if (!make) return undefined;
    const made: Value[] = [];
    put(place.container, place.key, made);
    return made;
  }
  if (!Array.isArray(present)) {
    if (operator === '$pop') throw typeMismatch(`Path '${path.join('.')}' contains an element of non-array type`);
    throw operator === '$pull' || operator === '$pullAll' || operator === '$addToSet'
      ? badValue(`Cannot apply ${operator} to a non-array value`)
      : badValue(`The field '${path.join('.')}' must be an array but is not`);
  }
  return present;
}

const OPERATORS: Record<string, Apply> = {
  $set: set,
  $setOnInsert: set,
  $unset: (document, path) => {
    const place = locate(document, path, 'leave');
    if (!place) return;
    if (Array.isArray(place.container)) {
      if (get(place.container, place.key) !== undefined) place.container[Number(place.key)] = null;
    } else delete place.container[place.key];
  },
  $inc: change((before, operand, path) => arithmetic('$inc', before, operand, path)),
  $mul: change((before, operand, path) => arithmetic('$mul', before, operand, path)),
  $min: change((before, operand) => (before === undefined || compare(operand, before) < 0 ? copy(operand) : before)),
  $max: change((before, operand) => (before === undefined || compare(operand, before) > 0 ? copy(operand) : before)),
  $currentDate: change((_before, operand) => {
    if (operand !== true && !(isDocument(operand) && operand.$type === 'date'))
      throw badValue('the embedded store supports only dates in $currentDate');
    return new Date();
  }),
  $push: (document, path, operand) => {
    const modifiers = isDocument(operand) && '$each' in operand ? operand : { $each: [operand] };
    const unknown = Object.keys(modifiers).find((key) => !['$each', '$position', '$slice'].includes(key));
    if (unknown) throw badValue(`the embedded store does not support ${unknown} in $push`);
    if (!Array.isArray(modifiers.$each)) throw badValue('The argument to $each in $push must be an array');
    const array = arrayAt(document, path, '$push', true) as Value[];
    const at = modifiers.$position === undefined ? array.length : numeric(modifiers.$position).number;
    array.splice(at, 0, ...modifiers.$each.map(copy));
    if (modifiers.$slice === undefined) return;
    const slice = numeric(modifiers.$slice).number;
    const kept = slice < 0 ? array.slice(slice) : array.slice(0, slice);
    array.splice(0, array.length, ...kept);
  },
  $addToSet: (document, path, operand) => {
    const each: Value[] = isDocument(operand) && '$each' in operand ? (operand.$each as Value[]) : [operand];
    if (!Array.isArray(each)) throw typeMismatch('The argument to $each in $addToSet must be an array');
    const array = arrayAt(document, path, '$addToSet', true) as Value[];
    for (const one of each) if (!array.some((present) => equal(present, one))) array.push(copy(one));
  },
  $pull: (document, path, operand) => {
    const array = arrayAt(document, path, '$pull', false);
    if (!array) return;
    const test = isDocument(operand) ? pullTest(operand) : (element: Value) => equal(element, operand);
    array.splice(0, array.length, ...array.filter((element) => !test(element)));
  },
  $pullAll: (document, path, operand) => {
    if (!Array.isArray(operand)) throw badValue('$pullAll requires an array argument');
    const array = arrayAt(document, path, '$pullAll', false);
    array?.splice(0, array.length, ...array.filter((element) => !operand.some((one) => equal(one, element))));
  },
  $pop: (document, path, operand) => {
    const array = arrayAt(document, path, '$pop', false);
    if (!isNumber(operand) || Math.abs(numeric(operand).number) !== 1) throw failedToParse('$pop expects 1 or -1');
    if (numeric(operand).number === 1) array?.pop();
    else array?.shift();
  },
  $rename: (document, path, operand) => {
    if (typeof operand !== 'string') throw badValue("The 'to' field for $rename must be a string");
    const place = locate(document, path, 'refuse');
    if (!place || get(place.container, place.key) === undefined) return;
    const value = get(place.container, place.key);
    if (Array.isArray(place.container)) throw badValue('The source field cannot be an array element');
    delete place.container[place.key];
    set(document, operand.split('.'), value);
  },
};

const pullTest = (operand: Document): ((element: Value) => boolean) => {
  if (isOperators(operand)) return elementTest(operand, true);
  const predicate = compileFilter(operand);
  return (element) => isDocument(element) && predicate(element);
};

/** int with int stays int unless it overflows to long; with a double it is double (as MongoDB does). */
function arithmetic(operator: '$inc' | '$mul', before: Value, operand: Value, path: string): Value {
  if (!isNumber(operand))
    throw typeMismatch(
      `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}: ...}`,
    );
  if (before === undefined) return operator === '$inc' ? operand : arithmetic('$mul', new Int32(0), operand, path);
  if (!isNumber(before)) throw typeMismatch(`Cannot apply ${operator} to a value of non-numeric type, at '${path}'`);
  if (before instanceof Double || operand instanceof Double) {
    const [x, y] = [numeric(before).number, numeric(operand).number];
    return new Double(operator === '$inc' ? x + y : x * y);
  }
  const [x, y] = [BigInt(before.toString()), BigInt(operand.toString())];
  const result = operator === '$inc' ? x + y : x * y;
  if (BigInt.asIntN(64, result) !== result)
    throw badValue(`Failed to apply ${operator} operations to current value at '${path}'`);
  const small = BigInt.asIntN(32, result) === result && before instanceof Int32 && operand instanceof Int32;
  return small ? new Int32(Number(result)) : Long.fromBigInt(result);
}

/** The document that an upsert begins with: the equality conditions of its filter, then the update, then an `_id`. */
export function upsertDocument(filter: Document, update: Document): Document {
  const base: Document = {};
  collectEqualities(filter, base);
  const made = applyUpdate(base, update, true);
  const { _id, ...rest } = made;
  return { _id: _id === undefined ? new ObjectId() : _id, ...rest };
}

function collectEqualities(filter: Document, base: Document): void {
  for (const [key, condition] of Object.entries(filter)) {
    if (key === '$and' && Array.isArray(condition))
      for (const branch of condition) collectEqualities(branch as Document, base);
    if (key.startsWith('$')) continue;
    if (!isOperators(condition)) {
      if (!(condition instanceof RegExp)) set(base, key.split('.'), condition);
    } else if ('$eq' in condition) set(base, key.split('.'), condition.$eq);
  }
}

import { Binary, type Document, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { badValue } from './errors.js';

/** Any value of a document, read with `promoteValues: false`, so that numbers keep their BSON type. */
export type Value = unknown;

export const isNumber = (value: Value): value is Int32 | Double | Long | number =>
  typeof value === 'number' || value instanceof Int32 || value instanceof Double || value instanceof Long;

export const isDocument = (value: Value): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof RegExp) &&
  !('_bsontype' in value);

/** MongoDB's order of types; values of different types compare by it. Numbers of all kinds are one. */
export function typeOrder(value: Value): number {
  if (value === undefined || value === null) return 5;
  if (isNumber(value)) return 10;
  if (typeof value === 'string') return 15;
  if (Array.isArray(value)) return 25;
  if (typeof value === 'boolean') return 40;
  if (value instanceof Date) return 45;
  if (value instanceof Binary || value instanceof Uint8Array) return 30;
  if (value instanceof ObjectId) return 35;
  if (value instanceof Timestamp) return 47;
  if (isDocument(value)) return 20;
  throw badValue(
    `the embedded store does not support a value of type ${(value as { _bsontype?: string })._bsontype ?? typeof value}`,
  );
}

/** A number as JavaScript's; exact up to 2^53. `residual` is what a Long has beyond that. */
export function numeric(value: Int32 | Double | Long | number): { number: number; residual: number } {
  if (typeof value === 'number') return { number: value, residual: 0 };
  if (value instanceof Long) {
    const number = value.toNumber();
    return { number, residual: Number.isSafeInteger(number) ? 0 : Number(value.toBigInt() - BigInt(number)) };
  }
  return { number: value.valueOf(), residual: 0 };
}

const bytesOf = (value: Binary | Uint8Array): Uint8Array =>
  value instanceof Binary ? (value.value() as Uint8Array) : value;
const subtypeOf = (value: Binary | Uint8Array): number => (value instanceof Binary ? value.sub_type : 0);

/** Compares two values in MongoDB's order: negative, zero or positive. */
export function compare(a: Value, b: Value): number {
  const type = typeOrder(a);
  const difference = type - typeOrder(b);
  if (difference !== 0) return difference;
  switch (type) {
    case 5:
      return 0;
    case 10:
      return compareNumbers(a as number, b as number);
    case 15:
      // Most comparisons are whether two are the same.
      return a === b ? 0 : Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
    case 20:
      return compareDocuments(a as Document, b as Document);
    case 25:
      return compareLists(a as Value[], b as Value[]);
    case 30: {
      const [x, y] = [bytesOf(a as Binary), bytesOf(b as Binary)];
      return x.length - y.length || subtypeOf(a as Binary) - subtypeOf(b as Binary) || Buffer.compare(x, y);
    }
    case 35:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case 40:
      return Number(a) - Number(b);
    case 45:
      return (a as Date).getTime() - (b as Date).getTime();
    default:
      return (a as Timestamp).compare(b as Timestamp);
  }
}

function compareNumbers(a: number, b: number): number {
  const [x, y] = [numeric(a), numeric(b)];
  if (Number.isNaN(x.number)) return Number.isNaN(y.number) ? 0 : -1;
  if (Number.isNaN(y.number)) return 1;
  return x.number < y.number ? -1 : x.number > y.number ? 1 : x.residual - y.residual;
}

function compareDocuments(a: Document, b: Document): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [keyA, valueA] = left[index] as [string, Value];
    const [keyB, valueB] = right[index] as [string, Value];
    const by =
      typeOrder(valueA) - typeOrder(valueB) ||
      Buffer.compare(Buffer.from(keyA), Buffer.from(keyB)) ||
      compare(valueA, valueB);
    if (by !== 0) return by;
  }
  return left.length - right.length;
}

function compareLists(a: Value[], b: Value[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const by = compare(a[index], b[index]);
    if (by !== 0) return by;
  }
  return a.length - b.length;
}

export const equal = (a: Value, b: Value): boolean =>
  typeof a === 'string' && typeof b === 'string' ? a === b : compare(a, b) === 0;

/** The name by which `$type` knows a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Int32) return 'int';
  if (value instanceof Long) return 'long';
  if (isNumber(value)) return 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Binary || value instanceof Uint8Array) return 'binData';
  return 'object';
}

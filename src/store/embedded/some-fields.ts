/**
 * Reads of a document no more than a few of its fields: where documents are counted, and of each nothing is wanted but whether a filter
 * matches, reading the rest of it would be most of the work.
 */
import type { Document } from 'bson';
import { isDocument, type Value } from './values.js';

/** The fields of a document, not of what is in it, that a filter looks at. */
export function fieldsIn(filter: Document): Set<string> {
  const fields = new Set<string>();
  for (const [name, condition] of Object.entries(filter)) {
    if (!name.startsWith('$')) fields.add(topOf(name));
    else if (Array.isArray(condition))
      for (const branch of condition) if (isDocument(branch)) for (const field of fieldsIn(branch)) fields.add(field);
  }
  return fields;
}

/** The fields that an expression of `$group` reads: `'$a.b'` reads `a`. */
export const fieldsRead = (expression: Value): string[] =>
  typeof expression === 'string' && expression.startsWith('$') ? [topOf(expression.slice(1))] : [];

const topOf = (path: string): string => path.split('.', 1)[0] as string;

/**
 * A document of BSON with those of another's fields that are asked for, in its order.
 * @returns the whole where a value is of a type that isn't known here
 */
export function withFields(body: Uint8Array, fields: ReadonlySet<string>): Uint8Array {
  const from = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const kept: Buffer[] = [];
  let length = HEAD + 1;
  let at = HEAD;
  while (from[at]) {
    const nameEnds = from.indexOf(0, at + 1);
    const size = sizeAt(from, nameEnds + 1, from[at] as number);
    if (size === undefined) return body;
    const next = nameEnds + 1 + size;
    if (fields.has(from.toString('utf8', at + 1, nameEnds))) {
      kept.push(from.subarray(at, next));
      length += next - at;
    }
    at = next;
  }
  const head = Buffer.alloc(HEAD);
  head.writeInt32LE(length);
  return Buffer.concat([head, ...kept, END], length);
}

/** How long a document is, before what is in it. */
const HEAD = 4;
const END = Buffer.from([0]);

/** So many bytes have values of a type (bsonspec.org). */
const SIZES: Readonly<Record<number, number>> = {
  1: 8, // double
  6: 0, // undefined
  7: 12, // ObjectId
  8: 1, // boolean
  9: 8, // date
  10: 0, // null
  16: 4, // int
  17: 8, // timestamp
  18: 8, // long
  19: 16, // decimal
};

function sizeAt(from: Buffer, at: number, type: number): number | undefined {
  switch (type) {
    case 2: // string
      return 4 + from.readInt32LE(at);
    case 3: // document
    case 4: // array
      return from.readInt32LE(at);
    case 5: // binary
      return 5 + from.readInt32LE(at);
    default:
      return SIZES[type];
  }
}

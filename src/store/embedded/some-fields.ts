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
 * What makes of a document of BSON one with those of its fields that are asked for, in its order. It looks no further than the last of them.
 * @returns the whole where a value before that is of a type that isn't known here
 */
export function picking(fields: ReadonlySet<string>): (body: Uint8Array) => Uint8Array {
  const names = [...fields].map((field) => Buffer.from(field));
  return (body) => {
    const from = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const kept: [start: number, end: number][] = [];
    let length = HEAD + 1;
    for (let at = HEAD; from[at] && kept.length < names.length; ) {
      const nameEnds = endOfName(from, at + 1);
      const size = sizeAt(from, nameEnds + 1, from[at] as number);
      if (size === undefined) return body;
      const next = nameEnds + 1 + size;
      if (names.some((name) => stands(name, from, at + 1, nameEnds))) {
        kept.push([at, next]);
        length += next - at;
      }
      at = next;
    }
    return joined(from, kept, length);
  };
}

// Bytes are looked at one by one: a name is a few of them, and a call for each name would take longer.
function endOfName(from: Uint8Array, start: number): number {
  let end = start;
  while (from[end]) end += 1;
  return end;
}

function stands(name: Uint8Array, from: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i += 1) if (name[i] !== from[start + i]) return false;
  return true;
}

function joined(from: Buffer, kept: readonly [start: number, end: number][], length: number): Buffer {
  const document = Buffer.alloc(length);
  document.writeInt32LE(length);
  let at = HEAD;
  for (const [start, end] of kept) at += from.copy(document, at, start, end);
  return document;
}

/** How long a document is, before what is in it; a zero ends it. */
const HEAD = 4;

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

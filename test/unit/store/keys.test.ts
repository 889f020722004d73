import { Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { encodeValue, inverted, after as upperBound } from '../../../src/store/embedded/keys.js';
import { compare } from '../../../src/store/embedded/values.js';

/** Of every type, in MongoDB's order within each; values that are equal stand together. */
const values: unknown[] = [
  null,
  new Double(Number.NaN),
  new Double(Number.NEGATIVE_INFINITY),
  Long.MIN_VALUE,
  Long.fromString('-9007199254740993'),
  Long.fromString('-9007199254740992'),
  new Int32(-1),
  new Double(-0.5),
  new Double(-0),
  new Int32(0),
  new Double(5e-324),
  new Double(0.5),
  new Int32(1),
  Long.fromNumber(1),
  new Double(1.5),
  Long.fromString('9007199254740992'),
  Long.fromString('9007199254740993'),
  Long.MAX_VALUE,
  new Double(Number.POSITIVE_INFINITY),
  '',
  '\u0000',
  '\u0000a',
  '\u0001',
  'a',
  'a\u0000',
  'a\u0000b',
  'aa',
  'b',
  'ä',
  '🦊',
  {},
  { a: new Int32(1) },
  { a: new Int32(1), b: null },
  { a: new Int32(2) },
  { b: new Int32(1) },
  { a: 'x' },
  [],
  [null],
  [new Int32(1)],
  [new Int32(1), new Int32(0)],
  [new Int32(2)],
  ['a'],
  Buffer.from([]),
  Buffer.from([1]),
  Buffer.from([0, 0]),
  new ObjectId('000000000000000000000001'),
  new ObjectId('ffffffffffffffffffffffff'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Date(1),
  new Timestamp({ t: 1, i: 1 }),
  new Timestamp({ t: 1, i: 2 }),
];

const sign = (number: number) => Math.sign(number) || 0;

describe('a value as bytes', () => {
  it('compares as the value does, with every other one, ascending and descending', () => {
    for (const a of values) {
      for (const b of values) {
        const shown = `${JSON.stringify(a)} and ${JSON.stringify(b)}`;
        expect(sign(Buffer.compare(encodeValue(a), encodeValue(b))), shown).toBe(sign(compare(a, b)));
        expect(sign(Buffer.compare(inverted(encodeValue(a)), inverted(encodeValue(b)))), shown).toBe(
          sign(compare(b, a)),
        );
      }
    }
  });

  it('is never the beginning of another one’s, so that the next field’s bytes don’t decide', () => {
    for (const a of values) {
      for (const b of values) {
        if (compare(a, b) === 0) continue;
        const [one, other] = [encodeValue(a), encodeValue(b)];
        expect(other.subarray(0, one.length).equals(one), `${JSON.stringify(a)} in ${JSON.stringify(b)}`).toBe(false);
      }
    }
  });

  it('has an end of its range', () => {
    expect(upperBound(Buffer.from([1, 2]))).toEqual(Buffer.from([1, 3]));
    expect(upperBound(Buffer.from([1, 255]))).toEqual(Buffer.from([2]));
    expect(upperBound(Buffer.from([255]))).toBeUndefined();
  });
});

import { Binary, BSONRegExp, Decimal128, type Document, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { readBson, writeBson } from '../../../src/store/embedded/database.js';
import { fieldsIn, picking } from '../../../src/store/embedded/some-fields.js';

/** A value of every type, and what its bytes could be mistaken for. */
const WHOLE: Document = {
  _id: 'one',
  double: new Double(0.5),
  text: 'a\u0000last',
  empty: '',
  ü: 'ö',
  document: { last: new Int32(1), deeper: { list: [1, { text: 'x' }] } },
  list: ['last', null],
  binary: new Binary(Buffer.from('\u0010last\u0000')),
  objectId: new ObjectId('0123456789abcdef01234567'),
  yes: true,
  date: new Date(0),
  nothing: null,
  int: new Int32(-1),
  timestamp: Timestamp.fromBits(1, 2),
  long: Long.MAX_VALUE,
  decimal: Decimal128.fromString('1.5'),
  last: 'here',
};

const picked = (document: Document, ...fields: string[]) => readBson(picking(new Set(fields))(writeBson(document)));

describe('a document read by some of its fields', () => {
  it.each(Object.keys(WHOLE))('has %s as the whole has it', (field) => {
    const whole = readBson(writeBson(WHOLE));
    expect(picked(WHOLE, field)).toEqual({ [field]: whole[field] });
    expect(picked(WHOLE, 'last', field)).toEqual({ [field]: whole[field], last: 'here' });
  });

  it('has no other, in the order of the document', () => {
    expect(picked(WHOLE)).toEqual({});
    expect(picked(WHOLE, 'absent')).toEqual({});
    expect(Object.keys(picked(WHOLE, 'last', 'yes', 'absent', 'list', 'double'))).toEqual([
      'double',
      'list',
      'yes',
      'last',
    ]);
  });

  it('is the whole where a value before the last of them is of another type', () => {
    const document = { a: 1, pattern: new BSONRegExp('a', 'i'), b: 2 };
    expect(Object.keys(picked(document, 'b'))).toEqual(['a', 'pattern', 'b']);
    expect(Object.keys(picked(document, 'a'))).toEqual(['a']);
  });

  it('is found by a filter as the whole is, whatever that looks at', () => {
    const filter = {
      a: 1,
      'b.c.0': { $gt: 1 },
      $and: [{ d: { $elemMatch: { e: 1 } } }, { $or: [{ f: 1 }, { $nor: [{ 'g.h': 1 }] }] }],
      $comment: 'i',
    };
    expect([...fieldsIn(filter)]).toEqual(['a', 'b', 'd', 'f', 'g']);
  });
});

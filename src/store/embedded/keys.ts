import type { Binary, Document, ObjectId, Timestamp } from 'bson';
import { numeric, typeOrder, type Value } from './values.js';

/**
 * A value as bytes that compare (memcmp) as MongoDB compares the values. Each begins with its type, strings end with a double zero
 * (a zero inside is escaped), so that one value's bytes never run into the next one's.
 */
export function encodeValue(value: Value): Buffer {
  const type = typeOrder(value);
  return Buffer.concat([Buffer.from([type]), encodeBody(type, value)]);
}

function encodeBody(type: number, value: Value): Buffer {
  switch (type) {
    case 5:
      return Buffer.alloc(0);
    case 10:
      return encodeNumber(value as number);
    case 15:
      return encodeText(Buffer.from(value as string));
    case 20:
      return encodeDocument(value as Document);
    case 25:
      return Buffer.concat([...(value as Value[]).map(encodeValue), Buffer.from([0])]);
    case 30:
      return encodeBinary(value as Binary | Uint8Array);
    case 35:
      return Buffer.from((value as ObjectId).id);
    case 40:
      return Buffer.from([value ? 1 : 0]);
    case 45:
      return encodeInt64(BigInt((value as Date).getTime()));
    default:
      return encodeInt64((value as Timestamp).toBigInt());
  }
}

function encodeNumber(value: number): Buffer {
  const { number, residual } = numeric(value);
  const body = Buffer.alloc(10);
  // NaN comes first; -0 equals 0.
  if (Number.isNaN(number)) return body;
  body.writeDoubleBE(number === 0 ? 0 : number);
  if ((body[0] as number) & 0x80)
    for (let index = 0; index < 8; index += 1) body[index] = ~(body[index] as number) & 0xff;
  else body[0] = (body[0] as number) | 0x80;
  body.writeUInt16BE(residual + 0x8000, 8);
  return body;
}

function encodeText(bytes: Buffer): Buffer {
  const escaped: number[] = [];
  for (const byte of bytes) {
    if (byte === 0) escaped.push(0, 0xff);
    else escaped.push(byte);
  }
  return Buffer.from([...escaped, 0, 0]);
}

function encodeDocument(value: Document): Buffer {
  const parts: Buffer[] = [];
  for (const [key, inner] of Object.entries(value)) {
    parts.push(Buffer.from([typeOrder(inner)]), encodeText(Buffer.from(key)), encodeValue(inner));
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function encodeBinary(value: Binary | Uint8Array): Buffer {
  const bytes = value instanceof Uint8Array ? value : (value.value() as Uint8Array);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length);
  head[4] = value instanceof Uint8Array ? 0 : value.sub_type;
  return Buffer.concat([head, bytes]);
}

function encodeInt64(value: bigint): Buffer {
  const body = Buffer.alloc(8);
  body.writeBigUInt64BE(BigInt.asUintN(64, value) ^ (1n << 63n));
  return body;
}

/** The same bytes, inverted: for a field that an index holds in descending order. */
export function inverted(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => ~byte & 0xff));
}

/** The smallest byte string that is greater than all that begin with `prefix`, or undefined where there is none. */
export function after(prefix: Buffer): Buffer | undefined {
  for (let length = prefix.length; length > 0; length -= 1) {
    const last = prefix[length - 1] as number;
    if (last < 0xff) return Buffer.concat([prefix.subarray(0, length - 1), Buffer.from([last + 1])]);
  }
  return undefined;
}

import { createHash, randomBytes } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';

const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);
let used = 0;

/** From 0 to below 1. An id takes sixteen of them: the system is asked once for many. */
function random(): number {
  if (used >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  return (pool[used++] as number) / 256;
}

const ulid = monotonicFactory(random);

/** The prefixes of product.md's nouns. */
export type IdPrefix = 'usr' | 'org' | 'mem' | 'rol' | 'grp' | 'inv' | 'dom' | 'jrq' | 'evt' | 'blk' | 'ses' | 'req';

/** A new id that sorts by the time it was made: `usr_01JX…`. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${ulid()}`;
}

/** Crockford's alphabet, in which a byte is one letter, as `ulid` has it. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The id of what is to be there once, whoever makes it: it has the time given, and is otherwise made of the parts. */
export function idMadeOf(prefix: IdPrefix, moment: Date, ...parts: string[]): string {
  const bytes = Buffer.from(digest(...parts), 'base64url').subarray(0, 16);
  return `${idBound(prefix, moment)}${[...bytes].map((byte) => LETTERS[byte % 32]).join('')}`;
}

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Whether a text has the form of an id: what people name things by may begin like one. */
export const isId = (prefix: IdPrefix, text: string): boolean =>
  text.startsWith(`${prefix}_`) && ULID.test(text.slice(prefix.length + 1));

/** The greatest time that an id can hold, in milliseconds. */
const LAST_TIME = 2 ** 48 - 1;

/** A text that sorts behind the ids that were made before this moment, and before those that were made then or later. */
export const idBound = (prefix: IdPrefix, moment: Date): string =>
  `${prefix}_${encodeTime(Math.min(Math.max(moment.getTime(), 0), LAST_TIME), 10)}`;

/** A secret of 256 random bits, in letters, digits, `-` and `_` only. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new client id: 128 random bits, in letters, digits, `-` and `_` only. */
export function newClientId(): string {
  return randomBytes(16).toString('base64url');
}

/** SHA-256 of the parts as base64url; the parts are kept apart, so that `ab, c` and `a, bc` differ. */
export function digest(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('base64url');
}

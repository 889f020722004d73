import { randomInt } from 'node:crypto';

/** Consonants alone: no code reads as a word, and nothing in it looks like a digit or another letter (RFC 8628 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const CODE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);
/** More than anybody types between eight letters. */
const TYPED_MAX = 64;

/** A random user code of a device, 34 bits, without its dash. */
export function newUserCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** As it is shown and read aloud: `BCDF-GHJK`. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/**
 * What a person typed, in any case and however it is divided.
 * @returns undefined where it can't be a code.
 */
export function normalizeUserCode(typed: string): string | undefined {
  if (typed.length > TYPED_MAX) return undefined;
  const letters = typed.replace(/[\s\p{P}]/gu, '').toUpperCase();
  return CODE.test(letters) ? letters : undefined;
}

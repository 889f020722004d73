import { randomInt } from 'node:crypto';

/** Nothing in it looks like another, and without vowels no code reads as a word. */
const LETTERS = 'CDFHJKLMNPQRTVWXY34679';
const LENGTH = 8;
/** More than anybody types between eight letters. */
const TYPED_MAX = 64;

/** A random code that is mailed and typed, 35 bits: for few guesses and a short time. */
export function newMailedCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** What a person typed, in any case and however it is divided. */
export function normalizeMailedCode(typed: string): string {
  return typed
    .slice(0, TYPED_MAX)
    .replace(/[\s\p{P}]/gu, '')
    .toUpperCase();
}

/**
 * What people typed, as it may stand in a mail: bounded, on one line, and without characters that would reorder or hide what stands around.
 * Mails go to strangers, as invitations do.
 */
import type { Texts } from '../texts/catalogue.js';
import type { Value } from '../texts/message.js';

/** Characters of a name. */
const NAME_MAX = 200;
/** Characters of a message. */
const QUOTE_MAX = 2000;

/** Marks of direction that outlast the text in which they stand, and what is invisible. */
const HIDDEN = /[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** A link of ours, of which nothing may be missing. */
const LINK = /^https?:\/\/[\x21-\x7e]+$/;

const cut = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
};

/** A name on one line; of another direction, kept from what is around it. */
export function typed(text: string): string {
  if (LINK.test(text)) return text;
  const line = cut(
    text
      .replace(HIDDEN, '')
      .replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
      .trim(),
    NAME_MAX,
  );
  return RIGHT_TO_LEFT.test(line) ? `\u2068${line}\u2069` : line;
}

/** A message of several lines. */
export const typedLines = (text: string): string =>
  cut(
    text
      .replace(/\r\n?|[\u2028\u2029]/g, '\n')
      .replace(HIDDEN, '')
      .replace(/[^\P{Cc}\n]/gu, ' ')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    QUOTE_MAX,
  );

/** The catalogue for one mail: whatever its texts are given goes through `typed`, save what they are made of themselves. */
export function textsOfMail(texts: Texts): Texts {
  const own = new Set<string>();
  const made = (text: string): string => {
    own.add(text);
    return text;
  };
  const safe = (value: Value): Value => (typeof value === 'string' && !own.has(value) ? typed(value) : value);
  return {
    ...texts,
    t: (key, args = {}) =>
      made(texts.t(key, Object.fromEntries(Object.entries(args).map(([name, value]) => [name, safe(value)])))),
    list: (items) => made(texts.list(items.map(typed))),
  };
}

/**
 * Names and addresses as they are sorted and searched. What is stored and what is typed pass through the same folding, so that `jose`
 * finds `José`, and whoever types accents finds him too.
 */

/** Marks that don't make another letter, by code points. Those of other scripts do. */
const MARK_RANGES = [
  // Latin and Greek, Cyrillic
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x0483, 0x0489],
  // Hebrew points, Arabic vowels
  [0x0591, 0x05bd],
  [0x05bf, 0x05bf],
  [0x05c1, 0x05c2],
  [0x05c4, 0x05c5],
  [0x05c7, 0x05c7],
  [0x0610, 0x061a],
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x06d6, 0x06dc],
  // Symbols, and how a picture is drawn
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
] as const;
const MARKS = new RegExp(
  `[${MARK_RANGES.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('')}]`,
  'gu',
);
/** What can't be seen: joiners, marks of direction, halves of characters. */
const UNSEEN = /[\p{Cf}\p{Cs}]/gu;
/** Letters that no normalization takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

/** Lower case, without diacritics and what can't be seen, with single spaces. Never a control character. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(MARKS, '')
    .replace(UNSEEN, '')
    .replace(LETTER, (letter) => LETTERS[letter] as string)
    .normalize('NFC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();

/** So many characters of a word count … */
const LONGEST_WORD = 40;
/** … and so many words of a name. */
const MOST_WORDS = 20;
/** … and so many characters of a name in its order. */
const LONGEST_NAME = 100;

const cut = (text: string, length: number) => [...text].slice(0, length).join('');

const split = (folded: string): string[] =>
  folded.split(BETWEEN).flatMap((word) => (word ? [cut(word, LONGEST_WORD)] : []));

/** Pictures and most symbols are parts of words; punctuation and spaces are between them. */
const BETWEEN = /[\s\p{P}+]+/u;

/** The words by whose beginnings somebody is found: each once, in no particular order. */
export function wordsOf(name: string, email?: string): string[] {
  const local = email?.slice(0, Math.max(0, email.lastIndexOf('@'))) ?? '';
  const words = [...split(fold(name)).slice(0, MOST_WORDS), ...split(fold(local))];
  return [...new Set(words)].slice(0, MOST_WORDS + 4);
}

/** By what lists are sorted: the name, and the id where names are the same. A zero is less than what any name goes on with. */
export const sortNameOf = (name: string, id: string): string => `${cut(fold(name), LONGEST_NAME)}\0${id}`;

/** What somebody searches by: the beginning of a word, or of an address. */
export interface SearchTerm {
  field: 'words' | 'email';
  begins: string;
}

/** Words that a search takes; what else was typed doesn't narrow it further. */
const MOST_TERMS = 6;

/** What was typed, as beginnings that all have to be found. None, where it has neither letters nor digits nor pictures. */
export function searchTerms(text: string): SearchTerm[] {
  const terms = text.split(/\s+/u).flatMap((part): SearchTerm[] =>
    // As addresses are stored: not folded.
    part.indexOf('@') > 0
      ? [{ field: 'email', begins: part.normalize('NFC').toLowerCase() }]
      : split(fold(part)).map((begins) => ({ field: 'words', begins })),
  );
  return [...new Map(terms.map((term) => [`${term.field} ${term.begins}`, term])).values()].slice(0, MOST_TERMS);
}

/** Whether somebody is found by these: all of them, and there is one. */
export function isFoundBy(terms: readonly SearchTerm[], { name, email }: { name: string; email: string }): boolean {
  const words = wordsOf(name, email);
  const begins = (term: SearchTerm) =>
    (term.field === 'email' ? [email] : words).some((word) => word.startsWith(term.begins));
  return terms.length > 0 && terms.every(begins);
}

/** The greatest character: what comes behind everything that begins so. */
export const behind = (beginning: string): string => `${beginning}\u{10ffff}`;

/** As the store compares texts, which is by their code points. */
export const compareTexts = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Searching by the beginnings of words. What is found comes in the order of the index, by the word and then by the name: MongoDB can't sort
 * by an index of an array's elements, but it can be told from where to where to read one. So a page reads what it shows and no more, also the
 * thousandth. Somebody two of whose words begin so has two places there, and is shown at the first.
 */
import type { Model } from 'mongoose';
import { behind, compareTexts, type SearchTerm } from '../../lib/words.js';
import type { Page, PageRequest } from '../list-pages.js';
import { cursorAt, positionOf } from './cursor.js';

export interface Searched {
  _id: string;
  sortName?: string;
  words?: string[];
  email?: string;
}

/** What is searched in: of members, those of one organization. */
export interface SearchScope {
  /** What all have in common, by the fields with which the indexes begin. */
  within: Record<string, string>;
  /** What else has to hold. */
  filter: Record<string, unknown>;
  terms: readonly SearchTerm[];
}

/** Of a word that more than so many have, another one of the search is tried as the one to read along. */
const MANY = 500;

/**
 * @param query all that decides what the list holds
 * @throws RollcallError `invalid` for a cursor of another query
 */
export async function searchPage<T extends Searched>(
  model: Model<T>,
  { within, filter, terms }: SearchScope,
  query: readonly unknown[],
  { limit, after }: PageRequest,
): Promise<Page<T>> {
  if (terms.length === 0) return { data: [], nextCursor: null };
  const [at, value, name] = after === undefined ? [] : positionOf(query, after, 3);
  const along = terms[Number(at ?? (await termToReadAlong(model, within, terms)))] as SearchTerm;
  const others = terms.filter((term) => term !== along).map(matching);
  const from = value === undefined || name === undefined ? { value: along.begins, name: '' } : { value, name };
  const rows = await model.collection
    .find(
      { ...filter, ...(others.length ? { $and: others } : {}), ...(after === undefined ? {} : unseen(along, from)) },
      { projection: { pendingEvents: 0 } },
    )
    .hint(indexOf(within, along))
    .min({ ...within, [along.field]: from.value, sortName: from.name })
    .max({ ...within, [along.field]: behind(along.begins), sortName: '' })
    .limit(limit + 1)
    .toArray();
  const data = rows.slice(0, limit) as unknown as T[];
  const last = data.at(-1);
  const place = last && [String(terms.indexOf(along)), foundBy(last, along), last.sortName ?? ''];
  return { data, nextCursor: rows.length > limit && place ? cursorAt(query, place) : null };
}

const indexOf = (within: Record<string, string>, { field }: SearchTerm): Record<string, 1> => ({
  ...Object.fromEntries(Object.keys(within).map((name) => [name, 1 as const])),
  [field]: 1,
  sortName: 1,
});

/** The condition that a word begins so. */
export const matching = ({ field, begins }: SearchTerm): Record<string, unknown> => {
  const range = { $gte: begins, $lt: behind(begins) };
  return { [field]: field === 'words' ? { $elemMatch: range } : range };
};

/**
 * Which of the beginnings the index is read along; the others are looked up in what that finds. An address has few; else the longest, unless
 * many have it.
 * @returns its place among the terms
 */
async function termToReadAlong<T>(
  model: Model<T>,
  within: Record<string, string>,
  terms: readonly SearchTerm[],
): Promise<number> {
  const rank = (term: SearchTerm) => (term.field === 'email' ? 1000 : 0) + term.begins.length;
  const [first, second] = [...terms].sort((a, b) => rank(b) - rank(a));
  if (!first || !second || first.field === 'email') return terms.indexOf(first as SearchTerm);
  const more = await model.collection
    .find({}, { projection: { _id: 0, sortName: 1 } })
    .hint(indexOf(within, first))
    .min({ ...within, [first.field]: first.begins, sortName: '' })
    .max({ ...within, [first.field]: behind(first.begins), sortName: '' })
    .skip(MANY)
    .limit(1)
    .toArray();
  return terms.indexOf(more.length ? second : first);
}

/** Not those whose first place came before: of an address there is one, which the range says already. */
function unseen({ field, begins }: SearchTerm, { value, name }: { value: string; name: string }): object {
  if (field === 'email') return { $nor: [{ email: value, sortName: { $lte: name } }] };
  return {
    $nor: [{ words: { $elemMatch: { $gte: begins, $lt: value } } }, { words: value, sortName: { $lte: name } }],
  };
}

/** The word by which somebody was found: the first in the index's order. */
function foundBy({ words = [], email = '' }: Searched, { field, begins }: SearchTerm): string {
  if (field === 'email') return email;
  const places = words.filter((word) => word.startsWith(begins)).sort(compareTexts);
  return places[0] ?? begins;
}

/** ETags of what people edit (RFC 9110 13). A tag holds the object's revision, and a digest of what was shown. */
import type { Context } from 'koa';
import { RollcallError, stale } from '../lib/errors.js';
import { digest } from '../lib/ids.js';

export const tagOf = (revision: number, body: unknown) => `"${revision}-${digest(JSON.stringify(body)).slice(0, 16)}"`;

/** Whether a GET's caller has what has this tag already, and is answered by 304. */
export const isKnown = (ctx: Context, tag: string): boolean =>
  (ctx.method === 'GET' || ctx.method === 'HEAD') && tagsIn(ctx.get('If-None-Match')).includes(tag);

const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

const LIST = /^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/;
/** A strong tag of ours: a weak one never matches (RFC 9110 13.1.1). */
const OURS = /(?<!W\/)"(\d{1,15})-[\w-]{16}"/g;
/** So many of a list are looked at: each may cost a write that finds nothing. */
const MOST_TAGS = 10;

/**
 * The revisions that the caller has seen, the latest first; undefined for `*` or none. Only they count: what else was shown (a name, roles
 * by a group) isn't what is changed here.
 * @throws RollcallError `stale` where no tag is one of ours
 */
export function wantedRevisions(ctx: Context): readonly number[] | undefined {
  const header = ctx.get('If-Match').trim();
  if (!header || header === '*') return undefined;
  const named = LIST.test(header) ? [...header.matchAll(OURS)].map(([, revision]) => Number(revision)) : [];
  if (named.length === 0) throw stale();
  return [...new Set(named)].sort((a, b) => b - a).slice(0, MOST_TAGS);
}

/**
 * Does a change under one revision after the other, until one is the object's: each attempt is a condition of the write itself, and one that
 * is stale has changed nothing.
 * @throws RollcallError `stale` where none is
 */
export async function underAny<T>(
  revisions: readonly number[] | undefined,
  change: (revision: number | undefined) => Promise<T>,
): Promise<T> {
  const [latest, ...others] = revisions ?? [];
  try {
    return await change(latest);
  } catch (error) {
    if (others.length === 0 || !(error instanceof RollcallError && error.code === 'stale')) throw error;
    return underAny(others, change);
  }
}

/** ETags of what people edit (RFC 9110 13). A tag holds the object's revision, and a digest of what was shown. */
import type { Context } from 'koa';
import { stale } from '../lib/errors.js';
import { digest } from '../lib/ids.js';

export const tagOf = (revision: number, body: unknown) => `"${revision}-${digest(JSON.stringify(body)).slice(0, 16)}"`;

/** Whether a GET's caller has what has this tag already, and is answered by 304. */
export const isKnown = (ctx: Context, tag: string): boolean =>
  (ctx.method === 'GET' || ctx.method === 'HEAD') && tagsIn(ctx.get('If-None-Match')).includes(tag);

const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/**
 * The revision that the caller has seen, undefined for `*` or none. Only it counts: what else was shown (a name, roles by a group) isn't
 * what is changed here.
 * @throws RollcallError `stale` for a tag that is none of ours, or several
 */
export function wantedRevision(ctx: Context): number | undefined {
  const header = ctx.get('If-Match').trim();
  if (!header || header === '*') return undefined;
  const [, revision] = /^"(\d{1,15})-[\w-]{16}"$/.exec(header) ?? [];
  if (revision === undefined) throw stale();
  return Number(revision);
}

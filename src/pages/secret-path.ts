/** Pages whose address is a secret. */
import type { Context } from 'koa';
import { notFound, tooMany } from '../lib/errors.js';
import type { PageDeps } from './deps.js';

/** The address stays out of caches, and out of the Referer of what the page loads. */
export function quiet(ctx: Context): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Referrer-Policy', 'strict-origin');
}

/** What doesn't work answers like an unknown page, and who tries many is told to wait. */
export async function missed(deps: PageDeps, ctx: Context): Promise<never> {
  if (await deps.limits.mayMissLink(ctx.ip)) throw notFound();
  throw tooMany('Too many links from your network opened nothing. Try again in a while.', 'links');
}

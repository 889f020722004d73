import type { Context, Next } from 'koa';
import { shareReads } from '../lib/read-once.js';

/** A page that is only looked at is of one moment: what it decides on is read once. A form that changes something reads what it needs anew. */
export const readingOnce = (ctx: Context, next: Next): Promise<void> =>
  ctx.method === 'GET' || ctx.method === 'HEAD' ? shareReads(next) : next();

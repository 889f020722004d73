import type { Context, Next } from 'koa';
import { unavailable } from '../lib/errors.js';
import { type ErrorPage, renderError } from './errors.js';

/** Together with what asking the store takes, every request is answered within five seconds (contract.md). */
const PATIENCE_MS = 3500;

/** What is known of the store, for whoever waits for it. */
export interface StoreState {
  /** Whether it can be reached now; answers within a second. */
  storeAnswers: () => Promise<boolean>;
  /** Whether it got done what it was asked, over the last so many milliseconds. */
  storeKeptUp: (forMs: number) => boolean;
}

/**
 * Answers 503 where the store has fallen silent, or is so slow that requests queue for it: an operation that waits for it can't be
 * called off, but whoever asked needn't wait as long. A request that takes its time while the store keeps up goes on.
 */
export function answerInTime({ storeAnswers, storeKeptUp }: StoreState, page: ErrorPage) {
  return function deadline(ctx: Context, next: Next): Promise<void> {
    const started = performance.now();
    const check = async () => {
      if (ctx.res.headersSent || ctx.res.destroyed) return;
      if (!storeKeptUp(performance.now() - started) || !(await storeAnswers())) return giveUp(ctx, page);
      timer = setTimeout(check, PATIENCE_MS);
    };
    let timer = setTimeout(check, PATIENCE_MS);
    ctx.res.once('close', () => clearTimeout(timer));
    return next();
  };
}

/** Writes the answer past Koa, which then finds that it has been given. */
function giveUp(ctx: Context, page: ErrorPage): void {
  if (ctx.res.headersSent || ctx.res.destroyed) return;
  renderError(ctx, unavailable(), page);
  ctx.res.end(typeof ctx.body === 'string' ? ctx.body : JSON.stringify(ctx.body));
}

import type { Context, Next } from 'koa';
import { unavailable } from '../lib/errors.js';
import { type ErrorPage, renderError } from './errors.js';

/** Together with what asking the store takes, every request is answered within five seconds (contract.md). */
const PATIENCE_MS = 3500;

/**
 * Answers 503 where the store has fallen silent: an operation that waits for it can't be called off, but whoever asked needn't wait
 * as long. A request that takes its time while the store answers goes on.
 */
export function answerInTime(storeAnswers: () => Promise<boolean>, page: ErrorPage) {
  return async function deadline(ctx: Context, next: Next): Promise<void> {
    const check = async () => {
      if (ctx.res.headersSent || ctx.res.destroyed) return;
      if (!(await storeAnswers())) return giveUp(ctx, page);
      timer = setTimeout(check, PATIENCE_MS);
    };
    let timer = setTimeout(check, PATIENCE_MS);
    ctx.res.once('close', () => clearTimeout(timer));
    await next();
  };
}

/** Writes the answer past Koa, which then finds that it has been given. */
function giveUp(ctx: Context, page: ErrorPage): void {
  if (ctx.res.headersSent || ctx.res.destroyed) return;
  renderError(ctx, unavailable(), page);
  ctx.res.end(typeof ctx.body === 'string' ? ctx.body : JSON.stringify(ctx.body));
}

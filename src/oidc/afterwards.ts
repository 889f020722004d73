import type { Context, Next } from 'koa';

/** Mends an answer of the library's. A promise only where there is something to wait for. */
export type Step = (ctx: Context) => void | Promise<void>;

/**
 * One middleware around the library's endpoints instead of one for each step, in this order: each would cost every request some promises.
 */
export function afterwards(...steps: Step[]) {
  return async function mendAnswer(ctx: Context, next: Next): Promise<void> {
    await next();
    for (const step of steps) {
      const waiting = step(ctx);
      if (waiting) await waiting;
    }
  };
}

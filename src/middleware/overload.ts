import type { Context, Next } from 'koa';
import { unavailable } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { requestsInFlight, requestsRefused } from '../lib/metrics.js';

/** Requests that one process works on at the same time, unless said otherwise. */
export const MOST_IN_FLIGHT = 1000;

/**
 * Refuses at once what would only make the queue longer. What counts is work: a request whose answer was given up counts until what it
 * began has ended. Health and metrics are always answered.
 */
export function refuseOverload(logger: Logger, most: number) {
  let inFlight = 0;
  let overloaded = false;
  const enter = () => {
    inFlight += 1;
    requestsInFlight.set(inFlight);
  };
  const leave = () => {
    inFlight -= 1;
    requestsInFlight.set(inFlight);
    if (!overloaded || inFlight > most / 2) return;
    overloaded = false;
    logger.info({ event: 'overload_over', inFlight }, 'every request is taken again');
  };
  return async function overload(ctx: Context, next: Next): Promise<void> {
    if (ctx.path.startsWith('/health/') || ctx.path === '/metrics') return next();
    if (inFlight >= most) {
      requestsRefused.inc();
      if (!overloaded) {
        overloaded = true;
        logger.warn({ event: 'overloaded', inFlight }, 'too many requests at once; more get 503');
      }
      throw unavailable();
    }
    enter();
    try {
      await next();
    } finally {
      leave();
    }
  };
}

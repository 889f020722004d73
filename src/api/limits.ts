import type { Context } from 'koa';
import type { Connection } from 'mongoose';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { RollcallError } from '../lib/errors.js';
import { limiters, networkOf, WINDOW_SECONDS } from '../services/limiters.js';

/** How much a caller may ask. */
export interface ApiLimits {
  /** Calls of one caller in a minute. */
  perCaller: number;
  /** Calls with a token that isn't valid, from one network in fifteen minutes. */
  failuresPerAddress: number;
}

export const API_LIMITS: ApiLimits = { perCaller: 1200, failuresPerAddress: 300 };
const MINUTE = 60;

export interface CallLimits {
  /** Counts a call, and tells its caller what is left by the usual headers. @throws RollcallError 429 */
  count(ctx: Context, caller: string): Promise<void>;
  /** Counts a token that wasn't valid. @throws RollcallError 429 */
  countFailure(ctx: Context): Promise<void>;
}

export function createCallLimits(connection: Connection, { perCaller, failuresPerAddress }: ApiLimits): CallLimits {
  const limiter = limiters(connection);
  const callers = limiter('api:caller', perCaller, MINUTE);
  const failures = limiter('api:failure', failuresPerAddress);
  return {
    async count(ctx, caller) {
      const { left, seconds, allowed } = await consume(callers, caller);
      ctx.set({
        'RateLimit-Policy': `${perCaller};w=${MINUTE}`,
        'RateLimit-Limit': String(perCaller),
        'RateLimit-Remaining': String(left),
        'RateLimit-Reset': String(seconds),
      });
      if (!allowed) throw tooMany(ctx, seconds, `More than ${perCaller} calls in a minute.`);
    },
    async countFailure(ctx) {
      const { seconds, allowed } = await consume(failures, networkOf(ctx.ip));
      if (!allowed)
        throw tooMany(ctx, seconds, `More than ${failuresPerAddress} calls with a token that is not valid.`);
    },
  };
}

function tooMany(ctx: Context, seconds: number, message: string): RollcallError {
  ctx.set('Retry-After', String(seconds));
  return new RollcallError('too_many_requests', 429, message);
}

async function consume(limiter: RateLimiterAbstract, key: string) {
  try {
    return tell(await limiter.consume(key, 1), true);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return tell(error, false);
  }
}

const tell = ({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean) => ({
  allowed,
  left: Math.max(0, remainingPoints),
  seconds: Math.min(WINDOW_SECONDS, Math.max(1, Math.ceil(msBeforeNext / 1000))),
});

import { randomInt } from 'node:crypto';

/** How long to wait between attempts, in milliseconds: from `first`, doubled each time, up to `most`. */
export interface Backoff {
  first: number;
  most: number;
}

/**
 * The wait after a failed attempt (the first is 1), in milliseconds: between half and all of the doubled time, so that what failed together
 * isn't tried again together.
 */
export function backoffAfter(attempt: number, { first, most }: Backoff): number {
  const whole = Math.min(most, first * 2 ** Math.min(attempt - 1, 40));
  return Math.round(whole / 2) + randomInt(Math.round(whole / 2) + 1);
}

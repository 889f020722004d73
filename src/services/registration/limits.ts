import type { Connection } from 'mongoose';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { limiters, networkOf } from '../limiters.js';

/** Room for a test suite that registers an application for each of its tests. */
const PER_ADDRESS = 200;

/** Counts registrations, changes and deletions per address, across processes: each has every process read its applications anew. */
export interface RegistrationLimits {
  /** @returns the seconds after which there is room again, or undefined where there is */
  take(address: string): Promise<number | undefined>;
}

export function createRegistrationLimits(connection: Connection, points = PER_ADDRESS): RegistrationLimits {
  const limiter = limiters(connection)('registration:address', points);
  return {
    async take(address) {
      try {
        await limiter.consume(networkOf(address), 1);
        return undefined;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      }
    },
  };
}

/** Counters that hold across processes: how many of something one account or network may do in a while. */
import { isIP } from 'node:net';
import type { Connection } from 'mongoose';
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';
import { RATE_LIMIT_COLLECTION } from '../models/rate-limit.js';

const WINDOW_SECONDS = 15 * 60;

/** Makes limiters of so many points in fifteen minutes, each under a name of its own. */
export const limiters = (connection: Connection) => (keyPrefix: string, points: number) =>
  new RateLimiterMongo({
    // Counted by the primary, whoever counts; what it loses where it dies is a count of some seconds.
    storeClient: connection.getClient().db(connection.name, { writeConcern: { w: 1 } }),
    tableName: RATE_LIMIT_COLLECTION,
    disableIndexesCreation: true,
    keyPrefix,
    points,
    duration: WINDOW_SECONDS,
  });

/** Whom an address counts for: an IPv4 address for itself, an IPv6 one for its /64, of which one household has all addresses. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || isIP(address) !== 6) return mapped ?? address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const zeros = address.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : [];
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** @returns false where nothing is left to take. */
export async function take(limiter: RateLimiterMongo, key: string): Promise<boolean> {
  try {
    await limiter.consume(key, 1);
    return true;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    await limiter.reward(key, 1);
    return false;
  }
}

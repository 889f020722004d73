/** Counters that hold across processes: how many of something one account or network may do in a while. */
import { isIP } from 'node:net';
import { type Connection, mongo } from 'mongoose';
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';
import { isDuplicateKey } from '../lib/errors.js';
import { RATE_LIMIT_COLLECTION, type RateLimit } from '../models/rate-limit.js';

export const WINDOW_SECONDS = 15 * 60;

/** Counted by the primary, whoever counts; what it loses where it dies is a count of some seconds. */
const database = (connection: Connection) => connection.getClient().db(connection.name, { writeConcern: { w: 1 } });

/** Makes limiters of so many points in fifteen minutes, or so many seconds, each under a name of its own. */
export const limiters =
  (connection: Connection) =>
  (keyPrefix: string, points: number, duration = WINDOW_SECONDS) =>
    new RateLimiterMongo({
      storeClient: database(connection),
      tableName: RATE_LIMIT_COLLECTION,
      disableIndexesCreation: true,
      keyPrefix,
      points,
      duration,
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

/** A count of a limiter's. */
export interface Counter {
  limiter: RateLimiterMongo;
  key: string;
}

/**
 * Takes one of each by one command, where the library would send one for each: each is a conditional update of its own.
 * @returns by counter whether it was taken; false also where the library has to look: at a count whose time is over, or at its beginning.
 */
export function createTakeTogether(connection: Connection) {
  const counters = database(connection).collection<RateLimit>(RATE_LIMIT_COLLECTION);
  return async function takeTogether(wanted: readonly Counter[]): Promise<boolean[]> {
    const now = Date.now();
    const updates = wanted.map(({ limiter, key }) => ({
      updateOne: {
        filter: { key: limiter.getKey(key), points: { $lt: limiter.points }, expire: { $gt: new Date(now) } },
        update: { $inc: { points: 1 }, $setOnInsert: { expire: new Date(now + limiter.duration * 1000) } },
        // Where the filter finds nothing and the key is there, the unique index refuses this.
        upsert: true,
      },
    }));
    try {
      await counters.bulkWrite(updates, { ordered: false });
      return wanted.map(() => true);
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
      const refused = new Set([error.writeErrors].flat().map((one) => one.index));
      return wanted.map((_, index) => !refused.has(index));
    }
  };
}

/** Something that was taken of a limiter. */
export interface Taken extends Counter {
  /** How much is given back: this one, or whatever was taken before as well. */
  back: 'one' | 'all';
}

/** Gives back what was taken, as one command, where the library would send one for each. What has expired meanwhile stays so. */
export function createGiveBack(connection: Connection) {
  const counters = database(connection).collection<RateLimit>(RATE_LIMIT_COLLECTION);
  return async function giveBack(taken: readonly Taken[]): Promise<void> {
    if (!taken.length) return;
    const updates = taken.map(({ limiter, key, back }) => ({
      updateOne: {
        filter: { key: limiter.getKey(key), points: { $gt: 0 } },
        update: back === 'one' ? { $inc: { points: -1 } } : { $set: { points: 0 } },
      },
    }));
    await counters.bulkWrite(updates, { ordered: false });
  };
}

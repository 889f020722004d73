import type { Connection } from 'mongoose';
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';
import { digest } from '../lib/ids.js';
import { RATE_LIMIT_COLLECTION } from '../models/rate-limit.js';

const WINDOW_SECONDS = 15 * 60;
const PER_ACCOUNT = 10;
const PER_ADDRESS = 50;

export interface Attempt {
  email: string;
  /** The address that the request came from. */
  address: string;
  /** A browser that signed in as this account before; it has a count of its own, so that strangers can't lock its owner out. */
  knownDevice?: string | undefined;
}

/** Counts failed sign-ins per account and per address, across processes, and so that 50 parallel guesses can't slip through. */
export interface SignInLimits {
  /** Takes a place before the password is looked at. @returns false where too many have failed. */
  begin(attempt: Attempt): Promise<boolean>;
  /** Gives the place back: only failures count. */
  succeeded(attempt: Attempt): Promise<void>;
}

export function createSignInLimits(connection: Connection): SignInLimits {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterMongo({
      storeClient: connection.getClient(),
      dbName: connection.name,
      tableName: RATE_LIMIT_COLLECTION,
      disableIndexesCreation: true,
      keyPrefix,
      points,
      duration: WINDOW_SECONDS,
    });
  const accounts = limiter('sign-in:account', PER_ACCOUNT);
  const addresses = limiter('sign-in:address', PER_ADDRESS);
  const accountKey = ({ email, knownDevice }: Attempt) => digest(email, knownDevice ?? '');

  return {
    async begin(attempt) {
      const taken = await Promise.all([take(accounts, accountKey(attempt)), take(addresses, attempt.address)]);
      return taken.every(Boolean);
    },
    async succeeded(attempt) {
      await Promise.all([accounts.delete(accountKey(attempt)), addresses.reward(attempt.address, 1)]);
    },
  };
}

async function take(limiter: RateLimiterMongo, key: string): Promise<boolean> {
  try {
    await limiter.consume(key, 1);
    return true;
  } catch (error) {
    if (error instanceof RateLimiterRes) return false;
    throw error;
  }
}

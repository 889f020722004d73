import type { Connection } from 'mongoose';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../lib/clock.js';
import { digest } from '../lib/ids.js';
import { limiters, networkOf, WINDOW_SECONDS } from './limiters.js';

/** Far beyond what a client does whose secret is wrong by mistake and who tries again a few times, and nothing against 256 bits. */
export const PER_CLIENT_AND_NETWORK = 100;

/** So many are remembered in a process, the oldest go first: what the store counts stays. */
const MOST_REMEMBERED = 10_000;

/**
 * Counts wrong client secrets per client and network (RFC 6749 2.3.1), across processes. Who has the right one isn't counted and asks the
 * store for nothing: a process remembers what was wrong here, and learns at its first wrong secret what was wrong elsewhere.
 */
export interface ClientSecretLimits {
  /** @returns the seconds for which no secret of this client is looked at from this address, or undefined */
  blockedFor(clientId: string, address: string): number | undefined;
  /** Counts a wrong one. @returns as `blockedFor`, where it was one too many */
  miss(clientId: string, address: string): Promise<number | undefined>;
}

interface Misses {
  count: number;
  /** Milliseconds since the epoch. */
  until: number;
}

export function createClientSecretLimits(
  connection: Connection,
  clock: Clock,
  most = PER_CLIENT_AND_NETWORK,
): ClientSecretLimits {
  const limiter = limiters(connection)('client-secret', most);
  const remembered = new Map<string, Misses>();
  const now = () => clock.now().getTime();
  const keyOf = (clientId: string, address: string) => digest(clientId, networkOf(address));

  function missesOf(key: string): Misses {
    const known = remembered.get(key);
    if (known && known.until > now()) return known;
    remembered.delete(key);
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    const fresh = { count: 0, until: now() + WINDOW_SECONDS * 1000 };
    remembered.set(key, fresh);
    return fresh;
  }
  const wait = ({ count, until }: Misses) =>
    count > most ? Math.max(1, Math.ceil((until - now()) / 1000)) : undefined;

  return {
    blockedFor(clientId, address) {
      const known = remembered.size ? remembered.get(keyOf(clientId, address)) : undefined;
      return known && known.until > now() ? wait(known) : undefined;
    },
    async miss(clientId, address) {
      const key = keyOf(clientId, address);
      const misses = missesOf(key);
      // Before the store is asked, so that many at once in this process are no more than one after the other.
      misses.count += 1;
      const blocked = wait(misses);
      if (blocked !== undefined) return blocked;
      try {
        await limiter.consume(key, 1);
        return undefined;
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        misses.count = most + 1;
        misses.until = now() + error.msBeforeNext;
        return wait(misses);
      }
    },
  };
}

import type { Connection } from 'mongoose';
import { createGiveBack, limiters, networkOf, take } from './limiters.js';

const PER_ACCOUNT = 10;
const PER_ADDRESS = 50;
/** One a second from one network: many devices start at once, and a script fills no database. */
const DEVICES_PER_ADDRESS = 900;

export interface Guess {
  /** The address that the request came from. */
  address: string;
  /** Who is signed in, if anybody is. */
  userId: string | undefined;
}

/** Counts wrong user codes per account and per address, across processes (RFC 8628 5.1), so that nobody finds one by trying. */
export interface UserCodeLimits {
  /**
   * Takes a place for a guess, looks the code up, and gives the place back where it was right, so that parallel guesses can't slip
   * through.
   * @returns what `look` found; undefined also where too many were wrong lately.
   */
  guess<T>(guess: Guess, look: () => Promise<T | undefined>): Promise<T | undefined>;
  /** @returns false where too many devices have begun from this address lately. */
  mayBegin(address: string): Promise<boolean>;
}

export function createUserCodeLimits(connection: Connection): UserCodeLimits {
  const limiter = limiters(connection);
  const giveBack = createGiveBack(connection);
  const accounts = limiter('user-code:account', PER_ACCOUNT);
  const addresses = limiter('user-code:address', PER_ADDRESS);
  const devices = limiter('device:address', DEVICES_PER_ADDRESS);

  return {
    mayBegin: (address) => take(devices, networkOf(address)),
    async guess({ address, userId }, look) {
      const places = [
        { limiter: addresses, key: networkOf(address) },
        ...(userId === undefined ? [] : [{ limiter: accounts, key: userId }]),
      ];
      const taken = await Promise.all(places.map(async (place) => (await take(place.limiter, place.key)) && place));
      const held = taken.filter((place) => place !== false);
      let wrong = false;
      try {
        if (held.length < places.length) return undefined;
        const found = await look();
        wrong = found === undefined;
        return found;
      } finally {
        if (!wrong) await giveBack(held.map((place) => ({ ...place, back: 'one' })));
      }
    },
  };
}

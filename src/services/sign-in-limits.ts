import type { Connection } from 'mongoose';
import type { RateLimiterMongo } from 'rate-limiter-flexible';
import { digest } from '../lib/ids.js';
import { createGiveBack, createTakeTogether, limiters, networkOf, take } from './limiters.js';

const PER_ACCOUNT = 10;
const PER_ADDRESS = 50;
/** One a second: no person notices, and a script fills no database. */
const SIGN_UPS_PER_ADDRESS = 900;
/** Whoever signs in to an account of their own again and again fills no mailbox. */
const SIGN_IN_MAILS_PER_ACCOUNT = 5;
/** Links hold 256 random bits: nobody guesses one, and this keeps who tries from asking the store for nothing. */
const WRONG_LINKS_PER_ADDRESS = 60;

export interface Attempt {
  email: string;
  /** The address that the request came from. */
  address: string;
  /** A browser that signed in as this account before; it has a count of its own, so that strangers can't lock its owner out. */
  knownDevice?: string | undefined;
}

/** Counts failed sign-ins per account and per address, across processes, and so that 50 parallel guesses can't slip through. */
export interface SignInLimits {
  /** Takes a place before the password is looked at. Its end has to be told. */
  begin(attempt: Attempt): Promise<Place>;
  /** @returns false where too many accounts were made from this address lately. */
  maySignUp(address: string): Promise<boolean>;
  /** Counts a secret link that opened nothing. @returns false where too many of them came from this address lately. */
  mayMissLink(address: string): Promise<boolean>;
  /** Counts a mail about a new sign-in. @returns false where an account had too many of them lately. */
  mayTellOfSignIn(userId: string): Promise<boolean>;
  /** Forgets what failed at an account: whose it is was shown by other means. */
  forgive(email: string): Promise<void>;
}

export interface Place {
  /** False where too many have failed. */
  allowed: boolean;
  /** Gives the place back where nothing has failed: only failures count. */
  end(failed: boolean): Promise<void>;
}

export function createSignInLimits(connection: Connection): SignInLimits {
  const limiter = limiters(connection);
  const takeTogether = createTakeTogether(connection);
  const giveBack = createGiveBack(connection);
  const accounts = limiter('sign-in:account', PER_ACCOUNT);
  const addresses = limiter('sign-in:address', PER_ADDRESS);
  const signUps = limiter('sign-up:address', SIGN_UPS_PER_ADDRESS);
  const wrongLinks = limiter('link:address', WRONG_LINKS_PER_ADDRESS);
  const signInMails = limiter('mail:sign-in', SIGN_IN_MAILS_PER_ACCOUNT);
  const accountKey = ({ email, knownDevice }: Attempt) => digest(email, knownDevice ?? '');
  const line = new WaitingLine();
  const enter = (limiter: RateLimiterMongo, key: string) => line.enter(key, () => take(limiter, key));

  return {
    maySignUp: (address) => take(signUps, networkOf(address)),
    mayMissLink: (address) => take(wrongLinks, networkOf(address)),
    mayTellOfSignIn: (userId) => take(signInMails, userId),
    forgive: (email) => giveBack([{ limiter: accounts, key: accountKey({ email, address: '' }), back: 'all' }]),
    async begin(attempt) {
      const account = accountKey(attempt);
      const network = networkOf(attempt.address);
      const [ofAccount = false, ofNetwork = false] = await takeTogether([
        { limiter: accounts, key: account },
        { limiter: addresses, key: network },
      ]);
      // Nobody waits for the first with the second in hand: two could wait for each other.
      const both = ofAccount && ofNetwork;
      if (ofNetwork && !both) {
        line.come(network);
        await giveBack([{ limiter: addresses, key: network, back: 'one' }]).finally(() => line.leave(network));
      }
      const places = [
        { limiter: accounts, key: account, taken: await (ofAccount ? line.come(account) : enter(accounts, account)) },
        { limiter: addresses, key: network, taken: await (both ? line.come(network) : enter(addresses, network)) },
      ];
      const taken = places.filter((place) => place.taken);
      const allowed = taken.length === places.length;
      return {
        allowed,
        async end(failed) {
          try {
            if (!allowed) await giveBack(taken.map((place) => ({ ...place, back: 'one' })));
            // Who got in has shown whose account it is: what failed there before is forgotten.
            else if (!failed)
              await giveBack(taken.map((place) => ({ ...place, back: place.limiter === accounts ? 'all' : 'one' })));
          } finally {
            for (const { key } of taken) line.leave(key);
          }
        },
      };
    },
  };
}

const MOST_WAITING = 500;

/**
 * A place may be given back: who finds none waits as long as somebody in this process has one that isn't decided yet, so that many who
 * sign in at once from one office aren't taken for guesses.
 */
class WaitingLine {
  readonly #inside = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #leaves = 0;

  async enter(key: string, attempt: () => Promise<boolean>): Promise<boolean> {
    for (let leaves = this.#leaves; !(await attempt()); leaves = this.#leaves) {
      if (leaves !== this.#leaves) continue;
      const waiting = this.#waiting.get(key) ?? [];
      if (!this.#inside.get(key) || waiting.length >= MOST_WAITING) return false;
      await new Promise<void>((resolve) => this.#waiting.set(key, [...waiting, resolve]));
    }
    return this.come(key);
  }

  /** Who has a place already. @returns true */
  come(key: string): true {
    this.#inside.set(key, (this.#inside.get(key) ?? 0) + 1);
    return true;
  }

  leave(key: string): void {
    this.#leaves += 1;
    const left = (this.#inside.get(key) ?? 1) - 1;
    if (left) this.#inside.set(key, left);
    else this.#inside.delete(key);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const go of waiting) go();
  }
}

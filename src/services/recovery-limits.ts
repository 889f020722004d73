import type { Connection } from 'mongoose';
import { digest } from '../lib/ids.js';
import { createGiveBack, limiters, networkOf, take } from './limiters.js';

/** Nobody needs more, and nobody's mailbox is filled by strangers. */
const MAILS_PER_ADDRESS = 5;
/** An office shares one. */
const ASKED_PER_NETWORK = 300;
const WRONG_CODES_PER_NETWORK = 50;

/** Counts mails that anybody can have sent to any address, and guesses at codes that were mailed; across processes. */
export interface RecoveryLimits {
  /**
   * Takes one mail to an address, of those that have a new password chosen or of all others: counted apart, as the first go only to who has an
   * account, which others mustn't show, and so that no others keep anybody from choosing a new password.
   * @returns false where too many of them went there lately
   */
  mayMail(kind: 'reset' | 'other', email: string): Promise<boolean>;
  /** @returns false where too much was asked for from this network lately */
  mayAsk(address: string): Promise<boolean>;
  /**
   * Takes a place for a guess, and gives it back where it was right, so that parallel guesses can't slip through.
   * @returns what `look` found; `'locked'` where too many were wrong lately
   */
  guess<T extends object>(address: string, look: () => Promise<T | undefined>): Promise<T | undefined | 'locked'>;
}

export function createRecoveryLimits(connection: Connection): RecoveryLimits {
  const limiter = limiters(connection);
  const giveBack = createGiveBack(connection);
  const mails = {
    reset: limiter('mail:reset', MAILS_PER_ADDRESS),
    other: limiter('mail:address', MAILS_PER_ADDRESS),
  };
  const asked = limiter('recovery:network', ASKED_PER_NETWORK);
  const codes = limiter('code:network', WRONG_CODES_PER_NETWORK);
  return {
    mayMail: (kind, email) => take(mails[kind], digest(email)),
    mayAsk: (address) => take(asked, networkOf(address)),
    async guess(address, look) {
      const key = networkOf(address);
      if (!(await take(codes, key))) return 'locked';
      let wrong = false;
      try {
        const found = await look();
        wrong = found === undefined;
        return found;
      } finally {
        if (!wrong) await giveBack([{ limiter: codes, key, back: 'one' }]);
      }
    },
  };
}

import { createEncryption } from '../../lib/encryption.js';
import { createSigner } from '../../lib/signatures.js';
import { newUserCode, normalizeUserCode } from '../../lib/user-codes.js';
import { claimName } from '../../services/claim-name.js';
import type { Runtime } from '../runtime.js';

const PURPOSE = 'user-code';
/** With a million codes alive one in 25,000 is taken; so many times in a row, none. */
const ATTEMPTS = 10;

/** The codes that people type. A claim each, so that no two devices show the same one (architecture 12). */
export interface UserCodes {
  /**
   * A new code for the device code that is stored under `key`.
   * @param expiresIn seconds after which it is free again.
   */
  claim(key: string, expiresIn: number): Promise<{ code: string; sealed: string }>;
  /** The key of the device code that a typed code belongs to; undefined where it is nobody's. */
  keyFor(typed: string): Promise<string | undefined>;
  /** A code as `claim` sealed it, to be shown to the person who decides about it; undefined where no key opens it any more. */
  open(sealed: string): string | undefined;
}

/**
 * 34 random bits are quickly tried through, so that a plain digest would hide nothing: what lies in the store is an HMAC under the cookie
 * keys to find a code by, and the code encrypted with them.
 */
export function createUserCodes({ services, cookieKeys }: Runtime): UserCodes {
  const encryption = createEncryption(cookieKeys);
  const claimsOf = (code: string) => cookieKeys.map((key) => createSigner([key]).sign(PURPOSE, code));
  return {
    async claim(key, expiresIn) {
      const expiresAt = new Date(services.clock.now().getTime() + expiresIn * 1000);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const code = newUserCode();
        const [newest] = claimsOf(code) as [string];
        const owner = await claimName(services, PURPOSE, newest, key, async () => true, expiresAt);
        if (owner === key) return { code, sealed: encryption.seal(code, PURPOSE) };
      }
      throw new Error('no user code was free');
    },
    async keyFor(typed) {
      const code = normalizeUserCode(typed);
      if (!code) return undefined;
      const ids = claimsOf(code).map((claim) => `${PURPOSE}:${claim}`);
      return (await services.models.Claim.findOne({ _id: { $in: ids } }).lean())?.owner;
    },
    open(sealed) {
      try {
        return encryption.open(sealed, PURPOSE);
      } catch {
        return undefined;
      }
    },
  };
}

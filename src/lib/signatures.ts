import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs short texts with the cookie keys, so that what comes back from a browser is known to be ours. */
export interface Signer {
  /** base64url HMAC-SHA-256; `purpose` keeps one use's signatures from counting for another's. */
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, signature: string): boolean;
}

/** The first key signs, each may verify. */
export function createSigner(keys: readonly string[]): Signer {
  const mac = (key: string, purpose: string, text: string) =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url');
  return {
    sign: (purpose, text) => mac(keys[0] as string, purpose, text),
    verify: (purpose, text, signature) =>
      keys.some((key) => {
        const expected = Buffer.from(mac(key, purpose, text));
        const given = Buffer.from(signature);
        return expected.length === given.length && timingSafeEqual(expected, given);
      }),
  };
}

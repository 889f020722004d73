import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts and opens what must not lie in the store in clear: signing keys, later TOTP secrets and queued mails. */
export interface Encryption {
  /** @returns `v1.` and base64url of nonce, tag and ciphertext. `context` is bound to it: it opens only with the same. */
  seal(plain: string, context: string): string;
  /** @throws Error when no key opens it, or it was sealed for another context. */
  open(sealed: string, context: string): string;
}

/** AES-256-GCM with keys derived from the given secrets (newest first): the first seals, each may open. */
export function createEncryption(secrets: readonly string[]): Encryption {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'rollcall encryption v1', 32)));
  const [newest] = keys;
  if (!newest) throw new TypeError('at least one encryption key is needed');
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, context) {
      const raw = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url');
      for (const key of keys) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, raw.subarray(0, 12)).setAAD(Buffer.from(context));
          decipher.setAuthTag(raw.subarray(12, 28));
          return decipher.update(raw.subarray(28), undefined, 'utf8') + decipher.final('utf8');
        } catch {
          // The next key may be the one.
        }
      }
      throw new Error('no encryption key opens this secret');
    },
  };
}

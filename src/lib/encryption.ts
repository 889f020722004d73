import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts and opens what must not lie in the store in clear: signing keys, later TOTP secrets and queued mails. */
export interface Encryption {
  /**
   * @returns `v2.`, the id of the key, a dot, and base64url of nonce, tag and ciphertext. `context` is bound to it: it opens only with the
   * same.
   */
  seal(plain: string, context: string): string;
  /** @throws Error when no key opens it, or it was sealed for another context. */
  open(sealed: string, context: string): string;
  /** Whether it was sealed with the newest key: what wasn't has to be sealed again before its key can be dropped. */
  isNewest(sealed: string): boolean;
}

/** The configured ENCRYPTION_KEYS don't open what the store holds: a start, or the command, ends with 78. */
export class EncryptionKeyError extends Error {}

interface Key {
  /** Eight characters that tell the keys apart and nothing about them. */
  id: string;
  key: Buffer;
}

/** AES-256-GCM with keys derived from the given secrets (newest first): the first seals, each may open. */
export function createEncryption(secrets: readonly string[]): Encryption {
  const keys = secrets.map(derive);
  const [newest] = keys;
  if (!newest) throw new TypeError('at least one encryption key is needed');
  const prefix = `v2.${newest.id}.`;
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${prefix}${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, context) {
      const { candidates, raw } = envelope(sealed, keys);
      for (const { key } of candidates) {
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
    isNewest: (sealed) => sealed.startsWith(prefix),
  };
}

function derive(secret: string): Key {
  const bytes = (info: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', info, length));
  return { key: bytes('rollcall encryption v1', 32), id: bytes('rollcall encryption key id', 6).toString('base64url') };
}

/** `v2` names its key; `v1`, which earlier versions wrote, doesn't, so that each has to be tried. */
function envelope(sealed: string, keys: readonly Key[]): { candidates: readonly Key[]; raw: Buffer } {
  const [version, ...rest] = sealed.split('.');
  const body = rest.at(-1) ?? '';
  const candidates = version === 'v2' ? keys.filter((key) => key.id === rest[0]) : keys;
  return { candidates, raw: Buffer.from(body, 'base64url') };
}

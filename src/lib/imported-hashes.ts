/**
 * Password hashes that come from elsewhere, as provisioning takes them: verified once, and replaced by our own at the first sign-in.
 * Each kind is told by its beginning.
 */
import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

interface Kind {
  name: string;
  pattern: RegExp;
  verify(match: RegExpExecArray, password: string): Promise<boolean>;
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt);
const pbkdf2Async = promisify(pbkdf2);

/** Base64 with or without padding, and with passlib's `.` for `+`. */
const decode = (text: string | undefined): Buffer => Buffer.from((text ?? '').replaceAll('.', '+'), 'base64');

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && a.length > 0 && timingSafeEqual(a, b);

const B64 = '[A-Za-z0-9+/.]+=*';

const KINDS: readonly Kind[] = [
  {
    name: 'bcrypt',
    pattern: /^\$2[abxy]\$(?:0[4-9]|1\d|20)\$[./A-Za-z0-9]{53}$/,
    verify: async ([hash], password) => (await import('@node-rs/bcrypt')).verify(password, hash),
  },
  {
    // PHC: $scrypt$ln=16,r=8,p=1$salt$hash
    name: 'scrypt',
    pattern: new RegExp(`^\\$scrypt\\$ln=(1?\\d|20),r=(\\d{1,2}),p=(\\d{1,2})\\$(${B64})\\$(${B64})$`),
    async verify([, ln, r, p, salt, hash], password) {
      const wanted = decode(hash);
      const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 ** 31 - 1 };
      return same(await scryptAsync(password, decode(salt), wanted.length, cost), wanted);
    },
  },
  {
    // PHC and passlib: $pbkdf2-sha256$i=600000$salt$hash, with or without `i=`; without a digest it is SHA-1.
    name: 'PBKDF2',
    pattern: new RegExp(
      `^\\$pbkdf2(?:-(sha1|sha256|sha512))?\\$(?:i=)?([1-9]\\d{0,7})(?:,l=\\d+)?\\$(${B64})\\$(${B64})$`,
    ),
    async verify([, digest, rounds, salt, hash], password) {
      const wanted = decode(hash);
      return same(await pbkdf2Async(password, decode(salt), Number(rounds), wanted.length, digest ?? 'sha1'), wanted);
    },
  },
  {
    // Django: pbkdf2_sha256$600000$salt$hash, whose salt is plain text.
    name: 'PBKDF2',
    pattern: new RegExp(`^pbkdf2_(sha1|sha256|sha512)\\$([1-9]\\d{0,7})\\$([^$]+)\\$(${B64})$`),
    async verify([, digest, rounds, salt, hash], password) {
      const wanted = decode(hash);
      const made = await pbkdf2Async(password, salt ?? '', Number(rounds), wanted.length, digest ?? '');
      return same(made, wanted);
    },
  },
];

function kindOf(hash: string): { kind: Kind; match: RegExpExecArray } | undefined {
  for (const kind of KINDS) {
    const match = kind.pattern.exec(hash);
    if (match) return { kind, match };
  }
  return undefined;
}

/** Whether a hash from elsewhere is of a kind that can be verified. */
export const isImportedHash = (hash: string): boolean => kindOf(hash) !== undefined;

/** Verifies a password as it was typed, and in NFC, for nobody knows how the other system had it. */
export async function verifyImported(hash: string, password: string): Promise<boolean> {
  const found = kindOf(hash);
  if (!found) return false;
  for (const form of new Set([password, password.normalize('NFC')])) {
    if (await found.kind.verify(found.match, form)) return true;
  }
  return false;
}

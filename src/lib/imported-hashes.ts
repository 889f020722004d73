/**
 * Password hashes that come from elsewhere, as provisioning takes them: verified once, and replaced by our own at the first sign-in.
 * Each kind is told by its beginning.
 */
import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

interface Kind {
  name: string;
  pattern: RegExp;
  /** Whether a sign-in may cost what this hash asks for. */
  affordable(match: RegExpExecArray): boolean;
  verify(match: RegExpExecArray, password: string): Promise<boolean>;
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt);
const pbkdf2Async = promisify(pbkdf2);

/**
 * What one sign-in may cost, for whoever knows the account's address can ask for it as often as the limits let them. Everything that is
 * recommended anywhere is within: of OWASP's and Django's parameters a multiple. The dearest takes some seconds of one core.
 */
const MOST_BCRYPT = 15;
/** Bytes that scrypt fills (128 · N · r: OWASP's N = 2^17, r = 8), and those together, where it does so p times. */
const MOST_SCRYPT_BYTES = 2 ** 27;
const MOST_SCRYPT_WORK = 2 ** 28;
/** Rounds for each block of the digest's length that is asked for. */
const MOST_ROUNDS = 5_000_000;

const roundsAreFew = (rounds: string | undefined, digest: string | undefined, hash: string | undefined): boolean =>
  Number(rounds) * Math.ceil(decode(hash).length / (DIGEST_BYTES[digest ?? 'sha1'] ?? 1)) <= MOST_ROUNDS;

const DIGEST_BYTES: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 };

/** Base64 with or without padding, and with passlib's `.` for `+`. */
const decode = (text: string | undefined): Buffer => Buffer.from((text ?? '').replaceAll('.', '+'), 'base64');

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && a.length > 0 && timingSafeEqual(a, b);

const B64 = '[A-Za-z0-9+/.]+=*';

const KINDS: readonly Kind[] = [
  {
    name: 'bcrypt',
    pattern: /^\$2[abxy]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/,
    affordable: ([, cost]) => Number(cost) <= MOST_BCRYPT,
    verify: async ([hash], password) => (await import('@node-rs/bcrypt')).verify(password, hash),
  },
  {
    // PHC: $scrypt$ln=16,r=8,p=1$salt$hash
    name: 'scrypt',
    pattern: new RegExp(
      `^\\$scrypt\\$ln=([1-9]|[1-5]\\d|6[0-3]),r=([1-9]\\d{0,8}),p=([1-9]\\d{0,8})\\$(${B64})\\$(${B64})$`,
    ),
    affordable([, ln, r, p]) {
      const bytes = 128 * 2 ** Number(ln) * Number(r);
      return bytes <= MOST_SCRYPT_BYTES && bytes * Number(p) <= MOST_SCRYPT_WORK;
    },
    async verify([, ln, r, p, salt, hash], password) {
      const wanted = decode(hash);
      const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 * MOST_SCRYPT_BYTES };
      return same(await scryptAsync(password, decode(salt), wanted.length, cost), wanted);
    },
  },
  {
    // PHC and passlib: $pbkdf2-sha256$i=600000$salt$hash, with or without `i=`; without a digest it is SHA-1.
    name: 'PBKDF2',
    pattern: new RegExp(
      `^\\$pbkdf2(?:-(sha1|sha256|sha512))?\\$(?:i=)?([1-9]\\d{0,9})(?:,l=\\d+)?\\$(${B64})\\$(${B64})$`,
    ),
    affordable: ([, digest, rounds, , hash]) => roundsAreFew(rounds, digest, hash),
    async verify([, digest, rounds, salt, hash], password) {
      const wanted = decode(hash);
      return same(await pbkdf2Async(password, decode(salt), Number(rounds), wanted.length, digest ?? 'sha1'), wanted);
    },
  },
  {
    // Django: pbkdf2_sha256$600000$salt$hash, whose salt is plain text.
    name: 'PBKDF2',
    pattern: new RegExp(`^pbkdf2_(sha1|sha256|sha512)\\$([1-9]\\d{0,9})\\$([^$]+)\\$(${B64})$`),
    affordable: ([, digest, rounds, , hash]) => roundsAreFew(rounds, digest, hash),
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

/** Whether a hash from elsewhere can be verified; `costly`: it is of a kind that can, but asks for more than a sign-in may cost. */
export function importedHash(hash: string): 'ok' | 'costly' | 'unknown' {
  const found = kindOf(hash);
  if (!found) return 'unknown';
  return found.kind.affordable(found.match) ? 'ok' : 'costly';
}

/** Verifies a password as it was typed, and in NFC, for nobody knows how the other system had it. */
export async function verifyImported(hash: string, password: string): Promise<boolean> {
  const found = kindOf(hash);
  if (!found?.kind.affordable(found.match)) return false;
  for (const form of new Set([password, password.normalize('NFC')])) {
    if (await found.kind.verify(found.match, form)) return true;
  }
  return false;
}

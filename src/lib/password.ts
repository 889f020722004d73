import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { importedHash, verifyImported } from './imported-hashes.js';
import { hashingDuration, hashingRefused, measureHashing } from './metrics.js';

/** `algorithm: 2` is argon2id. 19 MiB, 2 passes, 1 lane: OWASP's and RFC 9106's recommendation for argon2id on a server (security.md 33). */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/**
 * How many hashes run at once; the rest wait in line, so that sign-ins take neither all of the machine's memory nor all of the four
 * threads on which tokens are signed too. One more than there are cores: with as many, each core has nothing to do from the end of a
 * hash until this process's own thread gets to begin the next, which took a quarter of the rate.
 */
const CONCURRENCY = Math.min(3, availableParallelism() + 1);
/** How many may wait. Beyond it a sign-in is refused at once instead of after a time-out. */
const WAITING = 500;

let running = 0;
const line: (() => void)[] = [];
measureHashing(() => ({ running, waiting: line.length }));

/** Thrown when too many hashes wait already. */
export class HashingBusyError extends Error {}

async function inLine<T>(work: () => Promise<T>): Promise<T> {
  const ended = hashingDuration.startTimer();
  if (running >= CONCURRENCY) {
    if (line.length >= WAITING) {
      hashingRefused.inc();
      throw new HashingBusyError('too many passwords are being checked');
    }
    await new Promise<void>((resolve) => line.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    ended();
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }
}

/** @returns an argon2id hash as a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return inLine(() => hash(password.normalize('NFC'), PARAMETERS));
}

const matchesHash = async (stored: string, password: string): Promise<boolean> =>
  importedHash(stored) === 'ok' ? verifyImported(stored, password) : verify(stored, password.normalize('NFC'));

let decoy: Promise<string> | undefined;

/**
 * Compares in the same time whether there is a hash or not: without one, a decoy is verified, so that an unknown address can't be
 * told from a wrong password (security.md 35). So it is of one that asks for more than a sign-in may cost, from before that was refused:
 * no password matches it, and its owner asks for another.
 */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('a password that nobody has');
  const against = stored !== undefined && isPasswordHash(stored) ? stored : await decoy;
  const matches = await inLine(() => matchesHash(against, password).catch(() => false));
  return matches && against === stored;
}

/** True where a hash was made with weaker parameters than today's and should be made again at the next sign-in. */
export function needsRehash(stored: string): boolean {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(stored);
  if (!match) return true;
  return Number(match[1]) < PARAMETERS.memoryCost || Number(match[2]) < PARAMETERS.timeCost;
}

/** Warms the decoy, so that the first unknown address doesn't take longer than the next. */
export async function prepareHashing(): Promise<void> {
  decoy ??= hashPassword('a password that nobody has');
  await decoy;
}

const ARGON2 = /^\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;
/** Of an argon2 hash from elsewhere: memory in KiB, that together where it is passed over t times, and lanes. Libsodium's moderate is within. */
const MOST_ARGON2_KIB = 256 * 1024;
const MOST_ARGON2_WORK = 1024 * 1024;
const MOST_ARGON2_LANES = 16;

/** Why a text isn't a hash that a password can be verified against; undefined where it is. */
export function passwordHashFault(text: string): string | undefined {
  const [, memory, passes, lanes] = (ARGON2.exec(text) ?? []).map(Number);
  const kind = memory === undefined ? importedHash(text) : argon2Hash(memory, Number(passes), Number(lanes));
  if (kind === 'costly')
    return 'expected a hash that a sign-in can afford: bcrypt up to 15, scrypt up to 128 MiB, PBKDF2 up to 5,000,000 rounds, argon2 up to 256 MiB';
  return kind === 'ok'
    ? undefined
    : 'expected an argon2, bcrypt, scrypt or PBKDF2 hash, such as $argon2id$v=19$… or $2b$12$…';
}

const argon2Hash = (memory: number, passes: number, lanes: number): 'ok' | 'costly' =>
  memory <= MOST_ARGON2_KIB && memory * passes <= MOST_ARGON2_WORK && lanes <= MOST_ARGON2_LANES ? 'ok' : 'costly';

export const isPasswordHash = (text: string): boolean => passwordHashFault(text) === undefined;

import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 as base64url: enough for secrets of 256 random bits, which nobody can guess (architecture 7). */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Compares a candidate with a stored hash in constant time. */
export function secretMatches(hash: string, candidate: string): boolean {
  const a = Buffer.from(hash);
  const b = Buffer.from(hashSecret(candidate));
  return a.length === b.length && timingSafeEqual(a, b);
}

import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A public key for signatures (RFC 7517), with the members that count and no other. */
export interface PublicJwk {
  kty: 'RSA' | 'EC' | 'OKP';
  n?: string;
  e?: string;
  crv?: string;
  x?: string;
  y?: string;
  kid?: string;
  alg?: string;
  use?: 'sig';
}

/** What is wrong with a key, and at which of its members. */
export interface JwkFault {
  member: string;
  message: string;
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/** Per type: the members that make the key, and the algorithms that it can serve (RFC 7518, RFC 8037, RFC 9864). */
const TYPES = new Map([
  ['RSA', { members: ['n', 'e'], algorithms: ['RS256', 'PS256'] }],
  ['EC', { members: ['crv', 'x', 'y'], curve: 'P-256', algorithms: ['ES256'] }],
  ['OKP', { members: ['crv', 'x'], curve: 'Ed25519', algorithms: ['EdDSA', 'Ed25519'] }],
]);

/** RFC 7518 3.3 and 3.5. */
const RSA_MIN_BITS = 2048;

/**
 * Reads a public signing key of somebody else's.
 * @returns the key, or what is wrong; no message repeats what a key holds, as it may be a secret that was pasted by mistake
 */
export function readPublicJwk(input: Record<string, unknown>): { key: PublicJwk } | JwkFault {
  if (input.kty === 'oct' || input.k !== undefined)
    return { member: 'kty', message: 'expected a public key; this is a symmetric one' };
  const secret = PRIVATE_MEMBERS.find((member) => input[member] !== undefined);
  if (secret) return { member: secret, message: 'expected a public key; this one holds its private part' };
  const type = TYPES.get(String(input.kty));
  if (!type) return { member: 'kty', message: 'expected RSA, EC or OKP' };
  if (type.curve !== undefined && input.crv !== type.curve) return { member: 'crv', message: `expected ${type.curve}` };
  if (input.use !== undefined && input.use !== 'sig') return { member: 'use', message: 'expected sig' };
  if (input.alg !== undefined && !type.algorithms.includes(String(input.alg)))
    return { member: 'alg', message: `expected ${type.algorithms.join(' or ')}` };
  if (input.kid !== undefined && !(typeof input.kid === 'string' && /^.{1,200}$/.test(input.kid)))
    return { member: 'kid', message: 'expected a text of 200 characters at most' };
  const kept = ['kty', ...type.members, 'kid', 'alg', 'use'].filter((member) => input[member] !== undefined);
  const key = Object.fromEntries(kept.map((member) => [member, input[member]])) as unknown as PublicJwk;
  const imported = importKey(key);
  if (!imported) return { member: type.members[type.members.length - 1] as string, message: 'this is no usable key' };
  if (key.kty === 'RSA' && (imported.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_MIN_BITS)
    return { member: 'n', message: `expected a key of at least ${RSA_MIN_BITS} bits` };
  return { key };
}

function importKey(key: PublicJwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

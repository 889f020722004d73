import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Encryption, EncryptionKeyError } from '../../lib/encryption.js';
import type { SigningAlgorithm } from '../../models/application.js';
import type { SigningKey } from '../../models/key-ring.js';
import { ALGORITHMS, type NewKey } from './ring.js';

/** What a sealed private key is bound to, so that one can't be put in another's place. */
export const sealedFor = (kid: string) => `signing-key:${kid}`;

/** A new key pair; the private half leaves this function sealed. */
export async function makeKey(alg: SigningAlgorithm, encryption: Encryption): Promise<NewKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await keyId(publicJwk);
  const common = { kid, alg, use: 'sig' };
  const privateJwk = JSON.stringify({ ...(await exportJWK(privateKey)), ...common });
  return {
    kid,
    alg,
    publicJwk: { ...publicJwk, ...common },
    sealedPrivateJwk: encryption.seal(privateJwk, sealedFor(kid)),
  };
}

/** The keys of an instance's first ring: of each algorithm one that signs and one in reserve. */
export type FirstKeys = readonly { active: NewKey; next: NewKey }[];

/** Makes them all at once, on other threads; two RSA keys take a processor half a second, and by chance several. */
export function makeFirstKeys(encryption: Encryption): Promise<FirstKeys> {
  return Promise.all(
    ALGORITHMS.map(async (alg) => {
      const [active, next] = await Promise.all([makeKey(alg, encryption), makeKey(alg, encryption)]);
      return { active, next };
    }),
  );
}

/** 128 bits of the thumbprint (RFC 7638) in hexadecimal: an id that begins with `-` would be an option to the command. */
async function keyId(publicJwk: JWK): Promise<string> {
  const thumbprint = Buffer.from(await calculateJwkThumbprint(publicJwk), 'base64url');
  return thumbprint.subarray(0, 16).toString('hex');
}

/** @throws EncryptionKeyError where no configured key opens it. */
export function openKey({ kid, sealedPrivateJwk }: SigningKey, encryption: Encryption): JWK {
  try {
    return JSON.parse(encryption.open(sealedPrivateJwk ?? '', sealedFor(kid))) as JWK;
  } catch (cause) {
    throw new EncryptionKeyError(
      'ENCRYPTION_KEYS does not open the signing keys that the store holds. Add the key that sealed them, after the newest.',
      { cause },
    );
  }
}

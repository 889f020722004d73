import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Encryption } from '../lib/encryption.js';
import { isDuplicateKey } from '../lib/errors.js';
import type { SigningAlgorithm } from '../models/application.js';
import type { SigningKey } from '../models/index.js';
import type { ServiceContext } from './context.js';

const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

/** Thrown when the configured ENCRYPTION_KEYS don't open what the store holds: the start ends with 78. */
export class EncryptionKeyError extends Error {}

/**
 * The private signing keys, one per algorithm. Missing ones are made; of processes that start together one makes a key and the
 * others read it, for (algorithm, sequence) is unique.
 */
export async function loadSigningKeys(context: ServiceContext, encryption: Encryption): Promise<JWK[]> {
  const { models } = context;
  const keys = await Promise.all(
    ALGORITHMS.map(async (alg) => {
      const find = () => models.SigningKey.findOne({ alg, sequence: 1 }).lean();
      return (await find()) ?? (await makeKey(context, encryption, alg)) ?? (await find());
    }),
  );
  return keys.map((key) => {
    if (!key) throw new Error('a signing key could neither be made nor read');
    return open(key, encryption);
  });
}

function open(key: SigningKey, encryption: Encryption): JWK {
  try {
    return JSON.parse(encryption.open(key.sealedPrivateJwk, `signing-key:${key._id}`)) as JWK;
  } catch (cause) {
    throw new EncryptionKeyError('ENCRYPTION_KEYS does not open the signing keys that the store holds', { cause });
  }
}

async function makeKey(
  context: ServiceContext,
  encryption: Encryption,
  alg: SigningAlgorithm,
): Promise<SigningKey | undefined> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  const common = { kid, alg, use: 'sig' };
  const key: SigningKey = {
    _id: kid,
    alg,
    sequence: 1,
    publicJwk: { ...(await exportJWK(publicKey)), ...common },
    sealedPrivateJwk: encryption.seal(
      JSON.stringify({ ...(await exportJWK(privateKey)), ...common }),
      `signing-key:${kid}`,
    ),
    createdAt: context.clock.now(),
  };
  try {
    await context.models.SigningKey.create(key);
    return key;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

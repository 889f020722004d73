/** The key of the chains: random, made at the first start, and kept sealed, so that it outlives what ENCRYPTION_KEYS becomes. */
import { randomBytes } from 'node:crypto';
import { type Encryption, EncryptionKeyError } from '../../lib/encryption.js';
import { isDuplicateKey } from '../../lib/errors.js';
import { AUDIT_KEY_ID, type AuditKey } from '../../models/audit-key.js';
import type { ServiceContext } from '../context.js';
import type { ChainKey } from './chain.js';

/** What the sealed key is bound to. */
const SEALED_FOR = 'audit-key';

type Context = Pick<ServiceContext, 'models'>;

/** The sealed key, where a start has made it. */
export const readChainKey = ({ models }: Context): Promise<AuditKey | null> =>
  models.AuditKey.findById(AUDIT_KEY_ID).lean<AuditKey>().exec();

/**
 * The key, made where there is none. Of processes that start together one makes it, for its `_id` is unique.
 * @throws EncryptionKeyError
 */
export async function ensureChainKey(
  context: Context & Pick<ServiceContext, 'clock'>,
  encryption: Encryption,
): Promise<ChainKey> {
  const present = await readChainKey(context);
  if (present) return openChainKey(present, encryption);
  const sealedKey = encryption.seal(randomBytes(32).toString('base64url'), SEALED_FOR);
  try {
    await context.models.AuditKey.create({ _id: AUDIT_KEY_ID, sealedKey, createdAt: context.clock.now() });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return openChainKey((await readChainKey(context)) as AuditKey, encryption);
}

/** @throws EncryptionKeyError where no configured key opens it */
export function openChainKey({ sealedKey }: AuditKey, encryption: Encryption): ChainKey {
  try {
    return Buffer.from(encryption.open(sealedKey, SEALED_FOR), 'base64url');
  } catch (cause) {
    throw new EncryptionKeyError(
      'ENCRYPTION_KEYS does not open the key of the audit log that the store holds. Add the key that sealed it, after the newest.',
      { cause },
    );
  }
}

/** Seals it with the newest of ENCRYPTION_KEYS, where it isn't. @returns how many were sealed anew */
export async function resealChainKey(context: Context, encryption: Encryption): Promise<number> {
  const present = await readChainKey(context);
  if (!present || encryption.isNewest(present.sealedKey)) return 0;
  const sealedKey = encryption.seal(openChainKey(present, encryption).toString('base64url'), SEALED_FOR);
  // Of two at once, and of one that died in between, either leaves the same key.
  const { modifiedCount } = await context.models.AuditKey.updateOne(
    { _id: AUDIT_KEY_ID, sealedKey: present.sealedKey },
    { $set: { sealedKey } },
  );
  return modifiedCount;
}

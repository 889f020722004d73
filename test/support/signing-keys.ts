import type { Encryption } from '../../src/lib/encryption.js';
import { KEY_RING_ID, type KeyRing } from '../../src/models/key-ring.js';
import type { ServiceContext } from '../../src/services/context.js';
import { openSigningKeys, type SigningKeys } from '../../src/services/signing-keys/follow-keys.js';
import { readRing } from '../../src/services/signing-keys/stored-ring.js';

/** What the first store was given. To make three RSA and elliptic pairs, twice, takes longer than all else at a server's start. */
let first: KeyRing | null = null;

/** Opens a store's keys as a server does; a store that has none gets the keys that this process's first one was made with. */
export async function openTestKeys(services: ServiceContext, encryption: Encryption): Promise<SigningKeys> {
  if (first) await services.models.KeyRing.updateOne({ _id: KEY_RING_ID }, { $setOnInsert: first }, { upsert: true });
  const keys = await openSigningKeys(services, encryption);
  first ??= await readRing(services);
  return keys;
}

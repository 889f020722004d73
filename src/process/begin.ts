import type { Config, Secrets } from '../config/index.js';
import { createEncryption, type Encryption } from '../lib/encryption.js';
import type { FirstKeys } from '../services/signing-keys/make-key.js';
import { isNewStore, type OpenedStore, openStore } from '../store/open.js';

/** What goes on in other threads from the first moment of a start, while this one still loads the server. */
export interface Begun {
  encryption: Encryption;
  store: Promise<OpenedStore>;
  /** The first signing keys; undefined where the store may hold some. */
  firstKeys: Promise<FirstKeys> | undefined;
}

/** Begins a start: opens the store, and makes the keys that a new one lacks. Imports nothing that takes long to load. */
export function begin(config: Config, secrets: Secrets): Begun {
  const encryption = createEncryption(secrets.encryptionKeys);
  const firstKeys = isNewStore(config) ? makeKeys(encryption) : undefined;
  const store = openStore(config);
  // Whoever waits for them later gets the failure; until then it isn't an unhandled one.
  for (const begun of [store, firstKeys]) begun?.catch(() => {});
  return { encryption, store, firstKeys };
}

async function makeKeys(encryption: Encryption): Promise<FirstKeys> {
  const { makeFirstKeys } = await import('../services/signing-keys/make-key.js');
  return makeFirstKeys(encryption);
}

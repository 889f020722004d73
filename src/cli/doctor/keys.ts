import { createEncryption } from '../../lib/encryption.js';
import type { Models } from '../../models/index.js';
import type { SigningKey } from '../../models/key-ring.js';
import { openChainKey, readChainKey } from '../../services/audit/chain-key.js';
import { openKey } from '../../services/signing-keys/make-key.js';
import { readRing } from '../../services/signing-keys/stored-ring.js';
import { type Finding, findingsOf } from './finding.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whether ENCRYPTION_KEYS open the signing keys that the store holds, whether older ones are still needed, and how old the keys are. */
export async function checkSigningKeys(
  models: Models,
  encryptionKeys: readonly string[] | undefined,
): Promise<Finding[]> {
  const { found, ok, warning, problem } = findingsOf('Keys');
  const keys = (await readRing({ models }))?.keys.filter((key) => key.sealedPrivateJwk) ?? [];
  if (!keys.length) {
    warning('There are no signing keys yet', 'Start the server: the first start makes them.');
    return found;
  }
  if (!encryptionKeys) {
    problem(
      'The store holds signing keys, but the keys that open them aren’t here',
      'Set ENCRYPTION_KEYS to what the server has, or DATA_DIR to the folder with its secrets.json.',
    );
    return found;
  }
  const encryption = createEncryption(encryptionKeys);
  const shut = keys.filter((key) => !opens(() => openKey(key, encryption)));
  if (shut.length) {
    problem(
      `ENCRYPTION_KEYS doesn’t open ${shut.length} of ${keys.length} signing keys: the server doesn’t start`,
      'Add the key that was used before, after the newest one; restore it from a backup if it was lost.',
    );
    return found;
  }
  const older = keys.filter((key) => !encryption.isNewest(key.sealedPrivateJwk ?? ''));
  if (older.length)
    warning(
      `${older.length} of ${keys.length} signing keys are sealed with an older encryption key`,
      'Start a server with these ENCRYPTION_KEYS, or run `rollcall keys reencrypt`, before you drop the older one.',
    );
  ok(
    `ENCRYPTION_KEYS opens all ${keys.length} signing keys; the one that has signed longest began ${age(keys)} days ago`,
  );
  return found;
}

/** Whether ENCRYPTION_KEYS open the key of the audit log, and whether an older one is still needed for it. */
export async function checkAuditKey(models: Models, encryptionKeys: readonly string[] | undefined): Promise<Finding[]> {
  const { found, ok, warning, problem } = findingsOf('Keys');
  const key = await readChainKey({ models });
  // Without any key of the store, what is said of the signing keys is enough.
  if (!key || !encryptionKeys) return found;
  const encryption = createEncryption(encryptionKeys);
  if (!opens(() => openChainKey(key, encryption)))
    problem(
      'ENCRYPTION_KEYS doesn’t open the key of the audit log: the server doesn’t start',
      'Add the key that was used before, after the newest one; restore it from a backup if it was lost.',
    );
  else if (!encryption.isNewest(key.sealedKey))
    warning(
      'The key of the audit log is sealed with an older encryption key',
      'Start a server with these ENCRYPTION_KEYS, or run `rollcall keys reencrypt`, before you drop the older one.',
    );
  else ok('ENCRYPTION_KEYS opens the key of the audit log');
  return found;
}

/** Days since the first of the active keys began to sign. */
function age(keys: readonly SigningKey[]): number {
  const began = keys.flatMap((key) => (key.state === 'active' ? [(key.activatedAt ?? key.publishedAt).getTime()] : []));
  return Math.floor((Date.now() - Math.min(...began)) / DAY_MS);
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}

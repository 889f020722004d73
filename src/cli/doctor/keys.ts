import { createEncryption } from '../../lib/encryption.js';
import type { Models } from '../../models/index.js';
import { type Finding, findingsOf } from './finding.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whether ENCRYPTION_KEYS open the signing keys that the store holds, and how old those are. */
export async function checkSigningKeys(
  models: Models,
  encryptionKeys: readonly string[] | undefined,
): Promise<Finding[]> {
  const { found, ok, warning, problem } = findingsOf('Keys');
  const keys = await models.SigningKey.find().lean();
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
  const shut = keys.filter((key) => !opens(() => encryption.open(key.sealedPrivateJwk, `signing-key:${key._id}`)));
  if (shut.length) {
    problem(
      `ENCRYPTION_KEYS doesn’t open ${shut.length} of ${keys.length} signing keys: the server doesn’t start`,
      'Add the key that was used before, after the newest one; restore it from a backup if it was lost.',
    );
    return found;
  }
  const oldest = Math.min(...keys.map((key) => key.createdAt.getTime()));
  ok(
    `ENCRYPTION_KEYS opens all ${keys.length} signing keys; the oldest is ${Math.floor((Date.now() - oldest) / DAY_MS)} days old`,
  );
  return found;
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}

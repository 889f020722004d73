import { ConfigError } from '../config/index.js';
import { EncryptionKeyError } from '../lib/encryption.js';
import { ProvisioningError } from '../services/provisioning/index.js';
import { UnreadableFileError } from '../services/provisioning/read-file.js';

/** sysexits.h: what the operator configured can't be used; a file that was named isn't there. */
const EX_CONFIG = 78;
const EX_NOINPUT = 66;

/** The code with which a start ends that failed like this; 1 is a defect of ours. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UnreadableFileError) return EX_NOINPUT;
  const configured =
    error instanceof ConfigError || error instanceof ProvisioningError || error instanceof EncryptionKeyError;
  return configured ? EX_CONFIG : 1;
}

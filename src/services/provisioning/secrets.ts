import { hashSecret } from '../../lib/secrets.js';
import type { Application } from '../../models/index.js';

/** How the file writes the hash of a secret, as an export with hashes does: `sha256:` and the digest in base64url. */
export const SECRET_HASH_PREFIX = 'sha256:';

interface SaysSecret {
  clientSecret?: string | null | undefined;
  clientSecretHash?: string | undefined;
}

/** The hash of the secret that an entry gives, whichever way; undefined where it gives none. */
export function secretHashOf({ clientSecret, clientSecretHash }: SaysSecret): string | undefined {
  if (clientSecret) return hashSecret(clientSecret);
  return clientSecretHash?.slice(SECRET_HASH_PREFIX.length);
}

export const givesSecret = (entry: SaysSecret) => Boolean(entry.clientSecret ?? entry.clientSecretHash);

export const authenticatesBySecret = (method: Application['tokenEndpointAuthMethod']) =>
  method === 'client_secret_basic' || method === 'client_secret_post';

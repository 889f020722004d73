import { decodeProtectedHeader } from 'jose';
import type { Provider } from 'oidc-provider';
import type { OidcContext, Runtime } from './runtime.js';

/** How often a client's `jwks_uri` is read anew because of an unfamiliar key, in seconds: whoever knows a client's id can send one. */
const LOOK_AGAIN = 30;

/**
 * A client that has changed its keys is known by an unfamiliar `kid`, which sends a verifier back to its `jwks_uri` (OpenID Connect Core
 * 10.1.1). The library holds to the keys that it read for a minute, or for as long as the client's `Cache-Control` says, and refuses the
 * new key meanwhile.
 */
export function followClientKeys(provider: Provider, { services }: Runtime): void {
  const lookedAgain = new WeakMap<object, number>();
  const prototype = (provider as OidcContext).OIDCContext.prototype;
  const { clientJwtAuthExpectedAudience } = prototype;
  // Asked for each assertion before its signature is looked at (shared/jwt_client_auth.js); keys that aren't fresh are read anew there.
  prototype.clientJwtAuthExpectedAudience = function expectedAudience(...args: unknown[]) {
    const keys = this.client.asymmetricKeyStore;
    const now = services.clock.now().getTime() / 1000;
    const waited = now - (lookedAgain.get(keys) ?? 0) >= LOOK_AGAIN;
    if (keys.jwksUri && keys.fresh() && waited && isUnfamiliar(this.params.client_assertion, keys)) {
      lookedAgain.set(keys, now);
      keys.freshUntil = 0;
    }
    return clientJwtAuthExpectedAudience.apply(this, args);
  };
}

function isUnfamiliar(assertion: string, keys: OidcContext): boolean {
  try {
    const { kid } = decodeProtectedHeader(assertion);
    return kid !== undefined && ![...keys].some((key) => key.kid === kid);
  } catch {
    return false;
  }
}

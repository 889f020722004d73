import type { OidcContext, Runtime } from './runtime.js';
import { isFapi2 } from './settings/security-profile.js';
import { refreshTokenLifetime } from './settings/ttl.js';

/** How much of its idle time a token has to have lost before a refresh gives it back, in seconds: not each one is worth a write. */
const WORTH_A_WRITE = 60 * 60;

/**
 * `rotateRefreshToken`: they rotate, save in FAPI 2.0 (5.3.2.1), where they count only with the application's own key and a lost answer
 * must not cost the grant. There a token that is used stays the same and lives on.
 */
export function createRotation(runtime: Runtime) {
  return async function rotateRefreshToken(ctx: OidcContext): Promise<boolean> {
    const { Client: client, RefreshToken: token } = ctx.oidc.entities;
    if (!isFapi2(client)) return true;
    const lifetime = refreshTokenLifetime(runtime, token, client);
    if (token.remainingTTL < lifetime - Math.min(WORTH_A_WRITE, lifetime / 24)) {
      const now = Math.floor(runtime.services.clock.now().getTime() / 1000);
      await token.adapter.prolong(token.jti, now + lifetime);
    }
    return false;
  };
}

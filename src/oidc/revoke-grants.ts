import { factsOfToken, reusedToken } from './happenings.js';
import { repeatedCode } from './redemption.js';
import type { OidcContext, Runtime } from './runtime.js';

/**
 * `revokeGrantPolicy`: whether the grant ends with the tokens that were given under it. It does, save where an access token alone is
 * revoked. At the token endpoint the library asks for one reason: a code or a refresh token has come a second time.
 */
export function createRevokeGrantPolicy(runtime: Runtime) {
  return async function revokeGrantPolicy(ctx: OidcContext): Promise<boolean> {
    const { route, entities } = ctx.oidc;
    const again = route === 'token' ? (repeatedCode(ctx) ?? entities.RefreshToken) : undefined;
    if (again) await reusedToken(runtime, await factsOfToken(ctx, again));
    return !(route === 'revocation' && entities.AccessToken);
  };
}

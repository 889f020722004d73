import type { Configuration } from 'oidc-provider';
import type { OidcContext, Runtime } from '../runtime.js';

const DAY = 24 * 60 * 60;
/** A refresh token ends when it wasn't used for this long … */
const REFRESH_IDLE = 14 * DAY;
/** … and at this age of its family in any case (RFC 9700 4.14.2). */
const REFRESH_ABSOLUTE = 90 * DAY;
/** A grant outlives every refresh token that could be given under it today; see `grants.ts`, which extends it. */
export const GRANT_TTL = REFRESH_ABSOLUTE + 10 * DAY;

/** Lifetimes in seconds, as product.md states them. */
export function ttl(runtime: Runtime): Configuration['ttl'] {
  const now = () => Math.floor(runtime.services.clock.now().getTime() / 1000);
  return {
    AccessToken: (_ctx: OidcContext, token: OidcContext) => token.resourceServer?.accessTokenTTL ?? 300,
    ClientCredentials: (_ctx: OidcContext, token: OidcContext) => token.resourceServer?.accessTokenTTL ?? 300,
    AuthorizationCode: 60,
    IdToken: 300,
    Interaction: 60 * 60,
    Grant: GRANT_TTL,
    RefreshToken: (_ctx: OidcContext, token: OidcContext) =>
      Math.max(1, Math.min(REFRESH_IDLE, (token.iiat ?? now()) + REFRESH_ABSOLUTE - now())),
    Session: (_ctx: OidcContext, session: OidcContext) =>
      Math.max(1, Math.min(runtime.sessionIdle, (session.loginTs ?? now()) + runtime.sessionAbsolute - now())),
  } as Configuration['ttl'];
}

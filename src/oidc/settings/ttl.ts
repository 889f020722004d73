import type { Configuration } from 'oidc-provider';
import { ID_TOKEN_TTL } from '../../services/signing-keys/lifetimes.js';
import type { OidcContext, Runtime } from '../runtime.js';

const DAY = 24 * 60 * 60;
/** A refresh token ends when it wasn't used for this long … */
const REFRESH_IDLE = 14 * DAY;
/** … and at this age of its family in any case (RFC 9700 4.14.2). */
const REFRESH_ABSOLUTE = 90 * DAY;
/** A grant outlives every refresh token that could be given under it today; see `grants.ts`, which extends it. */
export const GRANT_TTL = REFRESH_ABSOLUTE + 10 * DAY;

/** How long a person may take from an authorization request to its answer. */
export const INTERACTION_TTL = 60 * 60;

const seconds = ({ services }: Runtime) => Math.floor(services.clock.now().getTime() / 1000);

/** How long a session that is used now lasts, in seconds: until it is idle for too long, or too old. */
export function sessionLifetime(runtime: Runtime, { loginTs }: { loginTs?: number }): number {
  const now = seconds(runtime);
  return Math.max(1, Math.min(runtime.sessionIdle, (loginTs ?? now) + runtime.sessionAbsolute - now));
}

/** How long a refresh token that is given or used now lasts, in seconds: until it is unused for too long, or its family too old. */
export function refreshTokenLifetime(runtime: Runtime, { iiat }: { iiat?: number }): number {
  const now = seconds(runtime);
  return Math.max(1, Math.min(REFRESH_IDLE, (iiat ?? now) + REFRESH_ABSOLUTE - now));
}

/** Lifetimes in seconds, as product.md states them. */
export function ttl(runtime: Runtime): Configuration['ttl'] {
  return {
    AccessToken: (_ctx: OidcContext, token: OidcContext) => token.resourceServer?.accessTokenTTL ?? 300,
    ClientCredentials: (_ctx: OidcContext, token: OidcContext) => token.resourceServer?.accessTokenTTL ?? 300,
    AuthorizationCode: 60,
    IdToken: ID_TOKEN_TTL,
    Interaction: INTERACTION_TTL,
    Grant: GRANT_TTL,
    RefreshToken: (_ctx: OidcContext, token: OidcContext) => refreshTokenLifetime(runtime, token),
    Session: (_ctx: OidcContext, session: OidcContext) => sessionLifetime(runtime, session),
  } as Configuration['ttl'];
}

import type { Configuration } from 'oidc-provider';
import type { Application } from '../../models/index.js';
import { ID_TOKEN_TTL } from '../../services/signing-keys/lifetimes.js';
import type { OidcContext, Runtime } from '../runtime.js';

const DAY = 24 * 60 * 60;
/** A refresh token ends when it wasn't used for this long … */
const REFRESH_IDLE = 14 * DAY;
/** … and at this age of its family in any case (RFC 9700 4.14.2). */
const REFRESH_ABSOLUTE = 90 * DAY;
const ACCESS_TOKEN = 300;

/** The lifetimes that an application may set, in seconds, and what counts where it doesn't. */
type Lifetimes = Pick<Application, 'idTokenTtl' | 'accessTokenTtl' | 'refreshTokenIdleTtl' | 'refreshTokenTtl'>;

/** Their names as the library's client metadata carries them: its lifetime functions are synchronous and see the client alone. */
export const LIFETIMES = ['idTokenTtl', 'accessTokenTtl', 'refreshTokenIdleTtl', 'refreshTokenTtl'] as const;

/** How long a person may take from an authorization request to its answer. */
export const INTERACTION_TTL = 60 * 60;

const seconds = ({ services }: Runtime) => Math.floor(services.clock.now().getTime() / 1000);

/** How long a grant lasts, in seconds: it outlives every refresh token that could be given under it today; `grants.ts` extends it. */
export const grantTtl = ({ refreshTokenTtl }: Lifetimes): number => (refreshTokenTtl ?? REFRESH_ABSOLUTE) + 10 * DAY;

/** How long a session that is used now lasts, in seconds: until it is idle for too long, or too old. */
export function sessionLifetime(runtime: Runtime, { loginTs }: { loginTs?: number }): number {
  const now = seconds(runtime);
  return Math.max(1, Math.min(runtime.sessionIdle, (loginTs ?? now) + runtime.sessionAbsolute - now));
}

/** How long a refresh token that is given or used now lasts, in seconds: until it is unused for too long, or its family too old. */
export function refreshTokenLifetime(runtime: Runtime, { iiat }: { iiat?: number }, client: Lifetimes = {}): number {
  const now = seconds(runtime);
  const left = (iiat ?? now) + (client.refreshTokenTtl ?? REFRESH_ABSOLUTE) - now;
  return Math.max(1, Math.min(client.refreshTokenIdleTtl ?? REFRESH_IDLE, left));
}

/** Lifetimes in seconds, as product.md states them. With an API, the shorter of its own and the application's: see `resources.ts`. */
export function ttl(runtime: Runtime): Configuration['ttl'] {
  const accessToken = (_ctx: OidcContext, token: OidcContext, client?: Lifetimes) =>
    token.resourceServer?.accessTokenTTL ?? client?.accessTokenTtl ?? ACCESS_TOKEN;
  return {
    AccessToken: accessToken,
    ClientCredentials: accessToken,
    AuthorizationCode: 60,
    DeviceCode: 10 * 60,
    IdToken: (_ctx: OidcContext, _token: OidcContext, client?: Lifetimes) => client?.idTokenTtl ?? ID_TOKEN_TTL,
    Interaction: INTERACTION_TTL,
    Grant: grantTtl({}),
    RefreshToken: (_ctx: OidcContext, token: OidcContext, client?: Lifetimes) =>
      refreshTokenLifetime(runtime, token, client),
    Session: (_ctx: OidcContext, session: OidcContext) => sessionLifetime(runtime, session),
  } as Configuration['ttl'];
}

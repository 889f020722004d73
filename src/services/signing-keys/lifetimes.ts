/** The times that a rotation has to keep apart, all in seconds. */
import type { CatalogSnapshot } from '../catalog.js';

/** How long a relying party may keep the JWKS: its `Cache-Control: max-age`. */
export const JWKS_MAX_AGE = 300;

/** Room for processes that follow late, and for clocks that differ by a minute. */
export const FOLLOW_MARGIN = 60;

/** A key is published for this long before it signs, so that every cached JWKS has it. */
export const OVERLAP = JWKS_MAX_AGE + FOLLOW_MARGIN;

export const ID_TOKEN_TTL = 300;

/** The longest lifetime of what is signed today: access tokens, ID tokens, and userinfo, which lasts as long as its access token. */
export function longestTokenTtl({ apis, applications }: Pick<CatalogSnapshot, 'apis' | 'applications'>): number {
  return Math.max(
    ID_TOKEN_TTL,
    ...[...apis.values()].map((api) => api.accessTokenTtl),
    ...[...applications.values()].flatMap(({ idTokenTtl, accessTokenTtl }) => [idTokenTtl ?? 0, accessTokenTtl ?? 0]),
  );
}

import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Runtime } from './runtime.js';

/** A JWT access token of this server (RFC 9068), after its signature, type, issuer and expiry held. */
export interface AccessTokenPayload extends JWTPayload {
  jti: string;
  client_id: string;
  exp: number;
  iat: number;
  sub: string;
  scope?: string;
  roles?: string[];
  /** `GRANT.GENERATION` of a user's token. */
  gid?: string;
  sid?: string;
  /** The key that the token is bound to (RFC 9449 6). */
  cnf?: { jkt?: string };
}

export type VerifyAccessToken = (token: string) => Promise<AccessTokenPayload | undefined>;

export const looksLikeJwt = (value: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value);

/** Verifies by this server's own keys. An ID token is refused by its type, `none` and HMAC by the list of algorithms. */
export function createVerifyAccessToken(runtime: Runtime, keys: readonly JWK[]): VerifyAccessToken {
  const publicKeys = createLocalJWKSet({
    keys: keys.map(({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest }) => rest as JWK),
  });
  return async (token) => {
    try {
      const { payload } = await jwtVerify<AccessTokenPayload>(token, publicKeys, {
        issuer: runtime.issuer,
        typ: 'at+jwt',
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        currentDate: runtime.services.clock.now(),
      });
      return payload.jti && payload.client_id ? payload : undefined;
    } catch {
      return undefined;
    }
  };
}

/** The grant and generation that a token names, or undefined for a machine's. */
export function grantReference(gid: string | undefined): { grantId: string; generation: string } | undefined {
  const [grantId, generation] = gid?.split('.') ?? [];
  return grantId && generation ? { grantId, generation } : undefined;
}

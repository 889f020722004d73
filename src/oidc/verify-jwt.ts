import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { isStoreAway } from '../lib/errors.js';
import type { OpenKeys, SigningKeys } from '../services/signing-keys/follow-keys.js';
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
  /** The claims that the request named for userinfo. */
  userinfo_claims?: string[];
}

export type VerifyAccessToken = (token: string) => Promise<AccessTokenPayload | undefined>;

export const looksLikeJwt = (value: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value);

/**
 * Verifies by this server's own keys, those of today also in a request that began on earlier ones. An ID token is refused by its type,
 * `none` and HMAC by the list of algorithms.
 */
export function createVerifyAccessToken({ issuer, services, signingKeys }: Runtime): VerifyAccessToken {
  const keySet = createKeySet(signingKeys);
  const verify = async (token: string) =>
    jwtVerify<AccessTokenPayload>(token, keySet(), {
      issuer,
      typ: 'at+jwt',
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      currentDate: services.clock.now(),
    });
  return async (token) => {
    try {
      const { payload } = await verify(token).catch(async (error: unknown) => {
        // Another process may have published the key a moment ago.
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await signingKeys.lookAgain();
        return verify(token);
      });
      return payload.jti && payload.client_id ? payload : undefined;
    } catch (error) {
      if (isStoreAway(error)) throw error;
      return undefined;
    }
  };
}

/** Made once for each revision of the keys, for it imports them. */
function createKeySet(signingKeys: SigningKeys): () => ReturnType<typeof createLocalJWKSet> {
  let made: { of: OpenKeys; set: ReturnType<typeof createLocalJWKSet> } | undefined;
  return () => {
    const of = signingKeys.current();
    if (made?.of !== of) made = { of, set: createLocalJWKSet({ keys: [...of.verifying] }) };
    return made.set;
  };
}

/** The grant and generation that a token names, or undefined for a machine's. */
export function grantReference(gid: string | undefined): { grantId: string; generation: string } | undefined {
  const [grantId, generation] = gid?.split('.') ?? [];
  return grantId && generation ? { grantId, generation } : undefined;
}

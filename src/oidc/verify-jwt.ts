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
    jwtVerify<AccessTokenPayload>(token, keySet().set, {
      issuer,
      typ: 'at+jwt',
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      currentDate: services.clock.now(),
    });
  return async (token) => {
    const { verified } = keySet();
    const known = verified.get(token);
    if (known) return known.exp * 1000 > services.clock.now().getTime() ? { ...known } : undefined;
    try {
      const { payload } = await verify(token).catch(async (error: unknown) => {
        // Another process may have published the key a moment ago.
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await signingKeys.lookAgain();
        return verify(token);
      });
      if (!payload.jti || !payload.client_id) return undefined;
      remember(verified, token, payload);
      return { ...payload };
    } catch (error) {
      if (isStoreAway(error)) throw error;
      return undefined;
    }
  };
}

/** A resource server asks about one token again and again: so many are remembered, the oldest go first. */
const MOST_REMEMBERED = 5000;

interface KeySet {
  set: ReturnType<typeof createLocalJWKSet>;
  /** Tokens that these keys have signed, so that a signature is checked once. What else decides is asked each time. */
  verified: Map<string, AccessTokenPayload>;
}

function remember(verified: KeySet['verified'], token: string, payload: AccessTokenPayload): void {
  if (verified.size >= MOST_REMEMBERED) verified.delete(verified.keys().next().value as string);
  verified.set(token, payload);
}

/** Made once for each revision of the keys, for it imports them; a key that is retired takes what it signed with it. */
function createKeySet(signingKeys: SigningKeys): () => KeySet {
  let made: (KeySet & { of: OpenKeys }) | undefined;
  return () => {
    const of = signingKeys.current();
    if (made?.of !== of) made = { of, set: createLocalJWKSet({ keys: [...of.verifying] }), verified: new Map() };
    return made;
  };
}

/** The grant and generation that a token names, or undefined for a machine's. */
export function grantReference(gid: string | undefined): { grantId: string; generation: string } | undefined {
  const [grantId, generation] = gid?.split('.') ?? [];
  return grantId && generation ? { grantId, generation } : undefined;
}

/**
 * How clients authenticate, and what an assertion has to say (RFC 7523, its revision 7523bis, FAPI 2.0 5.3.2.1). The library checks
 * signature, issuer, subject, expiry and `nbf`, and that the audience is one of this server's addresses.
 */
import { errors } from 'oidc-provider';
import type { OidcContext, Runtime } from '../runtime.js';
import { FAPI2_ALGORITHMS, isFapi2 } from './security-profile.js';

export const CLIENT_AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;

export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/**
 * How far ahead another's clock may be, in seconds, and how long after its end a JWT still counts. FAPI 2.0 wants 10 s accepted and more
 * than 60 s refused.
 */
export const CLOCK_TOLERANCE = 30;

/** An assertion that lives longer is no single request's, and its id would have to be remembered for as long. */
const LONGEST_LIFE = 60 * 60;

/** `typ` of a client's assertion: none, the general one, or its own (RFC 7523bis). A proof or another JWT of that key is none. */
const TYPES: readonly unknown[] = [undefined, 'JWT', 'jwt', 'client-authentication+jwt'];

interface Claims {
  aud: string | string[];
  exp: number;
  iat?: unknown;
}

/** `assertJwtClientAuthClaimsAndHeader`: runs when the signature held. @throws InvalidClientAuth */
export function createAssertionCheck({ services, issuer }: Runtime) {
  return async function checkAssertion(
    _ctx: OidcContext,
    { aud, exp, iat }: Claims,
    { alg, typ }: { alg: string; typ?: unknown },
    client: OidcContext,
  ): Promise<void> {
    const now = services.clock.now().getTime() / 1000;
    const refuse = (reason: string) => {
      throw new errors.InvalidClientAuth(reason);
    };
    if (!TYPES.includes(typ)) refuse('the JWT is of another type');
    if (typeof iat === 'number' && iat > now + CLOCK_TOLERANCE) refuse('the assertion was issued in the future');
    if (exp > now + LONGEST_LIFE + CLOCK_TOLERANCE) refuse('the assertion lives longer than an hour');
    // Several audiences: it may be meant for another server, which could then use it here (RFC 7523bis 3).
    if (Array.isArray(aud) && aud.length !== 1) refuse('the assertion has more than one audience');
    if (!isFapi2(client)) return;
    if (aud !== issuer) refuse('the audience must be the issuer identifier, as a string');
    if (!FAPI2_ALGORITHMS.includes(alg)) refuse(`${alg} is not an algorithm of FAPI 2.0`);
  };
}

/**
 * Proofs of possession (RFC 9449) where the library leaves something open: how far ahead a proof's clock may be, and the code for a
 * proof that is missing. No nonces: see docs/decisions/client-security.md.
 */
import { decodeJwt } from 'jose';
import type { Context } from 'koa';
import { errors } from 'oidc-provider';
import type { OidcContext, Runtime } from './runtime.js';
import { CLOCK_TOLERANCE } from './settings/client-authentication.js';
import { FAPI2_ALGORITHMS } from './settings/security-profile.js';

export const PROOF_ALGORITHMS = FAPI2_ALGORITHMS;

export function dpop({ services }: Runtime) {
  return {
    enabled: true,
    /**
     * Asked before a proof is verified, and so the place to refuse one from the future: the library takes it up to five minutes ahead,
     * FAPI 2.0 5.3.2.1 a minute at most.
     */
    requireNonce: (ctx: OidcContext): boolean => {
      const now = services.clock.now().getTime() / 1000;
      if (issuedAt(ctx.get('DPoP')) > now + CLOCK_TOLERANCE)
        throw new errors.InvalidDpopProof('DPoP proof iat is in the future');
      return false;
    },
  };
}

/** As the proof says it, unverified; 0 where it says nothing, which the library then refuses. */
function issuedAt(proof: string): number {
  try {
    return decodeJwt(proof).iat ?? 0;
  } catch {
    return 0;
  }
}

/** At the token endpoint the library calls a missing proof `invalid_grant`, and what is missing is the proof (RFC 9449 5). */
export function nameMissingProof(ctx: Context): void {
  const oidc = (ctx as OidcContext).oidc;
  if (oidc?.route !== 'token' || ctx.status !== 400 || !oidc.client?.dpopBoundAccessTokens || ctx.get('DPoP')) return;
  if ((ctx.body as { error?: string } | undefined)?.error !== 'invalid_grant') return;
  ctx.body = {
    error: 'invalid_dpop_proof',
    error_description: 'this application’s tokens need a DPoP proof',
  };
}

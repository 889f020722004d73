import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { errors, type Provider } from 'oidc-provider';
import type { Clock } from '../lib/clock.js';
import { PROOF_ALGORITHMS } from './dpop.js';
import { CLOCK_TOLERANCE } from './settings/client-authentication.js';

/** How old a proof may be, in seconds: as at the library's endpoints (its CHALLENGE_OK_WINDOW). */
const OLDEST = 300;

export interface ProvenRequest {
  /** What the header `DPoP` holds. */
  proof: string;
  method: string;
  /** Without query. */
  url: string;
  accessToken: string;
  clientId: string;
  /** The thumbprint of the key that the token is bound to. */
  jkt: string;
}

/**
 * Whether a request to a protected resource proves possession of its token's key (RFC 9449 4.3 and 7.1). A proof counts once, as at the
 * library's endpoints, which check theirs by themselves.
 */
export async function provesPossession(provider: Provider, clock: Clock, request: ProvenRequest): Promise<boolean> {
  const now = Math.floor(clock.now().getTime() / 1000);
  const { payload, jwk } = await verified(request.proof, clock);
  const { iat, jti, htm, htu, ath } = payload;
  if (typeof jti !== 'string' || !jti || typeof iat !== 'number' || typeof htu !== 'string') return false;
  if (iat < now - OLDEST || iat > now + CLOCK_TOLERANCE) return false;
  if (htm !== request.method || withoutQuery(htu) !== withoutQuery(request.url)) return false;
  if (ath !== createHash('sha256').update(request.accessToken).digest('base64url')) return false;
  if ((await calculateJwkThumbprint(jwk)) !== request.jkt) return false;
  return isFirstUse(provider, request.clientId, jti, now + OLDEST);
}

/** By the key that it bears. What isn't a proof, in whatever way, says nothing. */
async function verified(proof: string, clock: Clock): Promise<{ payload: JWTPayload; jwk: JWK }> {
  const options = { typ: 'dpop+jwt', algorithms: [...PROOF_ALGORITHMS], currentDate: clock.now() };
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options);
    return { payload, jwk: protectedHeader.jwk as JWK };
  } catch {
    return { payload: {}, jwk: {} as JWK };
  }
}

function withoutQuery(text: string): string | undefined {
  const url = URL.parse(text);
  return url ? url.origin + url.pathname : undefined;
}

/** See `replay.ts`, which names a repetition by an error. */
async function isFirstUse(provider: Provider, clientId: string, jti: string, expires: number): Promise<boolean> {
  try {
    return await (provider.ReplayDetection as unknown as Replays).unique(clientId, jti, expires);
  } catch (error) {
    if (error instanceof errors.InvalidDpopProof) return false;
    throw error;
  }
}

interface Replays {
  unique(clientId: string, jti: string, expires: number): Promise<boolean>;
}

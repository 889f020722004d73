import { createHash, randomUUID } from 'node:crypto';
import {
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';
import type { PublicJwk } from '../../src/lib/public-jwk.js';

/** A relying party's own key. */
export interface TestKey {
  alg: string;
  pair: GenerateKeyPairResult;
  publicJwk: JWK & PublicJwk;
  /** RFC 7638, as tokens and `dpop_jkt` carry it. */
  thumbprint: string;
}

export async function makeKey(alg = 'ES256'): Promise<TestKey> {
  const pair = await generateKeyPair(alg, { extractable: true });
  const publicJwk = (await exportJWK(pair.publicKey)) as TestKey['publicJwk'];
  return { alg, pair, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

export const nowSeconds = () => Math.floor(Date.now() / 1000);

interface Variation {
  header?: Record<string, unknown>;
  payload?: Record<string, unknown>;
}

/** A proof of possession (RFC 9449 4.2); `variation` replaces what it says, to be refused. */
export function proofOf(
  key: TestKey,
  { method = 'POST', url, token }: { method?: string; url: string; token?: string },
  { header = {}, payload = {} }: Variation = {},
): Promise<string> {
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
  return new SignJWT({ jti: randomUUID(), iat: nowSeconds(), htm: method, htu: url, ...ath, ...payload })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.publicJwk, ...header })
    .sign(key.pair.privateKey);
}

/** A client's assertion (RFC 7523 3). */
export function assertionOf(
  key: TestKey,
  clientId: string,
  audience: string | string[],
  { header = {}, payload = {} }: Variation = {},
): Promise<string> {
  const now = nowSeconds();
  return new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...payload,
  })
    .setProtectedHeader({ alg: key.alg, ...header })
    .sign(key.pair.privateKey);
}

/** The parameters by which a client authenticates with it. */
export const asParameters = (assertion: string) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
});

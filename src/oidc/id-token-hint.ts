import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JWK } from 'jose';
import { errors, type Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/**
 * An `id_token_hint` is an ID token: what this server signs besides, such as a logout token, has the same issuer and audience and
 * would pass the library's check, which doesn't look at the type (RFC 8725 3.11).
 */
export function acceptOnlyIdTokensAsHint(provider: Provider): void {
  const model = provider.IdToken as OidcContext;
  const { validate } = model;
  model.validate = async (jwt: string, client: OidcContext) => {
    const { typ } = decodeProtectedHeader(jwt);
    if (typ !== undefined && typ !== 'JWT') throw new errors.InvalidRequest('id_token_hint is not an ID token');
    return validate.call(model, jwt, client);
  };
}

/**
 * Lets an ID token of a key that has left the JWKS still be a hint (`id_token_hint`): a session outlives the keys that signed for it, and
 * whoever signs out with a valid hint isn't asked (contract.md). It proves nothing elsewhere, as it has expired long ago.
 */
export function acceptOlderHints(provider: Provider, hints: readonly JWK[]): void {
  if (hints.length === 0) return;
  const older = createLocalJWKSet({ keys: [...hints] });
  const model = provider.IdToken as OidcContext;
  const validate = model.validate.bind(model);
  model.validate = async (jwt: string, client: OidcContext) => {
    try {
      return await validate(jwt, client);
    } catch (error) {
      const hint = await verifyOlder(jwt, older, client, provider.issuer);
      if (!hint) throw error;
      return hint;
    }
  };
}

/** What the library's own validation asks of a hint, expiry aside: signature, algorithm, issuer, audience, subject. */
async function verifyOlder(
  jwt: string,
  keys: ReturnType<typeof createLocalJWKSet>,
  client: OidcContext,
  issuer: string,
): Promise<{ header: unknown; payload: Record<string, unknown> } | undefined> {
  try {
    const { payload: bytes, protectedHeader } = await compactVerify(jwt, keys, {
      algorithms: [client.idTokenSignedResponseAlg],
    });
    const payload = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const meant = [payload.aud].flat().includes(client.clientId) && payload.iss === issuer;
    return meant && typeof payload.sub === 'string' ? { header: protectedHeader, payload } : undefined;
  } catch {
    return undefined;
  }
}

import type { Provider } from 'oidc-provider';
import type { OidcContext, Runtime } from './runtime.js';
import { grantReference, looksLikeJwt, type VerifyAccessToken } from './verify-jwt.js';

/**
 * Lets userinfo answer for access tokens that are meant for an API too, JWT and opaque, as far as they carry the scope `openid`
 * (product.md). Elsewhere the library's own look-up stays.
 */
export function acceptApiTokensAtUserinfo(provider: Provider, runtime: Runtime, verify: VerifyAccessToken): void {
  const model = provider.AccessToken as OidcContext;
  const find = model.find.bind(model);
  model.find = async (value: string, options: unknown) => {
    const ctx = (provider.constructor as OidcContext).ctx;
    if (ctx?.oidc.route !== 'userinfo') return find(value, options);
    if (!looksLikeJwt(value)) {
      const token = await find(value, options);
      if (token?.accountId) token.aud = undefined;
      return token;
    }
    const payload = await verify(value);
    const reference = grantReference(payload?.gid);
    if (!payload || !reference || (await runtime.services.reads.revoked(payload.jti))) return undefined;
    const token = new model({
      jti: payload.jti,
      accountId: payload.sub,
      clientId: payload.client_id,
      grantId: reference.grantId,
      scope: payload.scope,
      iat: payload.iat,
      exp: payload.exp,
      // Without it a bound token would pass as a bearer token.
      jkt: payload.cnf?.jkt,
      claims: { userinfo: Object.fromEntries((payload.userinfo_claims ?? []).map((name) => [name, null])) },
    });
    token.generation = reference.generation;
    return token;
  };
}

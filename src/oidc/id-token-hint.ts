import { decodeProtectedHeader } from 'jose';
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

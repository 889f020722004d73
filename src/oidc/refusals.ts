/** Where the library refuses rightly, but by another code than the RFC has for it. */
import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/**
 * A client that may not use the grant or the response type that it asks for is an `unauthorized_client` (RFC 6749 4.1.2.1 and 5.2), which the
 * library calls an `invalid_request`. Other questions about grants, as whether to give a refresh token, get their answer.
 */
export function nameUnauthorizedClients(provider: Provider): void {
  const prototype = provider.Client.prototype as OidcContext;
  const { grantTypeAllowed, responseTypeAllowed } = prototype;
  prototype.grantTypeAllowed = function grantAllowed(type: string) {
    const allowed = grantTypeAllowed.call(this, type);
    const oidc = (provider.constructor as OidcContext).ctx?.oidc;
    if (!allowed && oidc?.route === 'token' && oidc.client === this && type === oidc.params?.grant_type)
      throw new errors.UnauthorizedClient('the application may not use this grant');
    return allowed;
  };
  prototype.responseTypeAllowed = function responseAllowed(type: string) {
    if (!responseTypeAllowed.call(this, type))
      throw new errors.UnauthorizedClient('the application may not use this response type');
    return true;
  };
}

/** Introspection is for those who authenticate: who doesn't even try is told so by 401 (RFC 7662 2.3), as who fails is. */
export function nameMissingCaller(ctx: Context): void {
  const oidc = (ctx as OidcContext).oidc;
  if (oidc?.route !== 'introspection' || ctx.status !== 400 || oidc.client) return;
  const named = ctx.get('Authorization') || oidc.params?.client_id || oidc.params?.client_assertion;
  if (named || (ctx.body as { error?: string } | undefined)?.error !== 'invalid_request' || !oidc.params) return;
  ctx.status = 401;
  ctx.set('WWW-Authenticate', `Basic realm="${oidc.provider.issuer}"`);
  ctx.body = { error: 'invalid_client', error_description: 'whoever introspects has to authenticate' };
}

/** A pushed request beyond the size that is read is 413 (RFC 9126 2.3). */
export function nameLargePushes(provider: Provider): void {
  provider.on('pushed_authorization_request.error' as 'server_error', (ctx: OidcContext, error: OidcContext) => {
    if (error?.cause?.message === 'request entity too large') ctx.status = 413;
  });
}

import { decodeJwt } from 'jose';
import type { OidcContext, Runtime } from '../runtime.js';

/**
 * The library drops `offline_access` unless `prompt=consent` came with it. Here the consent page asks the first time, whatever
 * `prompt` says (contract.md), so the scope is put back before consent is looked at.
 */
export function restoreOfflineAccess(_runtime: Runtime) {
  return async (ctx: OidcContext): Promise<void> => {
    const asked = scopeAsked(ctx);
    if (typeof asked !== 'string' || !asked.split(' ').includes('offline_access')) return;
    const { client, params } = ctx.oidc;
    if (!client.grantTypeAllowed('refresh_token')) return;
    // What an application registered its scope without stays out of it.
    if (client.scope && !client.scope.split(' ').includes('offline_access')) return;
    const scopes = new Set((params.scope ?? '').split(' ').filter(Boolean));
    params.scope = [...scopes.add('offline_access')].join(' ');
  };
}

/** The scope as the application sent it: pushed just now, pushed before, or in the address. */
function scopeAsked(ctx: OidcContext): unknown {
  const { route, body, entities } = ctx.oidc;
  if (route === 'pushed_authorization_request') return body.scope;
  const pushed = entities.PushedAuthorizationRequest;
  return pushed ? decodeJwt(pushed.request).scope : ctx.query.scope;
}

import { errors } from 'oidc-provider';
import { refuseSeveralRoles } from '../role-scope.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { restoreOfflineAccess } from './offline-access.js';
import { isOwnScope, splitScope } from './scopes.js';

/** What we ask of an authorization request beyond the library's own checks; it runs as the validator of `organization`. */
export function checkAuthorizationRequest(runtime: Runtime) {
  const restore = restoreOfflineAccess(runtime);
  return async (ctx: OidcContext): Promise<void> => {
    await restore(ctx);
    const { params, resourceServers } = ctx.oidc;
    refuseSeveralRoles(params.scope);
    const offered = new Set(Object.values<OidcContext>(resourceServers).flatMap((server) => [...server.scopes]));
    const known = splitScope(params.scope).some((scope) => isOwnScope(scope) || offered.has(scope));
    // RFC 6749 3.3: there is no default scope, so a request that names none fails as an invalid scope. A device may name none.
    if (!known && params.response_type)
      throw new errors.InvalidScope('no scope that is known was asked for', params.scope);
  };
}

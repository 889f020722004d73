/**
 * The scope `role:KEY` (R9): a request asks to act in one role. It travels in the scope of the code, of the refresh token and of each
 * access token, so that every later step knows it; whether the person holds the role is decided on today's standing, each time.
 */
import { errors, type Provider } from 'oidc-provider';
import type { Standing } from '../services/load-standing.js';
import type { OidcContext } from './runtime.js';
import { askedRole, isRoleScope, roleScopeOf, splitScope } from './settings/scopes.js';

/**
 * Makes the library take `role:KEY` for one of its own scopes: else it vanishes where no API is asked for
 * (check_resource.js, `filterStatics`) and is never granted. A machine acts in no role.
 */
export function knowRoleScopes(provider: Provider): void {
  const { prototype } = provider.OIDCContext as OidcContext;
  const inherited = Object.getOwnPropertyDescriptor(prototype, 'requestParamOIDCScopes')?.get;
  if (!inherited) throw new Error('the library’s context has no requestParamOIDCScopes');
  Object.defineProperty(prototype, 'requestParamOIDCScopes', {
    configurable: true,
    get(this: OidcContext) {
      const known: Set<string> = inherited.call(this);
      if (this.params.grant_type === 'client_credentials') return known;
      return new Set(splitScope(this.params.scope).filter((scope) => known.has(scope) || isRoleScope(scope)));
    },
  });
}

/** Only one role can be active. @throws InvalidScope where a request asks for several. */
export function refuseSeveralRoles(scope: string | undefined): void {
  const roles = new Set(splitScope(scope).filter(isRoleScope));
  if (roles.size > 1) throw new errors.InvalidScope('only one role can be asked for at once', [...roles].join(' '));
}

/** Whether the person holds the role that a scope asks for; true where it asks for none. */
export function holdsAskedRole(standing: Standing, scope: string | undefined): boolean {
  const key = askedRole(scope);
  return key === undefined || standing.roles.some((role) => role.key === key);
}

/** `active_role` of a token with this scope: the role that was asked for while it is held, never another one in its stead. */
export function activeRoleOf(standing: Standing, scope: string | undefined): string | undefined {
  if (!holdsAskedRole(standing, scope)) return undefined;
  return askedRole(scope) ?? standing.activeRole;
}

/** At the authorization endpoint, once the organization is known. @throws AccessDenied */
export function requireAskedRole(standing: Standing, scope: string | undefined): void {
  if (!holdsAskedRole(standing, scope)) throw new errors.AccessDenied('you do not hold the role that was asked for');
}

/**
 * At the token endpoint, before a code's or refresh token's use is written down, so that a refusal doesn't cost a refresh token. A
 * refresh with a narrower scope stays in the role: it would otherwise come out in a stronger one than was granted (RFC 6749 6).
 * @throws CustomOIDCProviderError `invalid_grant` where the role was lost since
 */
export function requireRoleOfGrant(ctx: OidcContext, standing: Standing, source: OidcContext): void {
  if (ctx.oidc.route !== 'token') return;
  // A refresh token that is used again ends its family, whatever became of the role.
  if (source.kind === 'RefreshToken' && source.consumed) return;
  if (!holdsAskedRole(standing, source.scope)) {
    throw new errors.CustomOIDCProviderError('invalid_grant', 'the role that was asked for is not held any more');
  }
  const role = roleScopeOf(source.scope);
  const { params } = ctx.oidc;
  if (role && params.scope && !roleScopeOf(params.scope)) params.scope = `${params.scope} ${role}`;
}

/** The role scope of the request under way: its own at the authorization endpoint, else that of the code or refresh token. */
export function roleScopeOfRequest({ oidc }: OidcContext): string | undefined {
  if (oidc.params.grant_type === 'client_credentials') return undefined;
  const source = oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode ?? oidc.entities.DeviceCode;
  return roleScopeOf(source?.scope ?? oidc.params.scope);
}

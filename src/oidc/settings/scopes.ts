import { CONSOLE_CLIENT_ID } from './clients.js';

/** The scopes of OpenID Connect that this server knows. Everything else is an API's permission or asks for a role (R9). */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;

/** Those that stay in the scope of a JWT for an API, so that userinfo answers for it. */
export const USERINFO_SCOPES = ['openid', 'profile', 'email'] as const;

/** A scope that begins so asks to act in one role (R9). No permission of an API may. */
export const ROLE_SCOPE = 'role:';

export const isRoleScope = (scope: string) => scope.startsWith(ROLE_SCOPE);

/** A scope that isn't an API's permission; it means the same whichever API a token is for. */
export const isOwnScope = (scope: string) => (OIDC_SCOPES as readonly string[]).includes(scope) || isRoleScope(scope);

export const splitScope = (scope: string | undefined): string[] => (scope ?? '').split(' ').filter(Boolean);

/** The scope by which a request or token asks to act in a role, or undefined where it leaves the choice to the membership. */
export const roleScopeOf = (scope: string | undefined): string | undefined => splitScope(scope).find(isRoleScope);

/** The key of the role that a request or token asks to act in. */
export const askedRole = (scope: string | undefined): string | undefined =>
  roleScopeOf(scope)?.slice(ROLE_SCOPE.length);

export const isConsole = (clientId: string) => clientId === CONSOLE_CLIENT_ID;

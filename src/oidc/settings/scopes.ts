import { CONSOLE_CLIENT_ID } from './clients.js';

/** The scopes of OpenID Connect that this server knows. Everything else is an API's permission. */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;

/** Those that stay in the scope of a JWT for an API, so that userinfo answers for it. */
export const USERINFO_SCOPES = ['openid', 'profile', 'email'] as const;

export const isConsole = (clientId: string) => clientId === CONSOLE_CLIENT_ID;

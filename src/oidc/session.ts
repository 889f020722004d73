import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { CONSOLE_CALLBACK, CONSOLE_CLIENT_ID } from './settings/clients.js';

/** A signed-in browser, as the account pages see it. */
export interface SignedIn {
  userId: string;
  /** Seconds since the epoch. */
  authTime: number;
}

/** Who is signed in, read from the library's session; nothing else makes or reads one (architecture 10). */
export async function currentSession(provider: Provider, ctx: Context): Promise<SignedIn | undefined> {
  const session = await provider.Session.get(ctx as never);
  return session.accountId ? { userId: session.accountId, authTime: session.loginTs ?? 0 } : undefined;
}

/** Where to send a browser to sign in for the account pages, and to come back to `path` afterwards. */
export function signInUrl(issuer: string, path: string): string {
  const query = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${issuer}${CONSOLE_CALLBACK}`,
    state: path,
  });
  return `/oauth2/authorize?${query}`;
}

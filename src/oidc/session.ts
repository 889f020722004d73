import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { signInOf } from '../services/sign-ins.js';
import type { OidcContext, Runtime } from './runtime.js';
import { CONSOLE_CALLBACK, CONSOLE_CLIENT_ID } from './settings/clients.js';
import { sessionLifetime } from './settings/ttl.js';

/** A signed-in browser, as the account pages see it. */
export interface SignedIn {
  userId: string;
  /** Seconds since the epoch. */
  authTime: number;
  /** What tells the session apart from the person's others; it outlives a new sign-in in it. */
  uid: string;
  /** What the sign-in that it rests on is called: see `services/sign-ins.ts`. */
  signIn: string;
}

/**
 * Who is signed in, read from the library's session; nothing else makes or reads one (architecture 10). To be on these pages is to use
 * the session, as an application's login does.
 */
export async function currentSession(
  provider: Provider,
  runtime: Runtime,
  ctx: Context,
): Promise<SignedIn | undefined> {
  const session = (await provider.Session.get(ctx as never)) as OidcContext;
  if (!session.accountId) return undefined;
  const lifetime = sessionLifetime(runtime, session);
  await session.save(lifetime);
  return { userId: session.accountId, uid: session.uid, authTime: session.loginTs ?? 0, signIn: signInOf(session) };
}

/** Where to send a browser to sign in for the account pages, and to come back to `path` afterwards. */
export function signInUrl(issuer: string, path: string, more: { prompt?: 'login' } = {}): string {
  const query = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${issuer}${CONSOLE_CALLBACK}`,
    state: path,
    ...more,
  });
  return `/oauth2/authorize?${query}`;
}

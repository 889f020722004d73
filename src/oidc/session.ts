import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
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
  /** By which means (RFC 8176). */
  amr: readonly string[];
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
  keepCookie(provider, runtime, ctx, session);
  const { accountId: userId, loginTs: authTime = 0, uid, amr = [] } = session;
  return { userId, authTime, signIn: signInOf(session), uid, amr };
}

/** A kept session's cookie lasts as long as the session; the library moves it on in its own answers alone. */
function keepCookie(provider: Provider, runtime: Runtime, ctx: Context, { transient, id, exp }: OidcContext): void {
  if (!transient) setCookie(provider, runtime, ctx, id, new Date(exp * 1000));
}

function setCookie(provider: Provider, { issuer }: Runtime, ctx: Context, id: string, expires: Date | undefined): void {
  ctx.cookies.set(provider.cookieName('session'), id, {
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    path: '/',
    overwrite: true,
    signed: true,
    ...(expires ? { expires } : {}),
  });
}

/** Gives the session another id, as at each re-authentication (ASVS 7.2.4): what somebody knew of it before opens nothing. */
export async function renewSession(provider: Provider, runtime: Runtime, ctx: Context): Promise<void> {
  const session = (await provider.Session.get(ctx as never)) as OidcContext;
  if (!session.accountId) return;
  session.resetIdentifier();
  try {
    await session.save(sessionLifetime(runtime, session));
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    // It was ended meanwhile: whoever is here signs in at the next page.
    return;
  }
  setCookie(provider, runtime, ctx, session.id, session.transient ? undefined : new Date(session.exp * 1000));
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

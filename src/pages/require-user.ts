import type { Context } from 'koa';
import type { User } from '../models/index.js';
import { currentSession, signInUrl } from '../oidc/session.js';
import { ownPage } from './come-back.js';
import type { PageDeps } from './deps.js';
import { ownLanguage, speak } from './language.js';

/** Who is signed in and active, or undefined after the browser was sent to sign in and come back here. */
export async function requireUser(
  deps: PageDeps,
  ctx: Context,
  state = whereFrom(deps, ctx),
): Promise<User | undefined> {
  ctx.set('Cache-Control', 'no-store');
  const session = await currentSession(deps.provider, deps.runtime, ctx);
  const user = session ? await deps.services.reads.user(session.userId) : undefined;
  if (user?.status === 'active') {
    ctx.state.userId = user._id;
    ctx.state.sessionUid = session?.uid;
    speak(ctx, deps.catalogue, [ownLanguage(user)]);
    return user;
  }
  ctx.status = 303;
  ctx.redirect(signInUrl(deps.issuer, state));
  return undefined;
}

/** The page that was asked for; of a form the page that it stood on, for many have no page of their own. */
function whereFrom({ issuer }: PageDeps, ctx: Context): string {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return ownPage(ctx.url) ?? ctx.path;
  const from = URL.parse(ctx.get('Referer'));
  return (from?.origin === issuer && ownPage(from.pathname + from.search)) || '/account';
}

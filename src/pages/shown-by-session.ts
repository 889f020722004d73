import type { Context } from 'koa';
import { currentSession } from '../oidc/session.js';
import type { Shown } from '../services/prove-address.js';
import type { PageDeps } from './deps.js';

/** A sign-in with a password counts as showing it for this long, in seconds. */
const RECENT = 10 * 60;

/** What this browser's session shows of an account (`services/prove-address.ts`): nothing where somebody else is signed in, or nobody. */
export async function shownBySession(deps: PageDeps, ctx: Context, userId: string): Promise<Shown> {
  const session = await currentSession(deps.provider, deps.runtime, ctx);
  if (session?.userId !== userId) return {};
  const age = deps.services.clock.now().getTime() / 1000 - session.authTime;
  return { signIn: session.signIn, password: age < RECENT && session.amr.includes('pwd') };
}

import type { Context } from 'koa';
import type { Login } from '../../oidc/interaction.js';
import { setupLinkWorks } from '../../services/setup-link.js';
import type { PageDeps } from '../deps.js';
import { SETUP_STATE, setupSecret } from '../setup-cookie.js';
import { invitedHere } from './invited.js';

/**
 * Whether an account may be made in this login. Where sign-up is closed, only in the one that a setup link (R14) or an invitation leads to,
 * by the browser that has the link's secret, and while the link works.
 */
export async function maySignUp(deps: PageDeps, ctx: Context, login: Login): Promise<boolean> {
  if (deps.signUp !== 'closed') return true;
  if (await invitedHere(deps, ctx, login)) return true;
  if (login.application !== null || login.params.state !== SETUP_STATE) return false;
  const secret = setupSecret(deps, ctx);
  return secret !== undefined && setupLinkWorks(deps.services, secret);
}

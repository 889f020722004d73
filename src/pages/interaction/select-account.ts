import type { Context } from 'koa';
import { field } from '../../middleware/form-body.js';
import { answerLogin, type Login } from '../../oidc/interaction.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { signedIn } from './organization.js';

/** GET, for `prompt=select_account`: who is signed in, and the way to somebody else. */
export async function showAccounts(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const user = await deps.services.models.User.findById(signedIn(login)).lean();
  // Nobody is behind the session any more: the sign-in that follows says so.
  if (user?.status !== 'active') return answer(deps, ctx, login, true);
  ctx.body = deps.render('interaction/select-account', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/account`,
    user: { id: user._id, name: user.name, email: user.email, picture: user.picture ?? null },
  });
}

/** POST: goes on as the person who is signed in, or signs in as another one within the same login. */
export async function submitAccount(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  await answer(deps, ctx, login, field(ctx, 'answer') !== 'continue');
}

const answer = (deps: PageDeps, ctx: Context, login: Login, another: boolean) =>
  answerLogin(deps.runtime, ctx, login, { kind: 'account', another });

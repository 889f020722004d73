/** Choosing a new password by a link that was mailed. */
import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import type { Fault } from '../../lib/fault.js';
import { PASSWORD_MIN } from '../../lib/password-policy.js';
import { field } from '../../middleware/form-body.js';
import { signInUrl } from '../../oidc/session.js';
import type { NewPasswordReason } from '../../services/new-password.js';
import { openReset, resetPassword } from '../../services/reset-password.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { rememberDevice } from '../interaction/sign-in.js';
import { leaveNotice } from '../notice.js';
import { passwordWords } from '../password-words.js';
import { missed, quiet } from '../secret-path.js';
import { goTo } from '../submit.js';
import { takeLogin } from './login-cookie.js';

export async function showReset(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  await orDead(deps, ctx, async () => page(deps, ctx));
}

/** POST: afterwards the person signs in with the new password, in the login that this browser came from where it did. */
export async function submitReset(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  await orDead(deps, ctx, async () => {
    try {
      const { email } = await resetPassword(
        deps.services,
        deps.limits,
        ctx.params.secret ?? '',
        field(ctx, 'new_password'),
      );
      // Who got here has a count of their own from now on, whatever failed in this browser before.
      rememberDevice(deps, ctx, email);
    } catch (error) {
      if (!(error instanceof RollcallError) || error.code !== 'invalid') throw error;
      ctx.status = 422;
      return page(deps, ctx, passwordWords(error.details[0] as Fault<NewPasswordReason>));
    }
    leaveNotice(deps, ctx, { text: message('password-changed-sign-in') });
    goTo(ctx, (await takeLogin(deps, ctx)) ?? signInUrl(deps.issuer, '/account'));
  });
}

async function page(deps: PageDeps, ctx: Context, fault?: Message): Promise<void> {
  const secret = ctx.params.secret ?? '';
  const { user } = await openReset(deps.services, secret);
  ctx.body = deps.render('recovery/reset', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: `/recover/${secret}`,
    email: user.email,
    host: new URL(deps.issuer).host,
    errors: fault ? { new_password: fault } : {},
    passwordLeast: PASSWORD_MIN,
  });
}

/** A used link says that it was, for its mail came to who holds it; any other that doesn't work is an unknown page. */
async function orDead(deps: PageDeps, ctx: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    if (error.code === 'not_found') return missed(deps, ctx);
    if (error.code !== 'link_used') throw error;
    ctx.status = 422;
    ctx.body = deps.render('recovery/used', { app: null });
  }
}

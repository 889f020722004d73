import type { Context } from 'koa';
import { notFound, RollcallError, tooMany } from '../../lib/errors.js';
import { newSecret } from '../../lib/ids.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../lib/password-policy.js';
import { field } from '../../middleware/form-body.js';
import type { Login } from '../../oidc/interaction.js';
import { restsOn } from '../../services/sign-ins.js';
import { NAME_MAX, type SignUpFaults, type SignUpReason, signUp } from '../../services/sign-up.js';
import { beginSignUp, pendingSignUp } from '../../services/verified-sign-up.js';
import { sendVerification } from '../../services/verify-address.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { goTo } from '../submit.js';
import { viewApp } from '../view-app.js';
import { invitedHere, requireInvitedAddress } from './invited.js';
import { maySignUp } from './may-sign-up.js';
import { finishSignIn, rememberDevice } from './sign-in.js';

const FAULTS: Record<SignUpReason, Message> = {
  'name-missing': message('fault-name-missing'),
  'name-long': message('fault-name-long', { most: NAME_MAX }),
  'email-missing': message('fault-email-missing'),
  'email-malformed': message('fault-email-malformed'),
  'email-taken': message('fault-email-taken'),
  'email-in-progress': message('fault-email-in-progress'),
  'email-invited': message('fault-email-invited'),
  'password-missing': message('fault-password-missing'),
  'password-short': message('fault-password-short', { least: PASSWORD_MIN }),
  'password-long': message('fault-password-long', { most: PASSWORD_MAX }),
  'password-common': message('fault-password-common'),
};

/** GET: the page that makes an account. */
export async function showSignUp(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (!(await maySignUp(deps, ctx, login))) throw notFound();
  const begun = deps.signUp === 'verified' ? await pendingSignUp(deps.services, login.uid) : undefined;
  const invited = await invitedHere(deps, ctx, login);
  const { name, email } = begun ?? { name: '', email: invited?.email ?? login.params.login_hint ?? '' };
  await page(deps, ctx, login, { name, email }, {});
}

/** POST: makes the account; the person is signed in and goes on. */
export async function submitSignUp(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (!(await maySignUp(deps, ctx, login))) throw notFound();
  if (!(await deps.limits.maySignUp(ctx.ip)))
    throw tooMany('Too many accounts were made from your network. Try again in a while.', 'accounts');
  const input = { name: field(ctx, 'name'), email: field(ctx, 'email'), password: field(ctx, 'password') };
  const { language } = deps.textsOf(ctx);
  try {
    const invited = await invitedHere(deps, ctx, login);
    requireInvitedAddress(invited, input.email);
    const proved = invited?.mailed ?? false;
    if (deps.signUp === 'verified' && !proved) {
      await beginSignUp(deps.services, deps.askByAddress, login.uid, input, language);
      return goTo(ctx, `/interaction/${login.uid}/code`);
    }
    const signIn = newSecret();
    const user = await signUp(deps.services, input, { signIn, language, proved });
    if (!proved) await sendVerification(deps.services, user);
    rememberDevice(deps, ctx, user.email);
    await finishSignIn(deps, ctx, login, { userId: user._id, remember: false, signIn, restsOn: restsOn(user) });
  } catch (error) {
    if (!(error instanceof RollcallError) || error.code !== 'invalid') throw error;
    ctx.status = 422;
    await page(deps, ctx, login, { name: input.name, email: input.email }, error.details[0] as SignUpFaults);
  }
}

async function page(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  values: { name: string; email: string },
  errors: SignUpFaults,
): Promise<void> {
  ctx.body = deps.render('interaction/sign-up', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/sign-up`,
    signInUrl: `/interaction/${login.uid}/sign-in`,
    invited: (await invitedHere(deps, ctx, login)) ?? null,
    values,
    errors: Object.fromEntries(Object.entries(errors).map(([field, { reason }]) => [field, FAULTS[reason]])),
    passwordLeast: PASSWORD_MIN,
  });
}

/** `SIGN_UP=verified`: the code that was mailed. The page is the same whether the address had an account or not. */
import type { Context } from 'koa';
import { notFound, RollcallError } from '../../lib/errors.js';
import { newSecret } from '../../lib/ids.js';
import { field } from '../../middleware/form-body.js';
import { type Login, whereSignedIn } from '../../oidc/interaction.js';
import { restsOn } from '../../services/sign-ins.js';
import { anotherCode, CODE_MINUTES, finishSignUp, pendingSignUp } from '../../services/verified-sign-up.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { leaveNotice, takeNotice } from '../notice.js';
import { goTo } from '../submit.js';
import { viewApp } from '../view-app.js';
import { maySignUp } from './may-sign-up.js';
import { finishSignIn, rememberDevice } from './sign-in.js';

const CODE_WORDS: Readonly<Record<string, Message>> = {
  code_wrong: message('code-wrong'),
  code_ended: message('code-ended'),
  code_locked: message('code-locked'),
};

export async function showCode(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  await page(deps, ctx, login);
}

/** POST: the account is made, and the person is signed in and goes on. */
export async function submitCode(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (!(await maySignUp(deps, ctx, login))) throw notFound();
  const code = field(ctx, 'code');
  if (!code.trim()) return again(deps, ctx, login, message('code-missing'));
  try {
    const signIn = newSecret();
    const { language } = deps.textsOf(ctx);
    const given = { code, address: ctx.ip, language };
    await finishSignUp(deps.services, deps.recoveryLimits, login.uid, given, async (user) => {
      rememberDevice(deps, ctx, user.email);
      await finishSignIn(deps, ctx, login, { userId: user._id, remember: false, signIn, restsOn: restsOn(user) });
    });
  } catch (error) {
    const words = error instanceof RollcallError ? (CODE_WORDS[error.code] ?? takenWords(error)) : undefined;
    if (!words) throw error;
    // Pressed twice: the first one has made the account, and the answer that the browser waits for is this one.
    const further = await whereSignedIn(deps.provider, login);
    if (further) return goTo(ctx, further);
    await again(deps, ctx, login, words);
  }
}

/** Whoever typed the right code owns the address, and may know. */
const takenWords = ({ code }: RollcallError) => (code === 'invalid' ? message('fault-email-taken') : undefined);

/** POST: another code, which ends the one before. */
export async function submitAnotherCode(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (!(await maySignUp(deps, ctx, login))) throw notFound();
  const parts = { ask: deps.askByAddress, limits: deps.recoveryLimits };
  if (!(await anotherCode(deps.services, parts, login.uid, deps.textsOf(ctx).language)))
    return again(deps, ctx, login, message('too-many-mails'));
  leaveNotice(deps, ctx, { text: message('code-sent-again') });
  goTo(ctx, `/interaction/${login.uid}/code`);
}

async function again(deps: PageDeps, ctx: Context, login: Login, fault: Message): Promise<void> {
  ctx.status = 422;
  await page(deps, ctx, login, fault);
}

async function page(deps: PageDeps, ctx: Context, login: Login, fault?: Message): Promise<void> {
  const pending = await pendingSignUp(deps.services, login.uid);
  const path = `/interaction/${login.uid}`;
  if (!pending) return goTo(ctx, `${path}/sign-up`);
  ctx.body = deps.render('interaction/code', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `${path}/code`,
    againAction: `${path}/another-code`,
    otherUrl: `${path}/sign-up`,
    email: pending.email,
    minutes: CODE_MINUTES,
    notice: fault ? undefined : takeNotice(deps, ctx),
    errors: fault ? { code: fault } : {},
  });
}

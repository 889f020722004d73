/** "Forgot password?": naming the address. What comes of it is said in the same words for every address, and mailed. */
import type { Context } from 'koa';
import { isEmailAddress } from '../../lib/email-address.js';
import { field } from '../../middleware/form-body.js';
import type { Login } from '../../oidc/interaction.js';
import { LINK_MINUTES } from '../../services/mailed-links.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { keepLogin } from './login-cookie.js';

/** GET. @param login the one in which it was asked for, where there is one */
export async function showForgot(deps: PageDeps, ctx: Context, login?: Login): Promise<void> {
  page(deps, ctx, login, login?.params.login_hint ?? '');
}

/** POST: queues the mail. The request does the same whether the address has an account, is disabled, or is nobody's. */
export async function submitForgot(deps: PageDeps, ctx: Context, login?: Login): Promise<void> {
  const email = field(ctx, 'email').trim();
  if (!email) return again(deps, ctx, login, email, message('fault-email-missing'));
  if (!isEmailAddress(email)) return again(deps, ctx, login, email, message('fault-email-malformed'));
  if (!(await deps.recoveryLimits.mayAsk(ctx.ip))) return again(deps, ctx, login, email, message('too-many-asked'));
  await deps.askByAddress({ kind: 'reset', email, language: deps.textsOf(ctx).language });
  if (login) keepLogin(deps, ctx, login.uid);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = deps.render('recovery/sent', {
    app: viewApp(login?.application ?? null),
    email,
    minutes: LINK_MINUTES.reset,
    backUrl: backTo(login),
    againUrl: pathOf(login),
  });
}

const pathOf = (login: Login | undefined) => (login ? `/interaction/${login.uid}/recover` : '/recover');
const backTo = (login: Login | undefined) => (login ? `/interaction/${login.uid}/sign-in` : '/account');

function again(deps: PageDeps, ctx: Context, login: Login | undefined, email: string, fault: Message): void {
  ctx.status = 422;
  page(deps, ctx, login, email, fault);
}

function page(deps: PageDeps, ctx: Context, login: Login | undefined, email: string, fault?: Message): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.body = deps.render('recovery/forgot', {
    app: viewApp(login?.application ?? null),
    csrf: deps.csrf.token(ctx),
    action: pathOf(login),
    backUrl: backTo(login),
    values: { email },
    errors: fault ? { email: fault } : {},
  });
}

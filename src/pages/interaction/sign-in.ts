import type { Context } from 'koa';
import { digest, newSecret } from '../../lib/ids.js';
import { field } from '../../middleware/form-body.js';
import { signedIn } from '../../oidc/happenings.js';
import { answerLogin, type Login } from '../../oidc/interaction.js';
import { authenticate } from '../../services/authenticate.js';
import { normalizeEmail } from '../../services/create-user.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { invitedHere } from './invited.js';
import { maySignUp } from './may-sign-up.js';

const deviceCookie = (issuer: string) => (issuer.startsWith('https:') ? '__Secure-rollcall_device' : 'rollcall_device');
type Errors = Partial<Record<'form' | 'email' | 'password', Message>>;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

const WRONG: Errors = { form: message('sign-in-wrong'), password: message('sign-in-password-again') };

/** GET: the sign-in page. */
export async function showSignIn(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const invited = await invitedHere(deps, ctx, login);
  await page(deps, ctx, login, { email: invited?.email ?? login.params.login_hint ?? '' }, {});
}

/** POST: signs in, or shows the page again in the same words for whatever was wrong. */
export async function submitSignIn(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const email = field(ctx, 'email');
  const password = field(ctx, 'password');
  const errors: Errors = {};
  if (!email.trim()) errors.email = message('fault-email-missing');
  if (!password) errors.password = message('sign-in-password-missing');
  if (Object.keys(errors).length) return again(deps, ctx, login, email, errors);
  const device = knownDevice(deps, ctx, email);
  const user = await authenticate(deps.services, deps.limits, {
    email,
    password,
    address: ctx.ip,
    knownDevice: device,
  });
  if (!user) return again(deps, ctx, login, email, WRONG);
  rememberDevice(deps, ctx, email);
  await finishSignIn(deps, ctx, login, { userId: user._id, remember: field(ctx, 'remember') !== '' });
}

/** Goes on as somebody who has shown who they are; the log says so. */
export async function finishSignIn(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  { userId, remember, signIn }: { userId: string; remember: boolean; signIn?: string },
): Promise<void> {
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'signed-in', userId, remember, signIn }),
    signedIn(deps.runtime, userId, login.application?._id ?? null),
  ]);
}

async function again(deps: PageDeps, ctx: Context, login: Login, email: string, errors: Errors): Promise<void> {
  ctx.status = 422;
  await page(deps, ctx, login, { email }, errors);
}

async function page(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  values: { email: string },
  errors: Errors,
): Promise<void> {
  ctx.body = deps.render('interaction/sign-in', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/sign-in`,
    signUpUrl: (await maySignUp(deps, ctx, login)) ? `/interaction/${login.uid}/sign-up` : null,
    invited: (await invitedHere(deps, ctx, login)) ?? null,
    values,
    errors,
  });
}

/** The name of a browser that has signed in to this account before; its failures are counted apart from strangers'. */
function knownDevice({ signer, issuer }: PageDeps, ctx: Context, email: string): string | undefined {
  const [device, signature] = (ctx.cookies.get(deviceCookie(issuer)) ?? '').split('.');
  if (!device || !signature) return undefined;
  return signer.verify('device', `${device} ${digest(normalizeEmail(email))}`, signature) ? device : undefined;
}

export function rememberDevice({ signer, issuer }: PageDeps, ctx: Context, email: string): void {
  const device = newSecret();
  const signature = signer.sign('device', `${device} ${digest(normalizeEmail(email))}`);
  ctx.cookies.set(deviceCookie(issuer), `${device}.${signature}`, {
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    path: '/interaction',
    maxAge: YEAR_MS,
    signed: false,
  });
}

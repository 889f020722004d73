import type { Context } from 'koa';
import { digest, newSecret } from '../../lib/ids.js';
import { field } from '../../middleware/form-body.js';
import { signedIn } from '../../oidc/happenings.js';
import { answerLogin, type Login } from '../../oidc/interaction.js';
import { authenticate } from '../../services/authenticate.js';
import { normalizeEmail } from '../../services/create-user.js';
import { newSignIn } from '../../services/mail/new-sign-in.js';
import { restsOn } from '../../services/sign-ins.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { takeNotice } from '../notice.js';
import { viewApp } from '../view-app.js';
import { invitedHere } from './invited.js';
import { lookOfLogin } from './look.js';
import { maySignUp } from './may-sign-up.js';

const deviceCookie = (issuer: string) => (issuer.startsWith('https:') ? '__Secure-rollcall_device' : 'rollcall_device');
type Errors = Partial<Record<'form' | 'email' | 'password', Message>>;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
/** Accounts for which one browser is known. */
const ACCOUNTS_KNOWN = 8;

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
  if (!device && (await deps.limits.mayTellOfSignIn(user._id))) await newSignIn(deps.services, user);
  const remember = field(ctx, 'remember') !== '';
  await finishSignIn(deps, ctx, login, { userId: user._id, remember, restsOn: restsOn(user) });
}

/** Goes on as somebody who has shown who they are; the log says so. */
export async function finishSignIn(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  { userId, ...how }: { userId: string; remember: boolean; signIn?: string; restsOn?: string },
): Promise<void> {
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'signed-in', userId, ...how }),
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
    look: await lookOfLogin(deps, login),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/sign-in`,
    signUpUrl: (await maySignUp(deps, ctx, login)) ? `/interaction/${login.uid}/sign-up` : null,
    forgotUrl: `/interaction/${login.uid}/recover`,
    notice: takeNotice(deps, ctx),
    invited: (await invitedHere(deps, ctx, login)) ?? null,
    values,
    errors,
  });
}

/** What the cookie holds: the browser's name, and for each of the accounts that were signed in to in it a signature, the last first. */
function deviceIn({ issuer }: PageDeps, ctx: Context): { device: string | undefined; signatures: string[] } {
  const [device = '', ...signatures] = (ctx.cookies.get(deviceCookie(issuer)) ?? '').split('.');
  return { device: /^[\w-]{43}$/.test(device) ? device : undefined, signatures: signatures.slice(0, ACCOUNTS_KNOWN) };
}

const deviceOf = (device: string, email: string) => `${device} ${digest(normalizeEmail(email))}`;

/** The name of a browser that has signed in to this account before; its failures are counted apart from strangers'. */
function knownDevice(deps: PageDeps, ctx: Context, email: string): string | undefined {
  const { device, signatures } = deviceIn(deps, ctx);
  if (!device) return undefined;
  const about = deviceOf(device, email);
  return signatures.some((one) => deps.signer.verify('device', about, one)) ? device : undefined;
}

export function rememberDevice(deps: PageDeps, ctx: Context, email: string): void {
  const { signer, issuer } = deps;
  const present = deviceIn(deps, ctx);
  const device = present.device ?? newSecret();
  const own = signer.sign('device', deviceOf(device, email));
  const others = present.signatures.filter((one) => !signer.verify('device', deviceOf(device, email), one));
  ctx.cookies.set(deviceCookie(issuer), [device, own, ...others].slice(0, ACCOUNTS_KNOWN + 1).join('.'), {
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    path: '/interaction',
    maxAge: YEAR_MS,
    signed: false,
  });
}

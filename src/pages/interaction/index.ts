/**
 * The pages of a login, all under /interaction/UID, to which the library's cookie is bound. What the person is asked next is the
 * library's policy's to decide; a handler reads the form, calls one service and hands the answer back.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { formBody } from '../../middleware/form-body.js';
import { allowFormTarget } from '../../middleware/security-headers.js';
import { beginDeviceLogin } from '../../oidc/device/device-login.js';
import { currentLogin, type Login, loginExpired } from '../../oidc/interaction.js';
import type { PageDeps } from '../deps.js';
import { speakAsWanted, uiLocales } from '../language.js';
import { keepLoginUnderWay } from '../login-under-way.js';
import { showForgot, submitForgot } from '../recovery/forgot.js';
import { showAsk, submitAsk } from './ask-to-join.js';
import { showCode, submitAnotherCode, submitCode } from './code.js';
import { showConsent, submitConsent } from './consent.js';
import { maySignUp } from './may-sign-up.js';
import {
  showCreate,
  showOrganization,
  submitCancel,
  submitCreate,
  submitInvitation,
  submitJoin,
  submitOrganization,
} from './organization.js';
import { showAccounts, submitAccount } from './select-account.js';
import { showSignIn, submitSignIn } from './sign-in.js';
import { showSignUp, submitSignUp } from './sign-up.js';

type Handler = (deps: PageDeps, ctx: Context, login: Login) => Promise<void>;

/** Which handler a path has, and in which step of the login it may be used. */
const GET: Record<string, { step: Login['prompt']; handler: Handler }> = {
  'sign-in': { step: 'login', handler: showSignIn },
  'sign-up': { step: 'login', handler: showSignUp },
  code: { step: 'login', handler: showCode },
  recover: { step: 'login', handler: showForgot },
  'create-organization': { step: 'organization', handler: showCreate },
};

const POST: Record<string, { step: Login['prompt']; handler: Handler }> = {
  'sign-in': { step: 'login', handler: submitSignIn },
  'sign-up': { step: 'login', handler: submitSignUp },
  code: { step: 'login', handler: submitCode },
  'another-code': { step: 'login', handler: submitAnotherCode },
  recover: { step: 'login', handler: submitForgot },
  account: { step: 'select_account', handler: submitAccount },
  organization: { step: 'organization', handler: submitOrganization },
  'create-organization': { step: 'organization', handler: submitCreate },
  join: { step: 'organization', handler: submitJoin },
  ask: { step: 'organization', handler: submitAsk },
  invitation: { step: 'organization', handler: submitInvitation },
  cancel: { step: 'organization', handler: submitCancel },
  consent: { step: 'consent', handler: submitConsent },
};

/** By the last part of the path; what every object has by itself is no page. */
const entryOf = (table: typeof GET, { params }: Context) =>
  Object.hasOwn(table, params.page ?? '') ? table[params.page] : undefined;

const FIRST: Record<Login['prompt'], Handler> = {
  select_account: showAccounts,
  login: showFirst,
  organization: (deps, ctx, login) => (login.step === 'ask' ? showAsk : showOrganization)(deps, ctx, login),
  consent: showConsent,
};

/** `prompt=create` opens the sign-up, where it is open to this login (Initiating User Registration 1.0). */
async function showFirst(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (login.creates && (await maySignUp(deps, ctx, login))) return showSignUp(deps, ctx, login);
  return showSignIn(deps, ctx, login);
}

export function interactionRoutes(router: Router, deps: PageDeps): void {
  const begin = async (ctx: Context): Promise<Login> => {
    const login = await currentLogin(deps.runtime, deps.provider, ctx);
    await speakAsWanted(ctx, deps, uiLocales(login.params.ui_locales), login.userId);
    allowFormTarget(ctx, login.params.redirect_uri);
    keepLoginUnderWay(deps, ctx, login);
    ctx.set('Cache-Control', 'no-store');
    return login;
  };
  router.get('/interaction/:uid', async (ctx) => {
    const login = await begin(ctx);
    await FIRST[login.prompt](deps, ctx, login);
  });
  router.get('/interaction/:uid/:page', async (ctx, next) => {
    const entry = entryOf(GET, ctx);
    if (!entry) return next();
    const login = await begin(ctx);
    // Gone back in the browser to a step that is done: show where the login is now.
    if (login.prompt !== entry.step) return ctx.redirect(`/interaction/${login.uid}`);
    await entry.handler(deps, ctx, login);
  });
  router.post('/interaction/:uid/switch', formBody, deps.csrf.check, async (ctx) => switchAccount(deps, ctx));
  router.post('/interaction/:uid/:page', formBody, deps.csrf.check, async (ctx, next) => {
    const entry = entryOf(POST, ctx);
    if (!entry) return next();
    const login = await begin(ctx);
    if (login.prompt !== entry.step) throw loginExpired();
    await entry.handler(deps, ctx, login);
  });
}

/** "Use another account": the same request again, with a sign-in first. */
async function switchAccount(deps: PageDeps, ctx: Context): Promise<void> {
  const login = await currentLogin(deps.runtime, deps.provider, ctx);
  if (login.device) return beginDeviceLogin(deps.provider, deps.runtime, ctx, login.device, { signInAgain: true });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(login.params)) if (value !== undefined) query.set(key, String(value));
  query.set('prompt', 'login');
  query.delete('login_hint');
  ctx.status = 303;
  ctx.redirect(`/oauth2/authorize?${query}`);
}

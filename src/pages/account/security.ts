/** How a person's account is kept: their address and whether it is verified, and their password. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import type { Fault } from '../../lib/fault.js';
import { PASSWORD_MIN } from '../../lib/password-policy.js';
import { field, formBody } from '../../middleware/form-body.js';
import { currentSession, renewSession } from '../../oidc/session.js';
import { cancelAddressChange, waitingChange } from '../../services/change-address.js';
import { changePassword } from '../../services/change-password.js';
import type { NewPasswordReason } from '../../services/new-password.js';
import { sendVerification } from '../../services/verify-address.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { leaveNotice } from '../notice.js';
import { passwordWords } from '../password-words.js';
import { carryOut, goTo } from '../submit.js';
import { addressPages } from './address.js';

const HOME = '/account/security';

export function securityRoutes(router: Router, deps: PageDeps): void {
  router.get(HOME, async (ctx) => showSecurity(deps, ctx));
  router.post(HOME, formBody, deps.csrf.check, async (ctx) => submitPassword(deps, ctx));
  router.post(`${HOME}/verify`, formBody, deps.csrf.check, async (ctx) => submitVerification(deps, ctx));
  router.post(`${HOME}/address/cancel`, formBody, deps.csrf.check, async (ctx) => submitCancel(deps, ctx));
  addressPages(router, deps);
}

type Faults = Partial<Record<'current_password' | 'new_password', Message>>;

async function showSecurity(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (asker) page(deps, ctx, asker);
}

/** POST: changes the password. The session stays, under another id; others end unless the person keeps them (ASVS 7.4.3). */
async function submitPassword(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  const session = asker && (await currentSession(deps.provider, deps.runtime, ctx));
  if (!session) return;
  const { user } = asker;
  const password = field(ctx, 'current_password');
  const endOthers = field(ctx, 'end_others') !== '';
  const again = (errors: Faults, refused: Message | null = null) => {
    ctx.status = 422;
    page(deps, ctx, asker, errors, { refused, endOthers });
  };
  if (!password) return again({ current_password: message('sign-in-password-missing') });
  const shown = { user, password, address: ctx.ip, signIn: session.signIn };
  const change = { newPassword: field(ctx, 'new_password'), sessionUid: session.uid, endOthers };
  try {
    await changePassword(deps.services, deps.limits, shown, change);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    if (error.code === 'stale') return again({}, message('refused-stale'));
    if (error.code !== 'invalid') throw error;
    const fault = error.details[0] as Fault<NewPasswordReason | 'password-wrong'>;
    if (fault.reason === 'password-wrong') return again({ current_password: message('password-wrong') });
    return again({ new_password: passwordWords(fault as Fault<NewPasswordReason>) });
  }
  await renewSession(deps.provider, deps.runtime, ctx);
  leaveNotice(deps, ctx, {
    text: endOthers ? message('password-changed-others-ended') : message('password-changed'),
  });
  goTo(ctx, HOME);
}

/** POST: mails the link once more. */
async function submitVerification(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const { user } = asker;
  if (!(await deps.recoveryLimits.mayMail('other', user.email))) {
    ctx.status = 422;
    return page(deps, ctx, asker, {}, { refused: message('too-many-mails'), endOthers: true });
  }
  await carryOut(deps, ctx, {
    act: async () => {
      await sendVerification(deps.services, user);
      return { text: message('verification-sent', { email: user.email }) };
    },
    next: HOME,
    again: (refused) => page(deps, ctx, asker, {}, { refused, endOthers: true }),
  });
}

async function submitCancel(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  await cancelAddressChange(deps.services, asker.user);
  leaveNotice(deps, ctx, { text: message('address-change-cancelled') });
  goTo(ctx, HOME);
}

function page(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  errors: Faults = {},
  { refused, endOthers }: { refused: Message | string | null; endOthers: boolean } = { refused: null, endOthers: true },
): void {
  const { user } = asker;
  const change = waitingChange(deps.services, user);
  ctx.body = deps.render('account/security', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: HOME,
    email: user.email,
    emailVerified: user.emailVerified,
    waiting: change
      ? {
          email: change.email,
          newConfirmed: change.newConfirmed,
          oldConfirmed: change.oldConfirmed,
          until: change.worksUntil,
        }
      : null,
    errors,
    refused,
    endOthers,
    passwordLeast: PASSWORD_MIN,
  });
}

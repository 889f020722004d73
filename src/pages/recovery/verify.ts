/** Proving an address by a link that was mailed: that of an account, or one that an account is to bear. */
import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import { field } from '../../middleware/form-body.js';
import {
  confirmAddressChange,
  confirmsAlone,
  type OpenedChange,
  openAddressChange,
} from '../../services/change-address.js';
import type { OpenedLink } from '../../services/mailed-links.js';
import { provesAlone, type Shown } from '../../services/prove-address.js';
import { reauthenticate } from '../../services/reauthenticate.js';
import { openVerification, verifyAddress } from '../../services/verify-address.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { leaveNotice } from '../notice.js';
import { missed, quiet } from '../secret-path.js';
import { shownBySession } from '../shown-by-session.js';
import { goTo } from '../submit.js';

type Opened = { kind: 'account'; opened: OpenedLink } | { kind: 'change'; opened: OpenedChange };

/** What the link opens, and what this browser shows beside it. */
interface Visit {
  what: Opened;
  shown: Shown;
  /** Signed in to the very account. */
  own: boolean;
}

export async function showVerify(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  page(deps, ctx, await visitOf(deps, ctx));
}

export async function submitVerify(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  const visit = await visitOf(deps, ctx);
  const { what, own } = visit;
  const password = field(ctx, 'password');
  const shown = { ...visit.shown };
  if (asksPassword(visit)) {
    if (!password) return again(deps, ctx, visit, message('sign-in-password-missing'));
    const { user } = what.opened;
    const checked = await reauthenticate(deps.services, deps.limits, {
      user,
      password,
      address: ctx.ip,
      signIn: shown.signIn,
    });
    if (!checked) return again(deps, ctx, visit, message('verify-password-wrong'));
    shown.password = true;
  }
  const said = await confirm(deps, ctx, what, shown);
  if (!own) return goTo(ctx, said.done ? '/verify' : '/verify?waiting=1');
  ctx.state.userId = what.opened.user._id;
  leaveNotice(deps, ctx, said.notice);
  goTo(ctx, '/account/security');
}

/** GET /verify: where a browser ends that isn't signed in. */
export async function showVerified(deps: PageDeps, ctx: Context): Promise<void> {
  ctx.body = deps.render('recovery/verified', { app: null, waiting: ctx.query.waiting === '1' });
}

async function confirm(deps: PageDeps, ctx: Context, what: Opened, shown: Shown) {
  const { services } = deps;
  try {
    if (what.kind === 'account') {
      if (!(await verifyAddress(services, what.opened, shown))) return await missed(deps, ctx);
      return { done: true, notice: { text: message('address-verified') } };
    }
    const done = await confirmAddressChange(services, what.opened);
    const { email } = what.opened.change;
    return { done, notice: { text: done ? message('address-changed', { email }) : message('address-other-waits') } };
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'not_found') return await missed(deps, ctx);
    throw error;
  }
}

async function visitOf(deps: PageDeps, ctx: Context): Promise<Visit> {
  const what = await open(deps, ctx.params.secret ?? '').catch(async (error: unknown) => {
    if (error instanceof RollcallError && error.code === 'not_found') return missed(deps, ctx);
    throw error;
  });
  const shown = await shownBySession(deps, ctx, what.opened.user._id);
  return { what, shown, own: shown.signIn !== undefined };
}

async function open({ services }: PageDeps, secret: string): Promise<Opened> {
  try {
    return { kind: 'account', opened: await openVerification(services, secret) };
  } catch (error) {
    if (!(error instanceof RollcallError) || error.code !== 'not_found') throw error;
    return { kind: 'change', opened: await openAddressChange(services, secret) };
  }
}

const asksPassword = ({ what, shown }: Visit): boolean =>
  !(what.kind === 'account' ? provesAlone(what.opened.user, shown) : confirmsAlone(what.opened, shown));

function again(deps: PageDeps, ctx: Context, visit: Visit, fault: Message): void {
  ctx.status = 422;
  page(deps, ctx, visit, fault);
}

function page(deps: PageDeps, ctx: Context, visit: Visit, fault?: Message): void {
  const { what } = visit;
  const { user } = what.opened;
  ctx.body = deps.render('recovery/verify', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: `/verify/${ctx.params.secret}`,
    email: user.email,
    newEmail: what.kind === 'change' ? what.opened.change.email : null,
    host: new URL(deps.issuer).host,
    asksPassword: asksPassword(visit),
    errors: fault ? { password: fault } : {},
  });
}

import type Router from '@koa/router';
import type { Context } from 'koa';
import { RollcallError } from '../lib/errors.js';
import { field, formBody } from '../middleware/form-body.js';
import { allowFormTarget } from '../middleware/security-headers.js';
import type { Invitation, Organization, User } from '../models/index.js';
import { currentSession, signInUrl } from '../oidc/session.js';
import { acceptInvitation, declineInvitation } from '../services/invitations/answer-invitation.js';
import { invitationBehind, type Opened, openedInvitation } from '../services/invitations/find-invitation.js';
import { invitedTo } from '../services/invitations/invited-to.js';
import { provesAlone, type Shown } from '../services/prove-address.js';
import { reauthenticate } from '../services/reauthenticate.js';
import { rolesHere, vocabularyOf } from '../services/vocabulary.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { organizationView } from './interaction/look.js';
import {
  forgetInvitationSecret,
  INVITATION_STATE,
  isInvitationSecret,
  keepInvitationSecret,
} from './invitation-cookie.js';
import { inviterName } from './inviter-name.js';
import { goOnWith, loginUnderWay, useLoginUnderWay } from './login-under-way.js';
import { leaveNotice } from './notice.js';
import { requireUser } from './require-user.js';
import { missed, quiet } from './secret-path.js';
import { shownBySession } from './shown-by-session.js';
import { goTo } from './submit.js';
import { viewApp } from './view-app.js';

/** Where an invitation's links lead: sign in or make an account, then join or decline. */
export function invitationLinkRoutes(router: Router, deps: PageDeps): void {
  router.get('/join/invitation/:secret', async (ctx) => showInvitation(deps, ctx));
  router.post('/join/invitation/:secret', formBody, deps.csrf.check, async (ctx) => submitInvitation(deps, ctx));
}

async function showInvitation(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  const secret = ctx.params.secret ?? '';
  const opened = isInvitationSecret(secret) ? await openedInvitation(deps.services, secret) : undefined;
  if (!opened) return missed(deps, ctx);
  keepInvitationSecret(deps, ctx, secret);
  const user = await requireUser(deps, ctx, INVITATION_STATE);
  if (!user) return;
  if (user.email !== opened.invitation.email) return otherAddressPage(deps, ctx, opened, user);
  await invitationPage(deps, ctx, opened, user);
}

async function submitInvitation(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  const user = await requireUser(deps, ctx, INVITATION_STATE);
  if (!user) return;
  const secret = ctx.params.secret ?? '';
  // Also one that was answered: by the same person a moment ago, it ends where it did then.
  const opened = isInvitationSecret(secret) ? await invitationBehind(deps.services, secret) : undefined;
  if (!opened) return missed(deps, ctx);
  const declines = field(ctx, 'answer') === 'decline';
  try {
    await (declines ? decline(deps, ctx, opened, user) : accept(deps, ctx, opened, user));
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    await refused(deps, ctx, opened, user, error);
  }
}

async function accept(deps: PageDeps, ctx: Context, { invitation, mailed }: Opened, user: User): Promise<void> {
  const proof = mailed ? await shownHere(deps, ctx, user) : undefined;
  const answered = await acceptInvitation(deps.services, { invitation, userId: user._id, proof });
  forgetInvitationSecret(deps, ctx);
  await goOn(deps, ctx, invitation, answered.organization, answered.wasMember);
}

async function decline(deps: PageDeps, ctx: Context, { invitation }: Opened, user: User): Promise<void> {
  const { name } = await declineInvitation(deps.services, { invitation, userId: user._id });
  forgetInvitationSecret(deps, ctx);
  leaveNotice(deps, ctx, { text: message('invitation-declined', { organization: name }) });
  goTo(ctx, '/account');
}

/** What the browser shows beside a mailed link: its session, or the password that was typed here. */
async function shownHere(deps: PageDeps, ctx: Context, user: User): Promise<Shown> {
  const shown = await shownBySession(deps, ctx, user._id);
  const password = field(ctx, 'password');
  if (user.emailVerified || !password) return shown;
  const asked = { user, password, address: ctx.ip, signIn: shown.signIn };
  if (!(await reauthenticate(deps.services, deps.limits, asked)))
    throw new RollcallError('password_wrong', 422, 'That password doesn’t match.');
  return { ...shown, password: true };
}

/** The application whose login is under way, else the one that the invitation names, else the account. */
async function goOn(
  deps: PageDeps,
  ctx: Context,
  invitation: Invitation,
  organization: Organization,
  wasMember: boolean,
): Promise<void> {
  const login = await loginUnderWay(deps, ctx, invitation._id);
  const session = login && (await currentSession(deps.provider, deps.runtime, ctx));
  if (login && session) {
    useLoginUnderWay(deps, ctx, login.uid, invitation._id);
    return goTo(ctx, goOnWith(login, organization, session));
  }
  const address = await initiateLogin(deps, invitation);
  if (address) return goTo(ctx, address);
  const { name } = organization;
  leaveNotice(deps, ctx, {
    text: wasMember
      ? message('invitation-was-member', { organization: name })
      : message('invitation-joined', { organization: name }),
    href: '/account/organizations',
    link: message('your-organizations'),
  });
  goTo(ctx, '/account');
}

/** OIDC Core 4: the application begins a login by itself. */
async function initiateLogin(
  { services, issuer }: PageDeps,
  { applicationId }: Invitation,
): Promise<string | undefined> {
  const application = applicationId ? (await services.catalog.current()).applications.get(applicationId) : undefined;
  const address = application?.initiateLoginUri ? URL.parse(application.initiateLoginUri) : null;
  address?.searchParams.set('iss', issuer);
  return address?.href;
}

/** The page once more, or what it says to somebody whom the invitation isn't for. */
async function refused(deps: PageDeps, ctx: Context, opened: Opened, user: User, error: RollcallError): Promise<void> {
  if (error.code === 'not_found') return missed(deps, ctx);
  if (error.code === 'other_address') return otherAddressPage(deps, ctx, opened, user);
  const { organization } = opened;
  if (error.code === 'membership_suspended') {
    ctx.status = 403;
    ctx.body = deps.render('join/suspended', {
      app: null,
      organization: organizationView(organization),
      email: user.email,
      switchUrl: switchUrl(deps),
    });
    return;
  }
  const fault = PASSWORD_FAULTS[error.code];
  if (!fault) throw error;
  ctx.status = 422;
  await invitationPage(deps, ctx, opened, user, fault);
}

const PASSWORD_FAULTS: Readonly<Record<string, Message>> = {
  password_needed: message('invitation-password-missing'),
  password_wrong: message('invitation-password-wrong'),
};

async function invitationPage(
  deps: PageDeps,
  ctx: Context,
  { invitation, organization, mailed }: Opened,
  user: User,
  fault?: Message,
): Promise<void> {
  const { services } = deps;
  const [login, shown, given, vocabulary, membership, catalog, address] = await Promise.all([
    loginUnderWay(deps, ctx, invitation._id),
    shownBySession(deps, ctx, user._id),
    invitedTo(services, organization, invitation),
    vocabularyOf(services, organization),
    services.reads.membership(organization._id, user._id),
    services.catalog.current(),
    initiateLogin(deps, invitation),
  ]);
  // Chrome follows `form-action` to where the answer leads.
  allowFormTarget(ctx, login?.params.redirect_uri as string | undefined);
  allowFormTarget(ctx, address);
  const ids = new Set(given.roles.map(({ roleId }) => roleId));
  const named = rolesHere(catalog, vocabulary).filter(
    (role) => ids.has(role._id) || (given.admin && role._id === vocabulary.adminRoleId),
  );
  ctx.body = deps.render('join/invitation', {
    app: viewApp(login?.application ?? null),
    csrf: deps.csrf.token(ctx),
    action: ctx.path,
    organization: organizationView(organization),
    inviter: await inviterName(deps, invitation),
    member: membership?.status === 'active',
    roles: named.length ? named.map(({ name }) => name) : null,
    groups: given.groups.flatMap(({ groupId }) => vocabulary.group(groupId)?.name ?? []),
    first: !organization.founded,
    message: invitation.message ?? null,
    email: user.email,
    switchUrl: switchUrl(deps),
    asksPassword: mailed && !provesAlone(user, shown),
    errors: fault ? { password: fault } : {},
  });
}

function otherAddressPage(deps: PageDeps, ctx: Context, { invitation, organization }: Opened, user: User): void {
  ctx.status = 403;
  ctx.body = deps.render('join/other-address', {
    app: null,
    organization: organizationView(organization),
    address: invitation.email,
    email: user.email,
    switchUrl: switchUrl(deps),
  });
}

const switchUrl = ({ issuer }: PageDeps) => signInUrl(issuer, INVITATION_STATE, { prompt: 'login' });

import type { Context } from 'koa';
import { themselves } from '../../access/can.js';
import { RollcallError } from '../../lib/errors.js';
import { isId } from '../../lib/ids.js';
import { field } from '../../middleware/form-body.js';
import { answerLogin, type Login, loginExpired } from '../../oidc/interaction.js';
import { createOrganization } from '../../services/create-organization.js';
import { acceptWaiting, joinAsInvited } from '../../services/invitations/answer-invitation.js';
import { invitationsTo, invitationToJoin } from '../../services/invitations/find-invitation.js';
import { lastOrganizationOf, rememberOrganization } from '../../services/last-organization.js';
import { actable, listMemberships } from '../../services/list-memberships.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { offersTo } from '../offers.js';
import { organizationName } from '../organization-name.js';
import { viewApp } from '../view-app.js';
import { waitingViews } from '../waiting-invitations.js';
import { organizationView } from './look.js';

/** GET of the step that R7 needs: choose, create, or join. */
export async function showOrganization(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (login.step === 'join') return showJoin(deps, ctx, login);
  if (login.step === 'create') return showCreate(deps, ctx, login);
  const userId = signedIn(login);
  const [user, rows, last, offers] = await Promise.all([
    deps.services.models.User.findById(userId).lean(),
    listMemberships(deps.services, userId),
    lastOrganizationOf(deps.services, lastKey(login)),
    offersIn(deps, login),
  ]);
  ctx.body = deps.render('interaction/choose-organization', {
    ...common(deps, ctx, login),
    action: `/interaction/${login.uid}/organization`,
    organizations: actable(rows)
      .map(({ organization, roles }) => ({
        ...organizationView(organization),
        roles: roles.map((role) => role.name),
        last: organization._id === last,
      }))
      .sort((a, b) => Number(b.last) - Number(a.last)),
    mayContinueWithout: mayDoWithout(login),
    createUrl: deps.createOrganizations === 'anyone' ? `/interaction/${login.uid}/create-organization` : null,
    offers,
    email: user?.email ?? '',
    switchAction: `/interaction/${login.uid}/switch`,
  });
}

/** POST: what was picked. Whether the person is a member is checked where the login goes on, on today's state. */
export async function submitOrganization(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const picked = field(ctx, 'organization');
  if (!picked && !mayDoWithout(login)) return showOrganization(deps, ctx, login);
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'organization', organizationId: picked || null }),
    remember(deps, login, picked),
  ]);
}

const lastKey = (login: Login) => ({ userId: signedIn(login), applicationId: login.application?._id ?? null });

/** What somebody picked comes first the next time, where it is one: what a form sends needn't be. */
async function remember(deps: PageDeps, login: Login, organizationId: string): Promise<void> {
  if (isId('org', organizationId)) await rememberOrganization(deps.services, lastKey(login), organizationId);
}

/** GET: the page that makes an organization, or says to ask for an invitation. */
export async function showCreate(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (deps.createOrganizations !== 'anyone') {
    ctx.body = deps.render('interaction/no-organization', {
      ...common(deps, ctx, login),
      offers: await offersIn(deps, login),
      action: `/interaction/${login.uid}/cancel`,
      device: login.device !== undefined,
      waiting: await waitingFor(deps, login),
      ...without(login),
    });
    return;
  }
  await createPage(deps, ctx, login, '', {});
}

/** POST: makes the organization; the person is its first member and administrator (R1). */
export async function submitCreate(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const userId = signedIn(login);
  if (deps.createOrganizations !== 'anyone') return showCreate(deps, ctx, login);
  const { name, fault } = organizationName(field(ctx, 'name'));
  if (fault) {
    ctx.status = 422;
    return createPage(deps, ctx, login, name, { name: fault });
  }
  if (!(await deps.creationLimits.mayCreate(userId))) {
    ctx.status = 422;
    return createPage(deps, ctx, login, name, { name: message('refused-too-many-organizations') });
  }
  const organization = await createOrganization(deps.services, themselves(userId), { name, founder: userId });
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'organization', organizationId: organization._id }),
    remember(deps, login, organization._id),
  ]);
}

async function showJoin(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const organization = await deps.services.models.Organization.findById(login.organizationId).lean();
  if (!organization) throw loginExpired();
  ctx.body = deps.render('interaction/join', {
    ...common(deps, ctx, login),
    action: `/interaction/${login.uid}/join`,
    organization: organizationView(organization),
    first: !organization.founded,
    invited: (await invitationToJoin(deps.services, signedIn(login), organization._id)) !== undefined,
    canDecline: true,
  });
}

/** POST: joins the organization that the request names, or declines. */
export async function submitJoin(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (field(ctx, 'answer') === 'decline') return submitCancel(deps, ctx, login);
  const userId = signedIn(login);
  // What the request names, else what was offered: whether they may is the service's to say.
  const organizationId = login.organizationId ?? field(ctx, 'organization');
  if (!organizationId) throw loginExpired();
  try {
    await joinAsInvited(deps.services, themselves(userId), { organizationId, userId });
  } catch (error) {
    // It was closed meanwhile: the login goes on and is refused there, in the words of an unknown organization.
    if (!(error instanceof RollcallError) || error.code !== 'not_found') throw error;
  }
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'organization', organizationId }),
    remember(deps, login, organizationId),
  ]);
}

/** POST: back to the application, which gets `access_denied`. */
export async function submitCancel(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  await answerLogin(deps.runtime, ctx, login, { kind: 'refused', why: 'noOrganization' });
}

/** POST: joins by an invitation that waits for the person. One that has ended meanwhile isn't on the page that comes then. */
export async function submitInvitation(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const userId = signedIn(login);
  const waiting = await waitingInvitations(deps, userId);
  const found = waiting.find(({ invitation }) => invitation._id === field(ctx, 'invitation'));
  if (!found) return showOrganization(deps, ctx, login);
  const { organizationId } = found.invitation;
  try {
    await acceptWaiting(deps.services, { invitation: found.invitation, userId });
  } catch (error) {
    if (!(error instanceof RollcallError) || error.code !== 'not_found') throw error;
    return showOrganization(deps, ctx, login);
  }
  await Promise.all([
    answerLogin(deps.runtime, ctx, login, { kind: 'organization', organizationId }),
    remember(deps, login, organizationId),
  ]);
}

async function waitingInvitations({ services }: PageDeps, userId: string) {
  const user = await services.reads.user(userId);
  return user?.status === 'active' ? invitationsTo(services, user) : [];
}

const waitingFor = async (deps: PageDeps, login: Login) =>
  waitingViews(deps, await waitingInvitations(deps, signedIn(login)));

async function createPage(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  name: string,
  errors: { name?: Message },
): Promise<void> {
  ctx.body = deps.render('interaction/create-organization', {
    ...common(deps, ctx, login),
    action: `/interaction/${login.uid}/create-organization`,
    waiting: await waitingFor(deps, login),
    values: { name },
    errors,
    offers: await offersIn(deps, login),
    ...without(login),
  });
}

/** Organizations that the person may join by their address, each with the form's address. */
const offersIn = (deps: PageDeps, login: Login) => offersTo(deps, signedIn(login), `/interaction/${login.uid}/join`);

const mayDoWithout = (login: Login) => login.application?.organization === 'optional' && !login.params.organization;

/** The button that goes on without an organization, for who has none. */
const without = (login: Login) => ({
  mayContinueWithout: mayDoWithout(login),
  continueAction: `/interaction/${login.uid}/organization`,
});

export const common = (deps: PageDeps, ctx: Context, login: Login) => ({
  app: viewApp(login.application),
  csrf: deps.csrf.token(ctx),
});

export function signedIn(login: Login): string {
  if (!login.userId) throw loginExpired();
  return login.userId;
}

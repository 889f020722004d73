import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { field, formBody } from '../middleware/form-body.js';
import type { Organization, User } from '../models/index.js';
import { findOrganization } from '../services/create-organization.js';
import { joinAsInvited } from '../services/invitations/answer-invitation.js';
import { invitationToJoin } from '../services/invitations/find-invitation.js';
import { mayAskToJoin, mayJoin } from '../services/join-policy.js';
import { message } from '../texts/message.js';
import { asked, askPage } from './ask-to-join.js';
import type { PageDeps } from './deps.js';
import { organizationView } from './interaction/look.js';
import { leaveNotice } from './notice.js';
import { requireUser } from './require-user.js';
import { goTo } from './submit.js';

/** Joining outside of an application's login. */
export function joinRoutes(router: Router, deps: PageDeps): void {
  router.get('/join/:slug', async (ctx) => showJoin(deps, ctx));
  router.post('/join/:slug', formBody, deps.csrf.check, async (ctx) => submitJoin(deps, ctx));
}

async function showJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const found = await joinable(deps, ctx, user);
  if (!found) return;
  const { organization } = found;
  const action = `/join/${organization.slug}`;
  const common = { app: null, csrf: deps.csrf.token(ctx) };
  if (found.may === 'ask') {
    ctx.body = deps.render('join/ask', { ...common, ...(await askPage(deps, user._id, organization, { action })) });
    return;
  }
  ctx.body = deps.render('join/page', {
    ...common,
    action,
    organization: organizationView(organization),
    first: !organization.founded,
    invited: found.invited,
    canDecline: false,
  });
}

async function submitJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const found = await joinable(deps, ctx, user);
  if (!found) return;
  const { organization, may } = found;
  const action = `/join/${organization.slug}`;
  // What may be done has changed since the page was shown: it is shown anew.
  if ((field(ctx, 'answer') === 'ask') !== (may === 'ask')) return goTo(ctx, action);
  if (may === 'ask') {
    const refused = await asked(deps, ctx, organization, user._id);
    if (!refused) return goTo(ctx, action);
    ctx.body = deps.render('join/ask', {
      app: null,
      csrf: deps.csrf.token(ctx),
      ...(await askPage(deps, user._id, organization, { action, ...refused })),
    });
    return;
  }
  await joinAsInvited(deps.services, themselves(user._id), { organizationId: organization._id, userId: user._id });
  leaveNotice(deps, ctx, {
    text: message('invitation-joined', { organization: organization.name }),
    href: '/account/organizations',
    link: message('your-organizations'),
  });
  goTo(ctx, '/account');
}

interface Joinable {
  organization: Organization;
  may: 'join' | 'ask';
  /** By an invitation that waits for them, which then says what they get. */
  invited: boolean;
}

/** The organization of the path, where this person may join it or ask to; a member is sent to the account, others see an unknown page. */
async function joinable({ services }: PageDeps, ctx: Context, { _id: userId }: User): Promise<Joinable | undefined> {
  const organization = await findOrganization(services, ctx.params.slug ?? '');
  if (!organization || organization.slug !== ctx.params.slug) throw notFound();
  const membership = await services.reads.membership(organization._id, userId);
  if (membership?.status === 'active') {
    goTo(ctx, '/account');
    return undefined;
  }
  // Who was suspended joins nothing by themselves.
  if (membership) throw notFound();
  if (await invitationToJoin(services, userId, organization._id)) return { organization, may: 'join', invited: true };
  if (await mayJoin(services, organization, userId)) return { organization, may: 'join', invited: false };
  if (await mayAskToJoin(services, organization, userId)) return { organization, may: 'ask', invited: false };
  throw notFound();
}

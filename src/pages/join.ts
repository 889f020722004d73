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
import { type Message, message } from '../texts/message.js';
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
  if (found.may === 'nothing') {
    tell(deps, ctx, message('join-was-member', { organization: found.organization.name }));
    return goTo(ctx, '/account');
  }
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
  const { organization, may } = found;
  // Sent twice, it ends where it did the first time.
  if (may === 'nothing') return goTo(ctx, '/account');
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
  tell(deps, ctx, message('invitation-joined', { organization: organization.name }));
  goTo(ctx, '/account');
}

const tell = (deps: PageDeps, ctx: Context, text: Message) =>
  leaveNotice(deps, ctx, { text, href: '/account/organizations', link: message('your-organizations') });

interface Joinable {
  organization: Organization;
  /** Nothing: they are in it already. */
  may: 'join' | 'ask' | 'nothing';
  /** By an invitation that waits for them, which then says what they get. */
  invited: boolean;
}

/** The organization of the path, where this person is in it, may join it or ask to. @throws RollcallError `not_found` to all others */
async function joinable({ services }: PageDeps, ctx: Context, { _id: userId }: User): Promise<Joinable> {
  const organization = await findOrganization(services, ctx.params.slug ?? '');
  if (organization?.slug !== ctx.params.slug || organization?.status !== 'active') throw notFound();
  const membership = await services.reads.membership(organization._id, userId);
  if (membership?.status === 'active') return { organization, may: 'nothing', invited: false };
  // Who was suspended joins nothing by themselves.
  if (membership) throw notFound();
  if (await invitationToJoin(services, userId, organization._id)) return { organization, may: 'join', invited: true };
  if (await mayJoin(services, organization, userId)) return { organization, may: 'join', invited: false };
  if (await mayAskToJoin(services, organization, userId)) return { organization, may: 'ask', invited: false };
  throw notFound();
}

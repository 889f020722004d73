import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { field, formBody } from '../middleware/form-body.js';
import type { Organization, User } from '../models/index.js';
import { findOrganization } from '../services/create-organization.js';
import { joinOrganization } from '../services/join-organization.js';
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
  await joinOrganization(deps.services, themselves(user._id), { organizationId: organization._id, userId: user._id });
  leaveNotice(deps, ctx, {
    text: message('invitation-joined', { organization: organization.name }),
    href: '/account/organizations',
    link: message('your-organizations'),
  });
  goTo(ctx, '/account');
}

/** The organization of the path, where this person may join it or ask to; a member is sent to the account, others see an unknown page. */
async function joinable(
  deps: PageDeps,
  ctx: Context,
  user: User,
): Promise<{ organization: Organization; may: 'join' | 'ask' } | undefined> {
  const organization = await findOrganization(deps.services, ctx.params.slug ?? '');
  if (!organization || organization.slug !== ctx.params.slug) throw notFound();
  if (
    await deps.services.models.Membership.exists({
      organizationId: organization._id,
      userId: user._id,
      status: 'active',
    })
  ) {
    goTo(ctx, '/account');
    return undefined;
  }
  if (await mayJoin(deps.services, organization, user._id)) return { organization, may: 'join' };
  if (await mayAskToJoin(deps.services, organization, user._id)) return { organization, may: 'ask' };
  throw notFound();
}

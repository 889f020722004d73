import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { formBody } from '../middleware/form-body.js';
import type { User } from '../models/index.js';
import { findOrganization } from '../services/create-organization.js';
import { joinOrganization, mayJoin } from '../services/join-organization.js';
import type { PageDeps } from './deps.js';
import { organizationView } from './interaction/look.js';
import { requireUser } from './require-user.js';

/** Joining outside of an application's login. */
export function joinRoutes(router: Router, deps: PageDeps): void {
  router.get('/join/:slug', async (ctx) => showJoin(deps, ctx));
  router.post('/join/:slug', formBody, deps.csrf.check, async (ctx) => submitJoin(deps, ctx));
}

async function showJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const organization = await joinable(deps, ctx, user);
  if (!organization) return;
  ctx.body = deps.render('join/page', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: `/join/${organization.slug}`,
    organization: organizationView(organization),
    first: !organization.founded,
    canDecline: false,
  });
}

async function submitJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const organization = await joinable(deps, ctx, user);
  if (!organization) return;
  await joinOrganization(deps.services, themselves(user._id), { organizationId: organization._id, userId: user._id });
  ctx.status = 303;
  ctx.redirect('/account');
}

/** The organization of the path, where this person may join it; a member is sent to the account, others see an unknown page. */
async function joinable(deps: PageDeps, ctx: Context, user: User) {
  const organization = await findOrganization(deps.services, ctx.params.slug ?? '');
  if (!organization || organization.slug !== ctx.params.slug) throw notFound();
  if (
    await deps.services.models.Membership.exists({
      organizationId: organization._id,
      userId: user._id,
      status: 'active',
    })
  ) {
    ctx.status = 303;
    ctx.redirect('/account');
    return undefined;
  }
  if (!mayJoin(organization)) throw notFound();
  return organization;
}

import type { Context } from 'koa';
import type { PageDeps } from '../../deps.js';
import { activityOf } from '../activity/tab.js';
import { headOf, onMember } from './read.js';

/** What happened to a member here. */
export async function showActivity(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'audit:read');
  if (!on) return;
  const { visitor, member } = on;
  ctx.body = deps.render('organizations/member-activity', {
    ...headOf(deps, ctx, on, 'activity'),
    ...(await activityOf(deps, ctx, visitor, member.user._id)),
    didHref: `/organizations/${visitor.organization.slug}/audit?person=${member.user._id}`,
  });
}

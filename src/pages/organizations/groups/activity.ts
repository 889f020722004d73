import type Router from '@koa/router';
import type { Context } from 'koa';
import { notFound } from '../../../lib/errors.js';
import { mayReadLog } from '../../../services/audit/select-events.js';
import { countMembersOf } from '../../../services/count-group-members.js';
import type { PageDeps } from '../../deps.js';
import { activityOf } from '../activity/tab.js';
import { groupVisit, shownGroup } from './group.js';

/** What happened to a group. */
export function groupActivity(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/groups/:group/activity', async (ctx) => showActivity(deps, ctx));
}

async function showActivity(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:read');
  if (!visit) return;
  const { visitor, group } = visit;
  const { organization, actor } = visitor;
  if (!mayReadLog(deps.services, actor, organization._id)) throw notFound();
  const members = await countMembersOf(deps.services, organization, group._id);
  ctx.body = deps.render('organizations/group-activity', {
    ...(await shownGroup(deps, ctx, visit, { tab: 'activity', members })),
    ...(await activityOf(deps, ctx, visitor, group._id)),
  });
}

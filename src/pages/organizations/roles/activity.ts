import type { Context } from 'koa';
import { notFound } from '../../../lib/errors.js';
import type { PageDeps } from '../../deps.js';
import { activityOf } from '../activity/tab.js';
import { holdersOf } from './people.js';
import { pageOfRole, roleVisit, tabsOf } from './visit.js';

/** What happened to a role of the organization's own; those of the instance are in the operators' log. */
export async function showActivity(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'roles:read');
  if (!visit) return;
  const { role, may } = visit;
  if (!may.readLog) throw notFound();
  const total = await holdersOf(deps, visit);
  ctx.body = deps.render('organizations/role-activity', {
    ...pageOfRole(deps, ctx, visit),
    ...(await activityOf(deps, ctx, visit, role._id)),
    tabs: tabsOf(visit, 'activity', total?.more ? undefined : total?.count),
    mayWrite: may.write,
  });
}

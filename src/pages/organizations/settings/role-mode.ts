import type Router from '@koa/router';
import type { Context } from 'koa';
import { isSingle } from '../../../services/rules-of-roles.js';
import { whatIsInTheWay } from '../../../services/single-mode.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { inTheWayViews } from './in-the-way.js';

/** Members whom a visit of the page looks at; the switch looks at everybody. */
const MOST_LOOKED_AT = 5000;

/** Who would be in the way of one role for each member: a page of its own, for it looks at many. */
export function roleModePages(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/settings/role-mode', async (ctx) => showInTheWay(deps, ctx));
}

async function showInTheWay(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'settings:write');
  if (!visitor) return;
  const { organization } = visitor;
  const base = `/organizations/${organization.slug}`;
  const single = isSingle(organization);
  const { inTheWay, whole } = single
    ? { inTheWay: [], whole: true }
    : await whatIsInTheWay(deps.services, organization, { most: MOST_LOOKED_AT });
  ctx.body = deps.render('organizations/settings-role-mode', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/settings`,
    base,
    organization: { name: organization.name },
    revision: organization.revision ?? 0,
    single,
    inTheWay: inTheWayViews(inTheWay, base),
    whole,
    refused: null,
  });
}

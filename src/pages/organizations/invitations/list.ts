import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { INVITATION_STATUSES, listInvitations } from '../../../services/invitations/list-invitations.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { hrefWith, oneOf, textOf } from '../../query.js';
import { invitationRows } from './rows.js';

const ON_A_PAGE = 50;

export function invitationList(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/invitations', async (ctx) => showInvitations(deps, ctx));
}

/** The invitations, the newest first: narrowed to a state, a page at a time. */
async function showInvitations(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'invitations:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { services } = deps;
  const status = oneOf(ctx, 'status', INVITATION_STATUSES);
  const after = textOf(ctx, 'after') || undefined;
  const list = await listInvitations(services, actor, organization._id, { status, limit: ON_A_PAGE, after });
  ctx.body = deps.render('organizations/invitations', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base: `/organizations/${organization.slug}`,
    asked: { status: status ?? '' },
    invitations: await invitationRows(services, organization, list.data),
    pager: {
      shown: message('invitations-shown', { count: list.data.length }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(list.nextCursor ? { next: hrefWith(ctx, { after: list.nextCursor }) } : {}),
    },
    mayWrite: can(actor, 'invitations:write', { organizationId: organization._id }),
  });
}

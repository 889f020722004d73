import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { nameKey } from '../../../services/change-group.js';
import { countGroupMembers } from '../../../services/count-group-members.js';
import { listGroups } from '../../../services/list-groups.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { hrefWith, textOf } from '../../query.js';
import { countOf } from '../../view/counts.js';
import { carriedChips, groupView } from './group.js';

const ON_A_PAGE = 50;

export function groupList(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/groups', async (ctx) => showGroups(deps, ctx));
}

/** The groups: found by how their name begins, a page at a time. */
async function showGroups(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'groups:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { services } = deps;
  const { _id: organizationId, slug } = organization;
  const search = textOf(ctx, 'q').slice(0, 200);
  const after = textOf(ctx, 'after') || undefined;
  const [vocabulary, list] = await Promise.all([
    vocabularyOf(services, organization),
    listGroups(services, actor, organizationId, { limit: ON_A_PAGE, after, search }),
  ]);
  const membersIn = await countGroupMembers(
    services,
    organizationId,
    list.data.map(({ _id }) => _id),
  );
  const begins = nameKey(search);
  const total = [...vocabulary.groups.values()].filter((group) => group.nameKey.startsWith(begins)).length;
  ctx.body = deps.render('organizations/groups', {
    frame: frameOf(deps, ctx, visitor),
    base: `/organizations/${slug}`,
    asked: { search },
    total: message('count', { count: total }),
    groups: list.data.map((group) => ({
      ...groupView(organization, group),
      roles: carriedChips(group, vocabulary),
      members: membersIn ? countOf(membersIn(group._id)) : null,
    })),
    counted: membersIn !== undefined,
    pager: {
      shown: message('shown-of', { shown: list.data.length, total }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(list.nextCursor ? { next: hrefWith(ctx, { after: list.nextCursor }) } : {}),
    },
    mayWrite: can(actor, 'groups:write', { organizationId }),
    single: isSingle(organization),
  });
}

import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../access/can.js';
import { RollcallError } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import { listMembers, type MemberOverview, type MemberQuery } from '../../services/list-members.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { frameOf, visitorOf } from '../frame.js';
import { hrefWith, oneOf, textOf } from '../query.js';
import { chipsOf } from '../view/roles.js';
import { membersHref, purposeIn } from './bulk/purpose.js';
import { groupsOf, rolesOf } from './member/read.js';

const ON_A_PAGE = 50;

export function memberPages(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/members', async (ctx) => showMembers(deps, ctx));
}

/** The members: searched, filtered, sorted, a page at a time. */
async function showMembers(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { services } = deps;
  const asked = askedOf(ctx);
  const page = { limit: ON_A_PAGE, after: textOf(ctx, 'after') || undefined };
  const [roles, groups] = [await rolesOf(deps, visitor), await groupsOf(deps, visitor)];
  const list = await listMembers(services, actor, organization, { ...asked, count: true }, page).catch(unlessUnknown);
  const now = services.clock.now();
  const base = `/organizations/${organization.slug}`;
  ctx.body = deps.render('organizations/members', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    purpose: purposeIn(ctx, visitor, { roles, groups }) ?? null,
    allHref: membersHref(ctx, base),
    asked: {
      search: asked.search ?? '',
      role: asked.role ?? '',
      group: asked.group ?? '',
      status: asked.status ?? '',
      sort: asked.sort,
      order: asked.order ?? 'ascending',
    },
    filtered: [asked.search, asked.role, asked.group, asked.status].some(Boolean),
    roles: roles.map(({ key, name }) => ({ key, name })),
    groups: groups.map(({ _id, name }) => ({ id: _id, name })),
    total: totalOf(list.total),
    everyone: everyoneOf(list.total),
    members: list.data.map((member) => rowOf(member, organization, now)),
    sorting: sortingOf(ctx, asked),
    pager: {
      shown: shownOf(list.data.length, list.total),
      ...(page.after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(list.nextCursor ? { next: hrefWith(ctx, { after: list.nextCursor }) } : {}),
    },
    mayWrite: can(actor, 'members:write', { organizationId: organization._id }),
    mayInvite: can(actor, 'invitations:write', { organizationId: organization._id }),
  });
}

function askedOf(ctx: Context): MemberQuery {
  return {
    search: textOf(ctx, 'q').slice(0, 200) || undefined,
    role: textOf(ctx, 'role') || undefined,
    group: textOf(ctx, 'group') || undefined,
    status: oneOf(ctx, 'status', ['active', 'suspended']),
    sort: oneOf(ctx, 'sort', ['name', 'joined']),
    order: oneOf(ctx, 'order', ['ascending', 'descending']),
  };
}

/** A role or group that is gone, or a cursor of another list, finds nobody. */
function unlessUnknown(error: unknown): Awaited<ReturnType<typeof listMembers>> {
  if (error instanceof RollcallError && error.code === 'invalid')
    return { data: [], nextCursor: null, total: { count: 0, more: false } };
  throw error;
}

const rowOf = ({ membership, user, held }: MemberOverview, { slug }: Organization, now: Date) => ({
  id: membership._id,
  person: {
    id: user._id,
    name: user.name,
    email: user.email,
    picture: user.picture ?? null,
    href: `/organizations/${slug}/members/${membership._id}`,
  },
  roles: chipsOf(held, now),
  status: user.status === 'active' ? membership.status : ('disabled' as const),
  joined: membership.createdAt,
});

const totalOf = (total: { count: number; more: boolean } | undefined): Message =>
  total?.more ? message('count-more', { count: total.count }) : message('count', { count: total?.count ?? 0 });

const everyoneOf = (total: { count: number; more: boolean } | undefined): Message =>
  total?.more ? message('bulk-all-more', { count: total.count }) : message('bulk-all', { count: total?.count ?? 0 });

function shownOf(count: number, total: { count: number; more: boolean } | undefined): Message {
  if (!total || total.more) return message('shown-of-more', { shown: count, total: total?.count ?? 0 });
  return message('shown-of', { shown: count, total: total.count });
}

/** Where a column's heading leads: sorts by it, and the other way round where it does already. */
function sortingOf(ctx: Context, { sort = 'name', order = 'ascending', search }: MemberQuery) {
  const by = (column: 'name' | 'joined') => {
    const current = !search && sort === column;
    const turned = current && order === 'ascending' ? 'descending' : 'ascending';
    return {
      current: current ? order : undefined,
      href: hrefWith(ctx, { sort: column, order: turned, after: undefined }),
    };
  };
  return { name: by('name'), joined: by('joined') };
}

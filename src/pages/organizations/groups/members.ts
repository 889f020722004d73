import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { RollcallError } from '../../../lib/errors.js';
import { field, formBody } from '../../../middleware/form-body.js';
import type { Membership } from '../../../models/index.js';
import { addToGroup } from '../../../services/change-member-group.js';
import { listMembers, type MemberOverview, type MemberPage } from '../../../services/list-members.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import { memberNamed, personField } from '../../person-field.js';
import { hrefWith, textOf } from '../../query.js';
import { carryOut } from '../../submit.js';
import { countOf } from '../../view/counts.js';
import type { Faults } from '../../view/framed.js';
import { isSoon } from '../../view/roles.js';
import { carriedRoles, type GroupVisit, groupVisit, mayAssign, shownGroup } from './group.js';
import { removalFromGroup } from './remove-member.js';

const ON_A_PAGE = 50;
const GROUP = '/organizations/:slug/groups/:group';

/** Who is in a group: a page at a time, and putting somebody into it. */
export function groupMembers(router: Router, deps: PageDeps): void {
  router.get(GROUP, async (ctx) => showMembers(deps, ctx));
  router.post(`${GROUP}/members`, formBody, deps.csrf.check, async (ctx) => submitMember(deps, ctx));
  removalFromGroup(router, deps);
}

async function showMembers(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:read');
  if (!visit) return;
  const { actor, organization } = visit.visitor;
  if (!can(actor, 'members:read', { organizationId: organization._id })) return ctx.redirect(`${visit.href}/roles`);
  await membersPage(deps, ctx, visit, { values: { person: textOf(ctx, 'person').slice(0, 200), until: '' } });
}

interface Typed {
  values?: { person: string; until: string };
  errors?: Faults<'person' | 'until'>;
  refused?: Message | string;
}

async function membersPage(
  deps: PageDeps,
  ctx: Context,
  visit: GroupVisit,
  { values = { person: '', until: '' }, errors = {}, refused }: Typed,
): Promise<void> {
  const { services } = deps;
  const { visitor, group, vocabulary, href } = visit;
  const { actor, organization } = visitor;
  const after = (ctx.method === 'GET' && textOf(ctx, 'after')) || undefined;
  const page = { limit: ON_A_PAGE, after };
  const list = await listMembers(services, actor, organization, { group: group._id, count: true }, page).catch(
    unlessUnknown,
  );
  const carried = carriedRoles(group, vocabulary);
  const mayAdd = mayAssign(visitor, carried);
  const total = list.total ?? { count: 0, more: false };
  ctx.body = deps.render('organizations/group', {
    ...(await shownGroup(deps, ctx, visit, { tab: 'members', members: total, refused })),
    total: countOf(total),
    members: list.data.map((member) => rowOf(member, visit, services.clock.now())),
    pager: {
      shown: total.more
        ? message('shown-of-more', { shown: list.data.length, total: total.count })
        : message('shown-of', { shown: list.data.length, total: total.count }),
      ...(after ? { first: href } : {}),
      ...(list.nextCursor ? { next: hrefWith(ctx, { after: list.nextCursor }) } : {}),
    },
    mayAssign: mayAdd,
    carries: carried.length > 0,
    person: mayAdd
      ? {
          field: await personField(deps, visitor, { value: values.person, error: errors.person, from: href }),
          until: values.until,
          errors,
        }
      : null,
  });
}

/** A cursor of another list finds nobody. */
function unlessUnknown(error: unknown): MemberPage {
  if (error instanceof RollcallError && error.code === 'invalid') return { data: [], nextCursor: null };
  throw error;
}

function rowOf({ membership, user }: MemberOverview, { group, base, href }: GroupVisit, now: Date) {
  const until = membership.groups?.find(({ groupId }) => groupId === group._id)?.until;
  return {
    person: {
      id: user._id,
      name: user.name,
      email: user.email,
      picture: user.picture ?? null,
      href: `${base}/members/${membership._id}`,
    },
    status: user.status === 'active' ? membership.status : ('disabled' as const),
    until: until ?? null,
    soon: isSoon(until, now),
    removeHref: `${href}/members/${membership._id}/remove`,
  };
}

async function submitMember(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'members:write');
  if (!visit) return;
  const { services } = deps;
  const { visitor, group, href } = visit;
  const { actor, organization } = visitor;
  const values = { person: field(ctx, 'person').trim(), until: field(ctx, 'until').trim() };
  const { until, fault } = untilIn(deps, ctx, visitor.user);
  const named = await memberNamed(deps, visitor, values.person);
  const errors: Faults<'person' | 'until'> = {
    ...('fault' in named ? { person: named.fault } : {}),
    ...(fault ? { until: fault } : {}),
  };
  if ('fault' in named || fault) {
    ctx.status = 422;
    return membersPage(deps, ctx, visit, { values, errors });
  }
  const { name } = named;
  const { userId } = named.membership;
  const key = { organizationId: organization._id, userId, groupId: group._id };
  await carryOut(deps, ctx, {
    async act() {
      const given = { ...key, ...(until ? { until } : {}) };
      // Another end is given on the member's page, where the present one is seen.
      const isIn = ({ groups = [] }: Membership, now = services.clock.now()) =>
        groups.some((one) => one.groupId === group._id && !(one.until && one.until <= now));
      const changed = await addToGroup(services, actor, given, { onlyIf: async (state) => !isIn(state.membership) });
      return {
        text: changed
          ? message('group-member-added', { name, group: group.name })
          : message('group-member-there', { name, group: group.name }),
      };
    },
    next: href,
    again: (refused) => membersPage(deps, ctx, visit, { values, refused }),
  });
}

import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { ADMIN_ROLE_ID } from '../../../models/role.js';
import type { MemberOverview, MemberPage } from '../../../services/list-members.js';
import { groupsCarrying } from '../../../services/lists/member-filter.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { hrefWith, textOf } from '../../query.js';
import { chipsOf } from '../../view/roles.js';
import { membersBy } from './people.js';
import { isOf, pageOfRole, type RoleVisit, roleVisit, tabsOf } from './visit.js';

const ON_A_PAGE = 50;

/** Who has the role and why: the groups that carry it, and everyone whom it comes to. */
export async function showAssignments(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'roles:read');
  if (!visit) return;
  const { role, vocabulary, organization, actor, base, path, may } = visit;
  const after = textOf(ctx, 'after') || undefined;
  const list = await membersBy(deps, visit, { role: role._id }, { limit: ON_A_PAGE, after });
  const carrying =
    can(actor, 'groups:read', isOf(organization)) && !isSingle(organization) ? groupsCarrying(vocabulary, role) : [];
  const now = deps.services.clock.now();
  const total = list?.total;
  ctx.body = deps.render('organizations/role', {
    ...pageOfRole(deps, ctx, visit),
    tabs: tabsOf(visit, 'assignments', total?.more ? undefined : total?.count),
    mayWrite: may.write,
    mayGive: may.giveToPeople || may.giveToGroups,
    held: list && heldText(total),
    carried: carrying.length ? message('role-groups-carry', { groups: carrying.length }) : undefined,
    // They stand above the people, so on the first page alone.
    groups: (after ? [] : carrying)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ _id, name }) => ({
        id: _id,
        name,
        href: `${base}/groups/${_id}`,
        remove: may.giveToGroups ? `${path}/groups/${_id}/remove` : null,
      })),
    people: (list?.data ?? []).map((member) => rowOf(visit, member, now)),
    pager: list && (after || list.nextCursor) ? pagerOf(ctx, list, after) : null,
    notes: notesOf(visit),
    single: isSingle(organization),
  });
}

function heldText(total: MemberPage['total']): Message {
  if (total?.more) return message('role-held-more', { count: total.count });
  return message('role-held', { count: total?.count ?? 0 });
}

function pagerOf(ctx: Context, { data, nextCursor, total }: MemberPage, after: string | undefined) {
  const shown = data.length;
  const count = total?.count ?? 0;
  return {
    shown: total?.more
      ? message('shown-of-more', { shown, total: count })
      : message('shown-of', { shown, total: count }),
    ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
    ...(nextCursor ? { next: hrefWith(ctx, { after: nextCursor }) } : {}),
  };
}

/** What is said about why something isn't offered. */
function notesOf({ organization, actor, may }: RoleVisit): Message[] {
  const changes = can(actor, 'members:write', isOf(organization)) || can(actor, 'groups:write', isOf(organization));
  if (!changes) return [];
  if (!may.give) return [message('role-not-yours-to-give')];
  return isSingle(organization) ? [message('role-single-note')] : [];
}

function rowOf(visit: RoleVisit, { membership, user, held }: MemberOverview, now: Date) {
  const { role, organization, base, path, may } = visit;
  const here = held.filter((one) => one.role._id === role._id);
  const direct = here.find((one) => one.direct)?.direct;
  const removable = direct && may.giveToPeople && !isSingle(organization);
  /** R2: nobody would be left. */
  const kept =
    removable &&
    role._id === ADMIN_ROLE_ID &&
    !direct.until &&
    organization.administrators.length === 1 &&
    organization.administrators.includes(user._id);
  return {
    person: {
      id: user._id,
      name: user.name,
      email: user.email,
      picture: user.picture ?? null,
      href: `${base}/members/${membership._id}`,
    },
    given: chipsOf(here, now, { base }),
    status: user.status === 'active' ? membership.status : ('disabled' as const),
    remove: removable && !kept ? `${path}/members/${membership._id}/remove` : null,
    kept: kept ? message('role-only-administrator') : null,
  };
}

import type Router from '@koa/router';
import type { Context } from 'koa';
import { liveRole } from '../../../access/effective-roles.js';
import { notFound } from '../../../lib/errors.js';
import { field, formBody } from '../../../middleware/form-body.js';
import type { Role } from '../../../models/index.js';
import { changeGroup } from '../../../services/change-group.js';
import { countMembersOf } from '../../../services/count-group-members.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenTaken } from '../../effect.js';
import { textOf } from '../../query.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';
import { peopleOf } from '../../view/counts.js';
import {
  carriedRoles,
  chipsFor,
  crumbsOf,
  type GroupVisit,
  givable,
  groupVisit,
  rolesOf,
  shownGroup,
} from './group.js';

const ROLES = '/organizations/:slug/groups/:group/roles';

/** The roles that a group carries: another one for everyone in it, and taking one away. */
export function groupRoles(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(ROLES, async (ctx) => showRoles(deps, ctx));
  router.post(ROLES, formBody, check, async (ctx) => submitRole(deps, ctx));
  router.get(`${ROLES}/remove`, async (ctx) => showRemoval(deps, ctx));
  router.post(`${ROLES}/remove`, formBody, check, async (ctx) => submitRemoval(deps, ctx));
}

async function showRoles(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:read');
  if (visit) await rolesPage(deps, ctx, visit);
}

async function rolesPage(
  deps: PageDeps,
  ctx: Context,
  visit: GroupVisit,
  { chosen = '', fault, refused }: { chosen?: string; fault?: Message; refused?: Message | string } = {},
): Promise<void> {
  const { visitor, group, vocabulary, base } = visit;
  const carried = carriedRoles(group, vocabulary);
  const members = await countMembersOf(deps.services, visitor.organization, group._id);
  const shown = await shownGroup(deps, ctx, visit, { tab: 'roles', members, refused });
  const mayGive = givable(visitor);
  const all = await rolesOf(deps, vocabulary);
  ctx.body = deps.render('organizations/group-roles', {
    ...shown,
    roles: chipsFor(carried, { base, remove: (role) => shown.mayWrite && mayGive(role) }),
    choices: all
      .filter((role) => mayGive(role) && !carried.some(({ _id }) => _id === role._id))
      .map(({ key, name, description = '' }) => ({ key, name, description })),
    chosen,
    errors: fault ? { role: fault } : {},
  });
}

async function submitRole(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:write');
  if (!visit) return;
  const { visitor, group, vocabulary, href } = visit;
  const key = field(ctx, 'role');
  if (!key) {
    ctx.status = 422;
    return rolesPage(deps, ctx, visit, { fault: message('fault-role-missing') });
  }
  const role = (await rolesOf(deps, vocabulary)).find((one) => one.key === key);
  await carryOut(deps, ctx, {
    async act() {
      const roles = [...group.roles, role?._id ?? key];
      await changeGroup(deps.services, visitor.actor, group, { roles });
      return { text: message('group-role-added', { role: role?.name ?? key, group: group.name }) };
    },
    next: `${href}/roles`,
    async again(refused) {
      // Somebody else may have been faster: it is shown as it is by now.
      const now = (await groupVisit(deps, ctx, 'groups:write')) ?? visit;
      await rolesPage(deps, ctx, now, { chosen: key, refused: role ? refused : message('group-role-unknown') });
    },
  });
}

/** The role that is asked about, which the group carries. @returns undefined after the browser was sent to sign in */
async function takenOf(deps: PageDeps, ctx: Context, key: string) {
  const visit = await groupVisit(deps, ctx, 'groups:write');
  if (!visit) return undefined;
  const role = carriedRoles(visit.group, visit.vocabulary).find((one) => one.key === key);
  return { visit, role };
}

async function showRemoval(deps: PageDeps, ctx: Context): Promise<void> {
  const taken = await takenOf(deps, ctx, textOf(ctx, 'role'));
  if (!taken) return;
  if (!taken.role) throw notFound();
  await removalPage(deps, ctx, taken.visit, taken.role);
}

async function removalPage(
  deps: PageDeps,
  ctx: Context,
  visit: GroupVisit,
  role: Role,
  refused?: Message | string,
): Promise<void> {
  const { visitor, group, href } = visit;
  askFirst(deps, ctx, visitor, {
    action: ctx.path,
    crumbs: crumbsOf(visit),
    heading: message('group-remove-role-question', { group: group.name, role: role.name }),
    lines: [
      peopleOf(await countMembersOf(deps.services, visitor.organization, group._id)),
      message('group-role-kept'),
      await whenTaken(deps, visitor.organization),
    ],
    fields: { role: role.key },
    back: `${href}/roles`,
    refused: refused ?? null,
  });
}

async function submitRemoval(deps: PageDeps, ctx: Context): Promise<void> {
  const taken = await takenOf(deps, ctx, field(ctx, 'role'));
  if (!taken) return;
  const { visit, role } = taken;
  const { visitor, group, vocabulary, href } = visit;
  if (!role) throw notFound();
  await carryOut(deps, ctx, {
    async act() {
      // Ids of roles that are gone stand for what replaces them (R5): those go with it.
      const roles = group.roles.filter((id) => liveRole(id, vocabulary.role)?._id !== role._id);
      await changeGroup(deps.services, visitor.actor, group, { roles });
      return { text: message('group-role-removed', { role: role.name, group: group.name }) };
    },
    next: `${href}/roles`,
    again: (refused) => removalPage(deps, ctx, visit, role, refused),
  });
}

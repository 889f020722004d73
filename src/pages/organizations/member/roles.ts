import type { Context } from 'koa';
import { managementOf, mayGive } from '../../../access/can.js';
import { activeRole } from '../../../access/effective-roles.js';
import { notFound } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import type { Role } from '../../../models/index.js';
import { ADMIN_ROLE_ID } from '../../../models/role.js';
import { giveRole, takeRole } from '../../../services/change-member-role.js';
import { endMemberSessions } from '../../../services/end-member-sessions.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import { tokenMinutes, whenTaken } from '../../effect.js';
import { textOf } from '../../query.js';
import { askFirst, endingSessions } from '../../question.js';
import { carryOut, goTo, revisionIn } from '../../submit.js';
import type { AskedFirst, Faults } from '../../view/framed.js';
import { chipsOf } from '../../view/roles.js';
import { headOf, mayEnd, type OnMember, onMember, roleNamed, rolesOf } from './read.js';

/** @param refused why something that this page offers wasn't done */
export async function showRoles(deps: PageDeps, ctx: Context, refused: Message | string | null = null): Promise<void> {
  const on = await onMember(deps, ctx);
  if (on) await rolesPage(deps, ctx, on, NOTHING, refused);
}

/** What somebody typed, and what is wrong with it. */
interface Entered {
  role: string;
  until: string;
  errors: Faults<'form' | 'role' | 'until'>;
}

const NOTHING: Entered = { role: '', until: '', errors: {} };

async function rolesPage(
  deps: PageDeps,
  ctx: Context,
  on: OnMember,
  entered: Entered,
  refused: Message | string | null = null,
): Promise<void> {
  const { visitor, member } = on;
  const { actor, organization } = visitor;
  const { held, effectiveRoles, membership } = member;
  const { services } = deps;
  const head = headOf(deps, ctx, on, 'roles');
  const single = isSingle(organization);
  const may = (role: Role) => mayGive(actor, managementOf(role), { organizationId: organization._id });
  const all = head.mayWrite ? (await rolesOf(deps, visitor)).filter(may) : [];
  const onlyAdministrator = isOnlyAdministrator(on);
  const direct = new Map(held.flatMap((one) => (one.direct ? [[one.role._id, one.direct]] : [])));
  ctx.body = deps.render('organizations/member-roles', {
    ...head,
    roles: chipsOf(held, services.clock.now(), {
      base: `/organizations/${organization.slug}`,
      remove: (role) => head.mayWrite && !single && may(role),
      keep: (role) => onlyAdministrator && role._id === ADMIN_ROLE_ID,
    }),
    single,
    choices: [...all]
      .sort((a, b) => Number(direct.has(a._id)) - Number(direct.has(b._id)))
      .map(({ _id, key, name, description }) => ({ key, name, description: description ?? '', held: direct.has(_id) })),
    values: { role: entered.role, until: entered.until },
    errors: entered.errors,
    refused,
    minutes: await tokenMinutes(deps),
    onlyAdministrator,
    token:
      head.member.status === 'active' && organization.status === 'active'
        ? {
            roles: effectiveRoles.map((role) => role.key),
            activeRole: activeRole({ membership }, effectiveRoles) ?? null,
          }
        : null,
  });
}

/** Nobody else could take their place (R2). */
const isOnlyAdministrator = ({ visitor, member }: OnMember): boolean =>
  visitor.organization.administrators.length === 1 && visitor.organization.administrators[0] === member.user._id;

/** Why nothing is asked that would leave the organization without an administrator. */
export const barredFrom = (on: OnMember): AskedFirst['barred'] =>
  isOnlyAdministrator(on)
    ? {
        why: message('refused-last-administrator-of', { name: on.member.user.name }),
        href: `/organizations/${on.visitor.organization.slug}/members`,
        link: message('overview-see-members'),
      }
    : null;

export async function submitRole(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  const { visitor, member, path, key } = on;
  const entered: Entered = { role: field(ctx, 'role').trim(), until: field(ctx, 'until').trim(), errors: {} };
  const role = roleNamed(await rolesOf(deps, visitor), entered.role);
  const { until, fault } = untilIn(deps, ctx, visitor.user);
  if (!role) entered.errors.role = message(entered.role ? 'fault-role-unknown' : 'fault-role-missing');
  if (fault) entered.errors.until = fault;
  if (!role || Object.keys(entered.errors).length) {
    ctx.status = 422;
    return rolesPage(deps, ctx, on, entered);
  }
  return carryOut(deps, ctx, {
    act: async () => {
      const given = { ...key, roleId: role._id, ...(until ? { until } : {}) };
      // What somebody else has made of a role that is held already isn't undone unseen.
      const isHeld = member.held.some((one) => one.direct && one.role._id === role._id);
      const changed = await giveRole(deps.services, visitor.actor, given, isHeld ? { revision: revisionIn(ctx) } : {});
      const { name } = member.user;
      return {
        text: changed
          ? message('member-role-given', { name, role: role.name })
          : message('member-role-held', { name, role: role.name }),
      };
    },
    next: path,
    async again(refused, { code }) {
      // As the member is by now: whoever sends it again has seen that.
      const now = code === 'stale' ? ((await onMember(deps, ctx, 'members:write')) ?? on) : on;
      await rolesPage(deps, ctx, now, entered, refused);
    },
  });
}

export async function askRemoveRole(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (on) await removePage(deps, ctx, on, textOf(ctx, 'remove'));
}

export async function submitRemoveRole(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  const { visitor, member, path, key } = on;
  const reference = field(ctx, 'remove');
  const role = member.held.find((one) => one.direct && one.role.key === reference)?.role;
  const ends = field(ctx, 'end_sessions') === '1';
  if (ends && !mayEnd(visitor)) throw notFound();
  // Somebody else was faster.
  if (!role) return goTo(ctx, path);
  return carryOut(deps, ctx, {
    act: async () => {
      await takeRole(deps.services, visitor.actor, { ...key, roleId: role._id });
      const { name } = member.user;
      if (!ends) return { text: message('member-role-taken', { name, role: role.name }) };
      await endMemberSessions(deps.services, visitor.actor, key);
      return { text: message('member-role-taken-and-ended', { name, role: role.name }) };
    },
    next: path,
    again: (refused) => removePage(deps, ctx, on, role.key, refused),
  });
}

async function removePage(
  deps: PageDeps,
  ctx: Context,
  on: OnMember,
  reference: string,
  refused: Message | string | null = null,
): Promise<void> {
  const { member, path, visitor } = on;
  const held = member.held.find(({ role, direct }) => direct && role.key === reference);
  if (!held) return goTo(ctx, path);
  const head = headOf(deps, ctx, on, 'roles');
  const { name } = member.user;
  const { groups } = held;
  askFirst(deps, ctx, visitor, {
    action: `${path}/roles/remove`,
    crumbs: [
      { label: message('nav-members'), href: `/organizations/${visitor.organization.slug}/members` },
      { label: name, href: path },
    ],
    heading: message('member-take-question', { name, role: held.role.name }),
    lines: [
      groups.length
        ? message('member-take-kept', { name, groups: deps.textsOf(ctx).list(groups.map(({ group }) => group.name)) })
        : await whenTaken(deps, visitor.organization),
    ],
    fields: { remove: held.role.key },
    also: head.mayEnd ? endingSessions(field(ctx, 'end_sessions') === '1') : null,
    back: path,
    refused,
    barred: held.role._id === ADMIN_ROLE_ID ? barredFrom(on) : null,
  });
}

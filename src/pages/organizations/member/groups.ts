import type { Context } from 'koa';
import { notFound } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import { addToGroup, removeFromGroup } from '../../../services/change-member-group.js';
import { endMemberSessions } from '../../../services/end-member-sessions.js';
import { rolesLostByLeaving } from '../../../services/lost-by-leaving.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import { untilIn } from '../../dates.js';
import type { PageDeps } from '../../deps.js';
import { tokenMinutes, whenTaken } from '../../effect.js';
import { textOf } from '../../query.js';
import { askFirst, endingSessions } from '../../question.js';
import { carryOut, goTo, revisionIn } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { chipOf } from '../../view/roles.js';
import { carriedRoles } from '../groups/group.js';
import { groupsOf, headOf, mayEnd, type OnMember, onMember } from './read.js';

export async function showGroups(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx);
  if (on) await groupsPage(deps, ctx, on);
}

interface Entered {
  group: string;
  until: string;
  errors: Faults<'form' | 'group' | 'until'>;
}

async function groupsPage(
  deps: PageDeps,
  ctx: Context,
  on: OnMember,
  entered: Entered = { group: '', until: '', errors: {} },
  refused: Message | string | null = null,
): Promise<void> {
  const { visitor, member } = on;
  const { organization } = visitor;
  const vocabulary = await vocabularyOf(deps.services, organization);
  const base = `/organizations/${organization.slug}`;
  const inIt = new Set(member.groups.map(({ group }) => group._id));
  ctx.body = deps.render('organizations/member-groups', {
    ...headOf(deps, ctx, on, 'groups'),
    groups: member.groups.map(({ group, until }) => ({
      id: group._id,
      name: group.name,
      href: `${base}/groups/${group._id}`,
      roles: carriedRoles(group, vocabulary).map(chipOf),
      ...(until ? { until } : {}),
    })),
    choices: (await groupsOf(deps, visitor))
      .sort((a, b) => Number(inIt.has(a._id)) - Number(inIt.has(b._id)))
      .map(({ _id, name, roles }) => ({
        id: _id,
        name,
        roles: carriedRoles({ roles }, vocabulary).map((role) => role.name),
      })),
    values: { group: entered.group, until: entered.until },
    errors: entered.errors,
    refused,
    minutes: await tokenMinutes(deps),
  });
}

export async function submitGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  const { visitor, member, path, key } = on;
  const entered: Entered = { group: field(ctx, 'group'), until: field(ctx, 'until').trim(), errors: {} };
  const group = await groupNamed(deps, on, entered.group);
  const { until, fault } = untilIn(deps, ctx, visitor.user);
  if (!group) entered.errors.group = message(entered.group ? 'fault-group-unknown' : 'fault-group-missing');
  if (fault) entered.errors.until = fault;
  if (!group || Object.keys(entered.errors).length) {
    ctx.status = 422;
    return groupsPage(deps, ctx, on, entered);
  }
  return carryOut(deps, ctx, {
    act: async () => {
      const given = { ...key, groupId: group._id, ...(until ? { until } : {}) };
      // As with a role: another end is given to what was seen.
      const isIn = member.groups.some((one) => one.group._id === group._id);
      await addToGroup(deps.services, visitor.actor, given, isIn ? { revision: revisionIn(ctx) } : {});
      return { text: message('member-group-added', { name: member.user.name, group: group.name }) };
    },
    next: `${path}/groups`,
    async again(refused, { code }) {
      const now = code === 'stale' ? ((await onMember(deps, ctx, 'members:write')) ?? on) : on;
      await groupsPage(deps, ctx, now, entered, refused);
    },
  });
}

/** A group by its id or name. */
async function groupNamed(deps: PageDeps, { visitor }: OnMember, text: string) {
  const groups = await groupsOf(deps, visitor);
  const name = text.trim().toLowerCase();
  return groups.find((one) => one._id === text) ?? groups.find((one) => one.name.toLowerCase() === name);
}

export async function askRemoveGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (on) await removePage(deps, ctx, on, textOf(ctx, 'group'));
}

export async function submitRemoveGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  const { visitor, member, path, key } = on;
  const groupId = field(ctx, 'group');
  const ends = field(ctx, 'end_sessions') === '1';
  if (ends && !mayEnd(visitor)) throw notFound();
  return carryOut(deps, ctx, {
    act: async () => {
      await removeFromGroup(deps.services, visitor.actor, { ...key, groupId });
      const group = member.groups.find((one) => one.group._id === groupId)?.group.name;
      if (ends) await endMemberSessions(deps.services, visitor.actor, key);
      return group ? { text: message('member-group-removed', { name: member.user.name, group }) } : undefined;
    },
    next: `${path}/groups`,
    again: (refused) => removePage(deps, ctx, on, groupId, refused),
  });
}

async function removePage(
  deps: PageDeps,
  ctx: Context,
  on: OnMember,
  groupId: string,
  refused: Message | string | null = null,
): Promise<void> {
  const { member, path, visitor } = on;
  const found = member.groups.find(({ group }) => group._id === groupId);
  if (!found) return goTo(ctx, `${path}/groups`);
  const { name } = member.user;
  const vocabulary = await vocabularyOf(deps.services, visitor.organization);
  const state = { organization: visitor.organization, membership: member.membership, vocabulary, seat: false };
  const lost = rolesLostByLeaving(deps.services, state, groupId);
  askFirst(deps, ctx, visitor, {
    action: `${path}/groups/remove`,
    crumbs: [
      { label: message('nav-members'), href: `/organizations/${visitor.organization.slug}/members` },
      { label: name, href: `${path}/groups` },
    ],
    heading: message('member-leave-group-question', { name, group: found.group.name }),
    going: { label: message('loses-with-it'), roles: lost.map(chipOf) },
    lines: [lost.length ? await whenTaken(deps, visitor.organization) : message('loses-nothing')],
    fields: { group: groupId },
    also: headOf(deps, ctx, on, 'groups').mayEnd ? endingSessions(field(ctx, 'end_sessions') === '1') : null,
    back: `${path}/groups`,
    refused,
  });
}

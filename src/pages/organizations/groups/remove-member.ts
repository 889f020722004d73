import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { notFound } from '../../../lib/errors.js';
import { field, formBody } from '../../../middleware/form-body.js';
import { removeFromGroup } from '../../../services/change-member-group.js';
import { memberState } from '../../../services/change-membership.js';
import { endMemberSessions } from '../../../services/end-member-sessions.js';
import { findMember } from '../../../services/find-member.js';
import { findUser } from '../../../services/find-user.js';
import { rolesLostByLeaving } from '../../../services/lost-by-leaving.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenTaken } from '../../effect.js';
import { askFirst, endingSessions } from '../../question.js';
import { carryOut } from '../../submit.js';
import { chipOf } from '../../view/roles.js';
import { crumbsOf, type GroupVisit, groupVisit } from './group.js';

const REMOVE = '/organizations/:slug/groups/:group/members/:member/remove';

/** Taking somebody out of a group, once it was said what they lose by it. */
export function removalFromGroup(router: Router, deps: PageDeps): void {
  router.get(REMOVE, async (ctx) => showRemoval(deps, ctx));
  router.post(REMOVE, formBody, deps.csrf.check, async (ctx) => submitRemoval(deps, ctx));
}

/** @returns undefined after the browser was sent to sign in */
async function leaverOf(deps: PageDeps, ctx: Context) {
  const visit = await groupVisit(deps, ctx, 'members:write');
  if (!visit) return undefined;
  const { organization } = visit.visitor;
  const { userId, name: copied } = await findMember(deps.services, organization, ctx.params.member ?? '');
  const key = { organizationId: organization._id, userId };
  const state = await memberState(deps.services, key);
  return { visit, key, name: copied ?? (await findUser(deps.services, userId)).name, state };
}

type Leaver = NonNullable<Awaited<ReturnType<typeof leaverOf>>>;

const mayEnd = ({ visitor: { actor, organization } }: GroupVisit) =>
  can(actor, 'sessions:end', { organizationId: organization._id });

async function showRemoval(deps: PageDeps, ctx: Context): Promise<void> {
  const leaver = await leaverOf(deps, ctx);
  if (!leaver) return;
  const { visit, state } = leaver;
  if (!state.membership.groups?.some(({ groupId }) => groupId === visit.group._id)) throw notFound();
  await removalPage(deps, ctx, leaver);
}

async function removalPage(
  deps: PageDeps,
  ctx: Context,
  { visit, name, state }: Leaver,
  refused?: Message | string,
): Promise<void> {
  const roles = rolesLostByLeaving(deps.services, state, visit.group._id);
  askFirst(deps, ctx, visit.visitor, {
    action: ctx.path,
    crumbs: crumbsOf(visit),
    heading: message('member-leave-group-question', { name, group: visit.group.name }),
    going: { label: message('loses-with-it'), roles: roles.map(chipOf) },
    lines: [roles.length ? await whenTaken(deps, visit.visitor.organization) : message('loses-nothing')],
    also: mayEnd(visit) ? endingSessions(field(ctx, 'end_sessions') === '1') : null,
    back: visit.href,
    refused: refused ?? null,
  });
}

async function submitRemoval(deps: PageDeps, ctx: Context): Promise<void> {
  const leaver = await leaverOf(deps, ctx);
  if (!leaver) return;
  const { services } = deps;
  const { visit, key, name } = leaver;
  const { actor } = visit.visitor;
  const { _id: groupId, name: group } = visit.group;
  const ends = field(ctx, 'end_sessions') === '1';
  if (ends && !mayEnd(visit)) throw notFound();
  await carryOut(deps, ctx, {
    async act() {
      await removeFromGroup(services, actor, { ...key, groupId });
      if (ends) await endMemberSessions(services, actor, key);
      return {
        text: ends
          ? message('group-member-removed-ended', { name, group })
          : message('member-group-removed', { name, group }),
      };
    },
    next: visit.href,
    again: (refused) => removalPage(deps, ctx, leaver, refused),
  });
}

import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { notFound } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import type { Membership } from '../../../models/index.js';
import { takeRole } from '../../../services/change-member-role.js';
import { heldBy } from '../../../services/change-membership.js';
import { endMemberSessions } from '../../../services/end-member-sessions.js';
import { findMember } from '../../../services/find-member.js';
import { findUser } from '../../../services/find-user.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenTaken } from '../../effect.js';
import { askFirst, endingSessions } from '../../question.js';
import { carryOut } from '../../submit.js';
import { isOf, type RoleVisit, roleVisit } from './visit.js';

interface Taking {
  visit: RoleVisit;
  membership: Membership;
  name: string;
  mayEndSessions: boolean;
}

export async function showTake(deps: PageDeps, ctx: Context): Promise<void> {
  const taking = await takingOf(deps, ctx);
  if (!taking) return;
  if (!heldHere(deps, taking)?.direct) throw notFound();
  await takePage(deps, ctx, taking, { endSessions: false });
}

/** What a group gives stays. */
export async function submitTake(deps: PageDeps, ctx: Context): Promise<void> {
  const taking = await takingOf(deps, ctx);
  if (!taking) return;
  const { visit, membership, name, mayEndSessions } = taking;
  const { role, actor } = visit;
  const endSessions = field(ctx, 'end_sessions') === '1';
  if (endSessions && !mayEndSessions) throw notFound();
  await carryOut(deps, ctx, {
    act: async () => {
      const { organizationId, userId } = membership;
      await takeRole(deps.services, actor, { organizationId, userId, roleId: role._id });
      if (endSessions) await endMemberSessions(deps.services, actor, { organizationId, userId });
      return {
        text: endSessions
          ? message('member-role-taken-and-ended', { name, role: role.name })
          : message('member-role-taken', { name, role: role.name }),
      };
    },
    next: visit.path,
    again: (refused) => takePage(deps, ctx, taking, { endSessions, refused }),
  });
}

async function takingOf(deps: PageDeps, ctx: Context): Promise<Taking | undefined> {
  const visit = await roleVisit(deps, ctx, 'members:write');
  if (!visit) return undefined;
  const { organization, actor } = visit;
  const membership = await findMember(deps.services, organization, ctx.params.member ?? '');
  return {
    visit,
    membership,
    name: membership.name ?? (await findUser(deps.services, membership.userId)).name,
    mayEndSessions: can(actor, 'sessions:end', isOf(organization)),
  };
}

const heldHere = ({ services }: PageDeps, { visit: { organization, vocabulary, role }, membership }: Taking) =>
  heldBy(services, { organization, membership, vocabulary }).find((one) => one.role._id === role._id);

async function takePage(
  deps: PageDeps,
  ctx: Context,
  taking: Taking,
  { endSessions, refused }: { endSessions: boolean; refused?: Message | string },
): Promise<void> {
  const { visit, membership, name, mayEndSessions } = taking;
  const { role, path, base, organization } = visit;
  const groups = heldHere(deps, taking)?.groups.map(({ group }) => group.name) ?? [];
  askFirst(deps, ctx, visit, {
    action: `${path}/members/${membership._id}/remove`,
    crumbs: [
      { label: message('nav-roles'), href: `${base}/roles` },
      { label: role.name, href: path },
    ],
    heading: message('member-take-question', { name, role: role.name }),
    lines: [
      groups.length
        ? message('member-take-kept', { name, groups: deps.textsOf(ctx).list(groups) })
        : await whenTaken(deps, organization),
    ],
    also: mayEndSessions ? endingSessions(endSessions) : null,
    back: path,
    refused: refused ?? null,
  });
}

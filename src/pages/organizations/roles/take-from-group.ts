import type { Context } from 'koa';
import { liveRole } from '../../../access/effective-roles.js';
import { notFound } from '../../../lib/errors.js';
import type { Group } from '../../../models/index.js';
import { changeGroup } from '../../../services/change-group.js';
import { findGroup } from '../../../services/find-group.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenTaken } from '../../effect.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';
import { peopleOf } from '../../view/counts.js';
import { membersBy } from './people.js';
import { type RoleVisit, roleVisit } from './visit.js';

interface Taking {
  visit: RoleVisit;
  group: Group;
  /** What it carries without the role. */
  without: string[];
}

export async function showTakeFromGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const taking = await takingOf(deps, ctx);
  if (!taking) return;
  if (taking.without.length === taking.group.roles.length) throw notFound();
  await takePage(deps, ctx, taking);
}

/** From everyone in a group: it is taken out of what the group carries. */
export async function submitTakeFromGroup(deps: PageDeps, ctx: Context): Promise<void> {
  const taking = await takingOf(deps, ctx);
  if (!taking) return;
  const { visit, group, without } = taking;
  await carryOut(deps, ctx, {
    act: async () => {
      await changeGroup(deps.services, visit.actor, group, { roles: without });
      return { text: message('group-role-removed', { group: group.name, role: visit.role.name }) };
    },
    next: visit.path,
    again: (refused) => takePage(deps, ctx, taking, refused),
  });
}

async function takingOf(deps: PageDeps, ctx: Context): Promise<Taking | undefined> {
  const visit = await roleVisit(deps, ctx, 'groups:write');
  if (!visit) return undefined;
  const { role, vocabulary, organization } = visit;
  const group = await findGroup(deps.services, organization._id, ctx.params.group ?? '');
  // Also by the id of a deleted role that this one replaces (R5).
  const without = group.roles.filter((id) => liveRole(id, vocabulary.role)?._id !== role._id);
  return { visit, group, without };
}

async function takePage(deps: PageDeps, ctx: Context, { visit, group }: Taking, refused?: Message | string) {
  const total = (await membersBy(deps, visit, { group: group._id }, { limit: 1 }))?.total;
  const { role, path, base, organization } = visit;
  askFirst(deps, ctx, visit, {
    action: `${path}/groups/${group._id}/remove`,
    crumbs: [
      { label: message('nav-roles'), href: `${base}/roles` },
      { label: role.name, href: path },
    ],
    heading: message('group-remove-role-question', { group: group.name, role: role.name }),
    lines: [...(total ? [peopleOf(total)] : []), message('group-role-kept'), await whenTaken(deps, organization)],
    back: path,
    refused: refused ?? null,
  });
}

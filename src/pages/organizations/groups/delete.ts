import type Router from '@koa/router';
import type { Context } from 'koa';
import { formBody } from '../../../middleware/form-body.js';
import { deleteGroup } from '../../../services/change-group.js';
import { countMembersOf } from '../../../services/count-group-members.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenTaken } from '../../effect.js';
import { askFirst } from '../../question.js';
import { carryOut, revisionIn } from '../../submit.js';
import { peopleOf } from '../../view/counts.js';
import { chipOf } from '../../view/roles.js';
import { carriedRoles, crumbsOf, type GroupVisit, groupVisit } from './group.js';

const DELETE = '/organizations/:slug/groups/:group/delete';

/** Deleting a group, once it was said what goes with it. */
export function groupDeletion(router: Router, deps: PageDeps): void {
  router.get(DELETE, async (ctx) => {
    const visit = await groupVisit(deps, ctx, 'groups:write');
    if (visit) await deletionPage(deps, ctx, visit);
  });
  router.post(DELETE, formBody, deps.csrf.check, async (ctx) => submitDeletion(deps, ctx));
}

async function deletionPage(
  deps: PageDeps,
  ctx: Context,
  visit: GroupVisit,
  refused?: Message | string,
): Promise<void> {
  const { visitor, group, vocabulary, href } = visit;
  const { organization } = visitor;
  const roles = carriedRoles(group, vocabulary);
  askFirst(deps, ctx, visitor, {
    action: ctx.path,
    crumbs: crumbsOf(visit),
    heading: message('group-delete-question', { group: group.name }),
    going: { label: message('group-delete-roles'), roles: roles.map(chipOf) },
    lines: [
      peopleOf(await countMembersOf(deps.services, organization, group._id)),
      message('group-delete-text'),
      ...(roles.length ? [await whenTaken(deps, organization)] : []),
    ],
    fields: { revision: String(group.revision ?? 0) },
    back: href,
    refused: refused ?? null,
  });
}

async function submitDeletion(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:write');
  if (!visit) return;
  const { visitor, group, base } = visit;
  await carryOut(deps, ctx, {
    async act() {
      await deleteGroup(deps.services, visitor.actor, group, { revision: revisionIn(ctx) });
      return { text: message('group-deleted', { name: group.name }) };
    },
    next: `${base}/groups`,
    async again(refused) {
      // As it is by now, and asked once more.
      const now = (await groupVisit(deps, ctx, 'groups:write')) ?? visit;
      await deletionPage(deps, ctx, now, refused);
    },
  });
}

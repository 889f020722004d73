import type Router from '@koa/router';
import type { Context } from 'koa';
import { field, formBody } from '../../../middleware/form-body.js';
import { changeGroup } from '../../../services/change-group.js';
import { findGroup } from '../../../services/find-group.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf } from '../../frame.js';
import { carryOut, revisionIn } from '../../submit.js';
import { type GroupDetails, typedDetails } from './details-form.js';
import { type GroupVisit, groupView, groupVisit } from './group.js';

const EDIT = '/organizations/:slug/groups/:group/edit';

/** What a group is called and what it is for. */
export function groupDetails(router: Router, deps: PageDeps): void {
  router.get(EDIT, async (ctx) => {
    const visit = await groupVisit(deps, ctx, 'groups:write');
    if (visit) detailsPage(deps, ctx, visit, {});
  });
  router.post(EDIT, formBody, deps.csrf.check, async (ctx) => submitDetails(deps, ctx));
}

interface Typed {
  details?: GroupDetails;
  /** As the form was loaded; today's unless somebody else was faster. */
  revision?: number;
  refused?: Message | string;
  stale?: boolean;
}

function detailsPage(
  deps: PageDeps,
  ctx: Context,
  { visitor, group, base }: GroupVisit,
  { details, revision = group.revision ?? 0, refused, stale = false }: Typed,
): void {
  const { name, description = '' } = group;
  ctx.body = deps.render('organizations/group-form', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: ctx.path,
    base,
    group: groupView(visitor.organization, group),
    values: { name: details?.name ?? name, description: details?.description ?? description, revision },
    errors: details?.errors ?? {},
    refused: refused ?? null,
    present: stale ? { name, description } : null,
    roles: [],
    single: false,
  });
}

async function submitDetails(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await groupVisit(deps, ctx, 'groups:write');
  if (!visit) return;
  const { services } = deps;
  const { visitor, group, href } = visit;
  const details = typedDetails(field(ctx, 'name'), field(ctx, 'description'));
  const revision = revisionIn(ctx);
  if (Object.keys(details.errors).length) {
    ctx.status = 422;
    return detailsPage(deps, ctx, visit, { details, revision });
  }
  const { name, description } = details;
  await carryOut(deps, ctx, {
    act: async () => {
      await changeGroup(services, visitor.actor, group, { name, description }, { revision });
      return { text: message('group-changed', { name }) };
    },
    next: href,
    async again(refused, { code }) {
      if (code === 'group_taken')
        return detailsPage(deps, ctx, visit, {
          details: { ...details, errors: { name: message('group-name-taken') } },
          revision,
        });
      if (code !== 'stale') return detailsPage(deps, ctx, visit, { details, revision, refused });
      // Saved once more it is over what the page says that it is now.
      const now = { ...visit, group: await findGroup(services, visitor.organization._id, group._id) };
      return detailsPage(deps, ctx, now, { details, refused, stale: true });
    },
  });
}

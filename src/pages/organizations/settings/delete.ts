import type Router from '@koa/router';
import type { Context } from 'koa';
import { SYSTEM_ORGANIZATION } from '../../../access/can.js';
import { notFound } from '../../../lib/errors.js';
import { field, formBody } from '../../../middleware/form-body.js';
import { KEPT_DAYS } from '../../../models/deletion.js';
import { deleteOrganization } from '../../../services/delete-organization.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { type Visitor, visitorOf } from '../../frame.js';
import { askFirst, isTyped } from '../../question.js';
import { carryOut } from '../../submit.js';

const DELETE = '/organizations/:slug/settings/delete';

/** An administrator deletes the organization, once they have typed its name. */
export function deletionPages(router: Router, deps: PageDeps): void {
  router.get(DELETE, async (ctx) => {
    const visitor = await deleter(deps, ctx);
    if (visitor) deletionPage(deps, ctx, visitor);
  });
  router.post(DELETE, formBody, deps.csrf.check, async (ctx) => submitDeletion(deps, ctx));
}

/** @throws RollcallError `not_found` also of the operators' own organization, and of one that is deleted */
async function deleter(deps: PageDeps, ctx: Context): Promise<Visitor | undefined> {
  const visitor = await visitorOf(deps, ctx, 'administrators:write');
  if (visitor && (visitor.organization.slug === SYSTEM_ORGANIZATION || visitor.organization.deletion)) throw notFound();
  return visitor;
}

function deletionPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { error = null, refused = null }: { error?: Message | null; refused?: Message | string | null } = {},
): void {
  const { name, slug } = visitor.organization;
  const back = `/organizations/${slug}/settings`;
  askFirst(deps, ctx, visitor, {
    action: ctx.path,
    crumbs: [{ label: message('nav-settings'), href: back }],
    heading: message('organization-delete-question', { name }),
    lines: [message('organization-delete-text'), message('organization-delete-kept', { days: KEPT_DAYS })],
    typed: { label: message('delete-type-name', { name }), value: field(ctx, 'confirm'), error },
    back,
    refused,
  });
}

async function submitDeletion(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await deleter(deps, ctx);
  if (!visitor) return;
  const { organization, actor, asOperator } = visitor;
  const { name, slug } = organization;
  if (!isTyped(field(ctx, 'confirm'), name)) {
    ctx.status = 422;
    return deletionPage(deps, ctx, visitor, { error: message('delete-type-fault', { name }) });
  }
  await carryOut(deps, ctx, {
    async act() {
      await deleteOrganization(deps.services, actor, organization);
      return { text: message('organization-deleted', { name, days: KEPT_DAYS }) };
    },
    next: asOperator ? `/organizations/${slug}/settings` : '/account/organizations',
    again: (refused) => deletionPage(deps, ctx, visitor, { refused }),
  });
}

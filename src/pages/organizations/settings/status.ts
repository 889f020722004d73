import type Router from '@koa/router';
import type { Context } from 'koa';
import { can, SYSTEM_ORGANIZATION } from '../../../access/can.js';
import { notFound } from '../../../lib/errors.js';
import { formBody } from '../../../middleware/form-body.js';
import { changeOrganization } from '../../../services/change-organization.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { type Visitor, visitorOf } from '../../frame.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';

type Status = 'suspended' | 'active';

/** An operator suspends an organization, and lets it go on. */
export function statusPages(router: Router, deps: PageDeps): void {
  for (const [path, status] of [
    ['suspend', 'suspended'],
    ['activate', 'active'],
  ] as const) {
    const address = `/organizations/:slug/settings/${path}`;
    router.get(address, async (ctx) => {
      const visitor = await operatorAt(deps, ctx);
      if (visitor) statusPage(deps, ctx, visitor, status);
    });
    router.post(address, formBody, deps.csrf.check, async (ctx) => submitStatus(deps, ctx, status));
  }
}

/** @throws RollcallError `not_found` to who is no operator, and of the operators' own organization */
async function operatorAt(deps: PageDeps, ctx: Context): Promise<Visitor | undefined> {
  const visitor = await visitorOf(deps, ctx, 'settings:write');
  if (visitor && (!can(visitor.actor, 'instance:organizations') || visitor.organization.slug === SYSTEM_ORGANIZATION))
    throw notFound();
  return visitor;
}

function statusPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  status: Status,
  refused: Message | string | null = null,
): void {
  const { name, slug } = visitor.organization;
  const back = `/organizations/${slug}/settings`;
  const suspends = status === 'suspended';
  askFirst(deps, ctx, visitor, {
    action: ctx.path,
    crumbs: [{ label: message('nav-settings'), href: back }],
    heading: suspends ? message('suspend-question', { name }) : message('activate-question', { name }),
    lines: [suspends ? message('suspend-text') : message('activate-text')],
    back,
    refused,
  });
}

async function submitStatus(deps: PageDeps, ctx: Context, status: Status): Promise<void> {
  const visitor = await operatorAt(deps, ctx);
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { name, slug } = organization;
  await carryOut(deps, ctx, {
    async act() {
      await changeOrganization(deps.services, actor, organization, { status });
      return {
        text:
          status === 'suspended'
            ? message('organization-suspended', { name })
            : message('organization-activated', { name }),
      };
    },
    next: `/organizations/${slug}/settings`,
    again: (refused) => statusPage(deps, ctx, visitor, status, refused),
  });
}

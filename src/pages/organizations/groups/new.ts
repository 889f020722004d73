import type Router from '@koa/router';
import type { Context } from 'koa';
import { field, fieldValues, formBody } from '../../../middleware/form-body.js';
import { createGroup } from '../../../services/change-group.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { carryOut } from '../../submit.js';
import { type GroupDetails, typedDetails } from './details-form.js';
import { givable, rolesOf } from './group.js';

const NEW = '/organizations/:slug/groups/new';

/** Making a group. */
export function newGroup(router: Router, deps: PageDeps): void {
  router.get(NEW, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'groups:write');
    if (visitor) await newPage(deps, ctx, visitor, {});
  });
  router.post(NEW, formBody, deps.csrf.check, async (ctx) => submitNew(deps, ctx));
}

interface Typed {
  details?: GroupDetails;
  /** Keys. */
  chosen?: readonly string[];
  refused?: Message | string;
}

async function newPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { details, chosen = [], refused }: Typed,
): Promise<void> {
  const { organization } = visitor;
  const roles = await rolesOf(deps, await vocabularyOf(deps.services, organization));
  ctx.body = deps.render('organizations/group-form', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: ctx.path,
    base: `/organizations/${organization.slug}`,
    group: null,
    values: { name: details?.name ?? '', description: details?.description ?? '', revision: 0 },
    errors: details?.errors ?? {},
    refused: refused ?? null,
    present: null,
    roles: roles
      .filter(givable(visitor))
      .map(({ key, name, description = '' }) => ({ key, name, description, chosen: chosen.includes(key) })),
    single: isSingle(organization),
  });
}

async function submitNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'groups:write');
  if (!visitor) return;
  const { services } = deps;
  const { organization, actor } = visitor;
  const details = typedDetails(field(ctx, 'name'), field(ctx, 'description'));
  const chosen = fieldValues(ctx, 'roles');
  if (Object.keys(details.errors).length) {
    ctx.status = 422;
    return newPage(deps, ctx, visitor, { details, chosen });
  }
  const { name, description } = details;
  const all = await rolesOf(deps, await vocabularyOf(services, organization));
  await carryOut(deps, ctx, {
    act: async () => {
      // A key that is no role's any more is refused by the service.
      const roles = chosen.map((key) => all.find((role) => role.key === key)?._id ?? key);
      const group = { name, ...(description ? { description } : {}), roles };
      const { _id } = await createGroup(services, actor, organization._id, group);
      return {
        text: message('group-created', { name }),
        href: `/organizations/${organization.slug}/groups/${_id}`,
        link: message('group-created-next'),
      };
    },
    next: `/organizations/${organization.slug}/groups`,
    again: (refused, { code }) =>
      code === 'group_taken'
        ? newPage(deps, ctx, visitor, {
            details: { ...details, errors: { name: message('group-name-taken') } },
            chosen,
          })
        : newPage(deps, ctx, visitor, { details, chosen, refused }),
  });
}

import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { pageOfAll } from '../../../services/lists/whole.js';
import { rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { hrefWith, textOf } from '../../query.js';
import { roleHref } from '../../view/roles.js';
import { kindOf, permissionCount } from './visit.js';

const ON_A_PAGE = 50;

/** Everything that members can hold here, by key. */
export async function showRoles(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'roles:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const catalog = await deps.services.catalog.current();
  const roles = rolesHere(catalog, await vocabularyOf(deps.services, organization, catalog));
  const after = textOf(ctx, 'after') || undefined;
  const { data, nextCursor } = pageOfAll(roles, ({ key }) => key, { limit: ON_A_PAGE, after });
  const base = `/organizations/${organization.slug}`;
  ctx.body = deps.render('organizations/roles', {
    frame: frameOf(deps, ctx, visitor),
    base,
    roles: data.map((role) => ({
      key: role.key,
      href: roleHref(base, role),
      name: role.name,
      description: role.description ?? '',
      kind: kindOf(role),
      permissions: permissionCount(role),
    })),
    total: roles.length,
    pager: {
      shown: message('shown-of', { shown: data.length, total: roles.length }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(nextCursor ? { next: hrefWith(ctx, { after: nextCursor }) } : {}),
    },
    anyOwn: roles.some((role) => kindOf(role) === 'own'),
    mayWrite: can(actor, 'roles:write', { organizationId: organization._id }),
  });
}

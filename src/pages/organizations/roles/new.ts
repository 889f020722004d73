import type { Context } from 'koa';
import { RollcallError } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import { createRole } from '../../../services/create-role.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { leaveNotice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { goTo } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { roleHref } from '../../view/roles.js';
import { descriptionFault, faultsOf, keyFault, keyFrom, nameFault } from './words.js';

interface Typed {
  values: { name: string; key: string; description: string };
  errors?: Faults<'name' | 'key' | 'description'>;
  refused?: Message | string;
}

export async function showNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'roles:write');
  if (visitor) newPage(deps, ctx, visitor, { values: { name: '', key: '', description: '' } });
}

export async function submitNew(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'roles:write');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const name = field(ctx, 'name').trim();
  const description = field(ctx, 'description').trim();
  const values = { name, key: field(ctx, 'key').trim() || keyFrom(name), description };
  const { key } = values;
  const errors = faultsOf({
    name: nameFault(name),
    key: name || key ? keyFault(key) : undefined,
    description: descriptionFault(description),
  });
  const again = (more: Omit<Typed, 'values'>) => {
    ctx.status = 422;
    newPage(deps, ctx, visitor, { values, ...more });
  };
  if (Object.keys(errors).length) return again({ errors });
  try {
    const wanted = { key, name, organizationId: organization._id, ...(description ? { description } : {}) };
    const role = await createRole(deps.services, actor, wanted);
    const href = roleHref(`/organizations/${organization.slug}`, role);
    leaveNotice(deps, ctx, {
      text: message('role-created', { name }),
      href: `${href}/permissions`,
      link: message('role-created-next'),
    });
    return goTo(ctx, href);
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'role_taken')
      return again({ errors: { key: message('fault-role-key-taken', { key }) } });
    return again({ refused: refusal(error) });
  }
}

function newPage(deps: PageDeps, ctx: Context, visitor: Visitor, { values, errors = {}, refused }: Typed): void {
  const base = `/organizations/${visitor.organization.slug}`;
  ctx.body = deps.render('organizations/role-new', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/roles/new`,
    base,
    values,
    errors,
    refused: refused ?? null,
  });
}

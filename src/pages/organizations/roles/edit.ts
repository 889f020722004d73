import type { Context } from 'koa';
import { RollcallError } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import { changeRole } from '../../../services/create-role.js';
import { findRole, requireOwn } from '../../../services/find-role.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { leaveNotice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { goTo, revisionIn } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { pageOfRole, type RoleVisit, roleVisit } from './visit.js';
import { descriptionFault, faultsOf, nameFault, wordsOf } from './words.js';

type Words = Record<'name' | 'description', string>;

interface Typed {
  values: Words;
  revision: number;
  errors?: Faults<'name' | 'description'>;
  refused?: Message | string;
  now?: Partial<Record<keyof Words, Message>>;
}

export async function showEdit(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await editorOf(deps, ctx);
  if (visit) editPage(deps, ctx, visit, { values: wordsOf(visit.role), revision: visit.role.revision ?? 0 });
}

export async function submitEdit(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await editorOf(deps, ctx);
  if (!visit) return;
  const { actor, role, path } = visit;
  const values = { name: field(ctx, 'name').trim(), description: field(ctx, 'description').trim() };
  const revision = revisionIn(ctx);
  const errors = faultsOf({ name: nameFault(values.name), description: descriptionFault(values.description) });
  const again = (more: Partial<Typed>) => {
    ctx.status = 422;
    editPage(deps, ctx, visit, { values, revision, ...more });
  };
  if (Object.keys(errors).length) return again({ errors });
  try {
    await changeRole(deps.services, actor, role, values, { revision });
  } catch (error) {
    const refused = refusal(error);
    if (!(error instanceof RollcallError) || error.code !== 'stale') return again({ refused });
    // What was typed stays, and what it would replace is said.
    const today = await findRole(deps.services, role.organizationId, role._id);
    return again({ refused, revision: today.revision ?? 0, now: differing(wordsOf(today), values) });
  }
  leaveNotice(deps, ctx, { text: message('role-changed', { name: values.name }) });
  goTo(ctx, path);
}

/** @throws RollcallError `built_in`, `instance_wide` */
async function editorOf(deps: PageDeps, ctx: Context): Promise<RoleVisit | undefined> {
  const visit = await roleVisit(deps, ctx, 'roles:write');
  if (visit) requireOwn(visit.role);
  return visit;
}

const differing = (today: Words, typed: Words): Partial<Record<keyof Words, Message>> => ({
  ...(today.name === typed.name ? {} : { name: message('role-now', { text: today.name }) }),
  ...(today.description === typed.description
    ? {}
    : {
        description: today.description ? message('role-now', { text: today.description }) : message('role-now-empty'),
      }),
});

function editPage(deps: PageDeps, ctx: Context, visit: RoleVisit, { values, revision, ...rest }: Typed): void {
  ctx.body = deps.render('organizations/role-edit', {
    ...pageOfRole(deps, ctx, visit),
    csrf: deps.csrf.token(ctx),
    action: `${visit.path}/edit`,
    values,
    revision,
    errors: rest.errors ?? {},
    refused: rest.refused ?? null,
    now: rest.now ?? {},
  });
}

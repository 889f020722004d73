import type { Context } from 'koa';
import { managementOf, mayGive } from '../../../access/can.js';
import { RollcallError } from '../../../lib/errors.js';
import { field } from '../../../middleware/form-body.js';
import type { Role } from '../../../models/index.js';
import { ADMIN_ROLE_ID } from '../../../models/role.js';
import { deleteRole } from '../../../services/delete-role.js';
import { requireOwn } from '../../../services/find-role.js';
import { groupsCarrying } from '../../../services/lists/member-filter.js';
import { rolesHere } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { leaveNotice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { goTo } from '../../submit.js';
import type { Faults } from '../../view/framed.js';
import { holdersOf } from './people.js';
import { isOf, pageOfRole, type RoleVisit, roleVisit } from './visit.js';

interface Chosen {
  becomes: string;
  replacement: string;
  errors?: Faults<'becomes' | 'replacement'>;
  refused?: Message | string;
}

export async function showDelete(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await deleterOf(deps, ctx);
  if (visit) await deletePage(deps, ctx, visit, { becomes: '', replacement: '' });
}

/** Who has it holds the replacement instead, or nothing where that was said (R5). */
export async function submitDelete(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await deleterOf(deps, ctx);
  if (!visit) return;
  const { actor, role, base } = visit;
  const chosen = { becomes: field(ctx, 'becomes'), replacement: field(ctx, 'replacement') };
  const again = (more: Partial<Chosen>) => {
    ctx.status = 422;
    return deletePage(deps, ctx, visit, { ...chosen, ...more });
  };
  const other = replacementsFor(visit).find(({ key }) => key === chosen.replacement);
  if (chosen.becomes === 'replace' && !other)
    return again({ errors: { replacement: message('fault-role-replacement-missing') } });
  const replacement = chosen.becomes === 'replace' ? other : chosen.becomes === 'remove' ? null : undefined;
  try {
    await deleteRole(deps.services, actor, { role, replacement });
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'role_in_use')
      return again({ errors: { becomes: message('fault-role-in-use') } });
    return again({ refused: refusal(error) });
  }
  leaveNotice(deps, ctx, {
    text:
      other && replacement
        ? message('role-replaced', { name: role.name, other: other.name })
        : message('role-deleted', { name: role.name }),
  });
  goTo(ctx, `${base}/roles`);
}

/** @throws RollcallError `built_in`, `instance_wide` */
async function deleterOf(deps: PageDeps, ctx: Context): Promise<RoleVisit | undefined> {
  const visit = await roleVisit(deps, ctx, 'roles:write');
  if (visit) requireOwn(visit.role);
  return visit;
}

/** `admin` is given to each person by itself; what the visitor may not give isn't offered (R15). */
const replacementsFor = ({ role, catalog, vocabulary, actor, organization }: RoleVisit): Role[] =>
  rolesHere(catalog, vocabulary)
    .filter(({ _id }) => _id !== role._id && _id !== ADMIN_ROLE_ID)
    .filter((one) => mayGive(actor, managementOf(one), isOf(organization)))
    .sort((a, b) => a.name.localeCompare(b.name));

async function deletePage(deps: PageDeps, ctx: Context, visit: RoleVisit, chosen: Chosen): Promise<void> {
  const { becomes, replacement, errors = {}, refused = null } = chosen;
  ctx.body = deps.render('organizations/role-delete', {
    ...pageOfRole(deps, ctx, visit),
    csrf: deps.csrf.token(ctx),
    action: `${visit.path}/delete`,
    refused,
    uses: await usesOf(deps, visit),
    choice: { becomes, replacement },
    replacements: replacementsFor(visit).map(({ key, name, description = '' }) => ({ key, name, description })),
    errors,
  });
}

/** Where the role is in use. Who may not see members is asked in any case: somebody may have it. */
async function usesOf(deps: PageDeps, visit: RoleVisit): Promise<Message[]> {
  const { role, vocabulary, organization } = visit;
  const total = await holdersOf(deps, visit);
  const groups = groupsCarrying(vocabulary, role).length;
  return [
    ...(total === undefined ? [message('role-use-unknown')] : []),
    ...(total?.count
      ? [total.more ? message('role-held-more', { count: total.count }) : message('role-held', { count: total.count })]
      : []),
    ...(groups ? [message('role-groups-carry', { groups })] : []),
    ...(organization.defaultRoles?.includes(role._id) ? [message('role-use-default')] : []),
  ];
}

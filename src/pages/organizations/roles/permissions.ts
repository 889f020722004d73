import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { RollcallError } from '../../../lib/errors.js';
import { fieldValues } from '../../../middleware/form-body.js';
import type { Role } from '../../../models/index.js';
import { changeRole } from '../../../services/create-role.js';
import { findRole, requireOwn } from '../../../services/find-role.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { whenGiven } from '../../effect.js';
import { leaveNotice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { goTo, revisionIn } from '../../submit.js';
import { blocksOf, carriedBy, goneFrom, lockedIn, offeredBy } from './boxes.js';
import { holdersOf } from './people.js';
import { isOf, kindOf, pageOfRole, type RoleVisit, roleVisit, tabsOf } from './visit.js';

interface Shown {
  /** The role as it is now. */
  role: Role;
  ticked: ReadonlySet<string>;
  revision: number;
  now?: ReadonlySet<string>;
  refused?: Message | string;
}

export async function showPermissions(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'roles:read');
  if (!visit) return;
  const { role } = visit;
  await permissionsPage(deps, ctx, visit, { role, ticked: carriedBy(role), revision: role.revision ?? 0 });
}

/** What is ticked, and what is locked, is all that the role then carries. */
export async function submitPermissions(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await roleVisit(deps, ctx, 'roles:write');
  if (!visit) return;
  const { role, actor, organization, path } = visit;
  requireOwn(role);
  const permissions = [...fieldValues(ctx, 'permission'), ...lockedIn(role, actor, organization._id)];
  const revision = revisionIn(ctx);
  try {
    await changeRole(deps.services, actor, role, { permissions }, { revision });
  } catch (error) {
    const refused = refusal(error);
    ctx.status = 422;
    const ticked = new Set(permissions);
    if (!(error instanceof RollcallError) || error.code !== 'stale')
      return permissionsPage(deps, ctx, visit, { role, ticked, revision, refused });
    // What was ticked stays, and what differs by now is told: whoever saves again has seen it.
    const today = await findRole(deps.services, role.organizationId, role._id);
    const now = { revision: today.revision ?? 0, now: carriedBy(today), refused: message('role-permissions-stale') };
    return permissionsPage(deps, ctx, visit, { role: today, ticked, ...now });
  }
  leaveNotice(deps, ctx, { text: message('role-permissions-saved', { name: role.name }) });
  goTo(ctx, `${path}/permissions`);
}

async function permissionsPage(deps: PageDeps, ctx: Context, visit: RoleVisit, shown: Shown): Promise<void> {
  const { actor, organization, catalog, may } = visit;
  const { role, ticked, revision, now, refused = null } = shown;
  const apis = offeredBy(catalog.apis.values(), kindOf(role) === 'own');
  const blocks = blocksOf(apis, { role, actor, organizationId: organization._id, ticked, now });
  const total = await holdersOf(deps, visit);
  ctx.body = deps.render('organizations/role-permissions', {
    ...pageOfRole(deps, ctx, visit),
    csrf: deps.csrf.token(ctx),
    action: `${visit.path}/permissions`,
    tabs: tabsOf({ ...visit, role }, 'permissions', total?.more ? undefined : total?.count),
    mayWrite: may.write,
    readOnly: !may.write,
    refused,
    revision,
    blocks,
    ...countsOf(blocks),
    gone: goneFrom(role, apis),
    why: await whyOf(deps, visit),
  });
}

function countsOf(blocks: ReturnType<typeof blocksOf>) {
  const boxes = blocks
    .flatMap((block) =>
      block.kind === 'list' ? block.boxes : block.apis.flatMap(({ rows }) => rows.flatMap((row) => row.cells)),
    )
    .filter((box) => box !== null && !box.mirror);
  return { carried: boxes.filter((box) => box?.ticked).length, offered: boxes.length };
}

/** When a change counts, or why none is offered. */
async function whyOf(deps: PageDeps, visit: RoleVisit): Promise<Message> {
  const kind = kindOf(visit.role);
  if (kind === 'built-in') return message('role-fixed-built-in');
  if (kind === 'instance') return message('role-fixed-instance');
  return can(visit.actor, 'roles:write', isOf(visit.organization)) ? whenGiven(deps) : message('role-fixed-rights');
}

/**
 * Deleting a role (R5). Its row stays behind as a marker that names its replacement: every decision honours it at once, also for who is
 * assigned to it at the same moment. Assignments are rewritten in the background (`clean-up-roles.ts`), however many there are.
 */
import type { Actor } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { conflict, invalid, notFound, stale } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../models/role.js';
import { releaseName } from './claim-name.js';
import { bringBackFromCircle, cleanUpAfter, cleanUpNext, cleanUpRole } from './clean-up-roles.js';
import { event, type ServiceContext } from './context.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';
import { requireMayGive } from './rules-of-roles.js';
import { changingVocabulary, vocabularyOf } from './vocabulary.js';

/** What a request waits for; the rest goes on in the background. */
export const CLEAN_UP_MS = 500;

export interface RoleDeletion {
  role: Role;
  /** What who has it holds instead; null: nothing, said explicitly; absent: nobody may have it. */
  replacement?: Role | null | undefined;
}

/**
 * @throws RollcallError `built_in`, `role_in_use`, `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function deleteRole(
  context: ServiceContext,
  actor: Actor,
  { role, replacement }: RoleDeletion,
  { revision }: { revision?: number | undefined } = {},
): Promise<void> {
  const { organizationId } = role;
  if (organizationId === null) requirePermission(actor, 'instance:roles');
  else requirePermission(actor, 'roles:write', organizationId);
  if (role._id === ADMIN_ROLE_ID || role._id === MEMBER_ROLE_ID)
    throw conflict('built_in', `The role ${role.key} belongs to every organization and can’t be deleted.`);
  if (role.deleted) throw notFound();
  if (replacement) checkReplacement(role, replacement);
  const holders = await usesOf(context, role);
  if (holders && replacement === undefined)
    throw conflict(
      'role_in_use',
      `Somebody has the role ${role.key}. Name a role to replace it, or remove it from everyone.`,
    );
  await requireRights(context, actor, role, replacement, holders);
  await changingVocabulary(context, organizationId, async () => {
    const { clock, models } = context;
    const gone = event(context, actor, 'role.deleted', role._id, {
      organizationId,
      before: { key: role.key, name: role.name },
      after: { replacement: replacement?.key ?? null },
    });
    const { matchedCount } = await models.Role.updateOne(
      { _id: role._id, deleted: { $exists: false }, ...(revision === undefined ? {} : { revision: revision || null }) },
      {
        $set: {
          key: role._id,
          deleted: { key: role.key, replacement: replacement?._id ?? null, at: clock.now() },
          // It is cleaned up here; should this process die, another does it then.
          cleanUpAt: cleanUpAfter(context),
          updatedAt: clock.now(),
        },
        $inc: { revision: 1 },
        $push: { pendingEvents: gone },
      },
    );
    if (matchedCount !== 1) throw stale();
    if (replacement && (await bringBackFromCircle(context, role._id))) throw stale();
  });
  if (organizationId === null) await releaseName(context, 'role', role.key, role._id);
  await cleanUpRole(context, role._id, CLEAN_UP_MS);
  await cleanUpNext(context, context.models.Role, role._id);
}

function checkReplacement(role: Role, replacement: Role): void {
  if (replacement._id === role._id) throw invalid('A role can’t replace itself.');
  if (replacement._id === ADMIN_ROLE_ID)
    throw invalid('admin is given to each person by itself, and can’t replace another role.');
  if (role.organizationId === null && replacement.organizationId !== null)
    throw invalid('An instance-wide role is replaced by another one.');
  if (replacement.deleted) throw invalid(`There is no role ${replacement._id} here any more.`);
}

/**
 * R15: for whoever has it, it is taken, and the replacement given. Also where nobody has it: somebody may be given it at this moment, and
 * holds the replacement then.
 */
async function requireRights(
  context: ServiceContext,
  actor: Actor,
  role: Role,
  replacement: Role | null | undefined,
  holders: boolean,
): Promise<void> {
  const roles = new Map([role, replacement].flatMap((one) => (one ? [[one._id, one] as const] : [])));
  requireMayGive(actor, role.organizationId, { role: (id) => roles.get(id) }, roles.keys());
  if (!holders || replacement || role.organizationId === null) return;
  const organization = await context.models.Organization.findById(role.organizationId).lean();
  if (organization?.roleMode !== 'single') return;
  const vocabulary = await vocabularyOf(context, organization);
  if (!liveRole(vocabulary.defaultRoleId ?? '', (id) => (id === role._id ? undefined : vocabulary.role(id))))
    throw conflict(
      'single_role_mode',
      'Each member of this organization has exactly one role: name one to replace it.',
    );
}

/** Whether a member or a group has it, or it is given by default. */
async function usesOf({ models }: ServiceContext, { _id, organizationId }: Role): Promise<boolean> {
  const within = organizationId === null ? {} : { organizationId };
  const [member, group, byDefault, ofInstance] = await Promise.all([
    models.Membership.exists({ 'roles.roleId': _id, ...within, ...PRESENT }),
    models.Group.exists({ roles: _id, deletedAt: { $exists: false } }),
    models.Organization.exists({ defaultRoles: _id }),
    models.Instance.exists({ defaultRoles: _id }),
  ]);
  return [member, group, byDefault, ofInstance].some((one) => one !== null);
}

import { type Actor, can } from '../access/can.js';
import { forbidden } from '../lib/errors.js';
import type { Membership, Organization } from '../models/index.js';
import type { Assignment } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { requireActiveUser } from './administrators.js';
import type { ServiceContext } from './context.js';
import { alreadyMember, joinOrganization } from './join-organization.js';
import { requirePermission } from './require.js';
import { isSingle, requireFuture, requireMayGive, requireSingle, rolesBehind } from './rules-of-roles.js';
import { setMemberRoles } from './set-member-roles.js';
import { vocabularyOf } from './vocabulary.js';

/**
 * Makes a user a member: the first of an organization is its administrator (R1), whatever roles are given besides; later ones get those,
 * or where none are given the default roles.
 * @param roles by ids that the caller has resolved
 * @throws RollcallError `already_member`, `not_active`, `single_role_mode`, `invalid`, `forbidden`, `not_found`
 */
export async function addMember(
  context: ServiceContext,
  actor: Actor,
  { organization, userId, roles }: { organization: Organization; userId: string; roles?: Assignment[] | undefined },
): Promise<Membership> {
  const ids = { organizationId: organization._id, userId };
  requireMayAdd(context, actor, organization);
  if (await context.reads.membership(organization._id, userId)) throw alreadyMember();
  if (roles) await requireGivable(context, actor, organization, roles);
  await requireActiveUser(context, userId);
  const joined = await joinOrganization(context, actor, ids, { anew: true });
  if (!roles) return joined;
  const now = await context.models.Organization.findById(organization._id, { administrators: 1 }).lean();
  const founder = now?.administrators.includes(userId) ?? false;
  // In single mode the first is administrator and nothing else (R4).
  if (founder && isSingle(organization)) return joined;
  return setMemberRoles(context, actor, { ...ids, roles: founder ? [...roles, { roleId: ADMIN_ROLE_ID }] : roles });
}

/**
 * The first member of `system` is an operator, so that only who may make one adds them (R15).
 * @throws RollcallError `forbidden`, `not_found`
 */
export function requireMayAdd(
  { systemOrganizationId }: ServiceContext,
  actor: Actor,
  { _id: organizationId, founded }: Organization,
): void {
  requirePermission(actor, 'members:write', organizationId);
  if (organizationId !== systemOrganizationId || founded || can(actor, 'administrators:write', { organizationId }))
    return;
  throw forbidden(
    'The first member of the operators’ own organization is an operator. Only who may make one adds them.',
  );
}

/** Before anybody is let in: what would refuse the roles afterwards. */
export async function requireGivable(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  roles: readonly Assignment[],
): Promise<void> {
  const vocabulary = await vocabularyOf(context, organization);
  const ids = roles.map((one) => one.roleId);
  requireSingle(organization, roles);
  requireFuture(context, roles);
  rolesBehind(vocabulary, ids);
  requireMayGive(actor, organization._id, vocabulary, ids);
}

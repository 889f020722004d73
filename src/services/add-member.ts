import { type Actor, can } from '../access/can.js';
import { conflict, forbidden } from '../lib/errors.js';
import type { Membership, Organization } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import type { ServiceContext } from './context.js';
import { joinOrganization } from './join-organization.js';
import { setMemberRoles } from './set-member-roles.js';

/**
 * Makes a user a member: the first of an organization is its administrator (R1), whatever roles are given besides; later ones get those,
 * or where none are given the default roles.
 * @param roleIds ids of roles that the caller has resolved
 * @throws RollcallError `already_member`, `forbidden`
 */
export async function addMember(
  context: ServiceContext,
  actor: Actor,
  { organization, userId, roleIds }: { organization: Organization; userId: string; roleIds?: string[] | undefined },
): Promise<Membership> {
  const { models } = context;
  const ids = { organizationId: organization._id, userId };
  if (!can(actor, 'members:write', ids)) throw forbidden();
  if (await models.Membership.exists(ids)) throw conflict('already_member', 'They are a member already.');
  const joined = await joinOrganization(context, actor, ids);
  if (!roleIds) return joined;
  const now = await models.Organization.findById(organization._id, { administrators: 1 }).lean();
  const founder = now?.administrators.includes(userId) ?? false;
  return setMemberRoles(context, actor, { ...ids, roleIds: founder ? [...roleIds, ADMIN_ROLE_ID] : roleIds });
}

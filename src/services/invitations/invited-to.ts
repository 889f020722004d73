import { liveRole } from '../../access/effective-roles.js';
import type { Membership, Organization } from '../../models/index.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import type { ServiceContext } from '../context.js';
import { isSingle } from '../rules-of-roles.js';
import { vocabularyOf } from '../vocabulary.js';

/** What an invitation comes to on today's roles and groups. */
export interface InvitedTo {
  /** A seat among the administrators. */
  admin: boolean;
  roles: { roleId: string }[];
  groups: { groupId: string }[];
}

/**
 * What is left of what an invitation gives: of roles that were deleted what replaces them (R5), of groups those that are there. In single
 * mode one role; several, from before it was switched to, give none, and so the default role (R4).
 */
export async function invitedTo(
  context: ServiceContext,
  organization: Organization,
  { roleIds, groupIds }: NonNullable<Membership['invited']>,
): Promise<InvitedTo> {
  const { role, group } = await vocabularyOf(context, organization);
  const live = [...new Set(roleIds.flatMap((id) => liveRole(id, role)?._id ?? []))];
  const ids = isSingle(organization) && roleIds.length > 1 ? [] : live;
  return {
    admin: ids.includes(ADMIN_ROLE_ID),
    roles: ids.filter((id) => id !== ADMIN_ROLE_ID).map((roleId) => ({ roleId })),
    groups: [...new Set(groupIds)].filter((id) => group(id)).map((groupId) => ({ groupId })),
  };
}

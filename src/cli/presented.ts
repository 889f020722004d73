/** The nouns as the command shows them: by the management API's field names, without what only the server needs. */
import type { Organization, Role, User } from '../models/index.js';
import type { MemberOverview } from '../services/list-members.js';

export const presentUser = ({
  _id,
  email,
  name,
  status,
  emailVerified,
  deletion,
  profile,
  metadata,
  createdAt,
}: User) => ({
  id: _id,
  email,
  name,
  status,
  emailVerified,
  ...(deletion ? { eraseAt: deletion.eraseAt } : {}),
  ...(profile ? { profile } : {}),
  ...(metadata ? { metadata } : {}),
  createdAt,
});

/** @param defaultRoles keys of its own default roles; null: the instance's */
export const presentOrganization = (
  {
    _id,
    slug,
    name,
    status,
    joinPolicy,
    joinRequests,
    roleMode,
    revokeOnDowngrade,
    metadata,
    administrators,
    deletion,
    createdAt,
  }: Organization,
  defaultRoles: string[] | null,
) => ({
  id: _id,
  slug,
  name,
  status,
  joinPolicy,
  joinRequests: joinRequests ?? false,
  defaultRoles,
  roleMode: roleMode ?? 'multiple',
  revokeOnDowngrade: revokeOnDowngrade ?? false,
  administrators,
  ...(deletion ? { eraseAt: deletion.eraseAt } : {}),
  ...(metadata ? { metadata } : {}),
  createdAt,
});

export const presentMember = ({ membership, user, roles, groups, effectiveRoles }: MemberOverview) => ({
  id: membership._id,
  userId: user._id,
  email: user.email,
  name: user.name,
  status: membership.status,
  userStatus: user.status,
  roles,
  groups: groups.map(({ group }) => group.name),
  effectiveRoles: effectiveRoles.map((role) => role.key),
  ...(membership.metadata ? { metadata: membership.metadata } : {}),
});

export const presentRole = ({ _id, key, name, description, permissions, management = [], organizationId }: Role) => ({
  id: _id,
  key,
  name,
  description: description ?? null,
  permissions: [...permissions, ...management],
  organizationId,
});

import type { Membership, Organization, Role, User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { settleMembership } from './join-organization.js';
import { type Page, type PageRequest, pageOf } from './list-pages.js';
import { rolesOf } from './load-standing.js';
import { PRESENT } from './reads.js';

export interface MemberOverview {
  membership: Membership;
  user: User;
  /** Held directly, an administrator's seat that waits for their return included. */
  roles: string[];
  /** What a token would carry today: none for who may not act. */
  effectiveRoles: Role[];
}

/** Members in the order of their users' ids. */
export async function listMembers(
  context: ServiceContext,
  organization: Organization,
  { limit, after = '' }: PageRequest,
): Promise<Page<MemberOverview>> {
  const { models } = context;
  const rows = await models.Membership.find({ organizationId: organization._id, userId: { $gt: after }, ...PRESENT })
    .sort({ userId: 1 })
    .limit(limit + 1)
    .lean();
  const { data, nextCursor } = pageOf(rows, limit, (membership) => membership.userId);
  const users = await models.User.find({ _id: { $in: data.map((one) => one.userId) } }).lean();
  const byId = new Map(users.map((user) => [user._id, user]));
  const members = await Promise.all(
    data.map(async (membership) => {
      const user = byId.get(membership.userId);
      return user ? [await overviewOf(context, organization, membership, user)] : [];
    }),
  );
  return { data: members.flat(), nextCursor };
}

/** One member, with the roles of today. */
export async function overviewOf(
  context: ServiceContext,
  before: Organization,
  found: Membership,
  user: User,
): Promise<MemberOverview> {
  const membership = found.settled ? found : await settleMembership(context, found);
  // Settling may have made the first member administrator (R1).
  const organization = found.settled
    ? before
    : ((await context.models.Organization.findById(before._id).lean()) ?? before);
  const roles = await rolesOf(context, await context.catalog.current(), organization, membership);
  const keys = roles.map((role) => role.key);
  const acts = [organization.status, membership.status, user.status].every((status) => status === 'active');
  return {
    membership,
    user,
    roles: membership.wasAdministrator ? [...new Set([...keys, 'admin'])].sort() : keys,
    effectiveRoles: acts ? roles : [],
  };
}

/** Where a user is a member, `system` included, by slug. */
export async function membershipsOf(
  context: ServiceContext,
  user: User,
): Promise<(MemberOverview & { organization: Organization })[]> {
  const { models } = context;
  const memberships = await models.Membership.find({ userId: user._id, ...PRESENT }).lean();
  const organizations = await models.Organization.find({
    _id: { $in: memberships.map((one) => one.organizationId) },
  }).lean();
  const rows = await Promise.all(
    memberships.map(async (membership) => {
      const organization = organizations.find((one) => one._id === membership.organizationId);
      if (!organization) return [];
      return [{ organization, ...(await overviewOf(context, organization, membership, user)) }];
    }),
  );
  return rows.flat().sort((a, b) => (a.organization.slug < b.organization.slug ? -1 : 1));
}

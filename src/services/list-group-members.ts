import type { Group, Membership, User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { type Page, type PageRequest, pageOf } from './list-pages.js';
import { PRESENT } from './reads.js';

/** Who is in a group, in the order of their users' ids; also who is in it no longer by its end date, as long as nobody has taken them out. */
export async function listGroupMembers(
  { models }: ServiceContext,
  { _id, organizationId }: Group,
  { limit, after = '' }: PageRequest,
): Promise<Page<{ membership: Membership; user: User }>> {
  const rows = await models.Membership.find({
    'groups.groupId': _id,
    userId: { $gt: after },
    organizationId,
    ...PRESENT,
  })
    .sort({ userId: 1 })
    .limit(limit + 1)
    .lean();
  const { data, nextCursor } = pageOf(rows, limit, (membership) => membership.userId);
  const users = await models.User.find({ _id: { $in: data.map((one) => one.userId) } }).lean();
  const byId = new Map(users.map((user) => [user._id, user]));
  return {
    data: data.flatMap((membership) => {
      const user = byId.get(membership.userId);
      return user ? [{ membership, user }] : [];
    }),
    nextCursor,
  };
}

import type { Actor } from '../../access/can.js';
import { invalid } from '../../lib/errors.js';
import type { JoinRequest, User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { requirePermission } from '../require.js';

/** Who asks, and what of them administrators see. */
export interface WaitingRequest {
  request: JoinRequest;
  user: Pick<User, '_id' | 'name' | 'email' | 'picture'>;
}

/**
 * Who waits for an answer, the first first; who was accepted too, as long as they aren't a member yet.
 * @throws RollcallError `invalid` for a cursor that is none; `not_found`, `forbidden`
 */
export async function listJoinRequests(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { limit, after }: PageRequest,
): Promise<Page<WaitingRequest>> {
  requirePermission(actor, 'members:write', organizationId);
  const rows = await models.JoinRequest.find(
    { organizationId, waiting: true, ...(after ? behind(after) : {}) },
    { pendingEvents: 0 },
  )
    .sort({ askedAt: 1, _id: 1 })
    .limit(limit + 1)
    .lean();
  const { data, nextCursor } = pageOf(rows, limit, ({ askedAt, _id }) => `${askedAt.getTime()} ${_id}`);
  const ids = data.map(({ userId }) => userId);
  const users = ids.length
    ? await models.User.find({ _id: { $in: ids } }, { name: 1, email: 1, picture: 1 }).lean()
    : [];
  const byId = new Map(users.map((user) => [user._id, user]));
  return {
    data: data.flatMap((request) => {
      const user = byId.get(request.userId);
      return user ? [{ request, user }] : [];
    }),
    nextCursor,
  };
}

function behind(after: string) {
  const [time, id] = after.split(' ');
  const moment = new Date(Number(time));
  if (!id || Number.isNaN(moment.getTime())) throw invalid('The cursor is not one of this list.');
  return { $or: [{ askedAt: { $gt: moment } }, { askedAt: moment, _id: { $gt: id } }] };
}

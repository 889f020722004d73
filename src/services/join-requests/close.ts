import type { Actor } from '../../access/can.js';
import type { PendingEvent } from '../../models/event.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';
import { ASK_AGAIN_MS } from './ask-again.js';

/** Who has asked and becomes a member otherwise waits for no answer any more. */
export async function closeJoinRequest(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<void> {
  const { models, clock } = context;
  const now = clock.now();
  const waiting = { organizationId, userId, status: 'pending' as const };
  // Hardly anybody has asked: nothing is written, and no event made, for the others.
  if (!(await models.JoinRequest.exists(waiting))) return;
  await models.JoinRequest.updateOne(waiting, {
    $set: {
      status: 'accepted',
      waiting: false,
      decidedAt: now,
      forgetAt: new Date(now.getTime() + ASK_AGAIN_MS),
      updatedAt: now,
    },
    $unset: { message: 1, untold: 1 },
    $push: { pendingEvents: event(context, actor, 'join_request.closed', userId, { organizationId }) },
  });
}

/** A member with events that are being moved to the log. */
interface Joined {
  status?: string;
  pendingEvents: readonly Pick<PendingEvent, 'action' | 'organizationId' | 'subject'>[];
}

/** The same for whoever has joined by a process that died before it came to that. */
export async function closeRequestsOfJoined(context: ServiceContext, changed: readonly Joined[]): Promise<void> {
  // Who has gone again may have asked since.
  const events = changed.flatMap(({ status, pendingEvents }) =>
    status === 'removed' ? [] : pendingEvents.filter(({ action }) => action === 'member.joined'),
  );
  if (events.length === 0) return;
  const among = {
    organizationId: { $in: events.flatMap((one) => one.organizationId ?? []) },
    userId: { $in: events.flatMap((one) => one.subject ?? []) },
  };
  const waiting = await context.models.JoinRequest.find({ ...among, status: 'pending' }).lean();
  for (const { organizationId, userId } of waiting)
    if (events.some((one) => one.organizationId === organizationId && one.subject === userId))
      await closeJoinRequest(context, SYSTEM, { organizationId, userId });
}

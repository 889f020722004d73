import type { Actor } from '../../access/can.js';
import { event, type ServiceContext } from '../context.js';
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

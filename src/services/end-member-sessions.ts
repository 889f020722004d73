import type { Actor } from '../access/can.js';
import { forgetReads } from '../lib/read-once.js';
import type { MemberKey } from './administrators.js';
import { memberState } from './change-membership.js';
import { event, type ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';
import { requirePermission } from './require.js';
import { sessionsOf } from './sessions-of.js';
import { signInOf } from './sign-ins.js';

/** Names of ended sign-ins that a membership keeps before those are dropped whose sessions are gone. */
const MOST_NAMES = 100;

/**
 * "End all sessions" (R6): ends a member's grants, refresh tokens and opaque tokens in the organization, makes every JWT that came from
 * them introspect as inactive, and asks for a new sign-in before the next token there. What the person does elsewhere goes on.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function endMemberSessions(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  { parent }: { parent?: string } = {},
): Promise<void> {
  requirePermission(actor, 'sessions:end', key.organizationId);
  const state = await memberState(context, key);
  const { models, clock } = context;
  const sessions = await sessionsOf(context, key.userId);
  const ended = event(context, actor, 'member.sessions_ended', key.userId, {
    organizationId: key.organizationId,
    parent,
  });
  await models.Membership.updateOne(
    { _id: state.membership._id },
    {
      $addToSet: { endedSignIns: { $each: sessions.map(({ payload }) => signInOf(payload)) } },
      $set: { updatedAt: clock.now() },
      $push: { pendingEvents: ended },
    },
  );
  forgetReads();
  await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  if ((state.membership.endedSignIns?.length ?? 0) > MOST_NAMES) await forgetGone(context, key);
}

/** Names that are known to be ended, of sessions that aren't there any more: nobody can come with them. */
async function forgetGone(context: ServiceContext, key: MemberKey): Promise<void> {
  const { models } = context;
  const membership = await models.Membership.findOne(key, { endedSignIns: 1 }).lean();
  // After the names: a session that begins now isn't among them.
  const alive = new Set((await sessionsOf(context, key.userId)).map(({ payload }) => signInOf(payload)));
  const gone = (membership?.endedSignIns ?? []).filter((name) => !alive.has(name));
  if (gone.length) await models.Membership.updateOne(key, { $pull: { endedSignIns: { $in: gone } } });
}

/** A person's signed-in browsers, everywhere, as an operator sees and ends them. */
import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endGrants } from './end-grants.js';
import { endUserSessions, markEnded } from './end-user-sessions.js';
import { requirePermission } from './require.js';
import { eachOnce, sessionsOf, sessionWith } from './sessions-of.js';

export interface UserSession {
  /** Opens nothing. */
  id: string;
  signedInAt: Date;
  expiresAt: Date | null;
  applications: { clientId: string; name: string | null; organizationId: string | null }[];
}

const idOf = (uid: string) => digest('user session', uid);

/** @throws RollcallError `forbidden` */
export async function listUserSessions(context: ServiceContext, actor: Actor, userId: string): Promise<UserSession[]> {
  requirePermission(actor, 'instance:users');
  const { models, catalog } = context;
  const [sessions, grants, { applications }] = await Promise.all([
    sessionsOf(context, userId).then(eachOnce),
    models.oidc.Grant.find({ accountId: userId }).lean(),
    catalog.current(),
  ]);
  return sessions.map(({ uid, payload, expiresAt }) => ({
    id: idOf(uid),
    signedInAt: new Date(Number(payload.loginTs ?? 0) * 1000),
    expiresAt: expiresAt ?? null,
    applications: grants
      .filter((grant) => grant.sessionUid === uid)
      .map((grant) => ({
        clientId: grant.payload.clientId as string,
        name: applications.get(grant.payload.clientId as string)?.name ?? null,
        organizationId: (grant.payload.organizationId as string | undefined) ?? null,
      })),
  }));
}

/**
 * Ends one of them, with all that was given in it, for offline use too (contract.md).
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function endUserSession(
  context: ServiceContext,
  actor: Actor,
  user: User,
  sessionId: string,
): Promise<void> {
  requirePermission(actor, 'instance:users');
  const session = (await sessionsOf(context, user._id)).find(({ uid }) => idOf(uid) === sessionId);
  if (!session) throw notFound('There is no such session.');
  await note(context, actor, user);
  await markEnded(context, sessionWith(user._id, session.uid));
  // The session first: what is begun in it meanwhile finds it ended, and leaves no grant behind.
  await endGrants(context, { sessionUid: session.uid });
}

/** Ends them all, on every device. @throws RollcallError `forbidden` */
export async function endAllUserSessions(context: ServiceContext, actor: Actor, user: User): Promise<void> {
  requirePermission(actor, 'instance:users');
  await note(context, actor, user);
  await endUserSessions(context, user._id);
}

/** Before they end: what was ended and isn't in the log would be worse than the reverse. */
async function note(context: ServiceContext, actor: Actor, { _id }: User): Promise<void> {
  await context.models.User.updateOne(
    { _id },
    { $push: { pendingEvents: event(context, actor, 'user.sessions_ended', _id) } },
  );
}

import type { ServiceContext } from './context.js';
import { endGrantsOfUser } from './end-grants.js';

/** Longer than any request lasts that has read a session before it ended: see oidc/adapter/session-adapter.ts. */
const MARK_MS = 60 * 60 * 1000;

/**
 * Ends every session of a user on every device, with all that was given from them, and what was given for offline use too: they were
 * disabled, or ended everything themselves (contract.md). A session leaves the mark against which a late save comes to nothing.
 */
export async function endUserSessions(context: ServiceContext, userId: string): Promise<void> {
  await markEnded(context, { accountId: userId });
  // The sessions first: what is begun in one meanwhile finds it ended, and leaves no grant behind.
  await endGrantsOfUser(context, userId);
}

/** Ends the sessions that the filter finds, and leaves the marks. What they gave lives on until its grants end. */
export async function markEnded({ models, clock }: ServiceContext, filter: object): Promise<void> {
  await models.oidc.Session.updateMany(filter, {
    $set: { ended: true, payload: {}, expiresAt: new Date(clock.now().getTime() + MARK_MS) },
    $unset: { uid: 1, accountId: 1 },
  });
}

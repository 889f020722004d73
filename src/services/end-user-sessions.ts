import type { ServiceContext } from './context.js';
import { endGrantsOfUser } from './end-grants.js';

/** Longer than any request lasts that has read a session before it ended: see oidc/adapter/session-adapter.ts. */
const MARK_MS = 60 * 60 * 1000;

/**
 * Ends every session of a user on every device, with all that was given from them, and what was given for offline use too: they were
 * disabled, or ended everything themselves (contract.md). A session leaves the mark against which a late save comes to nothing.
 */
export async function endUserSessions(context: ServiceContext, userId: string): Promise<void> {
  const { models, clock } = context;
  await models.oidc.Session.updateMany(
    { accountId: userId },
    {
      $set: { ended: true, payload: {}, expiresAt: new Date(clock.now().getTime() + MARK_MS) },
      $unset: { uid: 1, accountId: 1 },
    },
  );
  // The sessions first: what is begun in one meanwhile finds it ended, and leaves no grant behind.
  await endGrantsOfUser(context, userId);
}

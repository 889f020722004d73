import type { OidcRecord } from '../models/index.js';
import type { ServiceContext } from './context.js';

/** A session of somebody who is signed in. */
export type StoredSession = OidcRecord & { uid: string };

/** Every session of a user. One that goes on under another id at this moment is there under both (`oidc/adapter/session-adapter.ts`). */
export async function sessionsOf(
  { models, clock }: ServiceContext,
  userId: string,
  { most = 0 }: { most?: number } = {},
): Promise<StoredSession[]> {
  const found: OidcRecord[] = await models.oidc.Session.find({ accountId: userId, expiresAt: { $gt: clock.now() } })
    .limit(most)
    .lean();
  return found.map((one) => ({ ...one, uid: String(one.payload.uid) }));
}

/** The same as people know them: each once. */
export const eachOnce = (sessions: readonly StoredSession[]): StoredSession[] => [
  ...new Map(sessions.map((one) => [one.uid, one])).values(),
];

/** A session by its uid, for whoever ends it: under whichever id it is by now. */
export const sessionWith = (userId: string, uid: string) => ({ accountId: userId, 'payload.uid': uid });

/** All others of a user. */
export const sessionsBut = (userId: string, uid: string) => ({ accountId: userId, 'payload.uid': { $ne: uid } });

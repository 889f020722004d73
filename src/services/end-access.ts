/**
 * What a new password ends: sessions, grants (those for offline use too) and, where somebody else may have allowed them, consents. The update
 * that sets the password says so in the account itself (`ending`), so that a process that dies before all of it has ended leaves it to the
 * next one: nobody keeps what was theirs before.
 */
import { newSecret } from '../lib/ids.js';
import type { Ending, User } from '../models/user.js';
import type { ServiceContext } from './context.js';
import { endGrants } from './end-grants.js';
import { endUserSessions, markEnded } from './end-user-sessions.js';
import { sessionsBut } from './sessions-of.js';

/** Longer than it takes: what is older was left by a process that died. */
const LEFT_AFTER_MS = 60_000;

/** To be set as `ending` by the update that sets the password. @param how `except`: the uid of a session that stays */
export const newEnding = (
  { clock }: ServiceContext,
  { consents = false, except }: { consents?: boolean; except?: string | undefined } = {},
): Ending => ({ id: newSecret(), since: clock.now(), consents, ...(except === undefined ? {} : { except }) });

/** Ends what has to. Done again it changes nothing. */
export async function endAccess(context: ServiceContext, userId: string, ending: Ending): Promise<void> {
  const { models } = context;
  if (ending.except === undefined) await endUserSessions(context, userId);
  else await endOtherSessions(context, userId, ending.except);
  if (ending.consents) await models.Consent.deleteMany({ userId });
  await models.User.updateOne({ _id: userId, 'ending.id': ending.id }, { $unset: { ending: 1 } });
}

/** The sessions first: what is begun in one meanwhile finds it ended, and leaves no grant behind. */
async function endOtherSessions(context: ServiceContext, userId: string, uid: string): Promise<void> {
  await markEnded(context, sessionsBut(userId, uid));
  await endGrants(context, { accountId: userId, sessionUid: { $ne: uid } });
}

/** Before another ending takes its place. */
export const endWhatWasLeft = async (context: ServiceContext, { _id, ending }: Pick<User, '_id' | 'ending'>) =>
  ending && endAccess(context, _id, ending);

/** Ends what processes that died have left. */
export async function endAllThatWasLeft(context: ServiceContext): Promise<void> {
  const before = new Date(context.clock.now().getTime() - LEFT_AFTER_MS);
  const left = await context.models.User.find({ 'ending.since': { $lt: before } }, { ending: 1 })
    .limit(100)
    .lean();
  for (const user of left) await endWhatWasLeft(context, user);
}

/**
 * R10: whoever proves an address for the first time, by a secret that was mailed to it, may be another person than who made the account:
 * anybody can sign up with an address that isn't theirs. So the first proof is taken from the very sign-in that made the account, or from who
 * knows its password; everybody else takes the account over, and nothing of before stays in force.
 */
import { themselves } from '../access/can.js';
import { stale } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endUserSessions } from './end-user-sessions.js';

/** What somebody shows beside the mailed secret. */
export interface Shown {
  /** The sign-in of the browser, where it is this account's. */
  signIn?: string | undefined;
  /** The account's password was given, just now or to sign in a moment ago. */
  password?: boolean;
}

/** Whether a mailed secret alone proves the address of this account: else its password is asked for, or it is taken over. */
export const provesAlone = (
  user: Pick<User, 'emailVerified' | 'madeIn'>,
  { signIn, password = false }: Shown,
): boolean => user.emailVerified || password || (user.madeIn !== undefined && user.madeIn === signIn);

/**
 * Takes a mailed secret as the proof of an account's address.
 * @returns false where the password has to be shown first: nothing has changed
 * @throws RollcallError `stale` where the account bears another address meanwhile, or isn't there
 */
export async function proveAddress(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'emailVerified' | 'madeIn'>,
  shown: Shown,
): Promise<boolean> {
  if (user.emailVerified) return true;
  if (!provesAlone(user, shown)) return false;
  await markProved(context, user, {});
  return true;
}

/**
 * Takes an account whose address wasn't proved over, by a reset: its new password is in force, and every session, grant (for offline use
 * too) and credential of before has ended.
 * @throws RollcallError `stale` as `proveAddress`
 */
export async function takeOver(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'emailVerified' | 'madeIn'>,
  passwordHash: string,
): Promise<void> {
  await markProved(context, user, { passwordHash });
  await endUserSessions(context, user._id);
  // What was allowed before was allowed by somebody else.
  await context.models.Consent.deleteMany({ userId: user._id });
}

async function markProved(
  context: ServiceContext,
  { _id, email }: Pick<User, '_id' | 'email'>,
  set: { passwordHash?: string },
): Promise<void> {
  const { models, clock } = context;
  const { matchedCount } = await models.User.updateOne(
    { _id, email },
    {
      $set: { emailVerified: true, ...set, updatedAt: clock.now() },
      $unset: { madeIn: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: event(context, themselves(_id), 'user.address_verified', _id) },
    },
  );
  forgetReads();
  if (matchedCount !== 1) throw stale();
}

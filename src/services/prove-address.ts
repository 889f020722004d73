/**
 * R10: whoever proves an address for the first time, by a secret that was mailed to it, may be another person than who made the account:
 * anybody can sign up with an address that isn't theirs. So the first proof is taken from the very sign-in that made the account, or from who
 * knows its password; everybody else takes the account over, and nothing of before stays in force.
 */
import { themselves } from '../access/can.js';
import { stale } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import type { PendingEvent } from '../models/event.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endAccess, newEnding } from './end-access.js';

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
  await markProved(context, user, { events: [proved(context, user)] });
  return true;
}

/**
 * Takes an account whose address wasn't proved over, by a reset: its new password is in force, and every session, grant (for offline use
 * too) and credential of before has ended, as has what waited to change its address, and no mail is turned off.
 * @throws RollcallError `stale` as `proveAddress`
 */
export async function takeOver(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'emailVerified' | 'madeIn'>,
  passwordHash: string,
): Promise<void> {
  // What was allowed before was allowed by somebody else.
  const ending = newEnding(context, { consents: true });
  const reset = event(context, themselves(user._id), 'user.password_reset', user._id);
  await markProved(context, user, { set: { passwordHash, ending }, events: [proved(context, user), reset] });
  await endAccess(context, user._id, ending);
}

const proved = (context: ServiceContext, { _id }: Pick<User, '_id'>) =>
  event(context, themselves(_id), 'user.address_verified', _id);

/** Of several at once one does it, and the others find it done. */
async function markProved(
  context: ServiceContext,
  { _id, email }: Pick<User, '_id' | 'email'>,
  { set = {}, events }: { set?: Partial<Pick<User, 'passwordHash' | 'ending'>>; events: PendingEvent[] },
): Promise<void> {
  const { models, clock } = context;
  const { passwordHash } = set;
  const { matchedCount } = await models.User.updateOne(
    { _id, email, ...(passwordHash ? {} : { emailVerified: false }) },
    {
      $set: { emailVerified: true, ...set, updatedAt: clock.now() },
      $unset: { madeIn: 1, ...(passwordHash ? { addressChange: 1, notices: 1 } : {}) },
      $inc: { revision: 1 },
      $push: { pendingEvents: { $each: events } },
    },
  );
  forgetReads();
  if (matchedCount !== 1 && !(await models.User.exists({ _id, email, emailVerified: true }))) throw stale();
}

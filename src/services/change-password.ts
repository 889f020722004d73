import { themselves } from '../access/can.js';
import { invalid, stale } from '../lib/errors.js';
import { fault } from '../lib/fault.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endAccess, endWhatWasLeft, newEnding } from './end-access.js';
import { passwordChanged } from './mail/password-changed.js';
import { endLinks } from './mailed-links.js';
import { hashNewPassword } from './new-password.js';
import { type Reauthentication, reauthenticate } from './reauthenticate.js';
import type { SignInLimits } from './sign-in-limits.js';

/** The present password isn't the one that was typed, or too many were wrong. */
export const wrongPassword = () =>
  invalid('This isn’t your password.', [fault('password-wrong', 'This isn’t your password.')]);

interface PasswordChange {
  newPassword: string;
  /** The uid of the session in which it is done: it stays. */
  sessionUid: string;
  /** Whether every other one ends, with what was given in them. */
  endOthers: boolean;
}

/**
 * Changes one's own password, on showing the present one.
 * @throws RollcallError `invalid` with the fault in `details[0]`: `password-wrong` for the present one, also where too many were wrong; `stale`
 *   where it was changed meanwhile
 */
export async function changePassword(
  context: ServiceContext,
  limits: SignInLimits,
  shown: Reauthentication,
  { newPassword, sessionUid, endOthers }: PasswordChange,
): Promise<User> {
  const user = await reauthenticate(context, limits, shown);
  if (!user) throw wrongPassword();
  const passwordHash = await hashNewPassword(user, newPassword);
  await endWhatWasLeft(context, user);
  await endLinks(context, user._id, 'reset');
  const ending = newEnding(context, { except: sessionUid });
  const { _id } = user;
  const { matchedCount } = await context.models.User.updateOne(
    { _id, passwordHash: user.passwordHash, status: 'active' },
    {
      $set: { passwordHash, ...(endOthers ? { ending } : {}), updatedAt: context.clock.now() },
      $unset: { addressChange: 1 },
      $inc: { revision: 1 },
      $push: {
        pendingEvents: event(context, themselves(_id), 'user.password_changed', _id, {
          after: { sessionsEnded: endOthers },
        }),
      },
    },
  );
  forgetReads();
  if (matchedCount !== 1) throw stale();
  if (endOthers) await endAccess(context, _id, ending);
  await passwordChanged(context, user);
  return user;
}

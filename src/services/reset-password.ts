/**
 * Choosing a new password by a link that was mailed. It comes by mail, so it proves the address too: where that wasn't proved before, nothing
 * that was there stays in force (R10).
 */
import { themselves } from '../access/can.js';
import { conflict, notFound } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endAccess, endWhatWasLeft, newEnding } from './end-access.js';
import { passwordChanged } from './mail/password-changed.js';
import { endLinks, type OpenedLink, openLink, useLink } from './mailed-links.js';
import { hashNewPassword } from './new-password.js';
import { takeOver } from './prove-address.js';
import type { SignInLimits } from './sign-in-limits.js';

/** The link was used already: said as it is to who has it, for it came to their address. */
export const linkUsed = () => conflict('link_used', 'This link was used already. Ask for another.');

/**
 * Whose password a link changes.
 * @throws RollcallError `link_used`; `not_found` for any other that doesn't work
 */
export async function openReset(context: ServiceContext, secret: string): Promise<OpenedLink> {
  const opened = await openLink(context, secret, ['reset']);
  if (!opened) throw notFound();
  if (opened.link.usedAt) throw linkUsed();
  return opened;
}

/**
 * Sets the password. Every session and grant ends, those for offline use too, a lockout is over, other links of the kind and a change of address
 * that waits end, and the person is told by mail.
 * @returns the user as they were
 * @throws RollcallError `invalid` with the fault in `details[0]`; as `openReset`, also where somebody else with the link was faster
 */
export async function resetPassword(
  context: ServiceContext,
  limits: Pick<SignInLimits, 'forgive'>,
  secret: string,
  password: string,
): Promise<User> {
  const { link, user } = await openReset(context, secret);
  const passwordHash = await hashNewPassword(user, password);
  if (!(await useLink(context, link))) throw linkUsed();
  await endLinks(context, user._id, 'reset');
  if (user.emailVerified) await replacePassword(context, user, passwordHash);
  else await takeOver(context, user, passwordHash);
  await limits.forgive(user.email);
  await passwordChanged(context, user);
  return user;
}

async function replacePassword(context: ServiceContext, user: User, passwordHash: string): Promise<void> {
  const { models, clock } = context;
  await endWhatWasLeft(context, user);
  const ending = newEnding(context);
  const { _id, email } = user;
  const { matchedCount } = await models.User.updateOne(
    { _id, email },
    {
      $set: { passwordHash, ending, updatedAt: clock.now() },
      $unset: { addressChange: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: event(context, themselves(_id), 'user.password_reset', _id) },
    },
  );
  forgetReads();
  if (matchedCount !== 1) throw notFound();
  await endAccess(context, _id, ending);
}

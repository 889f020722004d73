import { type Actor, themselves } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';

/** The mails that a person can do without. */
export interface NoticeChoice {
  rolesGiven: boolean;
  newSignIn: boolean;
}

/** What somebody has chosen; all of them unless they did. */
export const noticesOf = ({ notices }: Pick<User, 'notices'>): NoticeChoice => ({
  rolesGiven: notices?.rolesGiven !== false,
  newSignIn: notices?.newSignIn !== false,
});

/**
 * Says which mails somebody gets; what is chosen already isn't chosen again. Their own business alone.
 * @throws RollcallError `not_found` where it is another's, or the account isn't there
 */
export async function setNotices(
  context: ServiceContext,
  actor: Actor,
  user: Pick<User, '_id' | 'notices'>,
  choice: NoticeChoice,
): Promise<void> {
  if (actor.kind !== 'user' || actor.userId !== user._id) throw notFound();
  const before = noticesOf(user);
  if (before.rolesGiven === choice.rolesGiven && before.newSignIn === choice.newSignIn) return;
  const { models, clock } = context;
  const off = Object.fromEntries(Object.entries(choice).filter(([, wanted]) => !wanted));
  const { matchedCount } = await models.User.updateOne(
    { _id: user._id },
    {
      $set: { notices: off, updatedAt: clock.now() },
      $inc: { revision: 1 },
      $push: {
        pendingEvents: event(context, themselves(user._id), 'user.notices_changed', user._id, {
          before,
          after: choice,
        }),
      },
    },
  );
  forgetReads();
  if (matchedCount !== 1) throw notFound();
}

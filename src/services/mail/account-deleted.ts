import type { User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { circumstancesFor } from './circumstances.js';
import { sendMail } from './index.js';
import { languageOfUser } from './language-of-user.js';

/** Tells somebody that their account was deleted, and how they get it back. It can't be turned off. */
export async function accountDeleted(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'profile' | 'language'>,
  until: Date,
): Promise<void> {
  await sendMail(context, {
    kind: 'account-deleted',
    to: user.email,
    language: languageOfUser(user),
    about: { ...circumstancesFor(context, user), until },
    // Whoever presses twice is told once.
    id: `account-deleted ${user._id} ${until.getTime()}`,
  });
}

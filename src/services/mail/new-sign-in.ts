import type { User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { circumstancesFor } from './circumstances.js';
import { sendMail } from './index.js';
import { languageOfUser } from './language-of-user.js';

/** Tells somebody that their account was signed in to in a browser that hasn't been seen for it, unless they don't want to hear of it. */
export async function newSignIn(
  context: ServiceContext,
  user: Pick<User, 'email' | 'profile' | 'language' | 'notices'>,
): Promise<void> {
  if (user.notices?.newSignIn === false) return;
  await sendMail(context, {
    kind: 'new-sign-in',
    to: user.email,
    language: languageOfUser(user),
    about: circumstancesFor(context, user),
  });
}

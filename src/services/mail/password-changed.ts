import type { User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { circumstancesFor } from './circumstances.js';
import { sendMail } from './index.js';
import { languageOfUser } from './language-of-user.js';

/**
 * Tells somebody that the password of their account was changed. It can't be turned off.
 * @param options `byOperator`: somebody else has set it; from where is none of the person's business then
 */
export async function passwordChanged(
  context: ServiceContext,
  user: Pick<User, 'email' | 'profile' | 'language'>,
  { byOperator = false }: { byOperator?: boolean } = {},
): Promise<void> {
  const circumstances = circumstancesFor(context, user);
  await sendMail(context, {
    kind: 'password-changed',
    to: user.email,
    language: languageOfUser(user),
    about: { ...circumstances, byOperator, ...(byOperator ? { from: null } : {}) },
  });
}

import { invalid } from '../lib/errors.js';
import { type Fault, fault } from '../lib/fault.js';
import { hashPassword } from '../lib/password.js';
import { passwordFault } from '../lib/password-policy.js';
import type { User } from '../models/index.js';

export type NewPasswordReason = 'password-missing' | 'password-short' | 'password-long' | 'password-common';

/**
 * The hash of a password that somebody has chosen for their account.
 * @throws RollcallError `invalid` with the fault in `details[0]`
 */
export async function hashNewPassword(
  { name, email }: Pick<User, 'name' | 'email'>,
  password: string,
): Promise<string> {
  const found: Fault<NewPasswordReason> | undefined = password
    ? passwordFault(password, [name, email])
    : fault('password-missing', 'Enter a password.');
  if (found) throw invalid('This password can’t be taken.', [found]);
  return hashPassword(password);
}

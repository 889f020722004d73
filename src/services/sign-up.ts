import { isEmailAddress } from '../lib/email-address.js';
import { RollcallError } from '../lib/errors.js';
import { type Fault, fault } from '../lib/fault.js';
import { signUps } from '../lib/metrics.js';
import { hashPassword } from '../lib/password.js';
import { passwordFault } from '../lib/password-policy.js';
import type { User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { createUser } from './create-user.js';

export interface SignUpInput {
  name: string;
  email: string;
  password: string;
}

/** Where somebody signs up. */
export interface SignUpPlace {
  /** What the sign-in that follows is called. */
  signIn: string;
  /** The page's language. */
  language: string;
  /** A mailed link has proved the address already. */
  proved?: boolean;
}

/** What can be wrong, by a name that `lib/fault.ts` tells of. */
export type SignUpReason =
  | 'name-missing'
  | 'name-long'
  | 'email-missing'
  | 'email-malformed'
  | 'email-taken'
  | 'email-in-progress'
  | 'email-invited'
  | 'password-missing'
  | 'password-short'
  | 'password-long'
  | 'password-common';

/** What is wrong, by field. */
export type SignUpFaults = Partial<Record<keyof SignUpInput, Fault<SignUpReason>>>;

export const NAME_MAX = 200;

/** What an address can't be taken for, by the code of `createUser`. */
const ADDRESS_FAULTS: Partial<Record<string, Fault<SignUpReason>>> = {
  email_taken: fault('email-taken', 'There is an account with this address already. Sign in instead.'),
  email_in_progress: fault(
    'email-in-progress',
    'An account with this address is being made. Try again in a minute, or sign in.',
  ),
};

/** Checks what somebody typed. @returns the faults by field; none means that it can be taken. */
export function signUpFaults(input: SignUpInput): SignUpFaults {
  const faults: SignUpFaults = {};
  const name = input.name.trim();
  if (!name) faults.name = fault('name-missing', 'Enter your name.');
  else if ([...name].length > NAME_MAX) faults.name = fault('name-long', `Use at most ${NAME_MAX} characters.`);
  if (!input.email.trim()) faults.email = fault('email-missing', 'Enter your email address.');
  else if (!isEmailAddress(input.email.trim()))
    faults.email = fault('email-malformed', 'Enter an address like name@example.com.');
  const password = passwordFault(input.password, [name, input.email]);
  if (password) faults.password = input.password ? password : fault('password-missing', 'Enter a password.');
  return faults;
}

/**
 * Makes an account for somebody who signs up by themselves.
 * @throws RollcallError `invalid` with the faults by field in `details[0]`
 */
export async function signUp(
  context: ServiceContext,
  input: SignUpInput,
  { signIn, language, proved = false }: SignUpPlace,
): Promise<User> {
  requireSignUp(input);
  try {
    const user = await createUser(context, 'themselves', {
      name: input.name.trim(),
      email: input.email,
      passwordHash: await hashPassword(input.password),
      ...(proved ? { emailVerified: true } : { madeIn: signIn }),
      language,
    });
    signUps.inc();
    return user;
  } catch (error) {
    throw error instanceof RollcallError ? taken(error) : error;
  }
}

/** @throws RollcallError `invalid` with the faults by field in `details[0]` */
export function requireSignUp(input: SignUpInput): void {
  const faults = signUpFaults(input);
  if (Object.keys(faults).length)
    throw new RollcallError('invalid', 422, 'Some of this can’t be taken.', { details: [faults] });
}

/** What `createUser` refuses, as a fault of the field; anything else as it is. */
export function taken(error: RollcallError): RollcallError {
  const email = ADDRESS_FAULTS[error.code];
  if (!email) return error;
  return new RollcallError('invalid', 422, 'Some of this can’t be taken.', {
    details: [{ email } satisfies SignUpFaults],
    cause: error,
  });
}

import type { User } from '../models/index.js';
import { authenticate } from './authenticate.js';
import type { ServiceContext } from './context.js';
import type { SignInLimits } from './sign-in-limits.js';

/** Who shows once more that an account is theirs, and from where. */
export interface Reauthentication {
  user: Pick<User, '_id' | 'email'>;
  password: string;
  /** The request's. */
  address: string;
  /** The sign-in of this browser, where there is one: it has a count of its own, so that strangers don't lock its person out of this. */
  signIn: string | undefined;
}

/**
 * Asks for the account's password where somebody is signed in already, or holds a mailed link. What is wrong counts as a failed sign-in.
 * @returns the user, with the hash; undefined for a wrong password, also where too many were wrong
 */
export async function reauthenticate(
  context: ServiceContext,
  limits: SignInLimits,
  { user: { _id, email }, password, address, signIn }: Reauthentication,
): Promise<User | undefined> {
  const user = await authenticate(context, limits, { email, password, address, knownDevice: signIn });
  return user?._id === _id ? user : undefined;
}

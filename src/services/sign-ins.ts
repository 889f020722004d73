/**
 * Which sign-in a browser session rests on. A session outlives a new sign-in in it, so each sign-in has a random name of its own in the
 * session: an organization that ends a member's sessions writes down the names of those that were there, and asks whoever comes with one
 * of them to sign in again (R6). No clocks are compared.
 */
import { digest } from '../lib/ids.js';
import type { Membership, User } from '../models/index.js';

/** What the library's session holds of it. */
export interface SignInFacts {
  uid?: unknown;
  loginTs?: unknown;
  /** Absent in sessions that began before sign-ins had names. */
  signIn?: unknown;
}

export const signInOf = ({ uid, loginTs, signIn }: SignInFacts): string =>
  typeof signIn === 'string' ? signIn : digest('sign-in', String(uid), String(loginTs));

/**
 * What a sign-in by password rests on, until its session begins: a browser may wait with that for as long as its login lasts, and a password that
 * was changed meanwhile begins none.
 */
export const restsOn = ({ passwordHash }: Pick<User, 'passwordHash'>): string => digest('password', passwordHash ?? '');

/** Whether the organization has ended what this sign-in began. */
export const signInEnded = (membership: Pick<Membership, 'endedSignIns'> | null, session: SignInFacts): boolean =>
  membership?.endedSignIns?.includes(signInOf(session)) ?? false;

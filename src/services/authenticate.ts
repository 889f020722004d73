import { signIns } from '../lib/metrics.js';
import { hashPassword, needsRehash, verifyPassword } from '../lib/password.js';
import type { User } from '../models/index.js';
import { record } from './audit/record.js';
import type { ServiceContext } from './context.js';
import { findUserByEmail, normalizeEmail } from './create-user.js';
import { isTheirsToUse, restoreAccount } from './delete-account.js';
import type { Attempt, SignInLimits } from './sign-in-limits.js';

/**
 * Checks a password. An unknown address, a wrong password, a disabled and a locked account answer alike and take the same time
 * (security.md 35), so nothing but "no" comes back. Somebody who has deleted their account has it back by this.
 */
export async function authenticate(
  context: ServiceContext,
  limits: SignInLimits,
  attempt: Omit<Attempt, 'email'> & { email: string; password: string },
): Promise<User | undefined> {
  const place = { ...attempt, email: normalizeEmail(attempt.email) };
  const [{ allowed, end }, user] = await Promise.all([limits.begin(place), findUserByEmail(context, attempt.email)]);
  let failed = false;
  try {
    const matches = await verifyPassword(user?.passwordHash, attempt.password);
    failed = !allowed || !matches || !user || !isTheirsToUse(context, user);
  } finally {
    // Locked, nobody adds to the log: it could be filled so.
    const told = failed && allowed;
    await Promise.all([end(failed), told && record(context, 'anonymous', 'user.sign_in_failed', user?._id ?? null)]);
  }
  signIns.inc({ outcome: failed ? (allowed ? 'wrong' : 'locked') : 'ok' });
  if (failed || !user) return undefined;
  const known =
    user.passwordHash && needsRehash(user.passwordHash) ? await rehash(context, user, attempt.password) : user;
  if (!known) return undefined;
  return known.status === 'active' ? known : restoreAccount(context, known._id);
}

/**
 * Makes the hash with today's parameters. Where it was changed meanwhile, by somebody who signed in at the same moment or by a new password,
 * the present one decides: the sign-in rests on what it is now.
 * @returns the user as they are; undefined where this isn't their password any more
 */
async function rehash({ models, clock }: ServiceContext, user: User, password: string): Promise<User | undefined> {
  const passwordHash = await hashPassword(password);
  const { modifiedCount } = await models.User.updateOne(
    { _id: user._id, passwordHash: user.passwordHash },
    { $set: { passwordHash, updatedAt: clock.now() } },
  );
  if (modifiedCount === 1) return { ...user, passwordHash };
  const now = await models.User.findById(user._id).lean<User | null>();
  return now && (await verifyPassword(now.passwordHash, password)) ? now : undefined;
}

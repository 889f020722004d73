import type { Actor } from '../access/can.js';
import { notFound, stale } from '../lib/errors.js';
import { hashPassword } from '../lib/password.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { setUserStatus } from './change-user-status.js';
import { releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships } from './copies.js';
import { claimEmail, normalizeEmail } from './create-user.js';
import { endAccess, endWhatWasLeft, newEnding } from './end-access.js';
import { passwordChanged } from './mail/password-changed.js';
import { endLinks } from './mailed-links.js';
import { requireMayReach } from './operators.js';
import { requirePermission } from './require.js';

/** What an operator changes of an account. */
export interface UserValues {
  /** Another address: not verified, unless that is said too. */
  email?: string | undefined;
  name?: string | undefined;
  emailVerified?: boolean | undefined;
  /** Standard claims of the scope `profile`; replaced whole. */
  profile?: Record<string, unknown> | undefined;
  /** Replaced whole. */
  metadata?: Record<string, string> | undefined;
  status?: 'active' | 'disabled' | undefined;
  /** Disables also where an organization is left without an administrator (R2). */
  force?: boolean | undefined;
}

interface UserOptions {
  /** Only while the user has this revision (`If-Match`). */
  revision?: number | undefined;
}

/**
 * The address is claimed first and then the status changed, which alone can be refused: then nothing has changed.
 * @throws RollcallError `email_taken`, `email_in_progress`, `last_administrator`, `too_many_administrators`, `stale`, `not_found`,
 *   `forbidden`
 */
export async function changeUser(
  context: ServiceContext,
  actor: Actor,
  user: User,
  { status, force = false, ...values }: UserValues,
  { revision }: UserOptions = {},
): Promise<void> {
  requirePermission(actor, 'instance:users');
  if (revision !== undefined && revision !== (user.revision ?? 0)) throw stale();
  const email = values.email === undefined ? user.email : normalizeEmail(values.email);
  const verifies = values.emailVerified !== undefined && values.emailVerified !== user.emailVerified;
  if (email !== user.email || verifies) await requireMayReach(context, actor, user._id);
  const moved = email === user.email ? undefined : await moveEmail(context, user, email);
  const { email: _same, ...others } = values;
  // What its person, or whoever made it, has begun with the address as it was comes to nothing.
  const $unset = moved || verifies ? { addressChange: 1, madeIn: 1 } : undefined;
  const changed = { ...others, ...(moved ? { email, emailVerified: values.emailVerified ?? false } : {}) };
  const moves =
    status !== undefined && (await setUserStatus(context, actor, { userId: user._id, status, force }, { revision }));
  const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) return;
  const before = Object.fromEntries(Object.keys(given).map((name) => [name, user[name as keyof User] ?? null]));
  // Whether an address is verified is said of the one that was read.
  const only = 'emailVerified' in given ? { email: user.email } : {};
  await write(context, user, moves ? undefined : revision, {
    only,
    $set: given,
    $unset,
    $push: { pendingEvents: event(context, actor, 'user.changed', user._id, { before, after: given }) },
  });
  await moved?.free();
}

/**
 * Claims the address that a user will bear. Where it isn't written then, the claim is free again after a minute: it isn't given back
 * before, since another change of the same user may rely on it.
 * @returns what frees the address of before, unless the user has got it back meanwhile
 * @throws RollcallError `email_taken`, `email_in_progress`
 */
export async function moveEmail(
  context: ServiceContext,
  user: User,
  email: string,
): Promise<{ free: () => Promise<void> }> {
  const held = await context.models.Claim.findById(`email:${user.email}`).lean();
  await claimEmail(context, email, user._id);
  return {
    async free() {
      if (held) await releaseName(context, 'email', user.email, user._id, held.createdAt);
    },
  };
}

/**
 * Gives an account another password, or the hash of one that it has elsewhere: that is replaced by one of ours at the first sign-in. As with each
 * new password, a change of address that waits and links to choose another end.
 * @param secret a password that has been checked, or a hash of a known kind
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function setUserPassword(
  context: ServiceContext,
  actor: Actor,
  user: User,
  secret: { password: string } | { passwordHash: string },
  { endSessions }: { endSessions: boolean },
): Promise<void> {
  requirePermission(actor, 'instance:users');
  await requireMayReach(context, actor, user._id);
  const passwordHash = 'password' in secret ? await hashPassword(secret.password) : secret.passwordHash;
  const set = event(context, actor, 'user.password_set', user._id, { after: { imported: 'passwordHash' in secret } });
  await endLinks(context, user._id, 'reset');
  if (endSessions) await endWhatWasLeft(context, user);
  const ending = endSessions ? newEnding(context) : undefined;
  await write(context, user, undefined, {
    $set: { passwordHash, ...(ending ? { ending } : {}) },
    $unset: { addressChange: 1 },
    $push: { pendingEvents: set },
  });
  if (ending) await endAccess(context, user._id, ending);
  await passwordChanged(context, user, { byOperator: true });
}

async function write(
  context: ServiceContext,
  { _id }: Pick<User, '_id'>,
  revision: number | undefined,
  {
    only = {},
    $set,
    $unset,
    $push,
  }: { only?: { email?: string }; $set: object; $unset?: object | undefined; $push: object },
): Promise<void> {
  const { models, clock } = context;
  const { matchedCount } = await models.User.updateOne(
    { _id, ...only, ...(revision === undefined ? {} : { revision: revision || null }) },
    { $set: { ...$set, updatedAt: clock.now() }, ...($unset ? { $unset } : {}), $inc: { revision: 1 }, $push },
  );
  await copyToMemberships(context, _id);
  forgetReads();
  if (matchedCount !== 1) throw revision === undefined && !only.email ? notFound() : stale();
}

/** A person deletes their own account: at once nothing of it counts (R8), and for two weeks signing in takes that back. */
import { type Actor, themselves } from '../access/can.js';
import { forbidden, RollcallError } from '../lib/errors.js';
import { KEPT_DAYS } from '../models/deletion.js';
import type { Organization, User } from '../models/index.js';
import { disableForDeletion, undoDeletion } from './change-user-status.js';
import type { ServiceContext } from './context.js';
import { accountDeleted } from './mail/account-deleted.js';
import { PRESENT } from './reads.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than it takes: a deletion that was begun before was left by a process that died. */
const LEFT_AFTER_MS = 60_000;

/** What is deleted now is kept until then. */
export function deletionNow({ clock }: ServiceContext): { at: Date; eraseAt: Date } {
  const at = clock.now();
  return { at, eraseAt: new Date(at.getTime() + KEPT_DAYS * DAY_MS) };
}

/**
 * @returns when it is erased
 * @throws RollcallError `last_administrator` where an organization would be left without one (R2): then nothing has changed; `forbidden` to
 * whoever isn't a person
 */
export async function deleteAccount(context: ServiceContext, actor: Actor): Promise<Date> {
  if (actor.kind !== 'user') throw forbidden('Only a person deletes their own account.');
  const deletion = deletionNow(context);
  await disableForDeletion(context, actor, actor.userId, deletion);
  const user = await context.models.User.findById(actor.userId).lean<User>();
  if (user?.deletion) await accountDeleted(context, user, user.deletion.eraseAt);
  return deletion.eraseAt;
}

/** Goes on with deletions whose process has died: their people are signed out already, and couldn't come back. */
export async function finishDeletions(context: ServiceContext): Promise<void> {
  const before = new Date(context.clock.now().getTime() - LEFT_AFTER_MS);
  const left = await context.models.User.find({ 'disabling.deletion.at': { $lt: before } }, { _id: 1 })
    .limit(100)
    .lean();
  for (const { _id: userId } of left)
    await deleteAccount(context, themselves(userId)).catch((error: unknown) => {
      // Then they are active again.
      if (!(error instanceof RollcallError && error.code === 'last_administrator')) throw error;
    });
}

/** The organizations that stand in the way: nobody else is administrator there, and they aren't deleted themselves. */
export async function onlyAdministratorIn({ models }: ServiceContext, userId: string): Promise<Organization[]> {
  const memberships = await models.Membership.find({ userId, ...PRESENT }, { organizationId: 1 }).lean();
  const ids = memberships.map(({ organizationId }) => organizationId);
  const organizations = await models.Organization.find({ _id: { $in: ids } }).lean<Organization[]>();
  return organizations
    .filter(({ administrators, deletion }) => !deletion && administrators.every((one) => one === userId))
    .filter(({ administrators }) => administrators.length > 0);
}

/** Whether signing in gives the account back. */
const isReturnable = ({ clock }: ServiceContext, { status, deletion }: Pick<User, 'status' | 'deletion'>) =>
  status === 'disabled' && !!deletion && !deletion.barred && !deletion.erasing && deletion.eraseAt > clock.now();

/** Whether who shows that an account is theirs gets into it: by signing in they have a deleted one back. */
export const isTheirsToUse = (context: ServiceContext, user: Pick<User, 'status' | 'deletion'>): boolean =>
  user.status === 'active' || isReturnable(context, user);

/**
 * For whoever has just shown that a deleted account is theirs. A seat for which there is no room any more stays behind.
 * @returns the account as it is now; undefined where it can't be had back any more
 */
export async function restoreAccount(context: ServiceContext, userId: string): Promise<User | undefined> {
  try {
    await undoDeletion(context, themselves(userId), userId);
  } catch (error) {
    if (!(error instanceof RollcallError && error.code === 'too_many_administrators')) throw error;
  }
  const user = await context.models.User.findById(userId).lean<User>();
  return user?.status === 'active' ? user : undefined;
}

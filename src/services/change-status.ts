/**
 * Suspending and reactivating a member, disabling and enabling a user. What takes rights away gives up the administrator's seat first,
 * under R2's guard; what gives them back puts the administrator back.
 */
import type { Actor } from '../access/can.js';
import { notFound, stale } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { forgetReads } from '../lib/read-once.js';
import type { MembershipStatus } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { type MemberKey, removeAdministrator, requireAnother } from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  type MemberChange,
  type MemberState,
  memberState,
  requireRevision,
} from './change-membership.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships } from './copies.js';
import { endGrantsOfMembers } from './end-grants.js';
import { endUserSessions } from './end-user-sessions.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';
import { requireMayGive } from './rules-of-roles.js';
import { leaveNoSeat, takeSeatBack, takingSeat } from './seats.js';

/**
 * @returns whether anything changed
 * @throws RollcallError `last_administrator`, `too_many_administrators`, `stale`, `not_found`, `forbidden`
 */
export async function setMemberStatus(
  context: ServiceContext,
  actor: Actor,
  { status, ...key }: MemberKey & { status: MembershipStatus },
  options: ChangeOptions = {},
): Promise<boolean> {
  requirePermission(actor, 'members:write', key.organizationId);
  const before = await memberState(context, key);
  requireRevision(before.membership, options);
  if (options.onlyIf && !(await options.onlyIf(before))) return false;
  if (before.membership.status === status) return false;
  const eventId = options.eventId ?? newId('evt');
  const admin = before.seat || before.membership.wasAdministrator === true || options.interrupted === true;
  if (admin) requireMayGive(actor, key.organizationId, before.vocabulary, [ADMIN_ROLE_ID]);
  if (status === 'suspended' && before.seat) await requireAnother(context, before);
  if (options.dry) return true;
  const compute = ({ membership }: MemberState): MemberChange | undefined =>
    membership.status === status
      ? undefined
      : {
          action: status === 'suspended' ? 'member.suspended' : 'member.reactivated',
          set: { status, ...(status === 'suspended' && admin ? { wasAdministrator: true } : {}) },
          touched: ['status'],
          before: { status: membership.status },
          after: { status },
        };
  const change = () => changeMembership(context, actor, key, compute, { ...options, eventId });
  if (status === 'active') {
    // What a kill left behind when they were suspended must not come back to life.
    await endGrantsOfMembers(context, key.organizationId, [key.userId]);
    const { changed } = await change();
    if (changed && admin) await takeSeatBack(context, actor, key, eventId);
    return changed;
  }
  const { changed } = await takingSeat(context, actor, key, eventId, change);
  if (changed)
    await leaveNoSeat(context, actor, key, eventId, () =>
      changeMembership(context, actor, key, () => ({
        action: 'member.reactivated',
        set: { status: 'active' },
        touched: [],
      })),
    );
  await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  return changed;
}

/**
 * @param force where an organization would be left without an administrator: it then shows so until an operator names one (R2)
 * @param options `revision`: only while the user has this one (`If-Match`)
 * @throws RollcallError `stale`; `last_administrator` where an organization would be left without one; then nothing has changed.
 */
export async function setUserStatus(
  context: ServiceContext,
  actor: Actor,
  { userId, status, force = false }: { userId: string; status: 'active' | 'disabled'; force?: boolean },
  { revision }: { revision?: number | undefined } = {},
): Promise<void> {
  const { models, clock } = context;
  requirePermission(actor, 'instance:users');
  const user = await models.User.findById(userId).lean();
  if (!user) throw notFound();
  if (revision !== undefined && revision !== (user.revision ?? 0)) throw stale();
  if (user.status === status) return;
  const eventId = newId('evt');
  const set = async (value: 'active' | 'disabling' | 'disabled', action?: string, only: object = {}) => {
    const written = await models.User.updateOne(
      { _id: userId, ...only },
      {
        $set: { status: value, updatedAt: clock.now() },
        $inc: { revision: 1 },
        ...(action
          ? {
              $push: {
                pendingEvents: {
                  ...event(context, actor, action, userId, force ? { after: { forced: true } } : {}),
                  id: eventId,
                },
              },
            }
          : {}),
      },
    );
    await copyToMemberships(context, userId);
    return written;
  };
  const read = revision === undefined ? {} : { revision: revision || null };
  if (status === 'disabled') {
    // Denies at once; the seats follow, and where one can't be given up, all are given back.
    if ((await set('disabling', undefined, read)).matchedCount !== 1) throw stale();
    await giveUpSeats(context, actor, userId, { force, parent: eventId }).catch(async (error) => {
      await set('active');
      await returnSeats(context, actor, userId, eventId);
      throw error;
    });
    await set('disabled', 'user.disabled');
    await endUserSessions(context, userId);
  } else {
    // As above.
    await endUserSessions(context, userId);
    if ((await set('active', 'user.enabled', read)).matchedCount !== 1) throw stale();
    await returnSeats(context, actor, userId, eventId);
  }
  forgetReads();
}

async function giveUpSeats(
  context: ServiceContext,
  actor: Actor,
  userId: string,
  options: { force: boolean; parent: string },
): Promise<void> {
  const { models } = context;
  for (const { organizationId } of await models.Membership.find({ userId, ...PRESENT }).lean())
    if (await removeAdministrator(context, actor, organizationId, userId, options))
      await models.Membership.updateOne({ organizationId, userId }, { $set: { wasAdministrator: true } });
}

/** Where they were administrator when they were disabled. */
async function returnSeats(context: ServiceContext, actor: Actor, userId: string, parent: string): Promise<void> {
  const waiting = await context.models.Membership.find({ userId, status: 'active', wasAdministrator: true }).lean();
  for (const { organizationId } of waiting) await takeSeatBack(context, actor, { organizationId, userId }, parent);
}

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
import {
  addAdministrator,
  type MemberKey,
  removeAdministrator,
  requireAnother,
  undoneIfStale,
} from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  type MemberChange,
  type MemberState,
  memberState,
  requireRevision,
} from './change-membership.js';
import { event, type ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';
import { endUserSessions } from './end-user-sessions.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';
import { requireMayGive } from './rules-of-roles.js';

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
  // What a kill left behind when they were suspended must not come back to life.
  if (status === 'active') await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  else await removeAdministrator(context, actor, key.organizationId, key.userId, { parent: eventId });
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
  const { changed } = await undoneIfStale(
    () => changeMembership(context, actor, key, compute, { ...options, eventId }),
    async () => before.seat && addAdministrator(context, actor, key.organizationId, key.userId, { parent: eventId }),
  );
  if (status === 'suspended') await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  // Somebody who is disabled gets it when they are enabled: until then they couldn't act in it (R2).
  else if (changed && admin && (await isActive(context, key.userId))) await takeSeatBack(context, actor, key, eventId);
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
  const set = (value: 'active' | 'disabling' | 'disabled', action?: string, only: object = {}) =>
    models.User.updateOne(
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
  const read = revision === undefined ? {} : { revision: revision || null };
  if (status === 'disabled') {
    // Denies at once; the seats follow, and where one can't be given up, all are given back.
    if ((await set('disabling', undefined, read)).matchedCount !== 1) throw stale();
    await giveUpSeats(context, actor, userId, { force, parent: eventId }).catch(async (error) => {
      await set('active');
      throw error;
    });
    await set('disabled', 'user.disabled');
    await endUserSessions(context, userId);
  } else {
    // As above.
    await endUserSessions(context, userId);
    if ((await set('active', 'user.enabled', read)).matchedCount !== 1) throw stale();
    const memberships = await models.Membership.find({ userId, status: 'active', wasAdministrator: true }).lean();
    for (const { organizationId } of memberships)
      await takeSeatBack(context, actor, { organizationId, userId }, eventId);
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
  const given: string[] = [];
  const memberships = await models.Membership.find({ userId, ...PRESENT }).lean();
  try {
    for (const { organizationId } of memberships) {
      if (!(await removeAdministrator(context, actor, organizationId, userId, options))) continue;
      given.push(organizationId);
      await models.Membership.updateOne({ organizationId, userId }, { $set: { wasAdministrator: true } });
    }
  } catch (error) {
    for (const organizationId of given) await takeSeatBack(context, actor, { organizationId, userId }, options.parent);
    throw error;
  }
}

const isActive = async ({ models }: ServiceContext, userId: string) =>
  (await models.User.exists({ _id: userId, status: 'active' })) !== null;

/** Makes somebody administrator again who was when they were suspended or disabled. */
export async function takeSeatBack(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string,
): Promise<void> {
  await addAdministrator(context, actor, key.organizationId, key.userId, { parent });
  await context.models.Membership.updateOne(key, { $unset: { wasAdministrator: 1 } });
}

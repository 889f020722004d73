/**
 * Suspending and reactivating a member. What takes rights away gives up the administrator's seat first, under R2's guard; what gives them back
 * puts the administrator back.
 */
import type { Actor } from '../access/can.js';
import { newId } from '../lib/ids.js';
import type { MembershipStatus } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { type MemberKey, requireAnother } from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  heldBy,
  type MemberChange,
  type MemberState,
  memberState,
  requireRevision,
} from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';
import { requirePermission } from './require.js';
import { requireMayGive } from './rules-of-roles.js';
import { leaveNoSeat, markForReturn, takeSeatBack, takingSeat } from './seats.js';

/**
 * Who suspends or reactivates somebody takes or gives all that they hold, and so needs what that carries (R15).
 * @returns whether the status has changed. Where it hadn't to, what somebody's death left undone of a reactivation is done.
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
  const eventId = options.eventId ?? newId('evt');
  const admin = before.seat || before.membership.wasAdministrator === true || options.interrupted === true;
  const requireMayDo = (state: MemberState) =>
    requireMayGive(actor, key.organizationId, state.vocabulary, [
      ...heldBy(context, state).map(({ role }) => role._id),
      ...(admin ? [ADMIN_ROLE_ID] : []),
    ]);
  if (before.membership.status === status) {
    if (status === 'suspended' || !before.membership.wasAdministrator || options.dry) return false;
    requireMayDo(before);
    await takeSeatBack(context, actor, key, options.parent);
    return false;
  }
  requireMayDo(before);
  if (status === 'suspended' && before.seat) await requireAnother(context, before);
  if (options.dry) return true;
  const compute = (now: MemberState): MemberChange | undefined => {
    if (now.membership.status === status) return undefined;
    requireMayDo(now);
    return {
      action: status === 'suspended' ? 'member.suspended' : 'member.reactivated',
      set: { status, ...(status === 'suspended' && admin ? { wasAdministrator: true } : {}) },
      touched: ['status'],
      before: { status: now.membership.status },
      after: { status },
    };
  };
  const change = () => changeMembership(context, actor, key, compute, { ...options, eventId });
  if (status === 'active') {
    // What a kill left behind when they were suspended must not come back to life.
    await endGrantsOfMembers(context, key.organizationId, [key.userId]);
    const { changed, membership } = await change();
    if (membership.wasAdministrator) await takeSeatBack(context, actor, key, eventId);
    return changed;
  }
  const changed = await takingSeat(context, actor, key, eventId, async (taken) => {
    const done = await change();
    // Suspended by somebody else, who found no seat.
    if (taken && !done.changed) await markForReturn(context, key);
    return done.changed;
  });
  if (changed)
    await leaveNoSeat(context, actor, key, eventId, () =>
      changeMembership(context, actor, key, ({ membership }) =>
        membership.changed?.status === eventId
          ? { action: 'member.reactivated', set: { status: 'active' }, unset: ['wasAdministrator'], touched: [] }
          : undefined,
      ),
    );
  await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  return changed;
}

import type { Actor } from '../access/can.js';
import { isDuplicateKey } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { Membership } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import type { MemberKey } from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  heldBy,
  type MemberChange,
  type MemberState,
  memberState,
  requireRevision,
} from './change-membership.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships, readCopied } from './copies.js';
import { endGrantsOfMembers } from './end-grants.js';
import { endInvitationsTo } from './invitations/change-invitation.js';
import { requirePermission } from './require.js';
import { requireMayGive } from './rules-of-roles.js';
import { leaveNoSeat, takingSeat } from './seats.js';
import { directRoles, named } from './set-member-roles.js';

/**
 * Takes somebody out of an organization: at once nothing there is theirs (R8). The row stays until its events have moved to the log, and
 * to every reader it is gone.
 * @throws RollcallError `last_administrator`, `stale`, `not_found`, `forbidden`
 */
export async function removeMember(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  options: ChangeOptions = {},
): Promise<void> {
  requirePermission(actor, 'members:write', key.organizationId);
  const state = await memberState(context, key);
  requireRevision(state.membership, options);
  const held = heldBy(context, state).map(({ role }) => role._id);
  requireMayGive(actor, key.organizationId, state.vocabulary, [
    ...held,
    ...(state.membership.wasAdministrator ? [ADMIN_ROLE_ID] : []),
  ]);
  // First: should this process die in between, an invitation has gone that gives a member nothing.
  const user = options.dry ? undefined : await context.reads.user(key.userId);
  if (user) await endInvitationsTo(context, actor, { organizationId: key.organizationId, user });
  await end(context, actor, key, 'member.removed', options);
}

/**
 * A member leaves by themselves. The only one, as the last administrator, can't: they delete the organization (R2).
 * @throws RollcallError `last_administrator`, `not_found`
 */
export async function leaveOrganization(context: ServiceContext, actor: Actor, organizationId: string): Promise<void> {
  requirePermission(actor, 'organization:leave', organizationId);
  if (actor.kind !== 'user') throw new Error('only a person leaves');
  await end(context, actor, { organizationId, userId: actor.userId }, 'member.left', {});
}

async function end(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  action: 'member.removed' | 'member.left',
  options: ChangeOptions,
): Promise<void> {
  const eventId = options.eventId ?? newId('evt');
  // Who it was is told here for the last time: what they are called later is theirs alone (R13).
  const who = await readCopied(context, key.userId);
  const compute = (state: MemberState): MemberChange => ({
    action,
    set: { status: 'removed', roles: [], groups: [] },
    unset: ['wasAdministrator', 'defaultRole', 'metadata'],
    touched: ['status'],
    before: {
      ...(who ? { name: who.name, email: who.email } : {}),
      roles: named(state.vocabulary, directRoles(state)),
    },
  });
  const { organizationId, userId } = key;
  const { membership } = await memberState(context, key);
  await takingSeat(context, actor, key, eventId, () =>
    changeMembership(context, actor, key, compute, { ...options, eventId }),
  );
  await leaveNoSeat(context, actor, key, eventId, () => restore(context, actor, membership, eventId));
  await endGrantsOfMembers(context, organizationId, [userId]);
}

/** Nobody else is administrator any more: whoever was to go has been made one meanwhile, and stays. */
async function restore(context: ServiceContext, actor: Actor, membership: Membership, parent: string): Promise<void> {
  const { wasAdministrator: _seat, ...before } = membership;
  const { _id, organizationId, userId, status, roles, groups = [], defaultRole, metadata } = before;
  const back = event(context, actor, 'member.reactivated', userId, { organizationId, parent });
  const { Membership } = context.models;
  const others = { ...(defaultRole ? { defaultRole } : {}), ...(metadata ? { metadata } : {}) };
  const { matchedCount } = await Membership.updateOne(
    { _id, status: 'removed' },
    { $set: { status, roles, groups, ...others }, $inc: { revision: 1 }, $push: { pendingEvents: back } },
  );
  if (matchedCount === 1) return;
  // Their row has gone with its events already. Where somebody has let them in again, they are who they are there.
  const updatedAt = context.clock.now();
  try {
    await Membership.updateOne(
      { organizationId, userId },
      { $setOnInsert: { ...before, revision: (before.revision ?? 0) + 2, updatedAt, pendingEvents: [back] } },
      { upsert: true, setDefaultsOnInsert: false },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  await copyToMemberships(context, userId);
}

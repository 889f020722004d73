import type { Actor } from '../access/can.js';
import { newId } from '../lib/ids.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { addAdministrator, type MemberKey, removeAdministrator, undoneIfStale } from './administrators.js';
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
  const seat = await removeAdministrator(context, actor, key.organizationId, key.userId, { parent: eventId });
  const compute = (state: MemberState): MemberChange => ({
    action,
    set: { status: 'removed', roles: [], groups: [] },
    unset: ['wasAdministrator', 'defaultRole', 'metadata'],
    touched: ['status'],
    before: { roles: named(state.vocabulary, directRoles(state)) },
  });
  await undoneIfStale(
    () => changeMembership(context, actor, key, compute, { ...options, eventId }),
    async () => seat && addAdministrator(context, actor, key.organizationId, key.userId, { parent: eventId }),
  );
  await endGrantsOfMembers(context, key.organizationId, [key.userId]);
}

/** What a process that died has done: the event of a change is in the same update, so it tells. */
import type { Actor } from '../../access/can.js';
import { liveRole } from '../../access/effective-roles.js';
import type { BulkItem, BulkOperation } from '../../models/index.js';
import type { Assignment } from '../../models/membership.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import type { MemberKey } from '../administrators.js';
import { heldBy, type MemberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { endGrantsOfMembers } from '../end-grants.js';
import { isSingle } from '../rules-of-roles.js';
import { takeSeatBack } from '../seats.js';
import { isSeat, replaceSeat } from '../set-member-roles.js';

/** As much of an event as tells what was done. */
export interface MadeEvent {
  id: string;
  action: string;
  before?: unknown;
}

/** The event of a member's change, if it was made: it waits in the membership, and is in the log before it has gone from there. */
export async function eventOf(
  { models }: ServiceContext,
  { membershipId, eventId }: Pick<BulkItem, 'membershipId' | 'eventId'>,
): Promise<MadeEvent | undefined> {
  const row = await models.Membership.findById(membershipId, { pendingEvents: 1 }).lean();
  const waiting = row?.pendingEvents?.find(({ id }) => id === eventId);
  if (waiting) return waiting;
  const moved = await models.AuditEvent.findById(eventId, { action: 1, before: 1 }).lean();
  return moved ? { id: eventId, action: moved.action, before: moved.before } : undefined;
}

/** Whether an administrator's seat was given or taken as a part of a member's change. */
export async function seatHasMoved(
  { models }: ServiceContext,
  { organizationId, action }: Pick<BulkOperation, 'organizationId' | 'action'>,
  { eventId }: Pick<BulkItem, 'eventId'>,
): Promise<boolean> {
  if (action.roleId !== ADMIN_ROLE_ID && action.kind !== 'suspend') return false;
  const waiting = await models.Organization.findOne(
    { _id: organizationId, 'pendingEvents.parent': eventId },
    { _id: 1 },
  ).lean();
  return (
    (waiting ?? (await models.AuditEvent.findOne({ organizationId, parent: eventId }, { _id: 1 }).lean())) !== null
  );
}

/** Does what follows a change that was made, as the use case would have if its process had lived. Twice is as good as once. */
export async function finishInterrupted(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  { event, state }: { event: MadeEvent; state: MemberState },
): Promise<void> {
  const { organization, membership, seat } = state;
  const roles = ((event.before as { roles?: Assignment[] } | undefined)?.roles ?? []) as Assignment[];
  if (event.action === 'member.suspended') await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  if (event.action === 'member.reactivated' && membership.wasAdministrator)
    await takeSeatBack(context, actor, key, event.id);
  // The role that replaces a seat is written first (R4).
  if (event.action === 'member.role_given' && isSingle(organization) && seat && roles.some(isSeat))
    await replaceSeat(
      context,
      actor,
      key,
      roles.filter((one) => !isSeat(one)),
      event.id,
    );
  if (organization.revokeOnDowngrade && hasLost(context, state, event, roles))
    await endGrantsOfMembers(context, key.organizationId, [key.userId]);
}

/** Whether the change has cost the member a role (R6). */
function hasLost(
  context: ServiceContext,
  state: MemberState,
  { before }: MadeEvent,
  roles: readonly Assignment[],
): boolean {
  const { groupId = '' } = (before ?? {}) as { groupId?: string };
  const candidates = [...roles.map((one) => one.roleId), ...(state.vocabulary.group(groupId)?.roles ?? [])];
  const held = new Set(heldBy(context, state).map(({ role }) => role._id));
  return candidates.some((id) => {
    const role = liveRole(id, state.vocabulary.role);
    return role !== undefined && !held.has(role._id);
  });
}

import type { Role } from '../models/index.js';
import { heldBy, type MemberState } from './change-membership.js';
import type { ServiceContext } from './context.js';

/** The roles that a member would hold no longer if they left a group: none that is held directly, or by another group (R3). */
export function rolesLostByLeaving(
  context: Pick<ServiceContext, 'clock'>,
  state: MemberState,
  groupId: string,
): Role[] {
  const groups = state.membership.groups?.filter((one) => one.groupId !== groupId) ?? [];
  const after = { ...state, membership: { ...state.membership, groups } };
  const kept = new Set(heldBy(context, after).map(({ role }) => role._id));
  return heldBy(context, state).flatMap(({ role }) => (kept.has(role._id) ? [] : [role]));
}

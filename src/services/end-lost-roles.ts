import { forgetReads } from '../lib/read-once.js';
import { heldBy, type MemberState, memberState } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';

/**
 * `revokeOnDowngrade` (R6): where the organization wants it, a change that costs a member an effective role ends what their tokens there
 * rest on, at once. What a group still gives isn't lost, and an end date that passes is no change.
 * @param before the member as they are before it
 */
export async function endingLostRoles<T>(
  context: ServiceContext,
  before: MemberState,
  change: () => Promise<T>,
): Promise<T> {
  if (!before.organization.revokeOnDowngrade) return change();
  const held = heldBy(context, before).map(({ role }) => role._id);
  const result = await change();
  const { organizationId, userId } = before.membership;
  const after = new Set(
    heldBy(context, await memberState(context, { organizationId, userId })).map(({ role }) => role._id),
  );
  if (held.some((id) => !after.has(id))) await endGrantsOfMembers(context, organizationId, [userId]);
  forgetReads();
  return result;
}

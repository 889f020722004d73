import { forgetReads } from '../lib/read-once.js';
import type { MemberKey } from './administrators.js';
import { heldBy, memberState } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';

/**
 * `revokeOnDowngrade` (R6): where the organization wants it, a change that costs a member an effective role ends what their tokens there
 * rest on, at once. What a group still gives isn't lost, and an end date that passes is no change.
 */
export async function endingLostRoles<T>(
  context: ServiceContext,
  key: MemberKey,
  change: () => Promise<T>,
): Promise<T> {
  const before = await memberState(context, key);
  if (!before.organization.revokeOnDowngrade) return change();
  const held = heldBy(context, before).map(({ role }) => role._id);
  const result = await change();
  const after = new Set(heldBy(context, await memberState(context, key)).map(({ role }) => role._id));
  if (held.some((id) => !after.has(id))) await endGrantsOfMembers(context, key.organizationId, [key.userId]);
  forgetReads();
  return result;
}

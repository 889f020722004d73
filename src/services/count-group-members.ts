/** How many are in groups by now, for lists of groups and for what is said before a group changes. */
import type { Membership, Organization } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { compileFilter } from './lists/member-filter.js';
import { memberTotal } from './lists/member-rows.js';
import type { Total } from './lists/total.js';
import { PRESENT } from './reads.js';

/** So many memberships are looked at for all the groups of a page together: more would make the page wait. */
export const MOST_LOOKED_AT = 500;
const BY_GROUP = { 'groups.groupId': 1, _id: 1 } as const;

/**
 * By group, in one query; undefined where more are in these groups together than a list waits for: how many are in one is for its own page.
 * @param groupIds of this organization
 */
export async function countGroupMembers(
  { models, clock }: ServiceContext,
  organizationId: string,
  groupIds: readonly string[],
): Promise<((groupId: string) => Total) | undefined> {
  const rows = groupIds.length
    ? await models.Membership.collection
        .find(
          { 'groups.groupId': { $in: [...groupIds] }, organizationId, ...PRESENT },
          { projection: { _id: 0, groups: 1 } },
        )
        .hint(BY_GROUP)
        .limit(MOST_LOOKED_AT + 1)
        .toArray()
    : [];
  if (rows.length > MOST_LOOKED_AT) return undefined;
  const now = clock.now();
  const counts = new Map<string, number>();
  for (const { groups = [] } of rows as unknown as Pick<Membership, 'groups'>[])
    for (const { groupId, until } of groups)
      if (!until || until > now) counts.set(groupId, (counts.get(groupId) ?? 0) + 1);
  return (groupId) => ({ count: counts.get(groupId) ?? 0, more: false });
}

/** Of one group, up to 1,000. @throws RollcallError `invalid` where it isn't there any more */
export const countMembersOf = async (
  context: ServiceContext,
  organization: Organization,
  groupId: string,
): Promise<Total> => memberTotal(context, await compileFilter(context, organization, { group: groupId }));

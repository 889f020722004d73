import { liveRole } from '../access/effective-roles.js';
import { forgetReads } from '../lib/read-once.js';
import type { Group, Membership, Organization } from '../models/index.js';
import { heldBy, type MemberState, memberState } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endGrantsOfMembers } from './end-grants.js';
import { PRESENT } from './reads.js';
import { type OrganizationVocabulary, vocabularyOf } from './vocabulary.js';

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

/** How many members one query looks at. */
const BATCH = 500;

/** For everyone in a group that costs them an effective role by what it no longer carries. @param group as it was */
export async function endTokensOfGroup(context: ServiceContext, group: Group): Promise<void> {
  const { _id, organizationId } = group;
  const organization = await context.models.Organization.findById(organizationId).lean();
  if (!organization?.revokeOnDowngrade) return;
  const now = await vocabularyOf(context, organization);
  const before = { ...now, group: (id: string) => (id === _id ? group : now.group(id)) };
  await endTokensOfLosers(context, organization, { 'groups.groupId': _id }, before, now);
}

/** For everyone who held a role that is deleted, directly or by a group: once, for a sign-in since then has given nothing of it. */
export async function endTokensOfRole(context: ServiceContext, roleId: string): Promise<void> {
  const { models } = context;
  const marker = await models.Role.findById(roleId).lean();
  if (!marker?.deleted || marker.deleted.revoked) return;
  const { deleted, ...rest } = marker;
  const role = { ...rest, key: deleted.key };
  for await (const organization of revoking(context, marker.organizationId)) {
    const now = await vocabularyOf(context, organization);
    const before = { ...now, role: (id: string) => (id === roleId ? role : now.role(id)) };
    for (const id of await standingFor(context, roleId))
      await endTokensOfLosers(context, organization, { 'roles.roleId': id }, before, now);
    for (const group of now.groups.values())
      if (group.roles.some((id) => liveRole(id, before.role)?._id === roleId))
        await endTokensOfLosers(context, organization, { 'groups.groupId': group._id }, before, now);
  }
  // The marker is read by each decision there: from here on it holds nothing but whom it belonged to.
  await models.Role.updateOne(
    { _id: roleId, 'deleted.at': deleted.at },
    { $set: { 'deleted.revoked': true, permissions: [] }, $unset: { description: 1, management: 1 } },
  );
}

/** The ids by which a role is held: its own, and those of deleted ones that it replaces (R5). */
async function standingFor({ models }: ServiceContext, roleId: string): Promise<string[]> {
  const ids = new Set([roleId]);
  for (let news = [roleId]; news.length > 0; ) {
    const found = await models.Role.find({ 'deleted.replacement': { $in: news } }, { _id: 1 }).lean();
    news = found.map(({ _id }) => _id).filter((id) => !ids.has(id));
    for (const id of news) ids.add(id);
  }
  return [...ids];
}

/** The organizations that want it: one, or all of them. */
async function* revoking({ models }: ServiceContext, organizationId: string | null): AsyncGenerator<Organization> {
  for (let after = ''; ; ) {
    const only = organizationId === null ? { $gt: after } : { $in: after ? [] : [organizationId] };
    const found = await models.Organization.find({ revokeOnDowngrade: true, _id: only })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    yield* found as Organization[];
    const last = found.at(-1);
    if (!last) return;
    after = last._id;
  }
}

/** Ends the tokens of those who held a role before and hold it no longer; what has expired by now was held by nobody. */
async function endTokensOfLosers(
  context: ServiceContext,
  organization: Organization,
  who: { 'roles.roleId': string } | { 'groups.groupId': string },
  before: OrganizationVocabulary,
  now: OrganizationVocabulary,
): Promise<void> {
  const { _id: organizationId } = organization;
  const held = (membership: Membership, vocabulary: OrganizationVocabulary) =>
    heldBy(context, { organization, membership, vocabulary }).map(({ role }) => role._id);
  for (let after = ''; ; ) {
    const rows = await context.models.Membership.find({ ...who, organizationId, _id: { $gt: after }, ...PRESENT })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const last = rows.at(-1);
    if (!last) return;
    const losers = rows.filter((membership) => {
      const still = new Set(held(membership, now));
      return held(membership, before).some((id) => !still.has(id));
    });
    const userIds = losers.map(({ userId }) => userId);
    await endGrantsOfMembers(context, organizationId, userIds);
    after = last._id;
  }
}

/** Putting a member into a group and taking them out. */
import type { Actor } from '../access/can.js';
import { invalid } from '../lib/errors.js';
import type { KnownGroup } from '../models/index.js';
import type { GroupMembership } from '../models/membership.js';
import type { MemberKey } from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  type MemberChange,
  type MemberState,
  memberState,
} from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endingLostRoles } from './end-lost-roles.js';
import { requirePermission } from './require.js';
import { requireFuture, requireMayGive } from './rules-of-roles.js';

/** Of a group that the caller has resolved in this organization. */
export type GroupOfMember = MemberKey & GroupMembership;

const groupOf = ({ vocabulary }: MemberState, groupId: string): KnownGroup => {
  const group = vocabulary.group(groupId);
  if (!group) throw invalid(`There is no group ${groupId} here any more.`);
  return group;
};

/**
 * Puts a member into a group, or gives another end to their membership in it. Who gives what the group carries holds that too (R15).
 * @returns whether anything changed
 * @throws RollcallError `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function addToGroup(
  context: ServiceContext,
  actor: Actor,
  { groupId, until, ...key }: GroupOfMember,
  options: ChangeOptions = {},
): Promise<boolean> {
  requirePermission(actor, 'members:write', key.organizationId);
  const given: GroupMembership = { groupId, ...(until ? { until } : {}) };
  const { changed } = await changeMembership(
    context,
    actor,
    key,
    (state) => {
      const group = groupOf(state, groupId);
      const present = state.membership.groups ?? [];
      const same = present.find((one) => one.groupId === groupId);
      if (same && same.until?.getTime() === until?.getTime()) return undefined;
      requireFuture(context, [given]);
      requireMayGive(actor, key.organizationId, state.vocabulary, group.roles);
      return {
        action: 'member.group_added',
        set: { groups: [...present.filter((one) => one.groupId !== groupId), given] },
        touched: [groupId],
        ...(same ? { before: namedGroup(group, same) } : {}),
        after: namedGroup(group, given),
      };
    },
    options,
  );
  return changed;
}

/**
 * @returns whether anything changed
 * @throws RollcallError `stale`, `not_found`, `forbidden`
 */
export async function removeFromGroup(
  context: ServiceContext,
  actor: Actor,
  { groupId, ...key }: Omit<GroupOfMember, 'until'>,
  options: ChangeOptions = {},
): Promise<boolean> {
  requirePermission(actor, 'members:write', key.organizationId);
  const state = options.state ?? (await memberState(context, key));
  if (options.onlyIf && !(await options.onlyIf(state))) return false;
  if (!state.membership.groups?.some((one) => one.groupId === groupId)) return false;
  requireMayGive(actor, key.organizationId, state.vocabulary, state.vocabulary.group(groupId)?.roles ?? []);
  if (options.dry) return true;
  return endingLostRoles(context, state, async () => {
    const { changed } = await changeMembership(context, actor, key, (now) => leaving(now, groupId), options);
    return changed;
  });
}

/** What leaving a group changes, also one that is gone. */
export function leaving({ membership, vocabulary }: MemberState, groupId: string): MemberChange | undefined {
  const held = membership.groups?.find((one) => one.groupId === groupId);
  if (!held) return undefined;
  const group = vocabulary.group(groupId);
  return {
    action: 'member.group_removed',
    set: { groups: (membership.groups ?? []).filter((one) => one.groupId !== groupId) },
    touched: [groupId],
    before: group ? namedGroup(group, held) : { groupId },
  };
}

const namedGroup = ({ _id, name }: KnownGroup, { until }: GroupMembership) => ({
  group: name,
  groupId: _id,
  ...(until ? { until } : {}),
});

/**
 * Makes the groups of a member what is given.
 * @throws RollcallError `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function setMemberGroups(
  context: ServiceContext,
  actor: Actor,
  { groups, ...key }: MemberKey & { groups: readonly GroupMembership[] },
  options: ChangeOptions = {},
): Promise<void> {
  requirePermission(actor, 'members:write', key.organizationId);
  const wanted = [...new Map(groups.map((one) => [one.groupId, one])).values()];
  await endingLostRoles(context, await memberState(context, key), () =>
    changeMembership(
      context,
      actor,
      key,
      (state) => {
        const present = state.membership.groups ?? [];
        const end = (list: readonly GroupMembership[], id: string) => {
          const one = list.find(({ groupId }) => groupId === id);
          return one && (one.until?.getTime() ?? null);
        };
        const ids = [...new Set([...present, ...wanted].map((one) => one.groupId))];
        const touched = ids.filter((id) => end(present, id) !== end(wanted, id));
        if (touched.length === 0) return undefined;
        const named = (list: readonly GroupMembership[]) =>
          list.map((one) => {
            const group = state.vocabulary.group(one.groupId);
            return group ? namedGroup(group, one) : one;
          });
        requireFuture(
          context,
          wanted.filter((one) => touched.includes(one.groupId)),
        );
        const changing = wanted
          .filter((one) => touched.includes(one.groupId))
          .map((one) => groupOf(state, one.groupId));
        const left = touched.flatMap((id) => state.vocabulary.group(id)?.roles ?? []);
        requireMayGive(actor, key.organizationId, state.vocabulary, [...left, ...changing.flatMap((one) => one.roles)]);
        return {
          action: 'member.groups_changed',
          set: { groups: wanted },
          touched,
          before: { groups: named(present) },
          after: { groups: named(wanted) },
        };
      },
      options,
    ),
  );
}

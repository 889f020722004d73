import type { Actor } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { newId } from '../lib/ids.js';
import type { Membership } from '../models/index.js';
import type { Assignment } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { type MemberKey, removeAdministrator, requireActive } from './administrators.js';
import {
  type ChangeOptions,
  changeMembership,
  type MemberChange,
  type MemberState,
  memberState,
  requireRevision,
} from './change-membership.js';
import type { ServiceContext } from './context.js';
import { endingLostRoles } from './end-lost-roles.js';
import { requirePermission } from './require.js';
import { isSingle, requireFuture, requireMayGive, requireSingle, rolesBehind } from './rules-of-roles.js';
import { givingSeat, takingSeat } from './seats.js';

/** A seat among the administrators is the role `admin` without an end; everything else is the membership's. */
export const isSeat = ({ roleId, until }: Assignment) => roleId === ADMIN_ROLE_ID && !until;

/**
 * Makes a member's direct roles what is given. An administrator is added before and taken before the other roles change, each by
 * one conditional update of the organization's document, so that two who demote each other leave one (R2).
 * @param roles by ids that the caller has resolved; `rol_admin` without an end makes an administrator. One in single mode (R4).
 * @throws RollcallError `last_administrator`, `too_many_administrators`, `not_active`, `single_role_mode`, `invalid`, `stale`,
 * `not_found`, `forbidden`
 */
export async function setMemberRoles(
  context: ServiceContext,
  actor: Actor,
  { roles, ...key }: MemberKey & { roles: readonly Assignment[] },
  options: ChangeOptions = {},
): Promise<Membership> {
  requirePermission(actor, 'members:write', key.organizationId);
  const eventId = newId('evt');
  const wanted = [...new Map(roles.map((one) => [one.roleId, one])).values()];
  const check = (state: MemberState) => {
    requireSingle(state.organization, wanted);
    rolesBehind(
      state.vocabulary,
      wanted.map((one) => one.roleId),
    );
    const touched = differing(directRoles(state), wanted);
    requireMayGive(actor, key.organizationId, state.vocabulary, touched);
    requireFuture(
      context,
      wanted.filter((one) => touched.includes(one.roleId)),
    );
    return touched;
  };
  const state = await memberState(context, key);
  requireRevision(state.membership, options);
  const touched = check(state);
  if (touched.length === 0) return state.membership;
  const others = wanted.filter((one) => !isSeat(one));
  const seat = wanted.some(isSeat);
  return endingLostRoles(context, state, async () => {
    const compute = (now: MemberState): MemberChange | undefined => {
      const before = directRoles({ ...now, seat: state.seat });
      return assigning(now, others, [...new Set([...check(now), ...touched])], before, wanted);
    };
    const change = () => changeMembership(context, actor, key, compute, { ...options, eventId });
    if (seat) {
      await requireActive(context, state.membership);
      return (await givingSeat(context, actor, key, eventId, change)).membership;
    }
    if (!(isSingle(state.organization) && state.seat))
      return (await takingSeat(context, actor, key, eventId, change)).membership;
    const { membership } = await change();
    await replaceSeat(context, actor, key, state.membership.roles, eventId);
    return membership;
  });
}

/** R4: the role that replaces `admin` is written before the seat is given up; refused, the member is as they were. */
export async function replaceSeat(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  before: readonly Assignment[],
  parent: string,
): Promise<void> {
  try {
    await removeAdministrator(context, actor, key.organizationId, key.userId, { parent });
  } catch (error) {
    await changeMembership(
      context,
      actor,
      key,
      ({ membership }) =>
        Object.values(membership.changed ?? {}).includes(parent)
          ? { action: 'member.roles_changed', set: { roles: [...before] }, touched: [] }
          : undefined,
      { parent },
    );
    throw error;
  }
}

/** What a member holds directly, a seat and one that waits for their return included. */
export function directRoles({ membership, seat }: Pick<MemberState, 'membership' | 'seat'>): Assignment[] {
  const admin = seat || membership.wasAdministrator ? [{ roleId: ADMIN_ROLE_ID }] : [];
  return [
    ...admin,
    ...membership.roles.filter((one) => !isSeat(one) && !(admin.length && one.roleId === ADMIN_ROLE_ID)),
  ];
}

/** Ids of roles that are in one list and not in the other, or with another end. */
function differing(before: readonly Assignment[], after: readonly Assignment[]): string[] {
  const ends = (list: readonly Assignment[]) => new Map(list.map((one) => [one.roleId, one.until?.getTime() ?? null]));
  const [was, is] = [ends(before), ends(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((id) => was.get(id) !== is.get(id));
}

function assigning(
  { vocabulary }: MemberState,
  roles: Assignment[],
  touched: string[],
  before: readonly Assignment[],
  after: readonly Assignment[],
): MemberChange {
  return {
    action: 'member.roles_changed',
    set: { roles, settled: true },
    unset: ['wasAdministrator'],
    touched,
    before: { roles: named(vocabulary, before) },
    after: { roles: named(vocabulary, after) },
  };
}

/** Assignments as an event tells them: by key, so that a role that goes later is still named. */
export const named = (vocabulary: MemberState['vocabulary'], assignments: readonly Assignment[]) =>
  assignments.map(({ roleId, until }) => ({
    role: liveRole(roleId, vocabulary.role)?.key ?? roleId,
    roleId,
    ...(until ? { until } : {}),
  }));

/** Giving a member one role and taking one: two who change different roles at once both have their way. */
import type { Actor } from '../access/can.js';
import { newId } from '../lib/ids.js';
import type { Assignment } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { type MemberKey, requireActive, requireAnother } from './administrators.js';
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
import { isSingle, requireFuture, requireMayGive, requireNoEnd, rolesBehind, singleMode } from './rules-of-roles.js';
import { givingSeat, takingSeat } from './seats.js';
import { directRoles, isSeat, named, replaceSeat } from './set-member-roles.js';

/** Of a role that the caller has resolved in this organization. */
export type RoleOfMember = MemberKey & Assignment;

/**
 * Gives a role, or another end to one that is held; in single mode it replaces the other (R4).
 * @returns whether anything changed
 * @throws RollcallError `not_active`, `too_many_administrators`, `last_administrator`, `single_role_mode`, `invalid`, `not_found`, `forbidden`
 */
export async function giveRole(
  context: ServiceContext,
  actor: Actor,
  { roleId, until, ...key }: RoleOfMember,
  options: ChangeOptions = {},
): Promise<boolean> {
  requirePermission(actor, 'members:write', key.organizationId);
  const given: Assignment = { roleId, ...(until ? { until } : {}) };
  const eventId = options.eventId ?? newId('evt');
  const state = options.state ?? (await memberState(context, key));
  if (options.onlyIf && !(await options.onlyIf(state))) return false;
  const check = ({ organization, vocabulary, membership }: MemberState) => {
    rolesBehind(vocabulary, [roleId]);
    requireNoEnd(organization, [given]);
    requireFuture(context, [given]);
    const replaced = isSingle(organization) ? membership.roles.map((one) => one.roleId) : [];
    requireMayGive(actor, key.organizationId, vocabulary, [
      roleId,
      ...replaced,
      ...((state.seat || membership.wasAdministrator) && isSingle(organization) ? [ADMIN_ROLE_ID] : []),
    ]);
  };
  if (!options.interrupted && alreadySo(state, given)) return false;
  check(state);
  const single = isSingle(state.organization);
  /** A seat goes where another role replaces it, or the same one with an end. */
  const losesSeat = state.seat && !isSeat(given) && (single || roleId === ADMIN_ROLE_ID);
  if (isSeat(given)) await requireActive(context, state.membership);
  if (losesSeat) await requireAnother(context, state);
  if (options.dry) return true;
  const compute = (now: MemberState): MemberChange | undefined => {
    check(now);
    // The seat as it was before this change, which may have given it already.
    return giving({ ...now, seat: state.seat && !(options.interrupted && isSeat(given)) }, given);
  };
  return endingLostRoles(context, state, async () => {
    const change = () => changeMembership(context, actor, key, compute, { ...options, eventId });
    const { changed } = isSeat(given) ? await givingSeat(context, actor, key, eventId, change) : await change();
    if (changed && losesSeat) await replaceSeat(context, actor, key, state.membership.roles, eventId);
    return changed;
  });
}

function alreadySo({ organization, membership, seat }: MemberState, given: Assignment): boolean {
  const same = membership.roles.filter(
    (one) => one.roleId === given.roleId && one.until?.getTime() === given.until?.getTime(),
  );
  if (isSingle(organization)) {
    const alone = membership.roles.length === (isSeat(given) ? 0 : 1);
    return isSeat(given) ? seat && alone : !seat && alone && same.length === 1;
  }
  return isSeat(given) ? seat : same.length === 1;
}

function giving(state: MemberState, given: Assignment): MemberChange {
  const { organization, membership, vocabulary } = state;
  const others = isSingle(organization) ? [] : membership.roles.filter((one) => one.roleId !== given.roleId);
  const replaced = directRoles(state).filter((one) => isSingle(organization) || one.roleId === given.roleId);
  return {
    action: 'member.role_given',
    set: { roles: isSeat(given) ? others : [...others, given] },
    // A seat that waits for somebody's return is replaced, or given, with it.
    ...(isSeat(given) || replaced.some(isSeat) ? { unset: ['wasAdministrator' as const] } : {}),
    touched: [...new Set([given.roleId, ...replaced.map((one) => one.roleId)])],
    before: { roles: named(vocabulary, replaced) },
    after: { roles: named(vocabulary, [given]) },
  };
}

/**
 * Takes a role that is held directly; what a group gives stays.
 * @returns whether anything changed
 * @throws RollcallError `last_administrator`, `single_role_mode`, `not_found`, `forbidden`
 */
export async function takeRole(
  context: ServiceContext,
  actor: Actor,
  { roleId, ...key }: Omit<RoleOfMember, 'until'>,
  options: ChangeOptions = {},
): Promise<boolean> {
  requirePermission(actor, 'members:write', key.organizationId);
  const eventId = options.eventId ?? newId('evt');
  const state = options.state ?? (await memberState(context, key));
  if (options.onlyIf && !(await options.onlyIf(state))) return false;
  const present = directRoles(state).filter((one) => one.roleId === roleId);
  const held = options.interrupted && present.length === 0 ? [{ roleId }] : present;
  if (held.length === 0) return false;
  requireMayGive(actor, key.organizationId, state.vocabulary, [roleId]);
  if (isSingle(state.organization))
    throw singleMode('Each member of this organization has exactly one role: give another, and it replaces this one.');
  if (roleId === ADMIN_ROLE_ID && state.seat) await requireAnother(context, state);
  if (options.dry) return true;
  return endingLostRoles(context, state, async () => {
    const compute = ({ membership, vocabulary }: MemberState): MemberChange => ({
      action: 'member.role_taken',
      set: { roles: membership.roles.filter((one) => one.roleId !== roleId) },
      // A seat that waits for somebody's return is given up too.
      ...(roleId === ADMIN_ROLE_ID ? { unset: ['wasAdministrator' as const] } : {}),
      touched: [roleId],
      before: { roles: named(vocabulary, held) },
    });
    const change = () => changeMembership(context, actor, key, compute, { ...options, eventId });
    const { changed } =
      roleId === ADMIN_ROLE_ID ? await takingSeat(context, actor, key, eventId, change) : await change();
    return changed;
  });
}

/** Switching an organization to one role per member (R4). */
import type { Actor } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { conflict } from '../lib/errors.js';
import type { Membership, Organization, User } from '../models/index.js';
import { changeMembership } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { PRESENT } from './reads.js';
import { named } from './set-member-roles.js';
import { vocabularyOf } from './vocabulary.js';

/** How many of those in the way are named. */
const MOST_NAMED = 100;

/** What is in the way of single mode; an entry each for a member and for a group. */
export type InTheWay =
  | { kind: 'member'; userId: string; name?: string; email?: string; why: 'several_roles' | 'end_date' }
  | { kind: 'group'; groupId: string; name: string; why: 'carries_roles' }
  | { kind: 'default_roles'; why: 'several_roles' };

/** @throws RollcallError `role_mode` with the members and groups in the way */
export async function requireReadyForSingle(context: ServiceContext, organization: Organization): Promise<void> {
  const inTheWay = await whatIsInTheWay(context, organization);
  if (inTheWay.length === 0) return;
  throw conflict(
    'role_mode',
    'Each member must have at most one role, without an end date, and no group may carry any. See who is in the way.',
    inTheWay,
  );
}

/** What would have to change before each member can have exactly one role; 100 members of a kind at most. */
export async function whatIsInTheWay(context: ServiceContext, organization: Organization): Promise<InTheWay[]> {
  const { models, catalog } = context;
  const { _id: organizationId, administrators } = organization;
  const vocabulary = await vocabularyOf(context, organization);
  const own = { organizationId, ...PRESENT };
  const [several, ending, seats] = await Promise.all([
    models.Membership.find({ ...own, 'roles.1': { $exists: true } })
      .limit(MOST_NAMED)
      .lean(),
    models.Membership.find({ ...own, 'roles.until': { $exists: true } })
      .limit(MOST_NAMED)
      .lean(),
    models.Membership.find({ ...own, userId: { $in: administrators }, 'roles.0': { $exists: true } }).lean(),
  ]);
  const members = new Map<string, 'several_roles' | 'end_date'>();
  for (const { userId } of ending) members.set(userId, 'end_date');
  for (const { userId } of [...several, ...seats]) members.set(userId, 'several_roles');
  const groups = [...vocabulary.groups.values()].filter((group) =>
    group.roles.some((id) => liveRole(id, vocabulary.role)),
  );
  const defaults = organization.defaultRoles ?? (await catalog.current()).defaultRoles;
  return [
    ...(await namedMembers(context, members)),
    ...groups.map(({ _id, name }) => ({ kind: 'group' as const, groupId: _id, name, why: 'carries_roles' as const })),
    ...(defaults.length > 1 ? [{ kind: 'default_roles' as const, why: 'several_roles' as const }] : []),
  ];
}

async function namedMembers(
  { models }: ServiceContext,
  members: ReadonlyMap<string, 'several_roles' | 'end_date'>,
): Promise<InTheWay[]> {
  const users: User[] = await models.User.find({ _id: { $in: [...members.keys()] } }).lean();
  const byId = new Map(users.map((user) => [user._id, user]));
  return [...members].map(([userId, why]) => {
    const user = byId.get(userId);
    return { kind: 'member', userId, ...(user ? { name: user.name, email: user.email } : {}), why };
  });
}

const BATCH = 500;

/**
 * Who has no role gets the default one. It counts for them from the switch on (`heldRoles`); here it is written down, so that lists and a
 * switch back know it. What a crash leaves out is computed.
 */
export async function giveDefaultRole(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
): Promise<void> {
  const { models } = context;
  const { _id: organizationId, administrators } = organization;
  for (let after = ''; ; ) {
    const rows: Pick<Membership, 'userId'>[] = await models.Membership.find(
      { organizationId, userId: { $gt: after, $nin: administrators }, roles: { $size: 0 }, ...PRESENT },
      { userId: 1 },
    )
      .sort({ userId: 1 })
      .limit(BATCH)
      .lean();
    const last = rows.at(-1);
    if (!last) return;
    for (const { userId } of rows)
      await changeMembership(context, actor, { organizationId, userId }, ({ membership, vocabulary, seat }) => {
        const role = liveRole(vocabulary.defaultRoleId ?? '', vocabulary.role);
        if (!role || seat || membership.roles.length > 0) return undefined;
        const roles = [{ roleId: role._id }];
        return {
          action: 'member.role_given',
          set: { roles },
          touched: [role._id],
          after: { roles: named(vocabulary, roles) },
        };
      });
    after = last.userId;
  }
}

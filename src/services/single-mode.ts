/** Switching an organization to one role per member (R4). */
import type { Actor } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { conflict } from '../lib/errors.js';
import type { Membership, Organization, User } from '../models/index.js';
import { changeMembership, heldBy } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { PRESENT } from './reads.js';
import { named } from './set-member-roles.js';
import { type OrganizationVocabulary, vocabularyOf } from './vocabulary.js';

type Why = 'several_roles' | 'end_date';

/** How many of those in the way are named. */
const MOST_NAMED = 100;
const BATCH = 500;

/** What is in the way of single mode; an entry each for a member and for a group. */
export type InTheWay =
  | { kind: 'member'; userId: string; name?: string; email?: string; why: Why }
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

/** What would have to change before each member can have exactly one role, as far as it counts by now (R12); 100 members at most. */
export async function whatIsInTheWay(context: ServiceContext, organization: Organization): Promise<InTheWay[]> {
  const { catalog } = context;
  const vocabulary = await vocabularyOf(context, organization);
  const members = await membersInTheWay(context, organization, vocabulary);
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

async function membersInTheWay(
  context: ServiceContext,
  organization: Organization,
  vocabulary: OrganizationVocabulary,
): Promise<Map<string, Why>> {
  const { administrators } = organization;
  const multiple = { ...organization, roleMode: 'multiple' as const };
  const whyOf = (membership: Membership): Why | undefined => {
    const direct = heldBy(context, { organization: multiple, membership, vocabulary }).flatMap(
      (one) => one.direct ?? [],
    );
    if (direct.length > 1) return 'several_roles';
    return direct.some(({ until }) => until) ? 'end_date' : undefined;
  };
  const found = new Map<string, Why>();
  const may = [
    { 'roles.1': { $exists: true } },
    { 'roles.until': { $gt: context.clock.now() } },
    { userId: { $in: administrators }, 'roles.0': { $exists: true } },
  ];
  for (const filter of may) {
    for await (const rows of membersOf(context, organization._id, filter)) {
      for (const row of rows) {
        const why = found.size < MOST_NAMED ? whyOf(row) : undefined;
        if (why) found.set(row.userId, why);
      }
      if (found.size >= MOST_NAMED) return found;
    }
  }
  return found;
}

async function* membersOf({ models }: ServiceContext, organizationId: string, filter: object) {
  for (let after = ''; ; ) {
    const rows = await models.Membership.find({
      organizationId,
      ...PRESENT,
      $and: [{ userId: { $gt: after } }, filter],
    })
      .sort({ userId: 1 })
      .limit(BATCH)
      .lean<Membership[]>();
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.userId;
  }
}

/**
 * Takes out of memberships what has expired. It counts for nothing in either mode, so nothing happens to anybody; but where each has one role,
 * a row tells by having none that its member has the default one.
 */
export async function dropExpired(context: ServiceContext, { _id }: Pick<Organization, '_id'>): Promise<void> {
  const expired = { until: { $lte: context.clock.now() } };
  for await (const rows of membersOf(context, _id, { roles: { $elemMatch: expired } }))
    await context.models.Membership.updateMany(
      { _id: { $in: rows.map((row) => row._id) } },
      { $pull: { roles: expired }, $inc: { revision: 1 } },
    );
}

async function namedMembers({ models }: ServiceContext, members: ReadonlyMap<string, Why>): Promise<InTheWay[]> {
  const users: User[] = await models.User.find({ _id: { $in: [...members.keys()] } }).lean();
  const byId = new Map(users.map((user) => [user._id, user]));
  return [...members].map(([userId, why]) => {
    const user = byId.get(userId);
    return { kind: 'member', userId, ...(user ? { name: user.name, email: user.email } : {}), why };
  });
}

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

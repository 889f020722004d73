/** Switching an organization to one role per member (R4). */
import { setImmediate as nextTurn } from 'node:timers/promises';
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
  const { inTheWay } = await whatIsInTheWay(context, organization);
  if (inTheWay.length === 0) return;
  throw conflict(
    'role_mode',
    'Each member must have at most one role, without an end date, and no group may carry any. See who is in the way.',
    inTheWay,
  );
}

/** What was found in the way. */
export interface Findings {
  inTheWay: InTheWay[];
  /** Whether everybody was looked at, or as many were found as are named. */
  whole: boolean;
}

/**
 * What would have to change before each member can have exactly one role, as far as it counts by now (R12); 100 members at most.
 * @param options `most`: so many members are looked at; unless given, everybody
 */
export async function whatIsInTheWay(
  context: ServiceContext,
  organization: Organization,
  { most = Number.POSITIVE_INFINITY }: { most?: number } = {},
): Promise<Findings> {
  const { catalog } = context;
  const vocabulary = await vocabularyOf(context, organization);
  const { found, whole } = await membersInTheWay(context, organization, vocabulary, most);
  const groups = [...vocabulary.groups.values()].filter((group) =>
    group.roles.some((id) => liveRole(id, vocabulary.role)),
  );
  const defaults = organization.defaultRoles ?? (await catalog.current()).defaultRoles;
  const inTheWay: InTheWay[] = [
    ...(await namedMembers(context, found)),
    ...groups.map(({ _id, name }) => ({ kind: 'group' as const, groupId: _id, name, why: 'carries_roles' as const })),
    ...(defaults.length > 1 ? [{ kind: 'default_roles' as const, why: 'several_roles' as const }] : []),
  ];
  return { inTheWay, whole };
}

async function membersInTheWay(
  context: ServiceContext,
  organization: Organization,
  vocabulary: OrganizationVocabulary,
  most: number,
): Promise<{ found: Map<string, Why>; whole: boolean }> {
  const multiple = { ...organization, roleMode: 'multiple' as const };
  const whyOf = ({ userId, roles }: Holder): Why | undefined => {
    // Nothing that counts in multiple mode comes from elsewhere in a member.
    const membership = { userId, roles } as Membership;
    const direct = heldBy(context, { organization: multiple, membership, vocabulary }).flatMap(
      (one) => one.direct ?? [],
    );
    if (direct.length > 1) return 'several_roles';
    return direct.some(({ until }) => until) ? 'end_date' : undefined;
  };
  const found = new Map<string, Why>();
  const look = (rows: readonly Holder[]) => {
    for (const row of rows) {
      const why = found.size < MOST_NAMED ? whyOf(row) : undefined;
      if (why) found.set(row.userId, why);
    }
  };
  // What an index finds comes first: who holds a role until a day to come, and the administrators.
  for (const rows of await Promise.all([
    endingRoles(context, organization._id),
    administratorsOf(context, organization),
  ]))
    look(rows);
  let looked = 0;
  for await (const rows of holdersOf(context, organization._id)) {
    if (found.size >= MOST_NAMED) break;
    look(rows);
    looked += rows.length;
    if (looked >= most) return { found, whole: false };
  }
  return { found, whole: true };
}

/** A member as far as their own roles go. */
type Holder = Pick<Membership, '_id' | 'userId' | 'roles'>;
const OF_HOLDER = { userId: 1, roles: 1 } as const;

const holders = async (cursor: { toArray(): Promise<unknown[]> }) => (await cursor.toArray()) as Holder[];

const endingRoles = ({ models, clock }: ServiceContext, organizationId: string) =>
  holders(
    models.Membership.collection
      .find(
        {
          organizationId,
          roles: { $elemMatch: { until: { $gt: clock.now() } } },
          'roles.until': { $exists: true },
          ...PRESENT,
        },
        { projection: OF_HOLDER },
      )
      .hint({ organizationId: 1, 'roles.until': 1 })
      .limit(BATCH),
  );

const administratorsOf = ({ models }: ServiceContext, { _id, administrators }: Organization) =>
  holders(
    models.Membership.collection
      .find({ organizationId: _id, userId: { $in: administrators }, ...PRESENT }, { projection: OF_HOLDER })
      .limit(BATCH),
  );

/** Everybody in batches that are small to read: nothing of an organization's size is done at once, and others have their turn in between. */
async function* holdersOf(
  { models }: Pick<ServiceContext, 'models'>,
  organizationId: string,
): AsyncGenerator<Holder[]> {
  for (let after = ''; ; ) {
    const rows = await holders(
      models.Membership.collection
        .find({ organizationId, userId: { $gt: after } }, { projection: { ...OF_HOLDER, status: 1 } })
        .sort({ userId: 1 })
        .limit(BATCH),
    );
    const last = rows.at(-1);
    if (!last) return;
    yield (rows as (Holder & Pick<Membership, 'status'>)[]).filter(({ status }) => status !== 'removed');
    if (rows.length < BATCH) return;
    await nextTurn();
    after = last.userId;
  }
}

/**
 * Takes out of memberships what has expired. It counts for nothing in either mode, so nothing happens to anybody; but where each has one role,
 * a row tells by having none that its member has the default one.
 */
export async function dropExpired(
  { models, clock }: ServiceContext,
  { _id: organizationId }: Pick<Organization, '_id'>,
): Promise<void> {
  const now = clock.now();
  for await (const rows of holdersOf({ models }, organizationId)) {
    const ids = rows.filter(({ roles }) => roles.some(({ until }) => until && until <= now)).map(({ _id }) => _id);
    if (ids.length)
      await models.Membership.updateMany(
        { _id: { $in: ids }, 'roles.until': { $lte: now } },
        { $pull: { roles: { until: { $lte: now } } }, $inc: { revision: 1 } },
      );
  }
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
  const { _id: organizationId, administrators } = organization;
  for await (const all of holdersOf(context, organizationId)) {
    const rows = all.filter(({ userId, roles }) => roles.length === 0 && !administrators.includes(userId));
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
  }
}

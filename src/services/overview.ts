/** What is looked at first in an organization: whose roles end soon, who runs it, how many there are. */
import type { Actor } from '../access/can.js';
import { can } from '../access/can.js';
import type { BulkOperation, Membership, Organization } from '../models/index.js';
import type { NamedMember } from './audit/people-of.js';
import type { ServiceContext } from './context.js';
import { countUpTo, type Total } from './lists/total.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';

const SOON_MS = 7 * 24 * 60 * 60 * 1000;
/** Members whose roles end soon are read up to here, the next first. */
const MOST_ENDING = 50;
const MOST_ASKING = 100;
const NOBODY: Total = { count: 0, more: false };
const BY_END = { organizationId: 1, 'roles.until': 1 } as const;

export interface EndingRole {
  membership: NamedMember;
  roleId: string;
  until: Date;
}

export interface OrganizationOverview {
  members: Total;
  /** The roles that end within seven days, the next first. */
  ending: EndingRole[];
  /** Of the only administrator there is, where there is just one. */
  onlyAdministrator: NamedMember | undefined;
  /** The members among those who were asked for. */
  known: readonly NamedMember[];
  /** A bulk operation under way, for who may see it. */
  running: Pick<BulkOperation, '_id' | 'total'> | undefined;
  /** How many ask to join, where people may, for who may answer them. */
  asking: Total;
}

/**
 * @param users ids of whose names are wanted besides, as far as they are members
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function overviewOfOrganization(
  context: ServiceContext,
  actor: Actor,
  { _id: organizationId, administrators, joinRequests }: Organization,
  users: readonly string[] = [],
): Promise<OrganizationOverview> {
  requirePermission(actor, 'members:read', organizationId);
  const { models, clock } = context;
  const [only, ...more] = administrators;
  const single = more.length === 0 ? only : undefined;
  const seesBulk = can(actor, 'members:write', { organizationId });
  const [members, rows, running, asking] = await Promise.all([
    countUpTo(models.Membership, { organizationId, status: { $in: ['active', 'suspended'] } }),
    endingSoon(context, organizationId),
    seesBulk ? models.BulkOperation.findOne({ organizationId, status: 'running' }, { total: 1 }).lean() : null,
    seesBulk && joinRequests ? countUpTo(models.JoinRequest, { organizationId, waiting: true }, MOST_ASKING) : NOBODY,
  ]);
  const known = await membersAmong(context, actor, organizationId, [...users, ...(single ? [single] : [])], rows);
  return {
    members,
    ending: endingRoles(rows, clock.now()),
    onlyAdministrator: known.find(({ userId }) => userId === single),
    known,
    running: running ?? undefined,
    asking,
  };
}

type EndingMember = NamedMember & Pick<Membership, 'roles'>;

/**
 * In the order of the index, which is read between two moments: a sort by what is in a list would look at everybody first.
 */
async function endingSoon({ models, clock }: ServiceContext, organizationId: string): Promise<EndingMember[]> {
  const now = clock.now().getTime();
  const [next, last] = [new Date(now + 1), new Date(now + SOON_MS)];
  const rows = await models.Membership.collection
    .find(
      {
        organizationId,
        roles: { $elemMatch: { until: { $gte: next, $lt: last } } },
        'roles.until': { $exists: true },
        ...PRESENT,
      },
      { projection: { userId: 1, name: 1, roles: 1 } },
    )
    .hint(BY_END)
    .min({ organizationId, 'roles.until': next })
    .max({ organizationId, 'roles.until': last })
    .limit(MOST_ENDING)
    .toArray();
  return rows as unknown as EndingMember[];
}

const endingRoles = (rows: readonly EndingMember[], now: Date): EndingRole[] =>
  rows
    .flatMap(({ roles, ...membership }) =>
      roles.flatMap(({ roleId, until }) =>
        until && until > now && until.getTime() < now.getTime() + SOON_MS ? [{ membership, roleId, until }] : [],
      ),
    )
    .sort((a, b) => a.until.getTime() - b.until.getTime());

/** Who is a member among some: a query only for who isn't known already, as whoever asks is. */
async function membersAmong(
  { models, reads }: ServiceContext,
  actor: Actor,
  organizationId: string,
  wanted: readonly string[],
  known: readonly NamedMember[],
): Promise<NamedMember[]> {
  const missing = new Set(wanted.filter((id) => !known.some(({ userId }) => userId === id)));
  const self = actor.kind === 'user' && missing.has(actor.userId) ? actor.userId : undefined;
  const [membership, user] = self ? await Promise.all([reads.membership(organizationId, self), reads.user(self)]) : [];
  if (self) missing.delete(self);
  const rows = missing.size
    ? await models.Membership.find(
        { organizationId, userId: { $in: [...missing] }, ...PRESENT },
        { userId: 1, name: 1 },
      ).lean()
    : [];
  return [
    ...known,
    ...(membership && user ? [{ _id: membership._id, userId: user._id, name: user.name }] : []),
    ...rows,
  ];
}

import type { Actor } from '../access/can.js';
import type { HeldRole } from '../access/effective-roles.js';
import type { KnownGroup, Membership, Organization, Role, User } from '../models/index.js';
import { heldBy } from './change-membership.js';
import type { ServiceContext } from './context.js';
import { COPIED, type Copied } from './copies.js';
import { settleMembership } from './join-organization.js';
import type { Page, PageRequest } from './list-pages.js';
import { type CompiledFilter, compileFilter, type MemberFilter } from './lists/member-filter.js';
import { type MemberOrder, memberRows, memberTotal } from './lists/member-rows.js';
import type { Total } from './lists/total.js';
import { pageOfAll } from './lists/whole.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';
import { type OrganizationVocabulary, vocabularyOf } from './vocabulary.js';

export type { MemberFilter, Total };

export interface MemberOverview {
  membership: Membership;
  user: Copied;
  /** Keys of what is held directly, an administrator's seat that waits for their return included; sorted. */
  roles: string[];
  /** The groups that they are in, by name. */
  groups: { group: KnownGroup; until?: Date }[];
  /** What is held with where it comes from, also by who may not act at the moment. */
  held: HeldRole<Role, KnownGroup>[];
  /** What a token would carry today: none for who may not act. */
  effectiveRoles: Role[];
}

export interface MemberQuery extends MemberFilter, MemberOrder {
  /** How many there are in all, up to 1,000. */
  count?: boolean | undefined;
}

export interface MemberPage extends Page<MemberOverview> {
  /** Where it was asked for. */
  total?: Total;
}

/**
 * Members, a page at a time: one query, or one for each way of holding the role that is asked for.
 * @throws RollcallError `invalid` for a cursor of another query, an unknown role or group; `upgrading`, `not_found`, `forbidden`
 */
export async function listMembers(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  { count, ...query }: MemberQuery,
  page: PageRequest,
): Promise<MemberPage> {
  requirePermission(actor, 'members:read', organization._id);
  const filter = await compileFilter(context, organization, query);
  const { data, nextCursor } = await memberRows(context, organization, filter, query, page);
  const total = count ? await totalOf(context, filter, data, !page.after && nextCursor === null) : undefined;
  const members = await overviewsOf(context, organization, data, filter.vocabulary);
  return { data: members, nextCursor, ...(total ? { total } : {}) };
}

/** Of a list that is whole on its first page the rows are the count. */
const totalOf = (context: ServiceContext, filter: CompiledFilter, data: readonly Membership[], whole: boolean) =>
  whole ? { count: data.length, more: false } : memberTotal(context, filter);

/** Who somebody is where their row doesn't say so yet: one query for all of them. */
async function overviewsOf(
  context: ServiceContext,
  organization: Organization,
  rows: readonly Membership[],
  vocabulary: OrganizationVocabulary,
): Promise<MemberOverview[]> {
  const without = rows.filter((row) => row.name === undefined).map((row) => row.userId);
  const users: Copied[] = without.length
    ? await context.models.User.find({ _id: { $in: without } }, COPIED).lean()
    : [];
  const byId = new Map(users.map((user) => [user._id, user]));
  const members = await Promise.all(
    rows.map(async (row) => {
      const user = copiedIn(row) ?? byId.get(row.userId);
      return user ? [await overviewOf(context, organization, row, user, vocabulary)] : [];
    }),
  );
  return members.flat();
}

/** Who a membership is of, as far as its row says so. */
export const copiedIn = ({ userId, name, email, userStatus, picture = null }: Membership): Copied | undefined =>
  name !== undefined && email !== undefined && userStatus
    ? { _id: userId, name, email, status: userStatus, picture }
    : undefined;

/** One member, with the roles of today. */
export async function overviewOf(
  context: ServiceContext,
  before: Organization,
  found: Membership,
  user: Copied,
  known?: OrganizationVocabulary,
): Promise<MemberOverview> {
  const membership = found.settled ? found : await settleMembership(context, found);
  // Settling may have made the first member administrator (R1).
  const organization = found.settled
    ? before
    : ((await context.models.Organization.findById(before._id).lean()) ?? before);
  const vocabulary = known ?? (await vocabularyOf(context, organization));
  const held = heldBy(context, { organization, membership, vocabulary });
  const direct = held.filter((one) => one.direct).map(({ role }) => role.key);
  const acts = [organization.status, membership.status, user.status].every((status) => status === 'active');
  return {
    membership,
    user,
    roles: membership.wasAdministrator ? [...new Set([...direct, 'admin'])].sort() : direct,
    groups: groupsOf(context, membership, vocabulary),
    held,
    effectiveRoles: acts ? held.map(({ role }) => role) : [],
  };
}

function groupsOf({ clock }: ServiceContext, { groups = [] }: Membership, vocabulary: OrganizationVocabulary) {
  const now = clock.now();
  return groups
    .flatMap(({ groupId, until }) => {
      const group = vocabulary.group(groupId);
      return group && !(until && until <= now) ? [{ group, ...(until ? { until } : {}) }] : [];
    })
    .sort((a, b) => (a.group.nameKey < b.group.nameKey ? -1 : 1));
}

/** Where a user is a member, `system` included, by slug. @param page all of them unless given */
export async function membershipsOf(
  context: ServiceContext,
  user: User,
  page: PageRequest = { limit: Number.POSITIVE_INFINITY },
): Promise<Page<MemberOverview & { organization: Organization }>> {
  const { models } = context;
  const memberships = await models.Membership.find({ userId: user._id, ...PRESENT }).lean();
  const organizations = await models.Organization.find({
    _id: { $in: memberships.map((one) => one.organizationId) },
  }).lean();
  const rows = memberships.flatMap((membership) => {
    const organization = organizations.find((one) => one._id === membership.organizationId);
    return organization ? [{ organization, membership }] : [];
  });
  const { data, nextCursor } = pageOfAll(rows, ({ organization }) => organization.slug, page);
  const shown = data.map(async ({ organization, membership }) => ({
    organization,
    ...(await overviewOf(context, organization, membership, user)),
  }));
  return { data: await Promise.all(shown), nextCursor };
}

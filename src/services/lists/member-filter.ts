/** Which members a list holds, as conditions with the index for each. */
import { liveRole } from '../../access/effective-roles.js';
import { invalid } from '../../lib/errors.js';
import { type SearchTerm, searchTerms } from '../../lib/words.js';
import type { KnownGroup, Membership, Organization, Role } from '../../models/index.js';
import type { MembershipStatus } from '../../models/membership.js';
import { ADMIN_ROLE_ID, isRoleId } from '../../models/role.js';
import type { CatalogSnapshot } from '../catalog.js';
import { nameKey } from '../change-group.js';
import { heldBy } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { isSingle } from '../rules-of-roles.js';
import { type OrganizationVocabulary, vocabularyOf } from '../vocabulary.js';
import type { Branch, OrderField } from './ordered.js';
import { matching } from './search.js';

export interface MemberFilter {
  /** Beginnings of words of the name, or of the e-mail address. */
  search?: string | undefined;
  /** A role that is held today, directly or by a group; by key or id. */
  role?: string | undefined;
  /** A group; by name or id. */
  group?: string | undefined;
  status?: MembershipStatus | undefined;
}

type Condition = Record<string, unknown>;

/** A filter as the store is asked it. */
export interface CompiledFilter {
  vocabulary: OrganizationVocabulary;
  /** What all have in common. */
  common: Condition;
  /** Undefined: not searched. */
  terms: SearchTerm[] | undefined;
  /** In order, without the search: each with its index. */
  branches(field: OrderField): Branch[];
  /** The same as one condition. */
  whole: Condition;
  /** Whether it is a role in a group that is asked for, or a word among either. */
  several: boolean;
  /** Whether the store finds those alone who belong to the list. */
  exact: boolean;
  /** Whether a member who was found belongs to the list: in single mode the store can't tell (R4). */
  holds(membership: Membership): boolean;
}

/** Who is there: those who were removed aren't, though their rows may still be. */
const STATUSES: readonly MembershipStatus[] = ['active', 'suspended'];

/** @throws RollcallError `invalid` for a role or group that isn't there */
export async function compileFilter(
  context: ServiceContext,
  organization: Organization,
  { search, role: roleReference, group: groupReference, status }: MemberFilter,
): Promise<CompiledFilter> {
  const catalog = await context.catalog.current();
  const vocabulary = await vocabularyOf(context, organization, catalog);
  const now = context.clock.now();
  const role = roleReference === undefined ? undefined : findRole(catalog, vocabulary, roleReference);
  const group = groupReference === undefined ? undefined : findGroup(vocabulary, groupReference);
  const common = { organizationId: organization._id, status: status ?? { $in: STATUSES } };
  const inGroup = group && inGroups([group._id], now);
  const ways = role && waysToHold(organization, vocabulary, role, standingFor(catalog, vocabulary, role), now);
  const anyWay = ways && { $or: ways.map((way) => way.filter) };
  const terms = search?.trim() ? searchTerms(search) : undefined;
  return {
    vocabulary,
    common: { ...common, ...inGroup, ...anyWay },
    terms,
    branches(field) {
      if (inGroup)
        return [{ filter: { ...common, ...inGroup, ...anyWay }, index: { 'groups.groupId': 1, [field]: 1 } }];
      if (!ways) return [{ filter: common, index: { organizationId: 1, status: 1, [field]: 1 } }];
      return ways.map(({ filter, few, by }) => ({
        filter: { ...common, ...filter },
        index: few ? by : { ...by, [field]: 1 },
        ...(few ? { few } : {}),
      }));
    },
    whole: { ...common, ...inGroup, ...anyWay, ...(terms?.length ? { $and: terms.map(matching) } : {}) },
    several: [role, group, terms].filter(Boolean).length > 1,
    exact: !role || !isSingle(organization),
    holds: (membership) =>
      !role ||
      !isSingle(organization) ||
      heldBy(context, { organization, membership, vocabulary }).some((held) => held.role._id === role._id),
  };
}

function findRole({ rolesByKey }: CatalogSnapshot, { roles, role }: OrganizationVocabulary, reference: string): Role {
  const own = [...roles.values()].find((one) => one.key === reference);
  const found = isRoleId(reference) ? role(reference) : (rolesByKey.get(reference) ?? own);
  if (found && !found.deleted) return found;
  throw invalid(`There is no role ${reference}.`, [{ path: 'role', message: 'is no role here' }]);
}

function findGroup({ groups, group }: OrganizationVocabulary, reference: string): KnownGroup {
  const key = nameKey(reference);
  const found = group(reference) ?? [...groups.values()].find((one) => one.nameKey === key);
  if (found) return found;
  throw invalid(`There is no group ${reference}.`, [{ path: 'group', message: 'is no group here' }]);
}

const inGroups = (ids: readonly string[], now: Date): Condition => ({
  groups: { $elemMatch: { groupId: { $in: ids }, until: { $not: { $lte: now } } } },
});

interface Way {
  filter: Condition;
  /** The index, without what it is sorted by. */
  by: Record<string, 1>;
  few?: boolean;
}

/** Every way in which a member can hold a role by now, as `heldRoles` computes it. */
/** @param ids by which the role is held */
function waysToHold(
  organization: Organization,
  vocabulary: OrganizationVocabulary,
  role: Role,
  ids: readonly string[],
  now: Date,
): Way[] {
  const { administrators } = organization;
  const bySeat: Way = {
    filter: { userId: { $in: administrators } },
    by: { organizationId: 1, userId: 1 },
    few: true,
  };
  const by = { 'roles.roleId': 1, organizationId: 1 } as const;
  if (isSingle(organization)) {
    if (role._id === ADMIN_ROLE_ID) return [bySeat];
    const direct: Way = { filter: { roles: { $elemMatch: { roleId: { $in: ids } } } }, by };
    const isDefault = liveRole(vocabulary.defaultRoleId ?? '', vocabulary.role)?._id === role._id;
    return isDefault ? [direct, { filter: { 'roles.roleId': { $exists: false } }, by }] : [direct];
  }
  // A seat is an `admin` without an end, and stands in the organization alone.
  const until = role._id === ADMIN_ROLE_ID ? { $gt: now } : { $not: { $lte: now } };
  const direct: Way = { filter: { roles: { $elemMatch: { roleId: { $in: ids }, until } } }, by };
  const carrying = groupsCarrying(vocabulary, role).map((group) => group._id);
  return [
    ...(role._id === ADMIN_ROLE_ID ? [bySeat] : []),
    direct,
    ...(carrying.length ? [{ filter: inGroups(carrying, now), by: { 'groups.groupId': 1 } as const }] : []),
  ];
}

/** The ids by which a role is held: its own, and those of deleted ones that it replaces (R5). */
const standingFor = (catalog: CatalogSnapshot, { roles, role }: OrganizationVocabulary, { _id }: Role): string[] => [
  _id,
  ...[...catalog.roles.keys(), ...roles.keys()].filter((id) => id !== _id && liveRole(id, role)?._id === _id),
];

/** The groups that give a role to everyone in them. */
export const groupsCarrying = ({ groups, role }: OrganizationVocabulary, { _id }: Role): KnownGroup[] =>
  [...groups.values()].filter((group) => group.roles.some((id) => liveRole(id, role)?._id === _id));

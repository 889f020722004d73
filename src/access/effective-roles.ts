/** A role as far as deciding needs it. */
export interface RoleFacts {
  _id: string;
  key: string;
  permissions: readonly string[];
  /** Management permissions, of roles that aren't built in. */
  management?: readonly string[] | undefined;
  /** Null or absent for an instance-wide role. */
  organizationId?: string | null;
  /** The role is gone; who is assigned to it holds the replacement instead, or nothing (R5). */
  deleted?: { replacement?: string | null } | undefined;
}

/** A group as far as deciding needs it. */
export interface GroupFacts {
  _id: string;
  name: string;
  /** Ids of the roles that it carries. */
  roles: readonly string[];
}

/** Where somebody stands in an organization: what effective roles are computed from (R3). */
export interface Standing {
  userId: string;
  organization: { administrators: readonly string[]; roleMode?: 'multiple' | 'single' | undefined };
  membership: {
    roles: readonly { roleId: string; until?: Date | undefined }[];
    groups?: readonly { groupId: string; until?: Date | undefined }[] | undefined;
    defaultRole?: string | undefined;
  };
}

/** What ids mean in an organization. */
export interface Vocabulary<R extends RoleFacts, G extends GroupFacts> {
  /** A role by its id, also one that is gone and left a mark. */
  role(id: string): R | undefined;
  group(id: string): G | undefined;
  /** The role `admin`, which without an end date the organization's document alone gives. */
  adminRoleId: string;
  /** What who has no role holds in single mode (R4). */
  defaultRoleId?: string | undefined;
}

/** An effective role and why it is held: directly, by groups, or both (R3). */
export interface HeldRole<R extends RoleFacts = RoleFacts, G extends GroupFacts = GroupFacts> {
  role: R;
  /** Present where it is held directly; `until` where that ends. */
  direct?: { until?: Date };
  /** The groups that give it; `until` where the membership in the group ends. */
  groups: { group: G; until?: Date }[];
}

/**
 * The effective roles with their origins, sorted by key and each once. Roles are computed, never copied (architecture 4). What has
 * expired by `now` counts for nothing (R12), nor does an id that nobody knows (R5).
 */
export function heldRoles<R extends RoleFacts, G extends GroupFacts>(
  standing: Standing,
  vocabulary: Vocabulary<R, G>,
  now: Date,
): HeldRole<R, G>[] {
  const held = new Map<string, HeldRole<R, G>>();
  const hold = (roleId: string) => {
    const role = liveRole(roleId, vocabulary.role);
    if (!role) return undefined;
    const present = held.get(role._id) ?? { role, groups: [] };
    held.set(role._id, present);
    return present;
  };
  if (standing.organization.roleMode === 'single') {
    const one = hold(singleRole(standing, vocabulary, now));
    if (one) one.direct = {};
  } else {
    for (const { roleId, until } of directAssignments(standing, vocabulary.adminRoleId, now)) {
      const one = hold(roleId);
      if (one) one.direct = later(one.direct, until);
    }
    for (const { groupId, until } of (standing.membership.groups ?? []).filter((one) => counts(one, now))) {
      const group = vocabulary.group(groupId);
      for (const roleId of group?.roles ?? [])
        if (group) hold(roleId)?.groups.push({ group, ...(until ? { until } : {}) });
    }
  }
  return [...held.values()].sort((a, b) => (a.role.key < b.role.key ? -1 : a.role.key > b.role.key ? 1 : 0));
}

/** The effective roles alone. */
export const effectiveRoles = <R extends RoleFacts, G extends GroupFacts>(
  standing: Standing,
  vocabulary: Vocabulary<R, G>,
  now: Date,
): R[] => heldRoles(standing, vocabulary, now).map(({ role }) => role);

const counts = ({ until }: { until?: Date | undefined }, now: Date) => !until || until.getTime() > now.getTime();

/** Of two assignments that come to one role, the one that lasts longer. */
function later(present: { until?: Date } | undefined, until: Date | undefined): { until?: Date } {
  if (!until || (present && !present.until)) return {};
  return { until: present?.until && present.until > until ? present.until : until };
}

/** What is held directly: a seat among the administrators, and what the membership says. An `admin` there without an end is no seat. */
function directAssignments({ userId, organization, membership }: Standing, adminRoleId: string, now: Date) {
  const assigned = membership.roles.filter((one) => counts(one, now) && !(one.roleId === adminRoleId && !one.until));
  return organization.administrators.includes(userId) ? [{ roleId: adminRoleId }, ...assigned] : assigned;
}

/**
 * R4: a seat, which is the organization's truth about who runs it; else what was assigned last, whatever a race stored besides; else the
 * default role.
 */
function singleRole<R extends RoleFacts, G extends GroupFacts>(
  standing: Standing,
  { adminRoleId, defaultRoleId, role }: Vocabulary<R, G>,
  now: Date,
): string {
  const direct = directAssignments(standing, adminRoleId, now);
  if (direct[0]?.roleId === adminRoleId && standing.organization.administrators.includes(standing.userId))
    return adminRoleId;
  const last = direct.findLast(({ roleId }) => liveRole(roleId, role) !== undefined);
  return last?.roleId ?? defaultRoleId ?? '';
}

/** Deleted roles that name one another in turn: nothing makes a circle, and nothing waits in one. */
const MOST_REPLACEMENTS = 100;

/** The role that an id stands for: its own, or where that is gone what replaces it (R5). */
export function liveRole<R extends RoleFacts>(id: string, roleById: (id: string) => R | undefined): R | undefined {
  let role = roleById(id);
  for (let step = 0; role?.deleted && step < MOST_REPLACEMENTS; step += 1)
    role = role.deleted.replacement ? roleById(role.deleted.replacement) : undefined;
  return role?.deleted ? undefined : role;
}

/** R9 without a requested role: the member's default role where it is held, else the first of the roles, else none. */
export function activeRole(
  { membership }: Pick<Standing, 'membership'>,
  roles: readonly RoleFacts[],
): string | undefined {
  const preferred = roles.find((role) => role._id === membership.defaultRole);
  return (preferred ?? roles[0])?.key;
}

/**
 * The permissions that the roles give, sorted, of those that an API declares. One that is `operatorsOnly` comes by an instance-wide role
 * alone: a custom role that has its key from before it was marked so doesn't give it (R15).
 */
export function permissionsFor(
  roles: readonly RoleFacts[],
  declared: readonly { key: string; operatorsOnly?: boolean }[],
): string[] {
  const byAny = new Set(roles.flatMap((role) => role.permissions));
  const byInstanceWide = new Set(roles.filter((role) => !role.organizationId).flatMap((role) => role.permissions));
  return declared
    .filter(({ key, operatorsOnly }) => (operatorsOnly ? byInstanceWide : byAny).has(key))
    .map(({ key }) => key)
    .sort();
}

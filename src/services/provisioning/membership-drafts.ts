/**
 * The memberships that a file names, as they are stored and as the steps of a plan will leave them: by keys and addresses, for what the
 * file makes has no id yet.
 */
import type { Membership } from '../../models/index.js';
import type { MembershipStatus } from '../../models/membership.js';
import { normalizeEmail } from '../create-user.js';
import { isSingle } from '../rules-of-roles.js';
import { isSeat } from '../set-member-roles.js';
import { canonical } from './differences.js';
import {
  type Named as Assigned,
  assigned,
  counting,
  groupsOfEntry,
  type MembershipEntry,
  type ProvisioningFile,
  rolesOfEntry,
} from './schema.js';
import { membershipKey, roleKey, type StoredState } from './state.js';

const ADMIN = 'admin';

export interface DraftOrganization {
  founded: boolean;
  /** Keys of the roles that who joins gets. */
  defaultRoles: readonly string[];
  /** While memberships are written: a switch to it comes after them (R4). */
  single: boolean;
}

/** A member as the steps so far will leave them. */
export interface Draft {
  status: MembershipStatus;
  /** Direct roles but an `admin` without an end. */
  roles: readonly Assigned[];
  groups: readonly Assigned[];
  /** Among the organization's administrators. */
  seat: boolean;
  /** An administrator whose seat waits for their return. */
  wasAdministrator: boolean;
  settled: boolean;
}

/** A membership that the file names, with all that deciding on it needs. */
export interface Named {
  path: string;
  slug: string;
  email: string;
  entry: MembershipEntry;
  stored: Membership | undefined;
  draft: Draft | undefined;
  userActive: boolean;
  roles: Assigned[] | undefined;
  groups: Assigned[] | undefined;
  organization: DraftOrganization;
}

export function namedMemberships(file: ProvisioningFile, state: StoredState): Named[] {
  const organizations = new Map<string, DraftOrganization>();
  const organizationOf = (slug: string) => {
    const present = organizations.get(slug);
    if (present) return present;
    const made = draftOrganization(file, state, slug);
    organizations.set(slug, made);
    return made;
  };
  return (file.users ?? []).flatMap((user, u) =>
    (user.memberships ?? []).map((entry, m): Named => {
      const email = normalizeEmail(user.email);
      const storedUser = state.users.get(email);
      const owner = state.organizations.get(entry.organization);
      const stored = owner && storedUser ? state.memberships.get(membershipKey(owner._id, storedUser._id)) : undefined;
      return {
        path: `users[${u}].memberships[${m}]`,
        slug: entry.organization,
        email,
        entry,
        stored,
        draft: stored && {
          status: stored.status === 'suspended' ? 'suspended' : 'active',
          roles: counting(
            stored.roles
              .filter((role) => !isSeat(role))
              .map(({ roleId, until }) => assigned(roleKey(state, stored.organizationId, roleId), until)),
            state.now,
          ),
          groups: counting(
            (stored.groups ?? []).map(({ groupId, until }) => assigned(groupName(state, stored, groupId), until)),
            state.now,
          ),
          seat: owner?.administrators.includes(stored.userId) ?? false,
          wasAdministrator: stored.wasAdministrator === true,
          settled: stored.settled,
        },
        // As stored: that the file enables or disables somebody is done at the end, and gives back or gives up seats by itself.
        userActive: (storedUser?.status ?? 'active') === 'active',
        roles: rolesOfEntry(entry, state.now),
        groups: groupsOfEntry(entry, state.now),
        organization: organizationOf(entry.organization),
      };
    }),
  );
}

const groupName = (state: StoredState, { organizationId }: Membership, id: string) =>
  [...(state.groups.get(organizationId)?.values() ?? [])].find((group) => group._id === id)?.name ?? id;

/** Without an end: a seat among the administrators. */
export const isAdministrator = ({ name, until }: Assigned) => name === ADMIN && !until;

function draftOrganization(file: ProvisioningFile, state: StoredState, slug: string): DraftOrganization {
  const stored = state.organizations.get(slug);
  const entry = (file.organizations ?? []).find((one) => one.slug === slug);
  return {
    founded: stored?.founded ?? false,
    single: stored ? isSingle(stored) && entry?.roleMode !== 'multiple' : entry?.roleMode === 'single',
    defaultRoles:
      entry?.defaultRoles ??
      stored?.defaultRoles?.map((id) => roleKey(state, stored._id, id)) ??
      file.defaultRoles ??
      state.defaultRoles,
  };
}

export const NEWCOMER: Draft = {
  status: 'active',
  roles: [],
  groups: [],
  seat: false,
  wasAdministrator: false,
  settled: false,
};

/** What joining gives (R1). Who is disabled founds nothing. */
export function joined(organization: DraftOrganization, userActive: boolean): Draft {
  const first = !organization.founded && userActive;
  organization.founded ||= first;
  const given = organization.defaultRoles.map((name) => ({ name }));
  return {
    ...NEWCOMER,
    settled: true,
    seat: first,
    roles: first ? [] : organization.single ? given.slice(0, 1) : given,
  };
}

/** As a plan shows them: a key, or with its end. */
export const shown = (list: readonly Assigned[], what: 'role' | 'group') =>
  list
    .map(({ name, until }) => (until ? { [what]: name, until } : name))
    .sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));

export function held(draft: Draft) {
  const admin = draft.seat || draft.wasAdministrator;
  const others = draft.roles.filter((role) => !(admin && role.name === ADMIN));
  return shown([...others, ...(admin ? [{ name: ADMIN }] : [])], 'role');
}

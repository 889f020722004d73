/**
 * Memberships in two passes over the whole file, so that administrators come before any goes: first the rows and the seats that are
 * taken, then the roles as the file says, and what goes with them. What a pass leaves is drafted here, by keys and addresses, as its
 * steps will leave it in the store.
 */
import type { Membership } from '../../models/index.js';
import type { MembershipStatus } from '../../models/membership.js';
import { nameKey } from '../change-group.js';
import { setMemberGroups } from '../change-member-group.js';
import { setMemberStatus } from '../change-status.js';
import { SYSTEM } from '../context.js';
import { normalizeEmail } from '../create-user.js';
import { insertMembership, joinOrganization } from '../join-organization.js';
import { isSingle } from '../rules-of-roles.js';
import { givingSeat } from '../seats.js';
import { isSeat, setMemberRoles } from '../set-member-roles.js';
import { canonical, changeEvent, differences } from './differences.js';
import type { Execution } from './execution.js';
import { type PropertyChange, propertiesOf, property, type Step } from './plan.js';
import {
  type Named as Assigned,
  groupsOfEntry,
  type MembershipEntry,
  type ProvisioningFile,
  rolesOfEntry,
} from './schema.js';
import { membershipKey, roleKey, type StoredState } from './state.js';

const ADMIN = 'admin';

interface DraftOrganization {
  founded: boolean;
  /** Keys of the roles that who joins gets. */
  defaultRoles: readonly string[];
  /** While memberships are written: a switch to it comes after them (R4). */
  single: boolean;
}

/** A member as the steps so far will leave them. */
interface Draft {
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
interface Named {
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

export function planMemberships(file: ProvisioningFile, state: StoredState): Step[] {
  const named = namedMemberships(file, state);
  return [...named.flatMap(arrival), ...named.flatMap((one) => settlement(one, state))];
}

function namedMemberships(file: ProvisioningFile, state: StoredState): Named[] {
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
          roles: stored.roles
            .filter((role) => !isSeat(role))
            .map(({ roleId, until }) => assigned(roleKey(state, stored.organizationId, roleId), until)),
          groups: (stored.groups ?? []).map(({ groupId, until }) => assigned(groupName(state, stored, groupId), until)),
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

const assigned = (name: string, until?: Date): Assigned => ({ name, ...(until ? { until: until.toISOString() } : {}) });

const groupName = (state: StoredState, { organizationId }: Membership, id: string) =>
  [...(state.groups.get(organizationId)?.values() ?? [])].find((group) => group._id === id)?.name ?? id;

/** Without an end: a seat among the administrators. */
const isAdministrator = ({ name, until }: Assigned) => name === ADMIN && !until;

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

/** First pass: the row, and the seat of an administrator who comes. */
function arrival(named: Named): Step[] {
  const { slug, email, entry, path, roles, organization, userActive } = named;
  const steps: Step[] = [];
  if (!named.draft) {
    named.draft = roles ? { ...NEWCOMER } : joined(organization);
    steps.push({
      path,
      verb: 'add',
      object: `${email} to ${slug}`,
      properties: roles ? [] : [property('roles', null, held(named.draft))],
      async run(execution) {
        const ids = await execution.member(slug, email);
        await execution.publish();
        if (roles) await insertMembership(execution.context, SYSTEM, ids.organizationId, ids.userId);
        else await joinOrganization(execution.context, SYSTEM, ids);
      },
    });
  }
  const { draft } = named;
  const active = (entry.status ?? draft.status) === 'active' && draft.status === 'active' && userActive;
  if (!active || !roles?.some(isAdministrator) || draft.seat) return steps;
  const before = held(draft);
  draft.seat = true;
  organization.founded = true;
  steps.push({
    path: `${path}.roles`,
    verb: 'make',
    object: `${email} an administrator of ${slug}`,
    properties: [property('roles', before, held(draft))],
    async run(execution) {
      const ids = await execution.member(slug, email);
      await givingSeat(execution.context, SYSTEM, ids, undefined, async () => {});
    },
  });
  return steps;
}

const NEWCOMER: Draft = {
  status: 'active',
  roles: [],
  groups: [],
  seat: false,
  wasAdministrator: false,
  settled: false,
};

/** What joining gives (R1). */
function joined(organization: DraftOrganization): Draft {
  const first = !organization.founded;
  organization.founded = true;
  const given = organization.defaultRoles.map((name) => ({ name }));
  return {
    ...NEWCOMER,
    settled: true,
    seat: first,
    roles: first ? [] : organization.single ? given.slice(0, 1) : given,
  };
}

/** As a plan shows them: a key, or with its end. */
const shown = (list: readonly Assigned[], what: 'role' | 'group') =>
  list
    .map(({ name, until }) => (until ? { [what]: name, until } : name))
    .sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));

function held(draft: Draft) {
  const admin = draft.seat || draft.wasAdministrator;
  const others = draft.roles.filter((role) => !(admin && role.name === ADMIN));
  return shown([...others, ...(admin ? [{ name: ADMIN }] : [])], 'role');
}

/** Second pass: reactivated members, roles as the file says, what goes with them; suspended last. */
function settlement(named: Named, state: StoredState): Step[] {
  const { entry } = named;
  const draft = named.draft as Draft;
  const steps: Step[] = [];
  if (entry.status === 'active' && draft.status === 'suspended') {
    steps.push(statusStep(named, 'active'));
    draft.status = 'active';
    draft.seat ||= draft.wasAdministrator;
    draft.wasAdministrator = false;
  }
  steps.push(...rolesStep(named, draft), ...groupsStep(named, draft), ...detailsStep(named, state));
  if (entry.status === 'suspended' && draft.status === 'active') steps.push(statusStep(named, 'suspended'));
  return steps;
}

function statusStep({ path, slug, email }: Named, status: MembershipStatus): Step {
  const before = status === 'active' ? 'suspended' : 'active';
  return {
    path: `${path}.status`,
    verb: status === 'active' ? 'reactivate' : 'suspend',
    object: `${email} in ${slug}`,
    properties: [property('status', before, status)],
    async run(execution) {
      await setMemberStatus(execution.context, SYSTEM, { ...(await execution.member(slug, email)), status });
    },
  };
}

function rolesStep({ path, slug, email, roles, userActive }: Named, draft: Draft): Step[] {
  if (!roles) return [];
  const before = held(draft);
  const after = shown([...new Map(roles.map((role) => [role.name, role])).values()], 'role');
  if (draft.settled && canonical(before) === canonical(after)) return [];
  return [
    {
      path: `${path}.roles`,
      verb: 'set',
      object: `the roles of ${email} in ${slug}`,
      properties: [property('roles', before, after)],
      run: (execution) => setRoles(execution, { slug, email, roles, userActive }),
    },
  ];
}

/** Somebody suspended or disabled holds no seat: that they are an administrator is kept for their return. */
async function setRoles(
  execution: Execution,
  { slug, email, roles, userActive }: { slug: string; email: string; roles: readonly Assigned[]; userActive: boolean },
): Promise<void> {
  const { context } = execution;
  const ids = await execution.member(slug, email);
  const membership = await context.models.Membership.findOne(ids).lean();
  if (membership?.status !== 'suspended' && userActive) {
    await setMemberRoles(context, SYSTEM, { ...ids, roles: await execution.assignments(slug, roles) });
    return;
  }
  const others = roles.filter((role) => !isAdministrator(role));
  await setMemberRoles(context, SYSTEM, { ...ids, roles: await execution.assignments(slug, others) });
  await context.models.Membership.updateOne(
    ids,
    roles.some(isAdministrator) ? { $set: { wasAdministrator: true } } : { $unset: { wasAdministrator: 1 } },
  );
}

function groupsStep({ path, slug, email, groups }: Named, draft: Draft): Step[] {
  if (!groups) return [];
  const folded = (list: readonly Assigned[]) =>
    shown(
      list.map((one) => ({ ...one, name: nameKey(one.name) })),
      'group',
    );
  if (canonical(folded(draft.groups)) === canonical(folded(groups))) return [];
  return [
    {
      path: `${path}.groups`,
      verb: 'set',
      object: `the groups of ${email} in ${slug}`,
      properties: [property('groups', shown(draft.groups, 'group'), shown(groups, 'group'))],
      async run(execution) {
        const ids = await execution.member(slug, email);
        await setMemberGroups(execution.context, SYSTEM, { ...ids, groups: await execution.groups(slug, groups) });
      },
    },
  ];
}

/** The default role and the metadata. */
function detailsStep({ path, slug, email, entry, stored }: Named, state: StoredState): Step[] {
  const before = {
    defaultRole: stored?.defaultRole && roleKey(state, stored.organizationId, stored.defaultRole),
    metadata: stored?.metadata,
  };
  const { defaultRole, metadata } = entry;
  const change = differences<{ defaultRole: string | null | undefined; metadata: object | undefined }>(before, {
    defaultRole,
    metadata,
  });
  if (Object.keys(change).length === 0) return [];
  const properties: PropertyChange[] = propertiesOf(before, change);
  return [
    {
      path,
      verb: 'change',
      object: `${email} in ${slug}`,
      properties,
      async run(execution) {
        const { context } = execution;
        const ids = await execution.member(slug, email);
        const [roleId] = change.defaultRole ? await execution.roleIds(slug, [change.defaultRole]) : [];
        const set = { ...(change.metadata ? { metadata } : {}), ...(roleId ? { defaultRole: roleId } : {}) };
        await context.models.Membership.updateOne(ids, {
          $set: { ...set, updatedAt: context.clock.now() },
          ...(change.defaultRole === null ? { $unset: { defaultRole: 1 } } : {}),
          $push: {
            pendingEvents: changeEvent(context, 'member.changed', ids.userId, change, ids.organizationId),
          },
        });
      },
    },
  ];
}

/**
 * Memberships in two passes over the whole file, so that administrators come before any goes: first the rows and the seats that are
 * taken, then the roles as the file says, and what goes with them. What a pass leaves is drafted (`membership-drafts.ts`).
 */
import type { MembershipStatus } from '../../models/membership.js';
import { nameKey } from '../change-group.js';
import { setMemberGroups } from '../change-member-group.js';
import { setMemberStatus } from '../change-member-status.js';
import { SYSTEM } from '../context.js';
import { insertMembership, joinOrganization } from '../join-organization.js';
import { givingSeat } from '../seats.js';
import { setMemberRoles } from '../set-member-roles.js';
import { canonical, changeEvent, differences } from './differences.js';
import type { Execution } from './execution.js';
import {
  type Draft,
  held,
  isAdministrator,
  joined,
  type Named,
  NEWCOMER,
  namedMemberships,
  shown,
} from './membership-drafts.js';
import { type PropertyChange, propertiesOf, property, type Step } from './plan.js';
import type { Named as Assigned, ProvisioningFile } from './schema.js';
import { roleKey, type StoredState } from './state.js';

export function planMemberships(file: ProvisioningFile, state: StoredState): Step[] {
  const named = namedMemberships(file, state);
  return [...named.flatMap(arrival), ...named.flatMap((one) => settlement(one, state))];
}

/** First pass: the row, and the seat of an administrator who comes. */
function arrival(named: Named): Step[] {
  const { slug, email, entry, path, roles, organization, userActive } = named;
  const steps: Step[] = [];
  if (!named.draft) {
    named.draft = roles ? { ...NEWCOMER } : joined(organization, userActive);
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
      async run(execution) {
        await setRoles(execution, { slug, email, roles, userActive });
      },
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
  const wasAdministrator = roles.some(isAdministrator);
  const kept = changeEvent(context, 'member.changed', ids.userId, { wasAdministrator }, ids.organizationId);
  await context.models.Membership.updateOne(ids, {
    ...(wasAdministrator ? { $set: { wasAdministrator } } : { $unset: { wasAdministrator: 1 } }),
    $push: { pendingEvents: kept },
  });
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

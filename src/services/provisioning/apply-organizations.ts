import type { Organization } from '../../models/index.js';
import { changeOrganization, type OrganizationChange } from '../change-organization.js';
import { SYSTEM } from '../context.js';
import { createOrganization } from '../create-organization.js';
import { isSingle } from '../rules-of-roles.js';
import { planGroup } from './apply-groups.js';
import { planRole } from './apply-roles.js';
import { differences } from './differences.js';
import { propertiesOf, property, type Step } from './plan.js';
import type { OrganizationEntry } from './schema.js';
import { roleKey, type StoredState } from './state.js';

/** The organization, then its own roles, then what may refer to those. */
export function planOrganization(state: StoredState, entry: OrganizationEntry, path: string): Step[] {
  const { slug } = entry;
  const stored = state.organizations.get(slug);
  const custom = stored ? state.customRoles.get(stored._id) : undefined;
  const roles = (entry.roles ?? []).flatMap((role, index) =>
    planRole(`${path}.roles[${index}]`, slug, custom?.get(role.key), role),
  );
  const groups = (entry.groups ?? []).flatMap((group, index) =>
    planGroup(state, slug, group, `${path}.groups[${index}]`),
  );
  const made = stored ? [...roles, ...groups] : [creation(entry, path), ...roles, ...groups];
  const change = stored ? differences<Organization>(withDefaults(stored), propertiesSaid(entry, stored)) : {};
  // To several roles for each first, so that what follows may give them.
  const first = change.roleMode
    ? [
        changing(
          slug,
          path,
          [property('roleMode', stored?.roleMode, change.roleMode)],
          { roleMode: change.roleMode },
          undefined,
        ),
      ]
    : [];
  delete change.roleMode;
  const steps = [...first, ...made];
  const before = stored?.defaultRoles?.map((id) => roleKey(state, stored._id, id));
  const wanted = entry.defaultRoles && [...new Set(entry.defaultRoles)];
  const defaultRoles = wanted && JSON.stringify(before) !== JSON.stringify(wanted) ? wanted : undefined;
  if (Object.keys(change).length === 0 && !defaultRoles) return steps;
  const properties = propertiesOf(stored, change);
  if (defaultRoles) properties.push(property('defaultRoles', before, defaultRoles));
  return [...steps, changing(slug, path, properties, change, defaultRoles)];
}

/** Single mode is turned on when the members' roles are as the file says: see `planSingleMode`. */
const propertiesSaid = (
  { name, status, joinPolicy, joinRequests, revokeOnDowngrade, roleMode, metadata }: OrganizationEntry,
  stored?: Organization,
): Partial<Organization> => ({
  name,
  ...(status ? { status } : {}),
  ...(joinPolicy ? { joinPolicy } : {}),
  ...(joinRequests === undefined ? {} : { joinRequests }),
  ...(metadata ? { metadata } : {}),
  ...(revokeOnDowngrade === undefined ? {} : { revokeOnDowngrade }),
  ...(roleMode && (roleMode === 'multiple' || !stored) ? { roleMode } : {}),
});

/** An organization's own properties at their defaults, which aren't stored where nobody has set them. */
const withDefaults = (stored: Organization): Partial<Organization> => ({
  ...stored,
  // Its administrators get it back, which they don't where a file has it suspended.
  ...(stored.deletion && !stored.deletion.barred ? { status: undefined } : {}),
  roleMode: stored.roleMode ?? 'multiple',
  revokeOnDowngrade: stored.revokeOnDowngrade ?? false,
  joinRequests: stored.joinRequests ?? false,
});

/** After everything that makes it possible (R4). */
export function planSingleMode(state: StoredState, entry: OrganizationEntry, path: string): Step[] {
  const stored = state.organizations.get(entry.slug);
  if (entry.roleMode !== 'single' || !stored || isSingle(stored)) return [];
  const properties = [property('roleMode', stored.roleMode ?? 'multiple', 'single')];
  return [changing(entry.slug, path, properties, { roleMode: 'single' }, undefined)];
}

function creation(entry: OrganizationEntry, path: string): Step {
  const said = propertiesSaid(entry) as Partial<Organization> & { name: string };
  return {
    path,
    verb: 'create',
    object: `the organization ${entry.slug}`,
    properties: propertiesOf(undefined, said),
    async run({ context }) {
      await createOrganization(context, SYSTEM, { slug: entry.slug, ...said });
    },
  };
}

function changing(
  slug: string,
  path: string,
  properties: Step['properties'],
  change: OrganizationChange,
  defaultRoles: readonly string[] | undefined,
): Step {
  return {
    path,
    verb: 'change',
    object: `the organization ${slug}`,
    properties,
    async run(execution) {
      await changeOrganization(execution.context, SYSTEM, await execution.organization(slug), {
        ...change,
        ...(defaultRoles ? { defaultRoles: await execution.roleIds(slug, defaultRoles) } : {}),
      });
    },
  };
}

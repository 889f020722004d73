import type { Organization } from '../../models/index.js';
import { changeOrganization, type OrganizationChange } from '../change-organization.js';
import { SYSTEM } from '../context.js';
import { createOrganization } from '../create-organization.js';
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
  const steps = stored ? roles : [creation(entry, path), ...roles];
  const change = stored ? differences<Organization>(stored, propertiesSaid(entry)) : {};
  const before = stored?.defaultRoles?.map((id) => roleKey(state, stored._id, id));
  const defaultRoles =
    entry.defaultRoles && JSON.stringify(before) !== JSON.stringify(entry.defaultRoles)
      ? entry.defaultRoles
      : undefined;
  if (Object.keys(change).length === 0 && !defaultRoles) return steps;
  const properties = propertiesOf(stored, change);
  if (defaultRoles) properties.push(property('defaultRoles', before, defaultRoles));
  return [...steps, changing(slug, path, properties, change, defaultRoles)];
}

const propertiesSaid = ({ name, status, joinPolicy, metadata }: OrganizationEntry): Partial<Organization> => ({
  name,
  ...(status ? { status } : {}),
  ...(joinPolicy ? { joinPolicy: joinPolicy as Organization['joinPolicy'] } : {}),
  ...(metadata ? { metadata } : {}),
});

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

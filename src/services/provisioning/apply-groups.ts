import type { Group } from '../../models/index.js';
import { changeGroup, createGroup, nameKey } from '../change-group.js';
import { SYSTEM } from '../context.js';
import { canonical, differences } from './differences.js';
import { propertiesOf, property, type Step } from './plan.js';
import type { GroupEntry } from './schema.js';
import { roleKey, type StoredState } from './state.js';

/** A group of an organization, with the roles that it carries. Groups are told apart by their names as they are compared. */
export function planGroup(state: StoredState, slug: string, entry: GroupEntry, path: string): Step[] {
  const organization = state.organizations.get(slug);
  const stored = organization && state.groups.get(organization._id)?.get(nameKey(entry.name));
  const { roles: wanted, ...said } = entry;
  const change = differences<Group>(stored ?? {}, said);
  const before = stored?.roles.map((id) => roleKey(state, stored.organizationId, id)).sort();
  const after = wanted && [...new Set(wanted)].sort();
  const roles = after && canonical(before ?? []) !== canonical(after) ? after : undefined;
  if (stored && Object.keys(change).length === 0 && !roles) return [];
  const properties = propertiesOf(stored, change);
  if (roles) properties.push(property('roles', before, roles));
  return [
    {
      path,
      verb: stored ? 'change' : 'create',
      object: `the group ${entry.name} of ${slug}`,
      properties,
      async run(execution) {
        const { context } = execution;
        await execution.publish();
        const ids = roles && (await execution.roleIds(slug, roles));
        const values = { ...change, ...(ids ? { roles: ids } : {}) };
        if (stored) await changeGroup(context, SYSTEM, stored, values);
        else {
          const { _id } = await execution.organization(slug);
          await createGroup(context, SYSTEM, _id, { ...values, name: entry.name });
        }
      },
    },
  ];
}

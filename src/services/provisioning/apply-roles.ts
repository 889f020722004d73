import { RollcallError } from '../../lib/errors.js';
import type { Role } from '../../models/index.js';
import { setInstanceDefaultRoles } from '../change-instance.js';
import { SYSTEM } from '../context.js';
import { insertRole, type RoleChange, splitPermissions, updateRole } from '../save-role.js';
import { canonical, differences } from './differences.js';
import type { Execution } from './execution.js';
import { type Instead, propertiesOf, property, type Step } from './plan.js';
import type { RoleEntry } from './schema.js';
import type { StoredState } from './state.js';

/** @param slug the organization whose own role it is; null for an instance-wide one. */
export function planRole(
  path: string,
  slug: string | null,
  stored: Role | undefined,
  { key, ...wanted }: RoleEntry,
): Step[] {
  const change = changeOf(stored, wanted);
  if (stored && Object.keys(change).length === 0) return [];
  return [
    {
      path,
      verb: stored ? 'change' : 'create',
      object: slug === null ? `the role ${key}` : `the role ${key} of ${slug}`,
      properties: propertiesOf(stored, change),
      async run(execution) {
        if (slug === null) execution.catalogChanges();
        if (!stored) return create(execution, slug, { key, ...wanted });
        await updateRole(execution.context, SYSTEM, stored, written(change));
        return undefined;
      },
    },
  ];
}

type RoleValues = Omit<RoleEntry, 'key'>;

/** A role as a file has it: one list of permissions, in whatever order. */
function changeOf(stored: Role | undefined, wanted: RoleValues): RoleValues {
  if (!stored) return differences<RoleValues>({}, wanted);
  const permissions = [...stored.permissions, ...(stored.management ?? [])];
  const same = wanted.permissions && canonical([...permissions].sort()) === canonical([...wanted.permissions].sort());
  return differences<RoleValues>(
    { ...(stored as RoleValues), permissions },
    { ...wanted, ...(same ? { permissions } : {}) },
  );
}

/** As it is stored. */
function written({ permissions, ...values }: RoleValues): RoleChange {
  return { ...(values as RoleChange), ...(permissions ? splitPermissions(permissions) : {}) };
}

async function create(
  execution: Execution,
  slug: string | null,
  { key, ...wanted }: RoleEntry,
): Promise<Instead | undefined> {
  const { context } = execution;
  const organizationId = slug === null ? null : (await execution.organization(slug))._id;
  try {
    await insertRole(context, SYSTEM, { key, ...written(wanted), name: wanted.name ?? key, organizationId });
    return undefined;
  } catch (error) {
    if (!(error instanceof RollcallError) || error.code !== 'role_taken' || organizationId !== null) throw error;
    // Servers that start together apply one file at once: an instance-wide role that another has just made is as good. Where there is
    // none, it is an organization's own role that has the key (R5).
    const theirs = await context.models.Role.findOne({ organizationId, key }).lean();
    if (!theirs) throw error;
    const change = changeOf(theirs, wanted);
    if (Object.keys(change).length === 0) return { verb: null };
    await updateRole(context, SYSTEM, theirs, written(change));
    return { verb: 'change' };
  }
}

/** The roles of who joins an organization that sets none. */
export function planDefaultRoles(state: StoredState, said: readonly string[]): Step[] {
  const keys = [...new Set(said)];
  if (JSON.stringify(state.defaultRoles) === JSON.stringify(keys)) return [];
  return [
    {
      path: 'defaultRoles',
      verb: 'change',
      object: 'the default roles',
      properties: [property('defaultRoles', state.defaultRoles, keys)],
      async run(execution) {
        await execution.publish();
        await setInstanceDefaultRoles(execution.context, SYSTEM, await execution.roleIds(null, keys));
      },
    },
  ];
}

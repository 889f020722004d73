import { type Actor, managementOf, mayGive } from '../access/can.js';
import { isGrantable, isManagementPermission, type ManagementPermission } from '../access/statements.js';
import { forbidden, invalid, RollcallError, stale } from '../lib/errors.js';
import { ROLE_KEY } from '../lib/patterns.js';
import type { Role } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { findRole } from './find-role.js';
import { requirePermission } from './require.js';
import { beyondRights } from './rules-of-roles.js';
import { insertRole, type NewRole, type RoleChange, updateRole } from './save-role.js';

/**
 * Makes a role: an instance-wide one, or an organization's own (R5).
 * @throws RollcallError `role_taken`, `too_many_roles`, `invalid`, `forbidden`
 */
export async function createRole(context: ServiceContext, actor: Actor, input: NewRole): Promise<Role> {
  const { key, name, description, organizationId } = input;
  requireRight(actor, organizationId);
  if (!ROLE_KEY.test(key))
    throw invalid('A role’s key has 1 to 63 lower-case letters, digits, _ and -, beginning with a letter.');
  checkName(name);
  const permissions = await takePermissions(context, actor, organizationId, input.permissions ?? []);
  await insertRole(context, actor, { key, name: name.trim(), description, organizationId, ...permissions });
  if (organizationId === null) await context.catalog.changed();
  return findRole(context, organizationId, key);
}

/**
 * Changes name, description and permissions of a role; its key never changes.
 * @param change `permissions` are all that it then carries
 * @param options `revision`: only while it has this one
 * @throws RollcallError `invalid`, `stale`, `forbidden`
 */
export async function changeRole(
  context: ServiceContext,
  actor: Actor,
  role: Role,
  change: Partial<Pick<NewRole, 'name' | 'description' | 'permissions'>>,
  options: { revision?: number | undefined } = {},
): Promise<Role> {
  requireRight(actor, role.organizationId);
  const { name, description, permissions } = change;
  if (name !== undefined) checkName(name);
  const values: RoleChange = {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(description === undefined ? {} : { description }),
  };
  await (permissions
    ? changePermissions(context, actor, role, permissions, values, options)
    : updateRole(context, actor, role, values, options));
  if (role.organizationId === null) await context.catalog.changed();
  return findRole(context, role.organizationId, role._id);
}

/** How often a change is computed anew where somebody else was faster. */
const ATTEMPTS = 5;

/**
 * What the role carries already its author needn't have, so that the change is made to what was looked at alone: else it would put back
 * what somebody has taken out meanwhile.
 */
async function changePermissions(
  context: ServiceContext,
  actor: Actor,
  role: Role,
  permissions: readonly string[],
  values: RoleChange,
  options: { revision?: number | undefined },
): Promise<void> {
  let present = role;
  if (options.revision !== undefined && options.revision !== (present.revision ?? 0)) {
    // Who asks may have read it later than whom it was read for here.
    present = await findRole(context, role.organizationId, role._id);
    if (options.revision !== (present.revision ?? 0)) throw stale();
  }
  for (let attempt = 1; ; attempt += 1) {
    const carried = await takePermissions(context, actor, role.organizationId, permissions, present);
    const revision = options.revision ?? present.revision ?? 0;
    try {
      return await updateRole(context, actor, present, { ...values, ...carried }, { revision });
    } catch (error) {
      const beaten = error instanceof RollcallError && error.code === 'stale' && options.revision === undefined;
      if (!beaten || attempt === ATTEMPTS) throw error;
    }
    present = await findRole(context, role.organizationId, role._id);
  }
}

function requireRight(actor: Actor, organizationId: string | null): void {
  if (organizationId === null) requirePermission(actor, 'instance:roles');
  else requirePermission(actor, 'roles:write', organizationId);
}

function checkName(name: string): void {
  if (!name.trim() || [...name].length > 200) throw invalid('A role’s name has 1 to 200 characters.');
}

/**
 * What a role can carry (R15): of the management permissions its author puts in and takes out those that they have, never the instance's; of
 * an API's in a custom role those that aren't for operators' roles. What a built-in role carries of the first is fixed.
 */
async function takePermissions(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string | null,
  permissions: readonly string[],
  role?: Role,
): Promise<RoleChange> {
  const unique = [...new Set(permissions)];
  const management = unique.filter(isManagementPermission);
  const ofApis = unique.filter((key) => !isManagementPermission(key));
  const declared = ofApis.length ? (await models.Api.find().lean()).flatMap((api) => api.permissions) : [];
  for (const key of ofApis) {
    const matching = declared.filter((permission) => permission.key === key);
    if (matching.length === 0) throw invalid(`No API declares the permission ${key}.`);
    if (organizationId !== null && matching.some((permission) => permission.operatorsOnly))
      throw invalid(`The permission ${key} is for operators’ roles only.`);
  }
  const present = role ? managementOf(role) : new Set<ManagementPermission>();
  const builtIn = role && managementOf({ key: role.key, organizationId: role.organizationId }).size > 0;
  if (builtIn) {
    if (management.length && !management.every((key) => present.has(key)))
      throw invalid(`What ${role.key} may do here is fixed. Make a role of your own for more.`);
    return { permissions: ofApis };
  }
  const impossible = management.find((key) => !isGrantable(key));
  if (impossible) throw invalid(`No role can carry the permission ${impossible}.`);
  const added = management.filter((key) => !present.has(key));
  if (!mayGive(actor, added, { organizationId }))
    throw forbidden('You can’t give a role permissions that you don’t have yourself.');
  const taken = [...present].filter((key) => !management.includes(key));
  if (role && !mayGive(actor, taken, { organizationId })) throw beyondRights(role);
  return { permissions: ofApis, management };
}

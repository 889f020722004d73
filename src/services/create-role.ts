import { type Actor, can } from '../access/can.js';
import { forbidden, invalid } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { findRole } from './find-role.js';
import { insertRole, type NewRole, type RoleChange, updateRole } from './save-role.js';

const KEY = /^[a-z][a-z0-9_-]{0,62}$/;

/**
 * Makes a role: an instance-wide one, or an organization's own (R5).
 * @throws RollcallError `role_taken`, `invalid`, `forbidden`
 */
export async function createRole(context: ServiceContext, actor: Actor, input: NewRole): Promise<Role> {
  requireRight(actor, input.organizationId);
  if (!KEY.test(input.key))
    throw invalid('A role’s key has 1 to 63 lower-case letters, digits, _ and -, beginning with a letter.');
  await check(context, input.organizationId, input);
  await insertRole(context, actor, { ...input, name: input.name.trim() });
  if (input.organizationId === null) await context.catalog.changed();
  return findRole(context, input.organizationId, input.key);
}

/**
 * Changes name, description and permissions of a role; its key never changes.
 * @throws RollcallError `invalid`, `forbidden`
 */
export async function changeRole(context: ServiceContext, actor: Actor, role: Role, change: RoleChange): Promise<Role> {
  requireRight(actor, role.organizationId);
  await check(context, role.organizationId, change);
  await updateRole(context, actor, role, change);
  if (role.organizationId === null) await context.catalog.changed();
  return { ...role, ...change };
}

function requireRight(actor: Actor, organizationId: string | null): void {
  const may = organizationId === null ? can(actor, 'instance:roles') : can(actor, 'roles:write', { organizationId });
  if (!may) throw forbidden();
}

/** A custom role carries only permissions that aren't for operators' roles (R15). */
async function check(
  { models }: ServiceContext,
  organizationId: string | null,
  { name, permissions = [] }: { name?: string; permissions?: readonly string[] | undefined },
): Promise<void> {
  if (name !== undefined && (!name.trim() || [...name].length > 200))
    throw invalid('A role’s name has 1 to 200 characters.');
  if (permissions.length === 0) return;
  const declared = (await models.Api.find().lean()).flatMap((api) => api.permissions);
  for (const key of permissions) {
    const matching = declared.filter((permission) => permission.key === key);
    if (matching.length === 0) throw invalid(`No API declares the permission ${key}.`);
    if (organizationId !== null && matching.some((permission) => permission.operatorsOnly))
      throw invalid(`The permission ${key} is for operators’ roles only.`);
  }
}

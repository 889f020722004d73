import { type Actor, can } from './can.js';
import { INSTANCE_PERMISSIONS, type ManagementPermission, ORGANIZATION_PERMISSIONS } from './statements.js';

/** Every management permission and what it allows: what the management API declares. */
export const MANAGEMENT_PERMISSIONS: Readonly<Record<ManagementPermission, string>> = {
  ...ORGANIZATION_PERMISSIONS,
  ...INSTANCE_PERMISSIONS,
};

const keys = Object.keys(MANAGEMENT_PERMISSIONS) as ManagementPermission[];

export const isManagementPermission = (key: string): key is ManagementPermission =>
  Object.hasOwn(MANAGEMENT_PERMISSIONS, key);

/** What an actor may do in an organization, an instance's permissions included, sorted by key. */
export const managementPermissionsOf = (actor: Actor, organizationId: string): ManagementPermission[] =>
  keys.filter((key) => can(actor, key, { organizationId })).sort();

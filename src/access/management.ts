import { type Actor, can } from './can.js';
import { INSTANCE_PERMISSIONS, type ManagementPermission, ORGANIZATION_PERMISSIONS } from './statements.js';

/** Every management permission and what it allows: what the management API declares. */
export const MANAGEMENT_PERMISSIONS: Readonly<Record<ManagementPermission, string>> = {
  ...ORGANIZATION_PERMISSIONS,
  ...INSTANCE_PERMISSIONS,
};

const keys = Object.keys(MANAGEMENT_PERMISSIONS) as ManagementPermission[];

/** What an actor may do in an organization, an instance's permissions included, sorted by key. */
export const managementPermissionsOf = (actor: Actor, organizationId: string): ManagementPermission[] =>
  keys.filter((key) => can(actor, key, { organizationId })).sort();

/**
 * Somebody who acts through what carries no more than this, as an application's token does: not even what they give to others goes
 * beyond it (R15).
 */
export function limitedTo(actor: Actor, carried: ReadonlySet<ManagementPermission>): Actor {
  const within = (held: ReadonlySet<ManagementPermission>) => new Set([...held].filter((key) => carried.has(key)));
  if (actor.kind === 'system') return actor;
  if (actor.kind === 'application') return { ...actor, permissions: within(actor.permissions) };
  const permissions = new Map([...actor.permissions].map(([id, held]) => [id, within(held)]));
  return { ...actor, permissions, ...(actor.operator ? { operator: within(actor.operator) } : {}) };
}

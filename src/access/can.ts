import {
  BUILT_IN_ROLES,
  INSTANCE_PERMISSIONS,
  type InstancePermission,
  type ManagementPermission,
  SYSTEM_ORGANIZATION,
} from './statements.js';

/**
 * Who acts: the server itself (a provisioning file, the command), a machine's application by the management permissions that an operator
 * allowed it, or a user by today's roles.
 */
export type Actor =
  | { kind: 'system' }
  | { kind: 'application'; applicationId: string; permissions: ReadonlySet<ManagementPermission> }
  | {
      kind: 'user';
      userId: string;
      /** Today's effective role keys by organization id; never what a token says. */
      roles: ReadonlyMap<string, readonly string[]>;
      /** The id of the organization `system`, where its roles carry the instance's permissions. */
      systemOrganizationId?: string;
    };

/** What is acted on. Without an organization it belongs to the instance. */
export interface Target {
  organizationId?: string;
}

/** The only judge: true where one of the actor's roles in the target's organization carries the permission. */
export function can(actor: Actor, action: ManagementPermission, target: Target = {}): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'application') return actor.permissions.has(action);
  if (Object.hasOwn(INSTANCE_PERMISSIONS, action)) return isOperator(actor, action as InstancePermission);
  if (!target.organizationId) return false;
  const roles = actor.roles.get(target.organizationId) ?? [];
  return roles.some((key) => BUILT_IN_ROLES.get(key)?.has(action) ?? false);
}

function isOperator(actor: Extract<Actor, { kind: 'user' }>, _action: InstancePermission): boolean {
  if (!actor.systemOrganizationId) return false;
  return can(actor, 'settings:write', { organizationId: actor.systemOrganizationId });
}

export { SYSTEM_ORGANIZATION };

import {
  BUILT_IN_ROLES,
  isGrantable,
  isInstancePermission,
  type ManagementPermission,
  OPERATOR,
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
      /** What today's effective roles carry, by organization id; never what a token says. */
      permissions: ReadonlyMap<string, ReadonlySet<ManagementPermission>>;
      /** An operator's, who reaches every organization (R14). */
      operator?: ReadonlySet<ManagementPermission>;
    };

/** What is acted on. Without an organization it belongs to the instance. */
export interface Target {
  organizationId?: string | null;
}

/** A role as far as its management permissions go. */
interface ManagingRole {
  key: string;
  management?: readonly string[] | undefined;
  /** Null or absent for an instance-wide role; those with the keys of the built-in ones are the built-in ones. */
  organizationId?: string | null;
}

/** The only judge: whether the actor holds the permission in the target's organization, or in the whole instance. */
export function can(actor: Actor, action: ManagementPermission, { organizationId }: Target = {}): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'application') return actor.permissions.has(action);
  if (actor.operator?.has(action)) return true;
  if (isInstancePermission(action) || !organizationId) return false;
  return actor.permissions.get(organizationId)?.has(action) ?? false;
}

/** The management permissions that a role carries in an organization. */
export function managementOf(role: ManagingRole): ReadonlySet<ManagementPermission> {
  const builtIn = role.organizationId ? undefined : BUILT_IN_ROLES.get(role.key);
  return builtIn ?? new Set((role.management ?? []).filter(isGrantable));
}

/** What roles together carry. */
export const managementOfAll = (roles: readonly ManagingRole[]): ReadonlySet<ManagementPermission> =>
  new Set(roles.flatMap((role) => [...managementOf(role)]));

/** An operator's permissions, or undefined: whoever runs the organization `system` runs the instance. @param inSystem what their roles carry there */
export const operatorPermissions = (inSystem: ReadonlySet<ManagementPermission>) =>
  inSystem.has('administrators:write') ? OPERATOR : undefined;

/**
 * R15: whether the actor may give or take a role, or put these permissions into one: who lacks a management permission can't make it
 * anybody's, nor end it.
 */
export function mayGive(actor: Actor, carried: Iterable<ManagementPermission>, target: Target): boolean {
  for (const permission of carried) if (!can(actor, permission, target)) return false;
  return true;
}

/** Somebody who acts for themselves alone: joins, leaves, signs up. */
export const themselves = (userId: string): Actor => ({ kind: 'user', userId, permissions: new Map() });

export { SYSTEM_ORGANIZATION };

import type { Actor } from '../../access/can.js';
import { limitedTo, managementPermissionsOf } from '../../access/management.js';
import type { ManagementPermission } from '../../access/statements.js';
import type { BulkActor } from '../../models/bulk-operation.js';
import type { ServiceContext } from '../context.js';
import { loadActor } from '../load-actor.js';

export function describeActor(actor: Actor, organizationId: string): BulkActor {
  if (actor.kind === 'system') return { kind: 'system', permissions: [] };
  const id = actor.kind === 'user' ? actor.userId : actor.applicationId;
  return { kind: actor.kind, id, permissions: managementPermissionsOf(actor, organizationId) };
}

/**
 * Who an operation goes on as: by today's roles, or what the application is allowed today, and no further than they could when they applied it,
 * which their token may have limited.
 */
export async function actorToday(
  context: ServiceContext,
  { kind, id = '', permissions }: BulkActor,
  organizationId: string,
): Promise<Actor> {
  if (kind === 'system') return { kind };
  const then = new Set(permissions as ManagementPermission[]);
  if (kind === 'user') return limitedTo(await loadActor(context, id, organizationId), then);
  const allowed = (await context.machineToday?.(id)) ?? new Set<ManagementPermission>();
  return limitedTo({ kind, applicationId: id, permissions: allowed }, then);
}

import { type Actor, can } from '../access/can.js';
import type { ManagementPermission } from '../access/statements.js';
import { forbidden, notFound } from '../lib/errors.js';

/**
 * What a use case asks first. A person without the right learns nothing by it, not even that it is there (contract.md); a machine is told.
 * @param organizationId null: of the whole instance
 * @throws RollcallError `not_found`, `forbidden`
 */
export function requirePermission(
  actor: Actor,
  permission: ManagementPermission,
  organizationId: string | null = null,
): void {
  if (can(actor, permission, { organizationId })) return;
  throw actor.kind === 'user' && organizationId !== null ? notFound() : forbidden();
}

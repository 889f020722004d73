import type { Actor } from '../../access/can.js';
import { notFound } from '../../lib/errors.js';
import type { AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { requireReading } from './select-events.js';

/**
 * An event of an organization's log; another's is as unknown as one that isn't there (R13).
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function findEvent(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<AuditEvent> {
  requireReading(context, actor, { organizationId });
  const event = await context.models.AuditEvent.findById(id).lean<AuditEvent>();
  if (event?.organizationId !== organizationId) throw notFound();
  return event;
}

import type { AuditEvent } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import type { ServiceContext } from '../../src/services/context.js';

/** The events of the log that a filter matches, the oldest first; what still waits in the changed documents is moved there before. */
export async function eventsOf(services: ServiceContext, filter: object = {}): Promise<AuditEvent[]> {
  await moveEvents(services);
  return services.models.AuditEvent.find(filter).sort({ _id: 1 }).lean();
}

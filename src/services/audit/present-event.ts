import type { AuditEvent } from '../../models/index.js';

/** An event as whoever reads the log sees it, in the API and in an export. */
export const presentEvent = (event: AuditEvent) => ({
  id: event._id,
  time: event.time.toISOString(),
  organizationId: event.organizationId,
  number: event.number ?? null,
  action: event.action,
  actor: event.actor,
  subject: event.subject ?? null,
  parent: event.parent ?? null,
  before: event.before ?? null,
  after: event.after ?? null,
  requestId: event.requestId ?? null,
  address: event.address ?? null,
  userAgent: event.userAgent ?? null,
});

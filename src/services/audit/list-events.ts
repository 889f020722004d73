import type { Actor } from '../../access/can.js';
import type { AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { moveEvents } from './move-events.js';
import { type EventQuery, filterOf, requireReading } from './select-events.js';

/**
 * A page of events, the newest first. What somebody changed before they ask is there, at whichever process: it is moved to the log first,
 * and stands there before it is sealed.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function listEvents(
  context: ServiceContext,
  actor: Actor,
  query: EventQuery,
  { limit, after }: PageRequest,
): Promise<Page<AuditEvent>> {
  requireReading(context, actor, query);
  // What comes later is newer than the page before.
  if (after === undefined) await moveEvents(context, query.organizationId);
  const filter = filterOf(query);
  const ids = filter._id as { $lt?: string };
  const $lt = [after, ids.$lt].filter((one) => one !== undefined).sort()[0];
  const rows = await context.models.AuditEvent.find({ ...filter, _id: { ...ids, ...($lt && { $lt }) } })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean<AuditEvent[]>();
  return pageOf(rows, limit, ({ _id }) => _id);
}

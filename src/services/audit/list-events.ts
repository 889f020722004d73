import type { Actor } from '../../access/can.js';
import { invalid } from '../../lib/errors.js';
import type { AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { moveEvents } from './move-events.js';
import { type EventQuery, requireReading, within } from './select-events.js';

/** Where a page ended. */
interface Place {
  time: Date;
  id: string;
}

/** By time, which an index has behind each of the filters. Ids don't do: some are given to what happens later. */
const NEWEST_FIRST = { time: -1, _id: -1 } as const;

/**
 * A page of events, the newest first; of the same millisecond by their ids. What somebody changed before they ask is there, at whichever
 * process: it is moved to the log first, and stands there before it is sealed.
 * @throws RollcallError `invalid` for a cursor that isn't one, `not_found`, `forbidden`
 */
export async function listEvents(
  context: ServiceContext,
  actor: Actor,
  query: EventQuery,
  { limit, after }: PageRequest,
): Promise<Page<AuditEvent>> {
  requireReading(context, actor, query);
  const place = after === undefined ? undefined : placeIn(after);
  // What comes later is newer than the page before.
  if (!place) await moveEvents(context, query.organizationId);
  const read = (until: Date | undefined, at: object, most: number) =>
    context.models.AuditEvent.find({ ...within({ ...query, until }), ...at })
      .sort(NEWEST_FIRST)
      .limit(most)
      .lean<AuditEvent[]>();
  // Each of the two is a piece of the index: what is left of the millisecond, then what is older.
  const same = place ? await read(query.until, { time: place.time, _id: { $lt: place.id } }, limit + 1) : [];
  const missing = limit + 1 - same.length;
  const older = missing > 0 ? await read(earlier(query.until, place?.time), {}, missing) : [];
  return pageOf([...same, ...older], limit, ({ _id, time }) => `${time.getTime()} ${_id}`);
}

const earlier = (a: Date | undefined, b: Date | undefined) => (a && b ? (a < b ? a : b) : (a ?? b));

function placeIn(after: string): Place {
  const [, time, id] = /^(-?\d{1,16}) (evt_.+)$/.exec(after) ?? [];
  if (time !== undefined && id !== undefined) return { time: new Date(Number(time)), id };
  throw invalid('The cursor is not one of this query.', [{ path: 'cursor', message: 'is of another query' }]);
}

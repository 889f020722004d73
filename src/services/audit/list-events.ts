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
  /** Absent: nothing of that millisecond is left. */
  id: string | undefined;
}

/** By time, which an index has behind each of the filters. Ids don't do: some are given to what happens later. */
const NEWEST_FIRST = { time: -1, _id: -1 } as const;

/** Several actions are merged by the store, which would else guess that it finds them sooner among everything that happened. */
const BY_ACTION = { organizationId: 1, action: 1, time: 1, _id: 1 } as const;
const isOfKinds = ({ organizationId, action, actor, subject, parent }: EventQuery) =>
  organizationId !== undefined && Array.isArray(action) && [actor, subject, parent].every((one) => one === undefined);

/**
 * What a list without parts shows all the same: who became administrator. The event that it is a part of may be in another log, as where a user
 * is disabled, or was never made, as where a change was refused in its middle.
 */
const NEVER_FOLDED: readonly string[] = ['administrator.added', 'administrator.removed'];

/**
 * A page of events, the newest first; of the same millisecond by their ids. What somebody changed before they ask is there, at whichever
 * process: it is moved to the log first, and stands there before it is sealed.
 * @param page `soon`: what other processes have done in the last moments may be missing, and costs no look
 * @throws RollcallError `invalid` for a cursor that isn't one, `not_found`, `forbidden`
 */
export async function listEvents(
  context: ServiceContext,
  actor: Actor,
  query: EventQuery,
  { limit, after, soon = false }: PageRequest & { soon?: boolean },
): Promise<Page<AuditEvent>> {
  requireReading(context, actor, query);
  const place = after === undefined ? undefined : placeIn(after);
  // What comes later is newer than the page before.
  if (!place && (!soon || context.eventsWait?.() !== false)) await moveEvents(context, query.organizationId);
  const read = (one: EventQuery, more: object, most: number, order: Partial<typeof NEWEST_FIRST> = NEWEST_FIRST) => {
    const found = context.models.AuditEvent.find({ ...within(one), ...more })
      .sort(order)
      .limit(most);
    return (isOfKinds(one) ? found.hint(BY_ACTION) : found).lean<AuditEvent[]>();
  };
  // Each is a piece of an index: what is left of the millisecond, then what is older.
  const same = place?.id
    ? await read(withoutParent(query), { ...unfolded(query), time: place.time, _id: { $lt: place.id } }, limit + 1, {
        _id: -1,
      })
    : [];
  const missing = limit + 1 - same.length;
  const until = earlier(query.until, place?.time);
  const older =
    missing > 0 ? await Promise.all(branchesOf(query).map((one) => read({ ...one, until }, {}, missing))) : [];
  const rows = [...same, ...merged(older)].slice(0, limit + 1);
  const next = rows[limit];
  return pageOf(rows, limit, ({ _id, time }) =>
    next && next.time.getTime() < time.getTime() ? `${time.getTime()}` : `${time.getTime()} ${_id}`,
  );
}

const isFolded = ({ parent, action }: EventQuery) => parent === null && action === undefined;

/** The queries that find an answer together, each with its index. */
const branchesOf = (query: EventQuery): EventQuery[] =>
  isFolded(query) ? [query, { ...query, parent: undefined, action: NEVER_FOLDED }] : [query];

const withoutParent = (query: EventQuery): EventQuery => (isFolded(query) ? { ...query, parent: undefined } : query);

/** The same as one condition, for as little as a millisecond holds. */
const unfolded = (query: EventQuery) =>
  isFolded(query) ? { $or: [{ parent: null }, { action: { $in: NEVER_FOLDED } }] } : {};

/** Each once, the newest first. */
function merged(found: AuditEvent[][]): AuditEvent[] {
  if (found.length === 1) return found[0] ?? [];
  const each = new Map(found.flat().map((event) => [event._id, event]));
  return [...each.values()].sort((a, b) => b.time.getTime() - a.time.getTime() || (a._id < b._id ? 1 : -1));
}

const earlier = (a: Date | undefined, b: Date | undefined) => (a && b ? (a < b ? a : b) : (a ?? b));

function placeIn(after: string): Place {
  const [, time, id] = /^(-?\d{1,16})(?: (evt_.+))?$/.exec(after) ?? [];
  const moment = new Date(Number(time));
  // As many digits can also say a time that no date has.
  if (!Number.isNaN(moment.getTime())) return { time: moment, id };
  throw invalid('The cursor is not one of this query.', [{ path: 'cursor', message: 'is of another query' }]);
}

/** An export of the log: the oldest first, a batch at a time, so that memory holds one, however long the log is, and slow its reader. */
import type { Actor } from '../../access/can.js';
import type { AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { csvLine } from './csv.js';
import { moveEvents } from './move-events.js';
import { presentEvent } from './present-event.js';
import { type EventQuery, filterOf, requireReading } from './select-events.js';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The media types (RFC 4180; JSON Lines has none that is registered). */
export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
};

/** Events of a batch: one may be a third of a megabyte, of an object whose metadata was replaced. */
const BATCH = 32;
/** About so many characters are a piece. */
const PIECE = 64 * 1024;

/** A column for each member of an event. */
const COLUMNS: readonly (keyof ReturnType<typeof presentEvent>)[] = [
  'time',
  'id',
  'organizationId',
  'number',
  'action',
  'actor',
  'subject',
  'parent',
  'before',
  'after',
  'requestId',
  'address',
  'userAgent',
];

/**
 * The text of an export, in pieces. Who may is decided before the first of them, so that a refusal is one.
 * @throws RollcallError `not_found`, `forbidden`
 */
export function exportEvents(
  context: ServiceContext,
  actor: Actor,
  query: EventQuery,
  format: ExportFormat,
): AsyncGenerator<string> {
  requireReading(context, actor, query);
  const batches = batchesOf(context, query);
  return format === 'csv' ? piecesOf(batches, csvLineOf, csvLine(COLUMNS)) : piecesOf(batches, jsonLine);
}

async function* batchesOf(context: ServiceContext, query: EventQuery): AsyncGenerator<AuditEvent[]> {
  await moveEvents(context, query.organizationId);
  const filter = filterOf(query);
  for (let ids = filter._id as { $gt: string }; ; ) {
    const batch = await context.models.AuditEvent.find({ ...filter, _id: ids })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean<AuditEvent[]>();
    const last = batch.at(-1);
    if (!last) return;
    yield batch;
    ids = { ...ids, $gt: last._id };
  }
}

async function* piecesOf(
  batches: AsyncIterable<AuditEvent[]>,
  lineOf: (event: AuditEvent) => string,
  head = '',
): AsyncGenerator<string> {
  let piece = head;
  for await (const batch of batches)
    for (const event of batch) {
      piece += lineOf(event);
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
  if (piece) yield piece;
}

const jsonLine = (event: AuditEvent) => `${JSON.stringify(presentEvent(event))}\n`;

function csvLineOf(event: AuditEvent): string {
  const row = presentEvent(event);
  return csvLine(COLUMNS.map((column) => row[column]));
}

/** An export of the log: the oldest first, a batch at a time, so that memory holds one, however long the log is. */
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

const BATCH = 500;

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
 * The text of an export, in parts. Who may is decided before the first of them, so that a refusal is one.
 * @throws RollcallError `not_found`, `forbidden`
 */
export function exportEvents(
  context: ServiceContext,
  actor: Actor,
  query: EventQuery,
  format: ExportFormat,
): AsyncGenerator<string> {
  requireReading(context, actor, query);
  return format === 'csv' ? asCsv(batchesOf(context, query)) : asJsonLines(batchesOf(context, query));
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

async function* asJsonLines(batches: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  for await (const batch of batches) yield batch.map((event) => `${JSON.stringify(presentEvent(event))}\n`).join('');
}

async function* asCsv(batches: AsyncIterable<AuditEvent[]>): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const batch of batches) {
    const rows = batch.map(presentEvent);
    yield rows.map((row) => csvLine(COLUMNS.map((column) => row[column]))).join('');
  }
}

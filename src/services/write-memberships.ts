/** Writes the changes of several members by one command, each under its own condition. */
import type { AnyBulkWriteOperation } from 'mongodb';
import { batchedCalls } from '../lib/batched.js';
import type { PendingEvent } from '../models/event.js';
import type { Models } from '../models/index.js';

export interface MembershipWrite {
  /** Of the membership. */
  id: string;
  /** Of the event that the update holds. */
  eventId: string;
  filter: object;
  update: object;
}

/** @returns whether the filter matched, and so it is written */
export type MembershipWriter = (write: MembershipWrite) => Promise<boolean>;

/** Those who ask at the same moment are written together. */
export function writeTogether({ models }: { models: Models }): MembershipWriter {
  const gathered = batchedCalls((writes: readonly MembershipWrite[]) => writeAll(models, writes));
  return (write) => gathered.load(write);
}

async function writeAll(models: Models, writes: readonly MembershipWrite[]): Promise<boolean[]> {
  const { matchedCount } = await models.Membership.collection.bulkWrite(
    writes.map(({ filter, update }) => ({ updateOne: { filter, update } })) as AnyBulkWriteOperation[],
    { ordered: false, ignoreUndefined: true },
  );
  if (matchedCount === writes.length) return writes.map(() => true);
  const written = await writtenOf(models, writes);
  return writes.map(({ eventId }) => written.has(eventId));
}

/** The command counts only how many matched. Which did is told by the events: they wait in the membership, or are in the log already. */
async function writtenOf(models: Models, writes: readonly MembershipWrite[]): Promise<Set<string>> {
  const ids = writes.map(({ id }) => id);
  const rows = await models.Membership.find({ _id: { $in: ids } }, { pendingEvents: 1 }).lean<
    { pendingEvents?: PendingEvent[] }[]
  >();
  const wanted = new Set(writes.map(({ eventId }) => eventId));
  const waiting = rows.flatMap(({ pendingEvents = [] }) => pendingEvents.map(({ id }) => id));
  const logged = await models.AuditEvent.find({ _id: { $in: [...wanted] } }, { _id: 1 }).lean();
  return new Set([...waiting, ...logged.map(({ _id }) => _id)].filter((id) => wanted.has(id)));
}

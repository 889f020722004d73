/**
 * From the changed documents to the log. An event is inserted under its own id, where a second time changes nothing, and is then taken out
 * of its document: whoever dies in between leaves the second half to the next, and several at once do the same.
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Model } from 'mongoose';
import { RollcallError } from '../../lib/errors.js';
import type { PendingEvent } from '../../models/event.js';
import { allModels, type Models } from '../../models/index.js';
import { returnSeats } from '../change-user-status.js';
import { type ServiceContext, SYSTEM } from '../context.js';
import { copyToMemberships } from '../copies.js';
import { closeRequestsOfJoined } from '../join-requests/close.js';
import { noteRolesGiven } from '../mail/note-roles-given.js';
import { insertEvents, logged } from './insert-events.js';

/** A model whose documents may hold events that wait; of no particular one. */
// biome-ignore lint/suspicious/noExplicitAny: each noun's model has a type of its own
export type Changing = Model<any>;

/** A document with events that wait. */
interface Waiting {
  _id: string;
  pendingEvents: PendingEvent[];
  status?: string;
  createdAt?: Date;
}

/** So many documents are read in one go … */
const BATCH = 100;
/** … and so often before whoever asked is let go: what comes meanwhile is the next one's. */
const ROUNDS = 100;

/** Events have ids, so this finds all that wait, by the index that every such collection has. */
const WAITING = { 'pendingEvents.id': { $gt: '' } } as const;

/** Rows that were kept for their events alone (architecture 8), by model. */
const MARKS: Readonly<Record<string, Document>> = {
  Membership: { status: 'removed' },
  Consent: { status: 'removed' },
  Domain: { status: 'removed' },
};

/** What has to follow a change, by model: done once more here, in case whoever made the change died before it had done so. */
const FOLLOWING: Readonly<Record<string, (context: ServiceContext, changed: readonly Waiting[]) => Promise<void>>> = {
  async User(context, changed) {
    const copied = changed.filter(({ pendingEvents }) => pendingEvents.some(({ action }) => COPIED_AFTER.has(action)));
    for (const { _id } of copied) await copyToMemberships(context, _id);
    for (const { _id, pendingEvents } of changed) {
      const back = pendingEvents.find(({ action }) => BACK.has(action));
      if (back) await returnSeats(context, SYSTEM, _id, back.id).catch(unlessRefused);
    }
  },
  async Membership(context, changed) {
    await noteRolesGiven(context, changed);
    await closeRequestsOfJoined(context, changed);
  },
};

/** The changes of a user that show in their memberships. */
const COPIED_AFTER: ReadonlySet<string> = new Set([
  'user.changed',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'user.restored',
]);

/** By which somebody is active again, and has the seats again that they had. */
const BACK: ReadonlySet<string> = new Set(['user.enabled', 'user.restored']);

/** What a rule refuses was refused to whoever made the change too. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof RollcallError)) throw error;
}

const changingModels = (models: Models) =>
  (allModels(models) as Changing[]).filter(({ schema }) => schema.path('pendingEvents'));

/**
 * Moves what waits at the moment.
 * @param organizationId moves the events of this organization's log alone
 * @returns how many documents had some
 */
export async function moveEvents(context: ServiceContext, organizationId?: string): Promise<number> {
  const ofNone = organizationId === context.systemOrganizationId ? [null] : [];
  const wanted = organizationId ? { 'pendingEvents.organizationId': { $in: [organizationId, ...ofNone] } } : {};
  const moved = await Promise.all(
    changingModels(context.models).map((model) => moveFrom(context, model, { ...WAITING, ...wanted })),
  );
  return moved.reduce((sum, count) => sum + count, 0);
}

/** Moves one document's events, so that it can be deleted. A row that was kept for them alone goes with them. */
export async function moveEventsOf(context: ServiceContext, model: Changing, id: string): Promise<void> {
  await moveFrom(context, model, { _id: id, ...WAITING });
}

async function moveFrom(context: ServiceContext, model: Changing, filter: Document): Promise<number> {
  const projection = { pendingEvents: 1, status: 1, createdAt: 1 };
  let moved = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = (await model.collection.find(filter, { projection }).limit(BATCH).toArray()) as unknown as Waiting[];
    if (found.length === 0) break;
    const events = found.flatMap(({ pendingEvents }) => pendingEvents.map((event) => logged(context, event)));
    await insertEvents(context, events);
    await FOLLOWING[model.modelName]?.(context, found);
    // In this order: a row that was kept for its events is found by them.
    const writes = [...found.flatMap((one) => endOf(model, one)), emptied(found)];
    await model.collection.bulkWrite(writes as AnyBulkWriteOperation[], { ordered: true });
    moved += found.length;
    if (found.length < BATCH && filter._id === undefined) break;
  }
  return moved;
}

const idsOf = ({ pendingEvents }: Waiting) => pendingEvents.map(({ id }) => id);

/** Deletes a row that is nothing but a mark any more, unless another event has come meanwhile. */
function endOf({ modelName }: Changing, waiting: Waiting): object[] {
  const mark = MARKS[modelName];
  if (!mark || waiting.status !== mark.status) return [];
  const noOther = { pendingEvents: { $not: { $elemMatch: { id: { $nin: idsOf(waiting) } } } } };
  return [{ deleteOne: { filter: { _id: waiting._id, ...mark, ...noOther } } }];
}

/** Events have ids of their own, so that those of all can be taken out by one statement. */
const emptied = (found: readonly Waiting[]): object => ({
  updateMany: {
    filter: { _id: { $in: found.map(({ _id }) => _id) } },
    update: { $pull: { pendingEvents: { id: { $in: found.flatMap(idsOf) } } } },
  },
});

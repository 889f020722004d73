/**
 * What was deleted goes for good after two weeks. Each erasure begins by one conditional update, from which on nobody gets it back; every
 * step can be done twice, and the document that says so goes last, so that whoever comes after a death goes on with it.
 */
import type { Model } from 'mongoose';
import { isStoreAway } from '../../lib/errors.js';
import type { Deletion } from '../../models/deletion.js';
import { type Changing, moveEventsOf } from '../audit/move-events.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';
import { eraseOrganization } from './erase-organization.js';
import { eraseUser } from './erase-user.js';

/** So many are read in one go. */
const BATCH = 50;

type Erase<T> = (context: ServiceContext, one: T) => Promise<() => Promise<void>>;

/** Something that is deleted. */
interface Deleted {
  _id: string;
  deletion?: Deletion;
}

/**
 * Erases what is due; to be called now and then, by any process. One that can't be erased keeps no other from it.
 * @throws the first fault, once everything else is done
 */
export async function eraseDeleted(context: ServiceContext): Promise<void> {
  const { User, Organization } = context.models;
  const faults = [
    ...(await eachDue(context, User, 'user.erased', eraseUser)),
    ...(await eachDue(context, Organization, 'organization.erased', eraseOrganization)),
  ];
  if (faults.length) throw faults[0];
}

/** @param erase gives back what is done once the document is gone. @returns what went wrong */
async function eachDue<T extends Deleted>(
  context: ServiceContext,
  model: Model<T>,
  action: string,
  erase: Erase<T>,
): Promise<unknown[]> {
  const due = { 'deletion.eraseAt': { $lte: context.clock.now() } };
  const faults = new Map<string, unknown>();
  for (;;) {
    const others = faults.size ? { _id: { $nin: [...faults.keys()] } } : {};
    const found = (await model
      .find({ ...due, ...others } as object, { _id: 1 })
      .limit(BATCH)
      .lean()) as unknown as Deleted[];
    for (const { _id } of found)
      await eraseOne(context, model, action, { filter: { _id, ...due }, erase }).catch((error: unknown) => {
        if (isStoreAway(error)) throw error;
        faults.set(_id, error);
      });
    if (found.length < BATCH) return [...faults.values()];
  }
}

async function eraseOne<T extends Deleted>(
  context: ServiceContext,
  model: Model<T>,
  action: string,
  { filter, erase }: { filter: object; erase: Erase<T> },
): Promise<void> {
  const one = (await model
    .findOneAndUpdate(filter, { $set: { 'deletion.erasing': true } } as object, { returnDocument: 'after' })
    .lean()) as T | null;
  if (!one) return;
  const { _id } = one;
  const last = await erase(context, one);
  await sayErased(context, model, action, one);
  await moveEventsOf(context, model as unknown as Changing, _id);
  await model.deleteOne({ _id, 'deletion.erased': true } as object);
  await last();
  context.logger.info({ event: action.replace('.', '_'), id: _id }, 'what was deleted two weeks ago is gone');
}

/** It stands in the instance's log, once. */
async function sayErased<T extends Deleted>(
  context: ServiceContext,
  model: Model<T>,
  action: string,
  { _id }: Deleted,
): Promise<void> {
  const erased = event(context, SYSTEM, action, _id);
  await model.updateOne(
    { _id, 'deletion.erasing': true, 'deletion.erased': { $ne: true } } as object,
    { $set: { 'deletion.erased': true }, $push: { pendingEvents: erased } } as object,
  );
}

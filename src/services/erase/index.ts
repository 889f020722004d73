/**
 * What was deleted goes for good after two weeks. Each erasure begins by one conditional update, from which on nobody gets it back; every
 * step can be done twice, and the document that says so goes last, so that whoever comes after a death goes on with it.
 */
import type { Model } from 'mongoose';
import type { Deletion } from '../../models/deletion.js';
import { type Changing, moveEventsOf } from '../audit/move-events.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';
import { eraseOrganization } from './erase-organization.js';
import { eraseUser } from './erase-user.js';

/** So many are erased in one go. */
const BATCH = 50;

/** Something that is deleted. */
interface Deleted {
  _id: string;
  deletion?: Deletion;
}

/** Erases what is due; to be called now and then, by any process. */
export async function eraseDeleted(context: ServiceContext): Promise<void> {
  const { User, Organization } = context.models;
  await eachDue(context, User, 'user.erased', eraseUser);
  await eachDue(context, Organization, 'organization.erased', eraseOrganization);
}

/** @param erase gives back what is done once the document is gone */
async function eachDue<T extends Deleted>(
  context: ServiceContext,
  model: Model<T>,
  action: string,
  erase: (context: ServiceContext, one: T) => Promise<() => Promise<void>>,
): Promise<void> {
  const now = context.clock.now();
  const due = { 'deletion.eraseAt': { $lte: now } };
  const found = (await model
    .find(due as object)
    .limit(BATCH)
    .lean()) as unknown as T[];
  for (const { _id } of found) {
    const one = (await model
      .findOneAndUpdate({ _id, ...due } as object, { $set: { 'deletion.erasing': true } } as object, {
        returnDocument: 'after',
      })
      .lean()) as T | null;
    if (!one) continue;
    const last = await erase(context, one);
    await sayErased(context, model, action, one);
    await moveEventsOf(context, model as unknown as Changing, _id);
    await model.deleteOne({ _id, 'deletion.erased': true } as object);
    await last();
    context.logger.info({ event: action.replace('.', '_'), id: _id }, 'what was deleted two weeks ago is gone');
  }
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

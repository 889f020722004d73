/**
 * The end of applications that registered themselves. One that nobody ever signed in to ends by itself, so that open registration leaves
 * nothing behind; its first use takes it off that list, in one conditional update each, so that no application ends that was used.
 */
import type { UpdateQuery } from 'mongoose';
import { RollcallError } from '../../lib/errors.js';
import type { Application } from '../../models/index.js';
import { moveEventsOf } from '../audit/move-events.js';
import { releaseName } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { registrationEvent } from './events.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** How long a registration waits for its first use. */
export const UNUSED_DAYS = 30;

/** With open registration, as many may wait for their first use: every process reads all applications anew when one changes. */
export const MOST_UNUSED = 1000;

/** How long a row stays after its application was deleted: its event is moved, and requests under way have ended … */
const ROW_OF_UNUSED_MS = HOUR_MS;
/** … and no grant or token of it can live any more, however long its refresh tokens did (366 days at most, and a grant ten days more). */
const ROW_OF_USED_MS = 380 * DAY_MS;

/** So many are looked at in one go; the next follows at once where there may be more. */
const BATCH = 200;

const unused = { 'registration.unusedSince': { $exists: true } } as const;

const full = () =>
  new RollcallError(
    'temporarily_unavailable',
    503,
    'as many applications as may be unused have registered; try again later, or ask the operator of this server',
  );

/** Whether there is room for one more that nobody has used yet, as far as the catalog knows. @throws RollcallError `temporarily_unavailable` */
export async function requireRoom({ catalog }: ServiceContext): Promise<void> {
  const { applications } = await catalog.current();
  const waiting = [...applications.values()].filter(({ registration }) => registration?.unusedSince);
  if (waiting.length >= MOST_UNUSED) throw full();
}

/**
 * Several at once may all have found room for one: those that are too many take themselves away before anybody has seen them.
 * @throws RollcallError `temporarily_unavailable`
 */
export async function stepBackWhereFull(context: ServiceContext, clientId: string): Promise<void> {
  const { models } = context;
  const waiting = await models.Application.countDocuments({ 'registration.unusedSince': { $gt: new Date(0) } });
  if (waiting <= MOST_UNUSED) return;
  await models.Application.deleteOne({ _id: clientId });
  await releaseName(context, 'client', clientId, clientId);
  throw full();
}

/**
 * Notes that an application is about to get its first code or token. @returns false where it was deleted meanwhile
 */
export async function noteUse({ models, catalog }: ServiceContext, clientId: string): Promise<boolean> {
  const noted = await models.Application.updateOne(
    { _id: clientId, deletedAt: { $exists: false } },
    { $unset: { 'registration.unusedSince': 1 } },
  );
  if (noted.modifiedCount) await catalog.changed();
  return noted.matchedCount === 1;
}

/**
 * Deletes an application on this condition: it counts for nothing from now on (R8), and its row goes when nothing of it can live any more.
 * @returns false where the condition doesn't hold
 */
export async function endRegistration(
  context: ServiceContext,
  condition: Record<string, unknown> & { _id: string },
  action: 'application.deleted' | 'application.expired',
): Promise<boolean> {
  const now = context.clock.now();
  const end = async (more: object, keepFor: number) => {
    const ended = await context.models.Application.updateOne({ ...condition, ...more, deletedAt: { $exists: false } }, {
      $set: { deletedAt: now, updatedAt: now, purgeAt: new Date(now.getTime() + keepFor) },
      $unset: { secretHash: 1, 'registration.tokenHash': 1, 'registration.unusedSince': 1 },
      $push: { pendingEvents: registrationEvent(context, action, condition._id) },
    } as UpdateQuery<Application>);
    return ended.modifiedCount === 1;
  };
  return (await end(unused, ROW_OF_UNUSED_MS)) || (await end({}, ROW_OF_USED_MS));
}

/**
 * Ends what has waited for too long, and takes away the rows of what has ended long ago. Of several processes each row is one's.
 */
export async function tidyRegistrations(context: ServiceContext): Promise<void> {
  await expireUnused(context);
  await removeRows(context);
}

async function expireUnused(context: ServiceContext): Promise<void> {
  const { models, clock, catalog, logger } = context;
  const old = { 'registration.unusedSince': { $lte: new Date(clock.now().getTime() - UNUSED_DAYS * DAY_MS) } };
  for (let found = BATCH; found === BATCH; ) {
    const ids = await models.Application.find(old, { _id: 1 }).limit(BATCH).lean();
    found = ids.length;
    let ended = 0;
    for (const { _id } of ids) if (await endRegistration(context, { _id, ...old }, 'application.expired')) ended += 1;
    if (!ended) continue;
    await catalog.changed();
    logger.info({ event: 'registrations_expired', count: ended }, 'registrations that nobody used have ended');
  }
}

async function removeRows(context: ServiceContext): Promise<void> {
  const { models, clock } = context;
  const due = { purgeAt: { $lte: clock.now() } };
  for (let found = BATCH; found === BATCH; ) {
    const ids = await models.Application.find(due, { _id: 1 }).limit(BATCH).lean();
    found = ids.length;
    for (const { _id } of ids) {
      await models.Consent.deleteMany({ applicationId: _id });
      await moveEventsOf(context, models.Application, _id);
      // Last of all, so that what is interrupted begins again.
      await releaseName(context, 'client', _id, _id);
      await models.Application.deleteOne({ _id, ...due });
    }
  }
}

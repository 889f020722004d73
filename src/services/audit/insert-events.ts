import { mongo } from 'mongoose';
import { newSecret } from '../../lib/ids.js';
import type { PendingEvent } from '../../models/event.js';
import type { AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { personalFields } from './personal.js';

/** So many go out at once: on the embedded store nobody else writes meanwhile. */
const AT_ONCE = 100;

/** 128 bits: enough that the hash of a known value can't be looked up anywhere. */
const newSalt = () => newSecret().slice(0, 22);

/** An event as the log has it, not sealed yet. */
export function logged(
  { systemOrganizationId }: Pick<ServiceContext, 'systemOrganizationId'>,
  event: PendingEvent,
): AuditEvent {
  const { id, organizationId, action, actor, subject, time, before, after, parent } = event;
  const { requestId, address, userAgent } = event;
  const salted = new Set(personalFields(event).map(({ about }) => about));
  return {
    _id: id,
    organizationId: organizationId ?? systemOrganizationId,
    action,
    actor,
    subject: subject ?? null,
    time,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(parent && { parent }),
    ...(requestId && { requestId }),
    ...(address && { address }),
    ...(userAgent && { userAgent }),
    ...(salted.size ? { salts: Object.fromEntries([...salted].map((about) => [about, newSalt()])) } : {}),
    sealed: false,
  };
}

/** Puts events into the log, each once: what is there already stays as it is. */
export async function insertEvents({ models }: Pick<ServiceContext, 'models'>, events: readonly AuditEvent[]) {
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const part = events.slice(from, from + AT_ONCE);
    try {
      await models.AuditEvent.collection.insertMany(part as object[], { ordered: false, ignoreUndefined: true });
    } catch (error) {
      if (!areThereAlready(error)) throw error;
    }
  }
}

/** That they are all duplicates means that another process was faster, or this one before it died. */
function areThereAlready(error: unknown): boolean {
  if (!(error instanceof mongo.MongoBulkWriteError)) return false;
  const failed = [error.writeErrors].flat();
  return failed.length > 0 && failed.every(({ code }) => code === 11000);
}

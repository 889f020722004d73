/** What happens beside a document of ours, as in the protocol: it goes into the log directly. */
import type { PendingEvent } from '../../models/event.js';
import { eventOf, type ServiceContext } from '../context.js';
import { insertEvents, logged } from './insert-events.js';

type Happening = Parameters<typeof eventOf> extends [unknown, ...infer Rest] ? Rest : never;

/**
 * Puts an event into the log; resolves when it is there. To be awaited before the request is answered, beside what the request writes
 * anyway. One that can't be stored fails the request, and is in the log output.
 */
export async function record(context: ServiceContext, ...happening: Happening): Promise<void> {
  await recordAll(context, [eventOf(context, ...happening)]);
}

/** As `record`, for several at once. */
export async function recordAll(context: ServiceContext, events: readonly PendingEvent[]): Promise<void> {
  try {
    await insertEvents(
      context,
      events.map((one) => logged(context, one)),
    );
  } catch (error) {
    for (const { id, action, actor, subject, organizationId, requestId } of events)
      context.logger.error(
        { event: 'audit_event_lost', id, action, actor, subject, organizationId, requestId, err: error },
        'this happened and could not be put into the audit log',
      );
    throw error;
  }
}

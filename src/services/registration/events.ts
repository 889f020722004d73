import type { PendingEvent } from '../../models/event.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';

/** An application that registers acts for itself; one that ends unused doesn't act. */
export function registrationEvent(
  context: ServiceContext,
  action: string,
  clientId: string,
  after?: object,
): PendingEvent {
  const made = event(context, SYSTEM, action, clientId, { after });
  return action === 'application.expired' ? made : { ...made, actor: `application:${clientId}` };
}

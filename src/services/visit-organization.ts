import type { Actor } from '../access/can.js';
import { idMadeOf } from '../lib/ids.js';
import { recordAll } from './audit/record.js';
import { eventOf, type ServiceContext } from './context.js';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Says in an organization's log that an operator has looked at it: once an hour, however many pages they see and at whichever process, for the
 * event's id is made of who, where and which hour.
 */
export async function visitOrganization(
  context: ServiceContext,
  actor: Actor & { kind: 'user' },
  organizationId: string,
): Promise<void> {
  const hour = new Date(Math.floor(context.clock.now().getTime() / HOUR_MS) * HOUR_MS);
  const visited = eventOf(context, actor, 'organization.visited', organizationId, { organizationId });
  const id = idMadeOf('evt', hour, 'visit', actor.userId, organizationId, hour.toISOString());
  await recordAll(context, [{ ...visited, id }]);
}

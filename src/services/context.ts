/**
 * Services are the use cases: one file each, named by verb and noun. Each takes the context first, checks the actor with `can()`
 * and changes models. They know no HTTP, and hold their rules by single conditional updates (architecture 3).
 */

import type { Actor } from '../access/can.js';
import type { Clock } from '../lib/clock.js';
import { newId } from '../lib/ids.js';
import type { Logger } from '../lib/logger.js';
import type { PendingEvent } from '../models/event.js';
import type { Models } from '../models/index.js';
import type { Catalog } from './catalog.js';
import type { Reads } from './reads.js';

export interface ServiceContext {
  models: Models;
  clock: Clock;
  logger: Logger;
  catalog: Catalog;
  reads: Reads;
}

export const SYSTEM: Actor = { kind: 'system' };

/** An audit event to be written in the same update as the change (architecture 8). */
export function event(
  context: ServiceContext,
  actor: Actor,
  action: string,
  subject: string,
  rest: { organizationId?: string | null; before?: unknown; after?: unknown; parent?: string | undefined } = {},
): PendingEvent {
  return {
    id: newId('evt'),
    action,
    actor: actorName(actor),
    subject,
    organizationId: rest.organizationId ?? null,
    time: context.clock.now(),
    ...(rest.before === undefined ? {} : { before: rest.before }),
    ...(rest.after === undefined ? {} : { after: rest.after }),
    ...(rest.parent === undefined ? {} : { parent: rest.parent }),
  };
}

/** How an event names who acted: `usr_…`, `application:ID` or `system`. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'system') return 'system';
  return actor.kind === 'user' ? actor.userId : `application:${actor.applicationId}`;
}

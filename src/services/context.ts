/**
 * Services are the use cases: one file each, named by verb and noun. Each takes the context first, checks the actor with `can()`
 * and changes models. They know no HTTP, and hold their rules by single conditional updates (architecture 3).
 */

import type { Actor } from '../access/can.js';
import type { ManagementPermission } from '../access/statements.js';
import type { Clock } from '../lib/clock.js';
import type { LookUpTexts } from '../lib/dns.js';
import { newId } from '../lib/ids.js';
import type { Logger } from '../lib/logger.js';
import { requestFacts, userAgentOf } from '../lib/request-facts.js';
import type { PendingEvent } from '../models/event.js';
import type { Models, OidcRecord } from '../models/index.js';
import type { Catalog } from './catalog.js';
import type { SendMail } from './mail/index.js';
import type { Reads } from './reads.js';
import type { ReadOwnVocabulary } from './vocabulary.js';

export interface ServiceContext {
  models: Models;
  clock: Clock;
  logger: Logger;
  catalog: Catalog;
  reads: Reads;
  /** The organization of the operators (R14), in whose log stands what belongs to none. */
  systemOrganizationId: string;
  ownVocabulary: ReadOwnVocabulary;
  /** The management permissions that an application's own tokens may carry today; set by who knows what applications are allowed. */
  machineToday?: (applicationId: string) => Promise<ReadonlySet<ManagementPermission>>;
  /** Told of an event that is being made outside of any request. */
  eventMade?: () => void;
  /** Whether events that this process has made may still wait to be moved to the log. */
  eventsWait?: () => boolean;
  /** Told that a bulk operation waits, so that it needn't wait for the next look. */
  bulkDue?: () => void;
  /** What links in mails begin with; absent where none are sent. */
  issuer?: string;
  /** Queues mails; absent where none are sent, as in the command. */
  mail?: SendMail;
  /** Asks the domain name system; the system's servers where it is absent. */
  lookUpTexts?: LookUpTexts;
  /** Told that somebody asks to join, so that a mail needn't wait for the next look. */
  joinAsked?: () => void;
  /** Told of grants before they end, so that applications hear of it; set by who can tell them. */
  grantsEnding?: (grants: readonly OidcRecord[]) => Promise<void>;
}

export const SYSTEM: Actor = { kind: 'system' };

/** An audit event to be written in the same update as the change (architecture 8), with the facts of the request that makes it. */
export function event(...happening: Parameters<typeof eventOf>): PendingEvent {
  const facts = requestFacts();
  // Of a request's, who answers it is told once it has ended.
  if (facts) facts.eventful = true;
  else happening[0].eventMade?.();
  return eventOf(...happening);
}

/** An audit event that is written to the log itself: see `audit/record.ts`. */
export function eventOf(
  context: Pick<ServiceContext, 'clock' | 'eventMade'>,
  actor: Actor | 'anonymous',
  action: string,
  subject: string | null,
  rest: { organizationId?: string | null; before?: unknown; after?: unknown; parent?: string | undefined } = {},
): PendingEvent {
  const facts = requestFacts();
  const userAgent = facts && userAgentOf(facts);
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
    ...(facts && { requestId: facts.requestId, address: facts.address }),
    ...(userAgent && { userAgent }),
  };
}

/** How an event names who acted: `usr_…`, `application:ID`, `anonymous` or `system`. */
export function actorName(actor: Actor | 'anonymous'): string {
  if (actor === 'anonymous') return actor;
  if (actor.kind === 'system') return 'system';
  return actor.kind === 'user' ? actor.userId : `application:${actor.applicationId}`;
}

/**
 * The log of what happened (architecture 8). A change carries its event in its own update (`../context.ts`); from there it is moved to the
 * log, idempotently, by whichever process comes first (`move-events.ts`). What the protocol does is inserted directly (`record.ts`). One
 * process at a time then seals an organization's events: gives them numbers and chains them (`seal-events.ts`, `chain.ts`).
 */
import type { Background } from '../../lib/background.js';
import { isStoreAway } from '../../lib/errors.js';
import type { ServiceContext } from '../context.js';
import { moveEvents } from './move-events.js';

/** The log's work beside requests. */
export interface AuditWork {
  /** To be called after what has made an event, so that it needn't wait for the next look. */
  nudge(): void;
}

/** How often a process looks for events of others that have died, in milliseconds; its own are moved when a request has ended. */
const LOOK_EVERY = 2000;

export function startAuditWork(context: ServiceContext, background: Background): AuditWork {
  const mover = background.every(
    'move events',
    LOOK_EVERY,
    unlessAway(async () => {
      await moveEvents(context);
    }),
  );
  return { nudge: () => mover.kick() };
}

/** With the store away there is nothing to do, and the requests say so. */
const unlessAway = (work: () => Promise<void>) => async () =>
  work().catch((error: unknown) => {
    if (!isStoreAway(error)) throw error;
  });

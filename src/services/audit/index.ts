/**
 * The log of what happened (architecture 8). A change carries its event in its own update (`../context.ts`); from there it is moved to the
 * log, idempotently, by whichever process comes first (`move-events.ts`). What the protocol does is inserted directly (`record.ts`). One
 * process at a time then seals an organization's events: gives them numbers and chains them (`seal-events.ts`, `chain.ts`).
 */
import { type Background, unlessAway } from '../../lib/background.js';
import { newSecret } from '../../lib/ids.js';
import type { ServiceContext } from '../context.js';
import type { ChainKey } from './chain.js';
import { moveEvents } from './move-events.js';
import { removeOldEvents } from './remove-old-events.js';
import { type Sealer, sealEvents } from './seal-events.js';
import { HeadTeller } from './tell-heads.js';

/** The log's work beside requests. */
export interface AuditWork {
  /** To be called after what has made an event, so that it needn't wait for the next look. */
  nudge(): void;
}

export interface AuditSettings {
  key: ChainKey;
  /** For how many days events are kept; null: for ever. */
  retention: number | null;
}

/** How often a process looks for events of others that have died, in milliseconds; its own are moved when a request has ended. */
const MOVE_EVERY = 2000;
/** Where many requests change something, their events are moved together. */
const NUDGE_MS = 100;
const SEAL_EVERY = 1000;
const TELL_EVERY = 10_000;
const REMOVE_EVERY = 60 * 60 * 1000;

export function startAuditWork(
  context: ServiceContext,
  background: Background,
  { key, retention }: AuditSettings,
): AuditWork {
  const heads = new HeadTeller(context.logger);
  const sealer: Sealer = { key, holder: newSecret(), moved: (chain) => heads.note(chain) };
  const every = (name: string, ms: number, work: () => Promise<unknown>) =>
    background.every(name, ms, unlessAway(work));
  let moving = false;
  let nudged = false;
  let begun = false;
  const mover = every('move events', MOVE_EVERY, async () => {
    // What is made from here on may come too late for this time, as may what was begun right before.
    nudged = false;
    moving = true;
    if (begun) nudge();
    begun = false;
    await moveEvents(context).finally(() => {
      moving = false;
    });
  });
  every('seal events', SEAL_EVERY, () => sealEvents(context, sealer));
  every('tell audit heads', TELL_EVERY, async () => heads.tell());
  if (retention !== null) every('remove old events', REMOVE_EVERY, () => removeOldEvents(context, key, retention));
  context.eventsWait = () => nudged || moving;
  const nudge = () => {
    if (nudged) return;
    nudged = true;
    setTimeout(() => mover.kick(), NUDGE_MS).unref();
  };
  context.eventMade = () => {
    begun = true;
    nudge();
  };
  return { nudge };
}

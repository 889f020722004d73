/**
 * What has to reach somebody outside and must not keep a request waiting: written to the store, then delivered beside the requests, at
 * least once, by whichever process claims it. A claim is one conditional update that holds for a lease; an attempt that fails is made again
 * later and later, until the delivery is too old.
 */
import type { Background } from '../../lib/background.js';
import type { Backoff } from '../../lib/backoff.js';
import { isStoreAway } from '../../lib/errors.js';
import type { ServiceContext } from '../context.js';
import { attemptNext } from './attempt.js';
import { Targets } from './targets.js';

/** A queue: its name in the store, and how patient it is. Milliseconds. */
export interface DeliveryKind<P extends object> {
  name: string;
  /** Longer than an attempt can take: after it another process may begin one. */
  lease: number;
  /** A delivery that is older is given up, and the log says so. */
  maxAge: number;
  /** When one is of no use any more, where that is sooner. */
  expiresAt?(payload: P): Date | undefined;
  backoff: Backoff;
  /** How many a process delivers at once. */
  parallel: number;
  /** How many of them to one target. */
  perTarget: number;
  /** Whom one goes to: what is slow or fails there holds up nobody else's. */
  target(payload: P): string;
  /** What a log line may say of one. */
  describe(payload: P): Record<string, unknown>;
}

/** Thrown by who delivers: no further attempt could succeed. */
export class Undeliverable extends Error {}

/** Thrown by who delivers: not now, but the target isn't at fault. It is tried again, and what else waits for the target may go. */
export class Deferred extends Error {}

export interface Deliveries {
  /** Queues something; the same id is queued once while it waits. Returns when it is stored, and delivery begins at once. */
  enqueue<P extends object>(kind: DeliveryKind<P>, id: string, payload: P): Promise<void>;
  /** Says how one is delivered in this process. A throw means "again later", save for `Undeliverable`. */
  handle<P extends object>(kind: DeliveryKind<P>, deliver: (payload: P) => Promise<void>): void;
}

/** How often a process looks for what is due again, in milliseconds; each line of a queue does. */
const LOOK_EVERY = 2000;
/** The further lines are woken by what is found; by themselves they look less often. */
const LOOK_LESS_OFTEN = 10_000;
/** How long a process that stops waits for attempts under way, in milliseconds. */
const LEAVE_AFTER = 2000;

export function createDeliveries(context: ServiceContext, background: Background): Deliveries {
  const wakes = new Map<string, () => void>();
  return {
    async enqueue(kind, id, payload) {
      const now = context.clock.now();
      await context.models.Delivery.updateOne(
        { _id: id },
        {
          $setOnInsert: {
            kind: kind.name,
            target: kind.target(payload),
            payload,
            attempts: 0,
            dueAt: now,
            expiresAt: kind.expiresAt?.(payload) ?? new Date(now.getTime() + kind.maxAge),
            createdAt: now,
          },
        },
        { upsert: true },
      );
      wakes.get(kind.name)?.();
    },
    handle(kind, deliver) {
      const lines: { kick(): void }[] = [];
      const targets = new Targets(context.clock, kind);
      const busy = new Set<number>();
      const wake = () => lines.find((_line, i) => !busy.has(i))?.kick();
      wakes.set(kind.name, wake);
      for (let i = 0; i < kind.parallel; i += 1) {
        const line = background.every(`deliveries:${kind.name}`, i === 0 ? LOOK_EVERY : LOOK_LESS_OFTEN, async () => {
          const found = () => {
            // Where there was one there may be more: for a line that is free now, and for this one when it is through.
            busy.add(i);
            wake();
            lines[i]?.kick();
          };
          const attempt = (payload: Parameters<typeof deliver>[0]) => untilStopped(background, deliver(payload));
          await attemptNext(context, kind, targets, attempt, found)
            .catch((error: unknown) => {
              // With the store away there is nothing to find, and the requests say so.
              if (!isStoreAway(error)) throw error;
            })
            .finally(() => busy.delete(i));
        });
        lines.push(line);
      }
    },
  };
}

/** A process that stops waits for nobody who hangs: what isn't through after a moment is another's, or the next start's. @throws Deferred */
async function untilStopped({ stopping }: Background, attempt: Promise<void>): Promise<void> {
  if (!stopping) return attempt;
  let timer: NodeJS.Timeout | undefined;
  let leave = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => {
      timer = setTimeout(() => reject(new Deferred('this process stops')), LEAVE_AFTER);
    };
    if (stopping.aborted) leave();
    else stopping.addEventListener('abort', leave, { once: true });
  });
  await Promise.race([attempt, left]).finally(() => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', leave);
  });
}

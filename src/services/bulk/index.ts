/**
 * Bulk operations (R11): one change of many members. It is previewed (`preview.ts`), which chooses the members and stores what would become
 * of each; applied (`apply.ts`), which is one conditional update; and then carried out beside the requests, a batch at a time, by whichever
 * process claims the next batch (`run.ts`). Each member is changed by the same service as alone (`actions.ts`, `attempt.ts`), under an
 * event id that was fixed beforehand, so that whoever comes after a process that died knows what it did (`recover.ts`). An undo is an
 * operation of its own (`undo.ts`).
 */
import { type Background, unlessAway } from '../../lib/background.js';
import type { ServiceContext } from '../context.js';
import { runBatch } from './run.js';
import { tidyBulk } from './tidy.js';

/** How often a process looks for what another left, in milliseconds; what is applied here begins at once. */
const LOOK_EVERY = 2000;
const TIDY_EVERY = 60_000;

export function startBulkWork(context: ServiceContext, background: Background): void {
  const runner = background.every(
    'bulk operations',
    LOOK_EVERY,
    unlessAway(async () => {
      // One batch, and then the next in its turn: so that a process that ends waits for one, and several operations share it.
      if (await runBatch(context)) runner.kick();
    }),
  );
  const tidier = background.every(
    'tidy bulk operations',
    TIDY_EVERY,
    unlessAway(async () => {
      if (await tidyBulk(context)) tidier.kick();
    }),
  );
  context.bulkDue = () => runner.kick();
}

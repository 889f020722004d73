import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { isStoreAway } from './errors.js';
import type { Logger } from './logger.js';

/** Work that a process does beside its requests: following key changes, delivering what waits. */
export interface Background {
  /**
   * Does `work` now and again `ms` milliseconds after it ended, one at a time. A failure is logged, and the next time comes all the same.
   * @returns `kick`, which brings the next time forward to now; while the work runs, it runs once more afterwards.
   */
  every(name: string, ms: number, work: () => Promise<void>): { kick(): void };
  /** Begins nothing new, and waits for what is under way. */
  stop(): Promise<void>;
  /** Aborted when `stop` is called: for work that may take long, and can be left to others. */
  stopping?: AbortSignal;
}

export function createBackground(logger: Logger): Background {
  const jobs: { stop(): Promise<void> }[] = [];
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  return {
    stopping: stopping.signal,
    every(name, ms, work) {
      const job = startJob(logger, name, ms, work);
      jobs.push(job);
      return job;
    },
    async stop() {
      stopping.abort();
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}

function startJob(logger: Logger, name: string, ms: number, work: () => Promise<void>) {
  let stopped = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  // Whoever kicks may be a request, whose context (what it has read once, say) must not live on in here.
  const detached = AsyncLocalStorage.snapshot();

  const wait = (delay: number) => {
    if (stopped) return;
    timer = setTimeout(() => detached(run), delay);
    timer.unref();
  };
  const run = () => {
    again = false;
    running = work()
      .catch((error: unknown) => logger.warn({ event: 'background_failed', job: name, err: error }, 'background work'))
      .finally(() => {
        running = undefined;
        wait(again ? 0 : ms);
      });
  };
  wait(0);
  return {
    kick() {
      if (running) again = true;
      else {
        clearTimeout(timer);
        wait(0);
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Work that there is none of while the store is away: the requests say so. */
export const unlessAway = (work: () => Promise<unknown>) => async (): Promise<void> => {
  await work().catch((error: unknown) => {
    if (!isStoreAway(error)) throw error;
  });
};

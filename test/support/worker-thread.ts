import { Worker } from 'node:worker_threads';

/** In place of `src/store/embedded/worker-thread.ts`: the thread as it is compiled, which `build.ts` has made what the source says. */
export const startWorker = (workerData: object): Worker =>
  new Worker(new URL('../../dist/store/embedded/worker.js', import.meta.url), { workerData });

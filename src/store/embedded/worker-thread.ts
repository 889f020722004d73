import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from '../../lib/root.js';

/**
 * Built, the worker is a program of its own; run from source, tsx has to be registered in the new thread first, which takes half a
 * second. Tests run the built one (vitest.config.ts).
 */
export function startWorker(workerData: object): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(join(ROOT, 'dist/store/embedded/worker.js'), { workerData });
  const source = new URL('./worker.ts', import.meta.url).href;
  const load = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(load, { eval: true, workerData });
}

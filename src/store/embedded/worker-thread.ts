import { Worker } from 'node:worker_threads';

/**
 * Compiled, the worker is a file beside this one; run from source, tsx has to be registered in the new thread first, which takes half a
 * second. Tests run the compiled one (vitest.config.ts).
 */
export function startWorker(workerData: object): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const source = new URL('./worker.ts', import.meta.url).href;
  const load = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(load, { eval: true, workerData });
}

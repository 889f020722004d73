import { sumOfMetrics } from '../lib/metrics.js';
import type { WorkerProcess } from './worker-process.js';

/**
 * How long a worker may take to say what it has counted; one that is busy for longer is left out of this answer. It says whether it is
 * ready too, which takes a second where the store is silent.
 */
const PATIENCE_MS = 1500;

/** Asks all workers what they have counted, and adds it up. */
export class MetricsCollector {
  readonly #asked = new Map<number, (metrics: object[]) => void>();
  #next = 1;

  /** @returns the sum over those that answered in time, in Prometheus' text format. */
  async collect(workers: WorkerProcess[]): Promise<string> {
    const answers = await Promise.all(
      workers.filter(({ state }) => state === 'ready').map((worker) => this.#ask(worker)),
    );
    return sumOfMetrics(answers.filter((metrics) => metrics !== undefined));
  }

  /** Takes a worker's answer. */
  hear(id: number, metrics: object[]): void {
    this.#asked.get(id)?.(metrics);
  }

  #ask(worker: WorkerProcess): Promise<object[] | undefined> {
    const id = this.#next++;
    return new Promise<object[] | undefined>((resolve) => {
      const late = setTimeout(resolve, PATIENCE_MS, undefined);
      this.#asked.set(id, (metrics) => {
        clearTimeout(late);
        resolve(metrics);
      });
      worker.tell({ kind: 'measure', id });
    }).finally(() => this.#asked.delete(id));
  }
}

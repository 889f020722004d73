import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, loadSecrets } from '../config/index.js';
import type { LineOutput, Logger } from '../lib/logger.js';
import { workersDied } from '../lib/metrics.js';
import { MetricsCollector } from './collect-metrics.js';
import { Door } from './door.js';
import type { ToPrimary } from './messages.js';
import { sayReady } from './ready.js';
import { onStopSignal } from './signals.js';
import { type WorkerEnd, WorkerProcess } from './worker-process.js';

/** A worker that dies is replaced after this long, twice as long each time, and at once again when one has lived for a while. */
const BACK_OFF_MS = { first: 100, most: 10_000, forgottenAfter: 30_000 };
/** Longer than a worker takes to drain: what is there by then hangs. */
const WORKERS_END_MS = 15_000;

/**
 * WORKERS=n: the primary keeps the port and the log, and runs n server processes. The first one does alone what is done once per start;
 * what stops it stops the start. The others follow when it is ready.
 */
export async function runPrimary(config: Config, logger: Logger, output: LineOutput): Promise<void> {
  // Generated here, before anyone needs them: workers find them made.
  await loadSecrets(config);
  const primary = new Primary(config, logger, output);
  onStopSignal(() => primary.stop());
  await primary.start();
}

class Primary {
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #door = new Door(() => [...this.#workers.values()]);
  readonly #metrics = new MetricsCollector();
  #port = 0;
  #served = false;
  #stopping = false;
  #backOff = BACK_OFF_MS.first;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly output: LineOutput,
  ) {}

  async start(): Promise<void> {
    this.#port = await this.#door.listen(this.config.port, this.config.host);
    this.#run(1, true);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const all = [...this.#workers.values()];
    if (this.#served) {
      const delayMs = this.config.drainDelayMs;
      this.logger.info({ event: 'draining', delayMs }, 'readiness fails; requests are still answered');
      for (const worker of all) worker.tell({ kind: 'announce' });
      await sleep(delayMs);
    }
    await this.#door.close();
    for (const worker of all) worker.tell({ kind: 'drain' });
    const late = setTimeout(() => all.forEach((worker) => worker.kill()), WORKERS_END_MS);
    await Promise.all(all.map((worker) => worker.ended));
    clearTimeout(late);
    this.logger.info({ event: 'stopped' }, 'stopped');
    process.exit(0);
  }

  #run(number: number, once: boolean): void {
    const worker = new WorkerProcess(number, { port: this.#port, once }, this.output, (message) =>
      this.#hear(worker, message),
    );
    this.#workers.set(number, worker);
    void worker.ended.then((end) => this.#ended(worker, end, once));
  }

  #hear(worker: WorkerProcess, message: ToPrimary): void {
    if (message.kind === 'accepting') worker.state = 'accepting';
    else if (message.kind === 'ready') this.#ready(worker, message);
    else if (message.kind === 'took') worker.busy = false;
    else if (message.kind === 'measured') this.#metrics.hear(message.id, message.metrics);
    else void this.#tellMetrics(worker, message.id);
    this.#door.handOver();
  }

  async #tellMetrics(worker: WorkerProcess, id: number): Promise<void> {
    const text = await this.#metrics.collect([...this.#workers.values()]);
    worker.tell({ kind: 'metrics', id, text });
  }

  #ready(worker: WorkerProcess, where: { issuer: string; url: string }): void {
    worker.state = 'ready';
    if (this.#stopping) return;
    if (this.#served) {
      this.logger.info({ event: 'worker_back', worker: worker.number, pid: worker.pid }, 'its successor serves');
      return;
    }
    for (let number = 2; number <= this.config.workers; number += 1) {
      if (!this.#workers.has(number)) this.#run(number, false);
    }
    if (this.#workers.size < this.config.workers) return;
    if ([...this.#workers.values()].some(({ state }) => state !== 'ready')) return;
    this.#served = true;
    sayReady(this.logger, this.config, where);
  }

  #ended(worker: WorkerProcess, { code, signal }: WorkerEnd, once: boolean): void {
    this.#workers.delete(worker.number);
    if (this.#stopping) return;
    // It has said why: a start that can't be is over, with its code.
    if (!this.#served && code) return this.#giveUp(code);
    if (performance.now() - worker.startedAt > BACK_OFF_MS.forgottenAfter) this.#backOff = BACK_OFF_MS.first;
    workersDied.inc();
    const inMs = this.#backOff;
    this.#backOff = Math.min(this.#backOff * 2, BACK_OFF_MS.most);
    this.logger.error(
      { event: 'worker_died', worker: worker.number, pid: worker.pid, exitCode: code, signal, inMs },
      'a server process ended by itself; another one takes its place',
    );
    const again = once && worker.state !== 'ready';
    setTimeout(() => {
      if (!this.#stopping) this.#run(worker.number, again);
    }, inMs);
  }

  #giveUp(code: number): void {
    this.#stopping = true;
    for (const worker of this.#workers.values()) worker.kill();
    process.exit(code);
  }
}

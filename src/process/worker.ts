import type { Socket } from 'node:net';
import { type Config, loadConfig, loadSecrets } from '../config/index.js';
import type { Logger } from '../lib/logger.js';
import { measured, metricsText } from '../lib/metrics.js';
import { begin } from './begin.js';
import { failStart } from './exit.js';
import { Gate } from './gate.js';
import type { ToPrimary, ToWorker } from './messages.js';
import type { Serving } from './serve.js';

/** Longer than the primary waits for the slowest worker. */
const METRICS_MS = 2000;

/** One of several server processes: it serves the connections that the primary hands over, and ends when that says so. */
export function runWorker(logger: Logger): void {
  const gate = new Gate();
  gate.openWithoutPort();
  const worker = new Worker(gate, logger);
  // A terminal and a supervisor signal the whole group: in which order things end is the primary's to say.
  process.on('SIGTERM', () => {});
  process.on('SIGINT', () => {});
  process.on('message', (message, handle) => worker.hear(message as ToWorker, handle as Socket | undefined));
  process.on('disconnect', () => void worker.drain());
}

class Worker {
  #serving: Serving | undefined;
  #ending = false;
  readonly #asked = new Map<number, (text: string) => void>();
  #next = 1;

  constructor(
    private readonly gate: Gate,
    private readonly logger: Logger,
  ) {}

  hear(message: ToWorker, socket: Socket | undefined): void {
    switch (message.kind) {
      case 'start':
        this.#start(message).catch((error) => failStart(this.logger, error));
        break;
      case 'connection':
        // It is undefined where the other side closed it on the way.
        if (socket) this.gate.take(socket);
        tell({ kind: 'took' });
        break;
      case 'announce':
        this.gate.announce();
        break;
      case 'drain':
        void this.drain();
        break;
      case 'measure':
        void measured().then((metrics) => tell({ kind: 'measured', id: message.id, metrics }));
        break;
      case 'metrics':
        this.#asked.get(message.id)?.(message.text);
        break;
    }
  }

  /** Also where the primary has died: whoever runs it starts all of it again. */
  async drain(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.gate.announce();
    if (this.#serving) {
      await this.gate.finish();
      await this.#serving.close();
    }
    process.exit(0);
  }

  async #start({ number, port, once }: ToWorker & { kind: 'start' }): Promise<void> {
    const config: Config = loadConfig(process.env);
    this.logger.level = config.logLevel;
    this.logger.setBindings({ worker: number });
    const secrets = await loadSecrets(config);
    const begun = begin(config, secrets);
    tell({ kind: 'accepting' });
    const { gate, logger } = this;
    const metrics = () => this.#metrics();
    const { serve } = await import('./serve.js');
    this.#serving = await serve({ config, secrets, begun, logger, gate, port, once, metrics });
    const { issuer, url } = this.#serving;
    tell({ kind: 'ready', issuer, url });
  }

  /** Every process's numbers, whichever is asked; without a primary that answers, this one's own. */
  #metrics(): Promise<string> {
    const id = this.#next++;
    return new Promise<string>((resolve) => {
      const late = setTimeout(() => resolve(metricsText()), METRICS_MS);
      this.#asked.set(id, (text) => {
        clearTimeout(late);
        resolve(text);
      });
      tell({ kind: 'metrics', id });
    }).finally(() => this.#asked.delete(id));
  }
}

/** Says something to the primary; one that is gone needs to hear nothing. */
function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message, () => {});
}

import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { LineOutput } from '../lib/logger.js';
import { ROOT } from '../lib/root.js';
import { passLines } from './lines.js';
import type { ToPrimary, ToWorker } from './messages.js';

const PROGRAM = join(ROOT, 'dist/worker.js');

/** How a worker ended: by itself with a code, or by a signal. */
export interface WorkerEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The primary's side of one worker. */
export class WorkerProcess {
  state: 'starting' | 'accepting' | 'ready' = 'starting';
  /** One connection at a time is on its way to it: who is busy gets fewer. */
  busy = false;
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  /** Resolves when it has ended and its last line is written. */
  readonly ended: Promise<WorkerEnd>;

  constructor(
    readonly number: number,
    start: { port: number; once: boolean },
    output: LineOutput,
    hear: (message: ToPrimary) => void,
  ) {
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    if (this.#child.stdout) passLines(this.#child.stdout, output);
    this.#child.on('message', (message) => hear(message as ToPrimary));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', () => resolve({ code: 1, signal: null }));
    });
    this.tell({ kind: 'start', number, ...start });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  hand(socket: Socket): void {
    this.busy = true;
    this.#child.send({ kind: 'connection' } satisfies ToWorker, socket, (error) => {
      if (error) socket.destroy();
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

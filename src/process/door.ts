import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeListener } from './close-listener.js';
import type { WorkerProcess } from './worker-process.js';

/** How many connections may wait for a worker to take them; more are refused. */
const LINE = 1024;
/** How long the last of them may take to be handed over at the end. */
const EMPTY_MS = 2000;

/**
 * The port, kept by the primary alone: it is there while workers come and go, and at the end it is closed before any worker stops. A
 * connection is handed over unread to the next worker that is ready, one at a time to each.
 *
 * With the distribution of node:cluster the port is closed by the last worker that stops listening, and what was accepted by then for
 * none of them is cut off.
 */
export class Door {
  readonly #server: Server;
  readonly #line: Socket[] = [];
  #next = 0;
  /** Whether what comes waits in line: while the port is being closed, so that clients which wait bring nothing new. */
  #holding = false;

  constructor(private readonly workers: () => WorkerProcess[]) {
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      if (this.#line.length >= LINE) return void socket.destroy();
      socket.on('error', () => socket.destroy());
      this.#line.push(socket);
      this.handOver();
    });
  }

  /** @returns the port, also where 0 was asked for. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Hands over what waits, as far as workers can take it; to be called when one has become able to. */
  handOver(): void {
    while (this.#line.length && !(this.#holding && this.#line.length < LINE / 2)) {
      const worker = this.#free();
      if (!worker) return;
      const socket = this.#line.shift() as Socket;
      if (!socket.destroyed) worker.hand(socket);
    }
  }

  /** Accepts nothing more, and waits until all that was accepted is with a worker. */
  async close(): Promise<void> {
    this.#holding = true;
    await closeListener(this.#server);
    this.#holding = false;
    const late = performance.now() + EMPTY_MS;
    while ((this.#line.length || this.workers().some((worker) => worker.busy)) && performance.now() < late) {
      this.handOver();
      await sleep(5);
    }
    for (const socket of this.#line.splice(0)) socket.destroy();
  }

  /** The next in turn that isn't busy, of those that are ready; where none is, of those that can say so. */
  #free(): WorkerProcess | undefined {
    const all = this.workers();
    const ready = all.filter((worker) => worker.state === 'ready');
    const able = ready.length ? ready : all.filter((worker) => worker.state === 'accepting');
    const free = able.filter((worker) => !worker.busy);
    return free.length ? free[this.#next++ % free.length] : undefined;
  }
}

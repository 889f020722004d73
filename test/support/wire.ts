import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a database (`mongodb://HOST:PORT/…`) that can be cut, go silent, or be slow. */
export class Wire {
  readonly #to: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #silent = false;
  #delayMs = 0;

  constructor(uri: string) {
    this.#to = new URL(uri);
  }

  /** The same database by this way. Connected directly: a replica set would name its own addresses. */
  get uri(): string {
    return `mongodb://127.0.0.1:${this.#port}${this.#to.pathname}?directConnection=true`;
  }

  /** Takes connections from now on, on the same port as before. */
  async open(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#take(socket));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends every connection and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise((done) => server.close(done));
  }

  /** Connections stay, and nothing comes through any more. Ended by `cut`, for what was lost leaves a stream that makes no sense. */
  silence(): void {
    this.#silent = true;
  }

  /** Everything that is sent from now on arrives this much later; what comes back comes at once. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** As it was at first. */
  async mend(): Promise<void> {
    this.slow(0);
    if (this.#silent) await this.cut();
    this.#silent = false;
    await this.open();
  }

  #take(socket: Socket): void {
    const onward = connect(Number(this.#to.port || 27017), this.#to.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    // Each waits for the one before it: chunks never overtake each other when the delay ends.
    let before: Promise<unknown> = Promise.resolve();
    socket.on('data', (chunk) => {
      const waited = this.#delayMs ? new Promise((done) => setTimeout(done, this.#delayMs)) : undefined;
      before = Promise.all([before, waited]).then(() => this.#silent || onward.destroyed || onward.write(chunk));
    });
    onward.on('data', (chunk) => this.#silent || socket.write(chunk));
  }
}

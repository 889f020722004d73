import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { closeListener } from './close-listener.js';

export type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** How long requests in flight may take once nothing new is accepted. */
const FINISH_MS = 10_000;
/**
 * In how many looks in a row a connection has no request before it is closed: half a second for one that has had some, and may be about
 * to send the next; two for one that has just come. Looks are counted, not time: while this process gets none, it sees no request either.
 */
const LOOK_MS = 20;
const LOOKS = { kept: 25, fresh: 100 };
/** Longer than a proxy keeps an unused connection (60 s is usual), so that the proxy is the one that closes it. */
const KEEP_ALIVE_MS = 65_000;
/** What a request may take to arrive, so that slow ones can't hold connections for good. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;

/** Until the store is there: alive, not ready, and nothing else to say. */
const notReadyYet: Handle = ({ url }, outgoing) => {
  const live = url === '/health/live';
  outgoing.writeHead(live ? 200 : 503, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(live ? {} : { 'Retry-After': '5' }),
  });
  outgoing.end(JSON.stringify(live ? { status: 'live' } : { status: 'not ready', error: 'unavailable' }));
};

interface Traffic {
  /** Requests that aren't answered yet. */
  open: number;
  /** Looks without a request in a row. */
  quiet: number;
  used: boolean;
}

/**
 * Where requests come in: an HTTP server whose handler is put in place as far as the start has come, and which ends without cutting
 * anybody off. From `announce` on each answer closes its connection, so that clients that keep theirs move on while new ones are
 * still taken; `finish` waits for what is in flight.
 */
export class Gate {
  readonly server: Server;
  handle: Handle = notReadyYet;
  draining = false;
  readonly #connections = new Map<Socket, Traffic>();
  readonly #answers = new Set<ServerResponse>();

  constructor() {
    this.server = createServer({
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
    });
    this.server.on('connection', (socket) => this.#track(socket));
    this.server.on('request', (incoming, outgoing) => this.#answer(incoming, outgoing));
  }

  /** @returns the port, also where 0 was asked for. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** For a process that is handed its connections: Node sets up the time-outs of requests when a server begins to listen. */
  openWithoutPort(): void {
    this.server.emit('listening');
  }

  /** Takes a connection that another process has accepted. */
  take(socket: Socket): void {
    socket.setNoDelay(true);
    this.server.emit('connection', socket);
    socket.resume();
  }

  announce(): void {
    this.draining = true;
    for (const outgoing of this.#answers) closeAfter(outgoing);
  }

  /**
   * Stops listening. What comes meanwhile waits, some 50 ms as a rule and two seconds at most, so that there is the gap in which a listening
   * socket can be closed without cutting anybody off.
   */
  async close(): Promise<void> {
    const held: (() => void)[] = [];
    const { handle } = this;
    this.handle = (incoming, outgoing) => held.push(() => handle(incoming, outgoing));
    await closeListener(this.server);
    this.handle = handle;
    for (const go of held) go();
  }

  /** Waits until every request is answered and every connection closed; what takes longer than ten seconds is cut off. */
  async finish(): Promise<void> {
    const late = performance.now() + FINISH_MS;
    while (this.#connections.size) {
      await sleep(LOOK_MS);
      // Timers come before what the sockets have brought meanwhile: look after that.
      await nextTurn();
      const over = performance.now() > late;
      for (const [socket, traffic] of this.#connections) {
        traffic.quiet = traffic.open ? 0 : traffic.quiet + 1;
        if (over || traffic.quiet > (traffic.used ? LOOKS.kept : LOOKS.fresh)) socket.destroy();
      }
    }
  }

  #track(socket: Socket): void {
    this.#connections.set(socket, { open: 0, quiet: 0, used: false });
    socket.once('close', () => this.#connections.delete(socket));
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const traffic = this.#connections.get(incoming.socket);
    if (traffic) {
      traffic.open += 1;
      traffic.used = true;
    }
    this.#answers.add(outgoing);
    if (this.draining) closeAfter(outgoing);
    outgoing.once('close', () => {
      this.#answers.delete(outgoing);
      if (traffic) traffic.open -= 1;
    });
    this.handle(incoming, outgoing);
  }
}

function closeAfter(outgoing: ServerResponse): void {
  if (!outgoing.headersSent) outgoing.setHeader('Connection', 'close');
}

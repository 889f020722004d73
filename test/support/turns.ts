import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands in front of several processes and lets them take turns, request by request; `Host` is kept. */
export interface Turns {
  /** Where it answers, so that it can be the processes' ISSUER. */
  origin: string;
  /** The addresses (`http://127.0.0.1:PORT`) that take turns from now on. */
  between(addresses: readonly string[]): void;
  close(): Promise<void>;
}

/** Longer than a test is busy with itself. */
const KEPT = 10 * 60 * 1000;

export async function takeTurns(): Promise<Turns> {
  let targets: readonly string[] = [];
  let turn = 0;
  const server = createServer({ keepAliveTimeout: KEPT }, (incoming, outgoing) => {
    const { port } = new URL(targets[turn++ % targets.length] as string);
    const { method, headers, url: path } = incoming;
    // A connection of its own: one that is kept may end in the moment in which it is used again.
    const onward = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    between(addresses) {
      targets = addresses;
    },
    async close() {
      await new Promise((done) => server.close(done).closeAllConnections());
    },
  };
}

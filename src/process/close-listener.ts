import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A turn this short leaves no time for another connection. Where none comes for a while, one without connections has to do. */
const SHORT_MS = 1;
const PREFER_SHORT_MS = 500;
const GIVE_UP_MS = 2000;

/**
 * Closes a listening socket when nothing waits in its queue: the system resets connections that it has completed and nobody has
 * accepted. libuv accepts one connection in each turn of the loop, right before `setImmediate`, so a short turn without any means that
 * the queue was empty a moment ago.
 */
export async function closeListener(server: Server): Promise<void> {
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  const began = performance.now();
  for (let now = began; now - began < GIVE_UP_MS; ) {
    const before = accepted;
    await nextTurn();
    const turn = performance.now() - now;
    now += turn;
    if (accepted === before && (turn < SHORT_MS || now - began > PREFER_SHORT_MS)) break;
  }
  server.off('connection', count);
  server.close();
}

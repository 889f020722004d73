import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long to look for a quiet turn, and how short one has to be, in milliseconds. */
const LOOK_MS = 500;
const SHORT_MS = 1;

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
  const late = performance.now() + LOOK_MS;
  for (let before = -1, turnBegan = 0; performance.now() < late; ) {
    turnBegan = performance.now();
    await nextTurn();
    if (accepted === before && performance.now() - turnBegan < SHORT_MS) break;
    before = accepted;
  }
  server.off('connection', count);
  server.close();
}

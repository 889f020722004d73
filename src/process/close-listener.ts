import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * When the socket may be closed, and from when on less has to do: how long no connection may have come, and how long the turn may have
 * taken in which the last look was. Clients that wait for an answer bring nothing new, so while answers are held such a gap is soon there;
 * many clients that come by themselves may never leave one.
 */
const ENOUGH = [
  { fromMs: 0, quietMs: 50, turnMs: 0.2 },
  { fromMs: 500, quietMs: 2, turnMs: 0.2 },
  { fromMs: 1000, quietMs: 0, turnMs: 1 },
  { fromMs: 1500, quietMs: 0, turnMs: Number.POSITIVE_INFINITY },
];
const GIVE_UP_MS = 2000;

/**
 * Closes a listening socket when nothing waits in its queue: the system resets connections that it has completed and nobody has
 * accepted. libuv accepts one connection in each turn of the loop, right before `setImmediate`, so a turn without any means that the
 * queue was empty when it began; the shorter it was, the less can have come since.
 */
export async function closeListener(server: Server): Promise<void> {
  const began = performance.now();
  let now = began;
  let latest = began;
  const came = () => {
    latest = performance.now();
  };
  server.on('connection', came);
  for (let closing = false; !closing && now - began < GIVE_UP_MS; ) {
    await nextTurn();
    const before = now;
    now = performance.now();
    const turn = now - before;
    const passed = now - began;
    closing =
      latest <= before &&
      ENOUGH.some(({ fromMs, quietMs, turnMs }) => passed >= fromMs && now - latest >= quietMs && turn < turnMs);
  }
  server.off('connection', came);
  server.close();
}

import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { closeListener } from '../../../src/process/close-listener.js';

it('closes a port only after a gap in which no connection came, and resets none', async () => {
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    socket.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const failed: string[] = [];
  let begun = 0;
  // In this same process: while it is held up, neither a look nor a connection happens.
  const arrivals = setInterval(() => {
    if (begun === 20) return clearInterval(arrivals);
    begun += 1;
    connect(port, '127.0.0.1')
      .on('error', (error) => failed.push(error.message))
      .resume();
  }, 10);
  await closeListener(server);
  expect({ begun, accepted, failed }).toEqual({ begun: 20, accepted: 20, failed: [] });
  expect(server.listening).toBe(false);
});

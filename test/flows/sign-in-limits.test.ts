import { afterAll, beforeAll, expect, it } from 'vitest';
import { RATE_LIMIT_COLLECTION } from '../../src/models/rate-limit.js';
import { createSignInLimits } from '../../src/services/sign-in-limits.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());

it('who is refused takes no place of the network, and a count whose time is over refuses nobody, swept away or not', async () => {
  const { connection } = server.store;
  const limits = createSignInLimits(connection);
  const counters = connection.collection(RATE_LIMIT_COLLECTION);
  const attempt = { email: 'ada@example.test', address: '192.0.2.7' };
  // Counts aren't waited for by a majority, so this looks at what the primary has.
  const read = { readConcern: { level: 'local' } } as const;
  const ofNetwork = async () => (await counters.findOne({ key: 'sign-in:address:192.0.2.7' }, read))?.points;
  for (let failure = 0; failure < 10; failure += 1) await (await limits.begin(attempt)).end(true);
  expect(await ofNetwork()).toBe(10);
  const refused = await limits.begin(attempt);
  expect(refused.allowed).toBe(false);
  await refused.end(true);
  expect(await ofNetwork()).toBe(10);
  await counters.updateMany({}, { $set: { expire: new Date(Date.now() - 1000) } });
  const again = await limits.begin(attempt);
  expect(again.allowed).toBe(true);
  await again.end(false);
  expect(await ofNetwork()).toBe(0);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { startServices } from '../../src/services/start-services.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { basic } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';
import { sendTo, type TrafficOptions } from '../support/traffic.js';
import { Wire } from '../support/wire.js';

/** `npm run faults` does it more often. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
const DELAY_MS = 500;
/** Contract.md's, for a database that is away; a slow one shall be no worse. */
const PATIENCE_MS = 5000;
/** As one process works on (`middleware/overload.ts`). */
const MOST_IN_FLIGHT = 1000;
/** Of the heap, garbage that wasn't collected yet included. */
const MOST_GROWTH = 150 * 1024 * 1024;

/** The embedded store is in the process: there is no way to it that could be slow. */
describe.skipIf(!ON_MONGODB)('a database that is slow by half a second', () => {
  let store: TestStore;
  let wire: Wire;
  let server: ServerProcess;
  let introspection: TrafficOptions['send'];

  beforeAll(async () => {
    store = await testStore();
    const services = await startServices(store.connection, createLogger('silent'));
    const api = await makeApi(services);
    const application = await makeApplication(services, { defaultApi: api._id });
    const user = await makeUser(services);
    await makeOrganization(services, { founder: user._id });
    wire = new Wire(store.config.mongodbUri as string);
    await wire.open();
    server = await startProcess({ ...store.config, mongodbUri: wire.uri }, {});
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(newBrowser(server));
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const { access_token } = await flow.tokens();
    introspection = {
      method: 'POST',
      path: '/oauth2/introspect',
      headers: {
        ...basic(api.introspection?.clientId as string),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token: access_token }).toString(),
    };
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    await wire?.cut();
    await store?.close();
  });

  /** So many at once, save for the moment that it takes to connect. @returns how many had which status */
  async function wave(size: number): Promise<Map<number, number>> {
    const statuses = new Map<number, number>();
    const one = async () => {
      const { status, body } = await sendTo(server.issuer, introspection);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) expect(JSON.parse(body)).toMatchObject({ active: true, roles: ['admin'] });
    };
    const sent: Promise<void>[] = [];
    while (sent.length < size) {
      sent.push(...Array.from({ length: Math.min(100, size - sent.length) }, one));
      await sleep(50);
    }
    await Promise.all(sent);
    return statuses;
  }

  /** How long the server took for the slowest request so far, in ms. */
  const slowest = () => Math.max(...server.said('request').map(({ ms }) => ms as number));

  async function metric(start: string): Promise<number> {
    const { body } = await sendTo(server.issuer, { path: '/metrics' });
    const lines = body.split('\n').filter((line) => line.startsWith(start));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  const heap = () => metric('nodejs_heap_size_used_bytes ');
  const inFlight = () => metric('rollcall_http_requests_in_flight ');
  const waiting = () => metric('rollcall_store_connections{state="waiting"}');

  /** As it was before anything was slow. */
  async function allIsWell(): Promise<void> {
    wire.slow(0);
    await expect.poll(inFlight, { timeout: 15_000, interval: 200 }).toBe(0);
    await expect.poll(waiting, { timeout: 15_000, interval: 200 }).toBe(0);
    expect(await wave(100)).toEqual(new Map([[200, 100]]));
    expect(server.said('unhandled_rejection')).toEqual([]);
    expect(server.said('server_error')).toEqual([]);
  }

  const other = (statuses: Map<number, number>) =>
    [...statuses.keys()].filter((status) => status !== 200 && status !== 503);

  it('serves a few at once, if slowly', async () => {
    wire.slow(DELAY_MS);
    expect(await wave(10)).toEqual(new Map([[200, 10]]));
    await allIsWell();
  });

  it('serves a few that come one soon after the other, each of which needs a connection of its own', async () => {
    wire.slow(DELAY_MS);
    const one = async (_: unknown, at: number) => {
      await sleep(at * 25);
      return (await sendTo(server.issuer, introspection)).status;
    };
    expect(await Promise.all(Array.from({ length: 15 }, one))).toEqual(Array(15).fill(200));
    await allIsWell();
  });

  it('gives many at once 200 or 503 within five seconds, and keeps nothing of them', async () => {
    const before = await heap();
    wire.slow(DELAY_MS);
    for (let round = 0; round < ROUNDS; round += 1) expect(other(await wave(300))).toEqual([]);
    expect(slowest()).toBeLessThan(PATIENCE_MS);
    await allIsWell();
    expect((await heap()) - before).toBeLessThan(MOST_GROWTH);
  });

  it('has a bounded queue: what is beyond it gets 503 at once, and everything is taken again afterwards', async () => {
    wire.slow(DELAY_MS);
    const answered = wave(MOST_IN_FLIGHT + 200);
    let most = 0;
    for (let over = false; !over; ) {
      most = Math.max(most, await inFlight());
      over = await Promise.race([answered.then(() => true), sleep(100, false)]);
    }
    expect(most).toBeLessThanOrEqual(MOST_IN_FLIGHT);
    expect(other(await answered)).toEqual([]);
    await allIsWell();
  });
});

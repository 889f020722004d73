import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api } from '../../src/models/index.js';
import { startServices } from '../../src/services/start-services.js';
import { makeApi, SECRET } from '../support/factories.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type TestStore, testStore } from '../support/store.js';
import { type Traffic, traffic } from '../support/traffic.js';

/** `npm run faults` does it more often. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);

let store: TestStore;
let api: Api;
let running: ServerProcess | undefined;

beforeAll(async () => {
  store = await testStore();
  api = await makeApi(await startServices(store.connection, createLogger('silent')));
});
afterEach(() => running?.end('SIGKILL'));
afterAll(() => store?.close());

/** Introspection of nothing: it authenticates, reads the store, and answers 200. */
const introspect = () => ({
  method: 'POST',
  path: '/oauth2/introspect',
  headers: {
    authorization: `Basic ${btoa(`${api.introspection?.clientId}:${SECRET}`)}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: 'token=nothing',
});

describe.each([1, 2])('SIGTERM under load, with %d server processes', (workers) => {
  it('fails readiness first, cuts no request off, closes kept and silent connections, and exits 0', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      running = await startProcess(
        store.config,
        { WORKERS: String(workers), DRAIN_DELAY: '2s', LOG_LEVEL: 'warn' },
        { detached: true },
      );
      const { issuer, child } = running;
      const silent = connect(Number(new URL(issuer).port), '127.0.0.1').on('error', () => {});
      const closed = new Promise((done) => silent.resume().once('close', done));
      const kept = traffic(issuer, { keepAlive: true, clients: 6, send: introspect() });
      const fresh = traffic(issuer, { keepAlive: false, clients: 6, send: introspect() });
      const probes = traffic(issuer, { keepAlive: false, clients: 1, send: { path: '/health/ready' } });
      const all = [kept, fresh, probes];
      await expect.poll(() => all.every(({ seen }) => count(seen, 200) > 1), { timeout: 30_000 }).toBe(true);
      // To the whole group, as Ctrl+C and a service manager do.
      process.kill(-(child.pid as number), 'SIGTERM');
      expect(await running.end('SIGTERM')).toBe(0);
      await Promise.all([closed, ...all.map(({ ended }) => ended)]);
      const [keptSaw, freshSaw, probesSaw] = [kept.seen, fresh.seen, probes.seen];
      expect({ kept: keptSaw.cut, fresh: freshSaw.cut, probes: probesSaw.cut }).toEqual({
        kept: [],
        fresh: [],
        probes: [],
      });
      for (const saw of [keptSaw, freshSaw, probesSaw]) expect(saw.refused).toBe(true);
      for (const saw of [keptSaw, freshSaw]) expect([...saw.answered.keys()]).toEqual([200]);
      expect(keptSaw.closing).toBeGreaterThan(0);
      // A balancer has had the time to notice.
      expect(count(probesSaw, 503)).toBeGreaterThan(0);
    }
  }, 120_000);
});

const count = (saw: Traffic, status: number) => saw.answered.get(status) ?? 0;

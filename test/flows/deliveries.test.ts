import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBackground } from '../../src/lib/background.js';
import { backoffAfter } from '../../src/lib/backoff.js';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { attemptNext } from '../../src/services/deliveries/attempt.js';
import { createDeliveries, type Deliveries, type DeliveryKind } from '../../src/services/deliveries/index.js';
import { Targets } from '../../src/services/deliveries/targets.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let second: Store;
let now = new Date('2030-01-01T00:00:00Z');
const clock = { now: () => now };
const pass = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const lines: { event: string; reason?: string }[] = [];
/** Two processes on one store, on a clock that the tests hold. */
const processes: ServiceContext[] = [];
const logger = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) });

beforeAll(async () => {
  store = await testStore();
  second = await connectStore(store.config);
  processes.push(await startServices(store.connection, logger, clock));
  processes.push(await startServices(second.connection, logger, clock));
});
afterAll(async () => {
  await second?.close();
  await store?.close();
});

let count = 0;
const newKind = (division: Partial<DeliveryKind<{ n: number }>> = {}): DeliveryKind<{ n: number }> => ({
  name: `test-${++count}`,
  lease: 15_000,
  maxAge: 1_500_000,
  backoff: { first: 2000, most: 60_000 },
  parallel: 2,
  perTarget: 1,
  target: ({ n }) => `target-${n}`,
  describe: ({ n }) => ({ n }),
  ...division,
});
/** Queues without any process that would deliver by itself. */
const queue = (): Deliveries =>
  createDeliveries(processes[0] as ServiceContext, { every: () => ({ kick() {} }), stop: async () => {} });
const attempt = (
  kind: DeliveryKind<{ n: number }>,
  deliver: (payload: { n: number }) => Promise<void>,
  by = processes[0] as ServiceContext,
) => attemptNext(by, kind, new Targets(clock, kind), deliver, () => {});
const waiting = (kind: { name: string }) => processes[0]?.models.Delivery.countDocuments({ kind: kind.name });

it('of two processes that look at once, each delivery is given to one', async () => {
  const kind = newKind();
  await Promise.all(Array.from({ length: 12 }, (_, n) => queue().enqueue(kind, `${kind.name}:${n}`, { n })));
  const delivered: number[] = [];
  await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      attempt(kind, async ({ n }) => void delivered.push(n), processes[i % 2] as ServiceContext),
    ),
  );
  expect(delivered.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  expect(await waiting(kind)).toBe(0);
});

it('the same id is queued once while it waits', async () => {
  const kind = newKind();
  await Promise.all(Array.from({ length: 10 }, (_, n) => queue().enqueue(kind, kind.name, { n })));
  expect(await waiting(kind)).toBe(1);
});

it('an attempt whose process died is made again by another after its lease, not before', async () => {
  const kind = newKind();
  await queue().enqueue(kind, kind.name, { n: 1 });
  const died = attempt(kind, () => new Promise(() => {}));
  const delivered: number[] = [];
  const other = () => attempt(kind, async ({ n }) => void delivered.push(n), processes[1] as ServiceContext);
  while (!(await processes[0]?.models.Delivery.exists({ kind: kind.name, dueAt: { $gt: now } })));
  await other();
  pass(kind.lease - 1);
  await other();
  expect(delivered).toEqual([]);
  pass(2);
  await other();
  expect(delivered).toEqual([1]);
  void died;
});

it('the late end of an attempt whose lease was lost changes nothing', async () => {
  const kind = newKind();
  await queue().enqueue(kind, kind.name, { n: 1 });
  let fail: (error: Error) => void = () => {};
  const late = attempt(kind, () => new Promise((_resolve, reject) => (fail = reject)));
  while (!(await processes[0]?.models.Delivery.exists({ kind: kind.name, attempts: 1 })));
  pass(kind.lease + 1);
  let end: () => void = () => {};
  const current = attempt(kind, () => new Promise((resolve) => (end = resolve)), processes[1] as ServiceContext);
  while (!(await processes[0]?.models.Delivery.exists({ kind: kind.name, attempts: 2 })));
  const held = await processes[0]?.models.Delivery.findById(kind.name).lean();
  fail(new Error('too late'));
  await late;
  expect(await processes[0]?.models.Delivery.findById(kind.name).lean()).toEqual(held);
  end();
  await current;
  expect(await waiting(kind)).toBe(0);
});

it('what fails is tried later and later, and given up with a line in the log when it is too old', async () => {
  const kind = newKind();
  await queue().enqueue(kind, kind.name, { n: 1 });
  const began = now.getTime();
  const times: number[] = [];
  let early = 0;
  lines.length = 0;
  for (;;) {
    const next = await processes[0]?.models.Delivery.findById(kind.name).lean();
    if (!next) break;
    if (times.length) {
      pass(next.dueAt.getTime() - now.getTime() - 1);
      await attempt(kind, async () => {
        early += 1;
      });
      pass(1);
    }
    await attempt(kind, async () => {
      times.push(now.getTime() - began);
      throw new Error('not today');
    });
  }
  expect(early).toBe(0);
  expect(times.length).toBeGreaterThan(20);
  expect(times[1]).toBeLessThanOrEqual(2000);
  const waits = times.slice(1).map((time, i) => time - (times[i] as number));
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  expect(Math.min(...waits.slice(8))).toBeGreaterThanOrEqual(30_000);
  expect(times.at(-1)).toBeLessThan(kind.maxAge);
  expect(lines.filter((line) => line.event === 'delivery_failed')).toHaveLength(times.length - 1);
  expect(lines.at(-1)).toMatchObject({ event: 'delivery_given_up', reason: 'not today', n: 1, level: 'error' });
});

it('what a server finds too old after it was off is given up without an attempt', async () => {
  const kind = newKind();
  await queue().enqueue(kind, kind.name, { n: 1 });
  pass(kind.maxAge + 1);
  let attempts = 0;
  await attempt(kind, async () => {
    attempts += 1;
  });
  expect(attempts).toBe(0);
  expect(await waiting(kind)).toBe(0);
  expect(lines.at(-1)).toMatchObject({ event: 'delivery_given_up', reason: 'too old' });
});

it('delivery begins when something is queued, several at once, and one that hangs does not hold up the next', async () => {
  const kind = newKind();
  const background = createBackground(logger);
  const deliveries = createDeliveries(processes[0] as ServiceContext, background);
  let release: () => void = () => {};
  const hangs = new Promise<void>((resolve) => (release = resolve));
  const done: number[] = [];
  const all = new Promise<void>((resolve) => {
    deliveries.handle(kind, async ({ n }) => {
      if (n === 0) await hangs;
      done.push(n);
      if (done.length === 4) resolve();
    });
  });
  await deliveries.enqueue(kind, `${kind.name}:0`, { n: 0 });
  for (const n of [1, 2, 3]) {
    await deliveries.enqueue(kind, `${kind.name}:${n}`, { n });
    while (!done.includes(n)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(done).toEqual([1, 2, 3]);
  release();
  await all;
  await background.stop();
  expect(await waiting(kind)).toBe(0);
});

/** Deliveries to targets `slow`, `slower` and `good`, with lines as a server has them. */
async function withTargets(
  deliver: (target: string, n: number) => Promise<void>,
  then: (enqueue: (target: string, count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const kind = newKind({ parallel: 6, perTarget: 2, target: ({ n }) => targetOf(n) });
  const background = createBackground(logger);
  const deliveries = createDeliveries(processes[0] as ServiceContext, background);
  deliveries.handle(kind, ({ n }) => deliver(targetOf(n), n));
  let next = 0;
  try {
    await then(async (target, count) => {
      const first = TARGETS.indexOf(target);
      for (let i = 0; i < count; i += 1) {
        const n = first + TARGETS.length * next++;
        await deliveries.enqueue(kind, `${kind.name}:${n}`, { n });
      }
    });
  } finally {
    await background.stop();
    await processes[0]?.models.Delivery.deleteMany({ kind: kind.name });
  }
}
const TARGETS = ['slow', 'slower', 'good'];
const targetOf = (n: number) => TARGETS[n % TARGETS.length] as string;
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

it('targets that hang, with much that waits for them, hold up none that answers; each has its share of lines', async () => {
  let release: () => void = () => {};
  const hangs = new Promise<void>((resolve) => (release = resolve));
  const inFlight = { slow: 0, slower: 0, good: 0 } as Record<string, number>;
  const most = { ...inFlight };
  let delivered = 0;
  await withTargets(
    async (target) => {
      inFlight[target] = (inFlight[target] ?? 0) + 1;
      most[target] = Math.max(most[target] ?? 0, inFlight[target] ?? 0);
      if (target === 'good') delivered += 1;
      else await hangs;
      inFlight[target] = (inFlight[target] ?? 0) - 1;
    },
    async (enqueue) => {
      await enqueue('slow', 15);
      await enqueue('slower', 15);
      await until(() => inFlight.slow === 2 && inFlight.slower === 2);
      await enqueue('good', 10);
      await until(() => delivered === 10);
      expect(inFlight).toMatchObject({ slow: 2, slower: 2 });
      release();
    },
  );
  expect(most.slow).toBe(2);
  expect(most.slower).toBe(2);
});

it('a target that fails is left alone for longer and longer, tried by one line at a time, and at full share once it answers', async () => {
  let answers = false;
  let tried = 0;
  let delivered = 0;
  await withTargets(
    async (target) => {
      tried += 1;
      if (target === 'slow' && !answers) throw new Error('refused');
      delivered += 1;
    },
    async (enqueue) => {
      await enqueue('slow', 20);
      await until(() => tried > 0);
      await enqueue('good', 5);
      await until(() => delivered === 5);
      // Both of its lines may have been under way; the clock stands still, so nobody tries again.
      expect(tried - delivered).toBeLessThanOrEqual(2);
      answers = true;
      pass(60_000);
      await enqueue('slow', 1);
      await until(() => delivered === 26);
    },
  );
});

it('what is due is found by an index, also where targets are left out', async () => {
  const plan = await store.connection.db?.command({
    explain: {
      find: 'deliveries',
      filter: { kind: 'x', dueAt: { $lte: now }, target: { $nin: ['a', 'b'] } },
      sort: { dueAt: 1 },
    },
    verbosity: 'queryPlanner',
  });
  const winning = JSON.stringify(plan?.queryPlanner.winningPlan);
  expect(winning).toContain('IXSCAN');
  expect(winning).not.toMatch(/COLLSCAN|"SORT"/);
});

it('the wait after a failure is at least half of the doubled time, and capped', () => {
  const backoff = { first: 2000, most: 60_000 };
  for (const [attempts, whole] of [
    [1, 2000],
    [2, 4000],
    [5, 32_000],
    [6, 60_000],
    [500, 60_000],
  ] as const) {
    const waits = Array.from({ length: 100 }, () => backoffAfter(attempts, backoff));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(whole / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(whole);
    expect(new Set(waits).size).toBeGreaterThan(10);
  }
});

it('a process that stops waits for nobody who hangs, and leaves what isn’t through to be tried again', async () => {
  const kind = newKind();
  const background = createBackground(logger);
  const deliveries = createDeliveries(processes[0] as ServiceContext, background);
  let begun = false;
  deliveries.handle(kind, () => {
    begun = true;
    return new Promise(() => {});
  });
  await deliveries.enqueue(kind, kind.name, { n: 1 });
  await expect.poll(() => begun, { timeout: 10_000 }).toBe(true);
  await background.stop();
  const row = await processes[0]?.models.Delivery.findById(kind.name).lean();
  expect(row).toMatchObject({ attempts: 1 });
  expect(row?.lease).toBeUndefined();
});

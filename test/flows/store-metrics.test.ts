import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsText } from '../../src/lib/metrics.js';
import { measureStore } from '../../src/store/measure.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;

beforeAll(async () => {
  store = await testStore();
  measureStore(store.connection);
});

afterAll(() => store.close());

/** The value of one line of the metrics, 0 where there is none. */
async function counted(name: string, collection: string, operation: string): Promise<number> {
  const head = `rollcall_store_operation_${name}{collection="${collection}",operation="${operation}"} `;
  const line = (await metricsText()).split('\n').find((one) => one.startsWith(head));
  return Number(line?.slice(head.length) ?? 0);
}

it('counts reads, writes and how long they took by collection and operation', async () => {
  const things = store.connection.collection('things');
  await things.insertOne({ size: 1 });
  await things.find({ size: 1 }).toArray();
  await things.findOne({ size: 1 });
  await things.findOne({ size: 2 });
  expect(await counted('duration_seconds_count', 'things', 'insertOne')).toBe(1);
  expect(await counted('duration_seconds_count', 'things', 'find')).toBe(1);
  expect(await counted('duration_seconds_count', 'things', 'findOne')).toBe(2);
  const took = await counted('duration_seconds_sum', 'things', 'find');
  expect(took).toBeGreaterThan(0);
  expect(took).toBeLessThan(5);
});

it('counts what fails, reads through a cursor too', async () => {
  const broken = store.connection.collection('broken');
  await expect(broken.find({ size: { $nonsense: 1 } }).toArray()).rejects.toThrow();
  await broken.insertOne({ size: 1 });
  await expect(broken.updateOne({}, { $nonsense: { size: 1 } })).rejects.toThrow();
  await broken.find({}).toArray();
  expect(await counted('failures_total', 'broken', 'find')).toBe(1);
  expect(await counted('failures_total', 'broken', 'updateOne')).toBe(1);
  expect(await counted('duration_seconds_count', 'broken', 'find')).toBe(2);
});

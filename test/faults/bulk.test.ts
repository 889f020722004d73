import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { undoBulk } from '../../src/services/bulk/undo.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { eventsOf } from '../support/audit.js';
import { makeCrowd, stored } from '../support/bulk.js';
import { makeRole } from '../support/factories.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type TestStore, testStore } from '../support/store.js';

/** `npm run faults` does it more often. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
/** Several batches: the process is to be killed between two, however late that is seen from here. */
const MEMBERS = 450;

let store: TestStore;
let services: ServiceContext;
const running = new Set<ServerProcess>();

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
});
afterAll(async () => {
  await Promise.all([...running].map((one) => one.end('SIGKILL')));
  await store?.close();
});

const start = async () => {
  const one = await startProcess(store.config);
  running.add(one);
  return one;
};
const reached = (id: string, next: number) =>
  expect
    .poll(async () => (await stored(services, id)).operation.next, { timeout: 30_000, interval: 5 })
    .toBeGreaterThanOrEqual(next);
const ended = (id: string) =>
  expect
    .poll(async () => (await stored(services, id)).operation.status, { timeout: 30_000, interval: 100 })
    .toBe('done');

it(
  `kill -9 in the middle of a bulk operation and of its undo: the next process ends it, each member changed once, ${ROUNDS} times`,
  async () => {
    const { _id: roleId } = await makeRole(services, { key: 'billing' });
    for (let round = 0; round < ROUNDS; round += 1) {
      const { organization, ids } = await makeCrowd(services, MEMBERS);
      const organizationId = organization._id;
      const action = { kind: 'give_role' as const, roleId };
      const { _id } = await previewBulk(services, SYSTEM, { organizationId, action, members: { references: ids } });
      let server = await start();
      const dying = async (id: string) => {
        await reached(id, 50);
        await new Promise((resolve) => setTimeout(resolve, round * 3));
        await server.end('SIGKILL');
        expect((await stored(services, id)).operation.status).toBe('running');
        server = await start();
        await ended(id);
        const { operation, items } = await stored(services, id);
        expect(operation.counts).toEqual({ changed: MEMBERS });
        const children = await eventsOf(services, { organizationId, parent: operation.eventId });
        expect(children.map((one) => one._id).sort()).toEqual(items.map((item) => item.eventId).sort());
      };
      await applyBulk(services, SYSTEM, organizationId, _id);
      await dying(_id);
      expect(await services.models.Membership.countDocuments({ organizationId, 'roles.roleId': roleId })).toBe(MEMBERS);
      const undo = await undoBulk(services, SYSTEM, organizationId, _id);
      await dying(undo._id);
      expect(await services.models.Membership.countDocuments({ organizationId, 'roles.roleId': roleId })).toBe(0);
      await server.end('SIGKILL');
    }
  },
  60_000 + ROUNDS * 60_000,
);

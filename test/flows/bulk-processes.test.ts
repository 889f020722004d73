import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../../src/access/can.js';
import { createBackground } from '../../src/lib/background.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { ADMIN_ROLE_ID } from '../../src/models/role.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { applyBulk, cancelBulk } from '../../src/services/bulk/apply.js';
import { startBulkWork } from '../../src/services/bulk/index.js';
import { type NewBulk, previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { undoBulk } from '../../src/services/bulk/undo.js';
import { takeRole } from '../../src/services/change-member-role.js';
import { event, type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { loadActor } from '../../src/services/load-actor.js';
import { startServices } from '../../src/services/start-services.js';
import { type MembershipWrite, writeTogether } from '../../src/services/write-memberships.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { eventsOf } from '../support/audit.js';
import { makeCrowd, stored } from '../support/bulk.js';
import { makeApplication, makeMember, makeRole, makeUser } from '../support/factories.js';
import { type TestStore, testStore } from '../support/store.js';

/** Two ways to one store, as two processes have them; what goes on beside requests is called by hand. */
let store: TestStore;
let second: Store;
let one: ServiceContext;
let two: ServiceContext;
let billing: string;

beforeAll(async () => {
  store = await testStore();
  second = await connectStore(store.config);
  one = await startServices(store.connection, createLogger('silent'));
  two = await startServices(second.connection, createLogger('silent'));
  billing = (await makeRole(one, { key: 'billing' }))._id;
});
afterAll(async () => {
  await second?.close();
  await store?.close();
});

const begin = async (actor: Actor, input: NewBulk) => {
  const { _id } = await previewBulk(one, actor, input);
  return applyBulk(one, actor, input.organizationId, _id);
};
const untilEnded = async (id: string, contexts: readonly ServiceContext[] = [one]) => {
  for (;;) {
    const { operation } = await stored(one, id);
    if (operation.endedAt) return operation;
    await Promise.all(contexts.map(runBatch));
  }
};

it('changes that are written together are told apart: which matched and which didn’t, wherever their events are by now', async () => {
  const { organization, ids } = await makeCrowd(one, 4);
  const rows = await one.models.Membership.find({ organizationId: organization._id, userId: { $in: ids } }).lean();
  const [first, second, third, gone] = rows.map(({ _id }) => _id) as [string, string, string, string];
  const write = (id: string, revision: number | null): MembershipWrite => {
    const eventId = newId('evt');
    const pending = event(one, SYSTEM, 'member.changed', 'usr_x', {
      organizationId: organization._id,
      after: undefined,
    });
    return {
      id,
      eventId,
      filter: { _id: id, revision },
      update: { $inc: { revision: 1 }, $push: { pendingEvents: { ...pending, id: eventId } } },
    };
  };
  await one.models.Membership.deleteOne({ _id: gone });
  // Right after they are written, before it is asked which they were: the events are moved, and one is changed once more.
  const meanwhile = new Proxy(one.models, {
    get(models, name) {
      if (name !== 'Membership') return Reflect.get(models, name);
      return {
        collection: {
          async bulkWrite(...sent: Parameters<typeof models.Membership.collection.bulkWrite>) {
            const result = await models.Membership.collection.bulkWrite(...sent);
            await moveEvents(two);
            await models.Membership.updateOne({ _id: first }, { $inc: { revision: 1 } });
            return result;
          },
        },
        find: models.Membership.find.bind(models.Membership),
      };
    },
  });
  for (const [models, taken] of [
    [one.models, null],
    [meanwhile, 1],
  ] as const) {
    const writer = writeTogether({ models });
    const writes = [write(first, taken), write(second, 7), write(third, taken), write(third, taken), write(gone, null)];
    const written = await Promise.all(writes.map(writer));
    expect([written[0], written[1], written[2] !== written[3], written[4]]).toEqual([true, false, true, false]);
    const logged = (await eventsOf(one, { _id: { $in: writes.map(({ eventId }) => eventId) } })).map(({ _id }) => _id);
    expect(logged.sort()).toEqual(
      writes
        .filter((_, index) => written[index])
        .map(({ eventId }) => eventId)
        .sort(),
    );
  }
});

describe('two processes', () => {
  it('share an operation, and change each member once; two that begin at once begin it once', async () => {
    const { organization, ids } = await makeCrowd(one, 250);
    const organizationId = organization._id;
    const { _id } = await previewBulk(one, SYSTEM, {
      organizationId,
      action: { kind: 'give_role', roleId: billing },
      members: { references: ids },
    });
    await Promise.all([one, two, one, two].map((context) => applyBulk(context, SYSTEM, organizationId, _id)));
    const operation = await untilEnded(_id, [one, two]);
    expect(operation.counts).toEqual({ changed: 250 });
    const children = await eventsOf(one, { organizationId, parent: operation.eventId });
    expect(children.map(({ subject }) => subject).sort()).toEqual([...ids].sort());
    expect(await eventsOf(one, { subject: _id, action: 'bulk.applied' })).toHaveLength(1);
  });

  it('at the same batch, as after a lease that was lost, change nobody twice', async () => {
    const { organization, ids } = await makeCrowd(one, 40);
    const organizationId = organization._id;
    const { _id } = await begin(SYSTEM, {
      organizationId,
      action: { kind: 'give_role', roleId: billing },
      members: { references: ids },
    });
    // The lease is over as soon as it is taken, so that both claim the same batch.
    const early = { ...two, clock: { now: () => new Date(Date.now() + 60_000) } };
    await Promise.all([runBatch(one), runBatch(early), runBatch(one), runBatch(early)]);
    const operation = await untilEnded(_id, [early]);
    expect(operation.counts).toEqual({ changed: 40 });
    expect(await eventsOf(one, { organizationId, parent: operation.eventId })).toHaveLength(40);
  });
});

describe('a process that dies in the middle of a change', () => {
  it.each(['give_role', 'take_role', 'suspend'] as const)(
    'and leaves an administrator’s seat moved, but nothing written of the member (%s): the next one completes it',
    async (kind) => {
      const { organization, ids, admin } = await makeCrowd(one, 2);
      const organizationId = organization._id;
      const [userId] = ids as [string, string];
      if (kind !== 'give_role') await makeMember(one, organizationId, userId, [ADMIN_ROLE_ID]);
      const { _id } = await begin(SYSTEM, {
        organizationId,
        action: kind === 'suspend' ? { kind } : { kind, roleId: ADMIN_ROLE_ID },
        members: { references: [userId] },
      });
      const dying = dyingAtMembership(two);
      await expect(runBatch(dying)).rejects.toThrow('dead');
      const moved = await one.models.Organization.findById(organizationId).lean();
      expect(moved?.administrators.includes(userId)).toBe(kind === 'give_role');
      await one.models.BulkOperation.updateOne({ _id }, { dueAt: new Date(0) });
      const operation = await untilEnded(_id);
      expect(operation.counts).toEqual({ changed: 1 });
      const events = await eventsOf(one, { organizationId, parent: operation.eventId });
      expect(events).toHaveLength(1);
      expect(await eventsOf(one, { organizationId, parent: events[0]?._id })).toHaveLength(1);
      // What was there before is known, so that it can be undone.
      const { _id: undo } = await undoBulk(one, SYSTEM, organizationId, _id);
      expect((await untilEnded(undo)).counts).toEqual({ changed: 1 });
      const back = await one.models.Organization.findById(organizationId).lean();
      expect(back?.administrators).toEqual(kind === 'give_role' ? [admin._id] : [admin._id, userId]);
    },
  );

  it('and has changed a member without saying so: the next one knows it by the event, also where it was changed since', async () => {
    const { organization, ids } = await makeCrowd(one, 2);
    const organizationId = organization._id;
    const { _id } = await begin(SYSTEM, {
      organizationId,
      action: { kind: 'give_role', roleId: billing },
      members: { references: ids },
    });
    await expect(runBatch(dyingAtItems(two))).rejects.toThrow('dead');
    await takeRole(one, SYSTEM, { organizationId, userId: ids[0] as string, roleId: billing });
    await one.models.BulkOperation.updateOne({ _id }, { dueAt: new Date(0) });
    const operation = await untilEnded(_id);
    expect(operation.counts).toEqual({ changed: 2 });
    expect(await eventsOf(one, { organizationId, parent: operation.eventId })).toHaveLength(2);
    const first = await one.models.Membership.findOne({ organizationId, userId: ids[0] as string }).lean();
    expect(first?.roles.map((role) => role.roleId)).not.toContain(billing);
  });
});

/** As this one, until it writes a membership, or keeps an outcome. */
function dyingAt(context: ServiceContext, model: 'Membership' | 'BulkItem', method: string): ServiceContext {
  const dead = () => Promise.reject(Object.assign(new Error('dead'), { name: 'MongoNetworkError' }));
  const target = context.models[model] as unknown as Record<string, unknown>;
  const dies = (on: object) =>
    new Proxy(on, {
      get: (from, name) => {
        const value = Reflect.get(from, name);
        if (name === method) return dead;
        if (name === 'collection') return dies(value as object);
        return typeof value === 'function' ? value.bind(from) : value;
      },
    });
  return { ...context, models: { ...context.models, [model]: dies(target) } };
}
const dyingAtMembership = (context: ServiceContext) => dyingAt(context, 'Membership', 'findOneAndUpdate');
const dyingAtItems = (context: ServiceContext) => dyingAt(context, 'BulkItem', 'bulkWrite');

describe('whoever applied an operation', () => {
  const crowd = async () => {
    const made = await makeCrowd(one, 110);
    return { ...made, organizationId: made.organization._id };
  };

  it('and loses the right while it runs, stops it: the rest is skipped, and can’t be undone by them', async () => {
    const { organizationId, ids } = await crowd();
    const helper = await makeUser(one);
    await makeMember(one, organizationId, helper._id, [ADMIN_ROLE_ID]);
    const actor = await loadActor(one, helper._id, organizationId);
    const { _id } = await begin(actor, {
      organizationId,
      action: { kind: 'give_role', roleId: billing },
      members: { references: ids },
    });
    await runBatch(one);
    await takeRole(one, SYSTEM, { organizationId, userId: helper._id, roleId: ADMIN_ROLE_ID });
    const operation = await untilEnded(_id);
    expect(operation).toMatchObject({ status: 'stopped', counts: { changed: 100, skipped: 10 } });
    await expect(
      undoBulk(one, await loadActor(one, helper._id, organizationId), organizationId, _id),
    ).rejects.toMatchObject({ code: 'not_found' });
    // Who was reached is undone all the same.
    const { _id: undo } = await undoBulk(one, SYSTEM, organizationId, _id);
    expect((await untilEnded(undo)).counts).toEqual({ changed: 100 });
  });

  it('goes on as an application by what it is allowed today, and no further than its token went', async () => {
    const { organizationId, ids } = await crowd();
    const { _id: applicationId } = await makeApplication(one);
    const actor: Actor = { kind: 'application', applicationId, permissions: new Set(['members:write']) };
    const input = { organizationId, members: { references: ids.slice(0, 2) } };
    const first = await begin(actor, { ...input, action: { kind: 'give_role', roleId: billing } });
    const allowed = { ...one, machineToday: async () => new Set(['members:write', 'administrators:write'] as const) };
    await untilEnded(first._id, [allowed]);
    expect((await stored(one, first._id)).operation).toMatchObject({ status: 'done', counts: { changed: 2 } });
    const next = await begin(actor, { ...input, action: { kind: 'take_role', roleId: billing } });
    await untilEnded(next._id, [{ ...one, machineToday: async () => new Set() }]);
    expect((await stored(one, next._id)).operation).toMatchObject({ status: 'stopped', counts: { skipped: 2 } });
  });

  it('may be among the members: they come last, so that the others are reached', async () => {
    const { organizationId, admin, ids } = await crowd();
    await makeMember(one, organizationId, ids[0] as string, [ADMIN_ROLE_ID]);
    const actor = await loadActor(one, admin._id, organizationId);
    const { _id } = await begin(actor, {
      organizationId,
      action: { kind: 'suspend' },
      members: { references: [admin._id, ...ids.slice(1)] },
    });
    expect((await untilEnded(_id)).counts).toEqual({ changed: 110 });
  });

  it('or anybody else may call it off: who was reached stays changed, and the event says who did', async () => {
    const { organizationId, ids } = await crowd();
    const { _id } = await begin(SYSTEM, {
      organizationId,
      action: { kind: 'give_role', roleId: billing },
      members: { references: ids },
    });
    await runBatch(one);
    await Promise.all([one, two].map((context) => cancelBulk(context, SYSTEM, organizationId, _id)));
    expect(await untilEnded(_id)).toMatchObject({ status: 'cancelled', counts: { changed: 100, skipped: 10 } });
    expect(await eventsOf(one, { subject: _id, action: 'bulk.cancelled' })).toHaveLength(1);
    expect(await eventsOf(one, { organizationId, action: 'member.role_given' })).toHaveLength(100);
  });
});

it('a process goes on with what another left, without being told', async () => {
  const { organization, ids } = await makeCrowd(one, 3);
  const { _id } = await begin(SYSTEM, {
    organizationId: organization._id,
    action: { kind: 'give_role', roleId: billing },
    members: { references: ids },
  });
  const background = createBackground(createLogger('silent'));
  startBulkWork({ ...two }, background);
  try {
    await expect.poll(async () => (await stored(one, _id)).operation.status, { timeout: 10_000 }).toBe('done');
  } finally {
    await background.stop();
  }
});

describe('previews', () => {
  const nobody = (count: number) => ({ references: Array.from({ length: count }, (_, n) => `nobody-${n}`) });

  it('are twenty at once, however many are asked for at once through two processes; who finds no room leaves nothing', async () => {
    const { organization } = await makeCrowd(one, 1);
    const input: NewBulk = { organizationId: organization._id, action: { kind: 'suspend' }, members: nobody(3) };
    const all = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) => previewBulk(n % 2 ? one : two, SYSTEM, input)),
    );
    const made = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value._id] : []));
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThanOrEqual(20);
    for (const each of all) if (each.status === 'rejected') expect(each.reason.code).toBe('too_many_requests');
    const rows = await one.models.BulkOperation.find({ organizationId: organization._id }).lean();
    expect(rows.map(({ _id, status }) => [_id, status]).sort()).toEqual(made.sort().map((id) => [id, 'previewed']));
  });

  it('that fail or are called off, also while they are made, leave no results behind', async () => {
    const { organization, ids } = await makeCrowd(one, 1);
    const organizationId = organization._id;
    const input: NewBulk = { organizationId, action: { kind: 'suspend' }, members: nobody(600) };
    const left = async () =>
      (await one.models.BulkItem.find({ _id: { $gt: 'blk_' } }, { operationId: 1 }).lean()).filter(
        (item) => item.operationId === last,
      ).length;
    let last = (await previewBulk(one, SYSTEM, input))._id;
    expect(await left()).toBe(600);
    expect((await cancelBulk(two, SYSTEM, organizationId, last)).status).toBe('cancelled');
    expect(await left()).toBe(0);

    // Called off by another process between its second part and its third.
    const { BulkOperation } = one.models;
    const exists = BulkOperation.exists.bind(BulkOperation);
    let parts = 0;
    const spy = vi.spyOn(BulkOperation, 'exists').mockImplementation((async (filter: { _id: string }) => {
      parts += 1;
      last = filter._id;
      const found = await exists(filter);
      if (parts === 3) await cancelBulk(two, SYSTEM, organizationId, last);
      return found;
    }) as never);
    await expect(previewBulk(one, SYSTEM, input)).rejects.toMatchObject({ code: 'bulk_cancelled' });
    spy.mockRestore();
    expect(await left()).toBe(0);
    expect((await stored(one, last)).operation.status).toBe('cancelled');

    const broken = vi
      .spyOn(one.models.BulkItem.collection, 'insertMany')
      .mockRejectedValueOnce(new Error('no') as never);
    await expect(previewBulk(one, SYSTEM, { ...input, members: { references: ids } })).rejects.toThrow('no');
    broken.mockRestore();
    expect(await BulkOperation.countDocuments({ organizationId, status: { $ne: 'cancelled' } })).toBe(0);
  });

  it('that are old are tidied away until none is left, though there are more than one round takes', async () => {
    const { organization } = await makeCrowd(one, 1);
    const organizationId = organization._id;
    const input: NewBulk = { organizationId, action: { kind: 'suspend' }, members: nobody(2) };
    const made: string[] = [];
    for (let n = 0; n < 25; n += 1) {
      const { _id } = await previewBulk(one, SYSTEM, input);
      if (n > 0) made.push(_id);
      await one.models.BulkOperation.updateOne({ _id }, { expiresAt: new Date(0) });
    }
    // One whose event hasn't moved yet is in nobody's way.
    const { BulkOperation, BulkItem } = one.models;
    const [waiting] = await BulkOperation.find({ organizationId }).sort({ _id: 1 }).limit(1).lean();
    const pending = event(one, SYSTEM, 'bulk.applied', waiting?._id as string, { organizationId });
    await BulkOperation.updateOne({ _id: waiting?._id as string }, { $push: { pendingEvents: pending } });
    const background = createBackground(createLogger('silent'));
    startBulkWork(one, background);
    await vi.waitFor(async () => expect(await BulkOperation.countDocuments({ organizationId })).toBe(1), 15_000);
    await background.stop();
    expect(await BulkItem.countDocuments({ operationId: { $in: made } })).toBe(0);
  });
});

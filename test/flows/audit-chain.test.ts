import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { AuditEvent, Organization } from '../../src/models/index.js';
import type { Fault } from '../../src/services/audit/chain-walk.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { erasePersonal } from '../../src/services/audit/personal.js';
import { record } from '../../src/services/audit/record.js';
import { removeOldEvents } from '../../src/services/audit/remove-old-events.js';
import { sealEvents } from '../../src/services/audit/seal-events.js';
import { organizationsWithEvents, verifyChain } from '../../src/services/audit/verify-chain.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { event, type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let second: Store;
let services: ServiceContext;
/** The same store as another process sees it. */
let other: ServiceContext;
const key = randomBytes(32);

beforeAll(async () => {
  store = await testStore();
  second = await connectStore(store.config);
  services = await startServices(store.connection, createLogger('silent'));
  other = await startServices(second.connection, createLogger('silent'));
});
afterAll(async () => {
  await second?.close();
  await store?.close();
});

const seal = async (context = services, holder = 'one') => {
  await moveEvents(context);
  return sealEvents(context, { key, holder });
};
const verify = (organizationId: string) => verifyChain(services, key, organizationId);
const chained = (organizationId: string): Promise<AuditEvent[]> =>
  services.models.AuditEvent.find({ organizationId, sealed: true }).sort({ number: 1 }).lean();
const idOf = async (organizationId: string, number: number) =>
  (await services.models.AuditEvent.findOne({ organizationId, number }).lean())?._id as string;
const kinds = (faults: readonly Fault[]) => faults.map(({ kind, number }) => `${kind} ${number}`);

/** On a busy machine a store may have no connection to spare for a while: then nothing was sent, and it is tried again. */
const patiently = (work: () => Promise<unknown>): Promise<unknown> =>
  work().catch((error: Error) => {
    if (error.name !== 'MongoWaitQueueTimeoutError') throw error;
    return patiently(work);
  });

/** Seals, by several at once, for as long as `work` takes. */
async function whileSealing(holders: string[], contextOf: (n: number) => ServiceContext, work: () => Promise<unknown>) {
  let working = true;
  const sealers = holders.map(async (holder, n) => {
    while (working) await patiently(() => seal(contextOf(n), holder)).then(() => pause(10));
  });
  await work().finally(() => {
    working = false;
  });
  await Promise.all(sealers);
}

/** An organization whose log has so many events, sealed. */
async function withEvents(count: number): Promise<Organization> {
  const organization = await makeOrganization(services);
  for (let number = 2; number <= count; number += 1)
    await changeOrganization(services, SYSTEM, organization, { name: `Name ${number}` });
  await seal();
  return organization;
}

describe('sealing', () => {
  it('numbers the events of an organization from 1 on, in their order, and each chain is whole', async () => {
    const { _id } = await withEvents(5);
    const events = await chained(_id);
    expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(events.map((event) => event._id)).toEqual(events.map((event) => event._id).sort());
    expect(await verify(_id)).toMatchObject({ first: 1, last: 5, verified: 5, unsealed: 0, faults: [] });
    for await (const id of organizationsWithEvents(services)) expect((await verify(id)).faults).toEqual([]);
    expect(await services.models.AuditChain.countDocuments({ lease: { $exists: true } })).toBe(0);
  });

  it('gives 50 writers’ events numbers without a gap or a fork, though three seal at once in two processes', async () => {
    const organization = await makeOrganization(services);
    const ids = { organizationId: organization._id };
    const contexts = [services, other];
    // Half of them change a document each, and half write to the log directly.
    const roles = await Promise.all(
      Array.from({ length: 25 }, (_, n) => makeRole(services, { key: `writer${n}`, ...ids })),
    );
    const write = async (writer: number) => {
      const context = contexts[writer % 2] as ServiceContext;
      const [_id, happened] = [roles[writer]?._id, ['role.changed', `rol_${writer}`, ids] as const];
      if (!_id) return record(context, SYSTEM, ...happened);
      await context.models.Role.updateOne({ _id }, { $push: { pendingEvents: event(context, SYSTEM, ...happened) } });
    };
    const writers = Array.from({ length: 50 }, async (_, writer) => {
      for (let change = 0; change < 10; change += 1) await patiently(() => write(writer));
    });
    await whileSealing(
      ['a', 'b', 'c'],
      (n) => contexts[n % 2] as ServiceContext,
      () => Promise.all(writers),
    );
    await seal();
    const events = await chained(organization._id);
    expect(events.map(({ number }) => number)).toEqual(Array.from({ length: 501 }, (_, n) => n + 1));
    expect(new Set(events.map(({ _id }) => _id)).size).toBe(501);
    expect(await verify(organization._id)).toMatchObject({ last: 501, verified: 501, unsealed: 0, faults: [] });
  });

  it('is not forked by sealers whose leases have all run out', async () => {
    const organization = await makeOrganization(services);
    // A clock on which every lease is over at once.
    const hasty = [services, other].map((one, n) => ({
      ...one,
      clock: { now: () => new Date(Date.now() + n * 60_000) },
    }));
    await whileSealing(
      ['d', 'e'],
      (n) => hasty[n] as ServiceContext,
      async () => {
        for (let number = 0; number < 40; number += 1)
          await changeOrganization(services, SYSTEM, organization, { name: `${number}` });
      },
    );
    await seal(hasty[1], 'last');
    expect(await verify(organization._id)).toMatchObject({ last: 41, verified: 41, unsealed: 0, faults: [] });
  });

  it('that died after its decision is completed by the next, and is whole to whoever verifies in between', async () => {
    const { _id } = await withEvents(4);
    const chain = await services.models.AuditChain.findById(_id).lean();
    const events = await chained(_id);
    // As it was when the head had moved over the last three, and one of them bore its number.
    await services.models.AuditEvent.updateMany(
      { organizationId: _id, number: { $in: [2, 4] } },
      { $set: { sealed: false }, $unset: { number: 1, digest: 1, mac: 1 } },
    );
    const batch = { mac: events[0]?.mac, events: events.slice(1).map((one) => ({ id: one._id, digest: one.digest })) };
    const lease = { holder: 'dead', until: new Date() };
    await services.models.AuditChain.updateOne({ _id }, { $set: { batch, lease } });
    expect(await verify(_id)).toMatchObject({ last: 4, verified: 4, unsealed: 2, faults: [] });
    await changeOrganization(services, SYSTEM, { ...(await makeOrganization(services)), _id }, { name: 'After' });
    await seal();
    expect((await chained(_id)).slice(0, 4)).toEqual(events);
    expect(await verify(_id)).toMatchObject({ last: 5, verified: 5, unsealed: 0, faults: [] });
    expect((await services.models.AuditChain.findById(_id).lean())?.head.number).toBe((chain?.head.number ?? 0) + 1);
  });
});

describe('verifying finds', () => {
  const tampered = async (tamper: (organizationId: string) => Promise<unknown>, count = 6) => {
    const { _id } = await withEvents(count);
    expect((await verify(_id)).faults).toEqual([]);
    await tamper(_id);
    const report = await verify(_id);
    expect(report.faultCount).toBe(
      report.faults.reduce((sum, { number, until }) => sum + (until ? until - (number ?? 0) + 1 : 1), 0),
    );
    return kinds(report.faults);
  };
  const change = (filter: object, update: object) => services.models.AuditEvent.updateOne(filter, update);

  it.each<[string, object]>([
    ['action', { $set: { action: 'organization.deleted' } }],
    ['actor', { $set: { actor: 'usr_other' } }],
    ['subject', { $set: { subject: null } }],
    ['time', { $set: { time: new Date(0) } }],
    ['after', { $set: { 'after.name': 'Other' } }],
    ['after, where it is removed', { $unset: { after: 1 } }],
    ['before, where it is added', { $set: { before: {} } }],
    ['parent', { $set: { parent: 'evt_other' } }],
    ['address', { $set: { address: '203.0.113.9' } }],
    ['salts', { $unset: { salts: 1 } }],
    ['digest', { $set: { digest: 'other' } }],
  ])('a change of an event’s %s', async (_field, update) => {
    expect(await tampered((organizationId) => change({ organizationId, number: 3 }, update))).toEqual(['changed 3']);
  });

  it('a change of an event’s code', async () => {
    const faults = await tampered((organizationId) => change({ organizationId, number: 3 }, { $set: { mac: 'x' } }));
    expect(faults).toEqual(['misplaced 3']);
  });

  it('an event that was removed, several, the first and the last', async () => {
    const remove = (number: object | number) => (organizationId: string) =>
      services.models.AuditEvent.deleteMany({ organizationId, number });
    expect(await tampered(remove(3))).toEqual(['missing 3']);
    expect(await tampered(remove({ $in: [2, 3, 5] }))).toEqual(['missing 2', 'missing 5']);
    expect(await tampered(remove(1))).toEqual(['missing 1']);
    expect(await tampered(remove(6))).toEqual(['missing 6']);
    expect(await tampered(remove({ $gt: 0 }))).toEqual(['missing 1']);
  });

  it('two events that were exchanged', async () => {
    const faults = await tampered(async (organizationId) => {
      const [third, fourth] = [await idOf(organizationId, 3), await idOf(organizationId, 4)];
      for (const [_id, number] of [
        [third, 999],
        [fourth, 3],
        [third, 4],
      ])
        await change({ _id }, { $set: { number } });
    });
    expect(faults).toEqual(['misplaced 3', 'misplaced 4']);
  });

  it('an event that was put in: behind the end, in another’s place, without a number, and from another chain', async () => {
    const { _id: foreign } = await withEvents(3);
    const insert = (change: object) => async (organizationId: string) => {
      const [event] = await chained(organizationId);
      await services.models.AuditEvent.collection.insertOne({
        ...event,
        _id: `evt_${Math.random()}`,
        ...change,
      } as never);
    };
    expect(await tampered(insert({ number: 7 }))).toEqual(['inserted 7']);
    expect(await tampered(insert({ number: 0 }))).toEqual(['inserted 0']);
    const without = insert({ number: null });
    expect(await tampered(without)).toEqual(['inserted null']);
    const replaced = await tampered(async (organizationId) => {
      await services.models.AuditEvent.deleteOne({ organizationId, number: 3 });
      const [, , third] = await chained(foreign);
      await insert({ ...third, _id: `evt_${Math.random()}`, organizationId, number: 3 })(organizationId);
    });
    expect(replaced[0]).toBe('changed 3');
  });

  it('an end that was cut off, also with the head set back to an event’s code', async () => {
    const faults = await tampered(async (organizationId) => {
      const [, , , fourth] = await chained(organizationId);
      await services.models.AuditEvent.deleteMany({ organizationId, number: { $gt: 4 } });
      const head = { 'head.number': 4, 'head.mac': fourth?.mac };
      await services.models.AuditChain.updateOne({ _id: organizationId }, { $set: head });
    });
    expect(faults).toEqual(['head null']);
    const gone = await tampered((_id) => services.models.AuditChain.deleteOne({ _id }));
    expect(gone).toEqual(['inserted 6', 'inserted 5', 'inserted 4', 'inserted 3', 'inserted 2', 'inserted 1']);
  });

  it('what the log output told otherwise, also where the whole chain was replaced by an earlier one', async () => {
    const { _id } = await withEvents(4);
    const [, second, , fourth] = await chained(_id);
    const told = (heads: [number, string | undefined][]) =>
      verifyChain(services, key, _id, new Map(heads as [number, string][]));
    expect(
      (
        await told([
          [2, second?.mac],
          [4, fourth?.mac],
        ])
      ).faults,
    ).toEqual([]);
    expect(kinds((await told([[2, 'another']])).faults)).toEqual(['changed 2']);
    expect(kinds((await told([[9, 'later']])).faults)).toEqual(['missing 9']);
  });

  it('a beginning that was cut off as if it were too old', async () => {
    const faults = await tampered(async (organizationId) => {
      const [, second] = await chained(organizationId);
      await services.models.AuditEvent.deleteMany({ organizationId, number: { $lte: 2 } });
      const removed = { number: 2, mac: second?.mac, proof: second?.mac };
      await services.models.AuditChain.updateOne({ _id: organizationId }, { $set: { removed } });
    });
    expect(faults).toEqual(['beginning 2']);
  });
});

describe('erasing what is about a person', () => {
  it('leaves the chain whole, and a change of what is left still shows', async () => {
    const user = await makeUser(services, { email: 'erased@example.test', name: 'Erased Person' });
    await seal();
    const find = () => services.models.AuditEvent.collection.findOne({ subject: user._id });
    const before = (await find()) as unknown as AuditEvent;
    expect(before.after).toEqual({ email: 'erased@example.test', name: 'Erased Person' });
    const erased = erasePersonal(before, 'subject');
    expect(JSON.stringify(erased)).not.toMatch(/erased@example|Erased Person/);
    expect(erased.salts).toEqual({});
    await services.models.AuditEvent.collection.replaceOne({ _id: before._id } as never, erased as never);
    const { faults } = await verify(services.systemOrganizationId);
    expect(faults).toEqual([]);
    await services.models.AuditEvent.updateOne({ _id: before._id }, { $set: { 'after.email': 'other@example.test' } });
    const again = await verify(services.systemOrganizationId);
    expect(kinds(again.faults)).toEqual([`changed ${before.number}`]);
  });
});

describe('retention', () => {
  const DAY = 24 * 60 * 60 * 1000;
  const inDays = (days: number, context = services): ServiceContext => ({
    ...context,
    clock: { now: () => new Date(Date.now() + days * DAY) },
  });
  /** Makes the first events of an organization older by so many days, before they are sealed. */
  async function aged(days: number[]): Promise<string> {
    const organization = await makeOrganization(services);
    for (let number = 1; number < days.length; number += 1)
      await changeOrganization(services, SYSTEM, organization, { name: `Name ${number}` });
    await moveEvents(services);
    const events = await services.models.AuditEvent.find({ organizationId: organization._id }).sort({ _id: 1 }).lean();
    for (const [i, { _id }] of events.entries())
      await services.models.AuditEvent.updateOne(
        { _id },
        { $set: { time: new Date(Date.now() - (days[i] ?? 0) * DAY) } },
      );
    await seal();
    return organization._id;
  }

  it('removes what is older from the beginning of a chain, and the rest verifies and goes on', async () => {
    const id = await aged([50, 40, 31, 29, 40, 1]);
    expect(await removeOldEvents(services, key, 30)).toBeGreaterThanOrEqual(3);
    expect((await chained(id)).map(({ number }) => number)).toEqual([4, 5, 6]);
    expect(await verify(id)).toMatchObject({ first: 4, last: 6, verified: 3, faults: [] });
    expect(await removeOldEvents(services, key, 30)).toBe(0);
    await services.models.AuditEvent.deleteOne({ organizationId: id, number: 4 });
    expect(kinds((await verify(id)).faults)).toEqual(['missing 4']);
  });

  it('removes all of a chain, which then goes on with the next number, by two processes at once', async () => {
    const id = await aged([5, 4, 3, 2, 1]);
    await Promise.all([services, other, other].map((one) => removeOldEvents(inDays(100, one), key, 30)));
    expect(await verify(id)).toMatchObject({ first: null, last: 5, verified: 0, faults: [] });
    await changeOrganization(services, SYSTEM, { ...(await makeOrganization(services)), _id: id }, { name: 'Later' });
    await seal();
    expect(await verify(id)).toMatchObject({ first: 6, last: 6, verified: 1, faults: [] });
    await removeOldEvents(inDays(100), key, 30);
    expect(await verify(id)).toMatchObject({ first: null, last: 6, faults: [] });
  });

  it('leaves what isn’t sealed, and what lies behind a gap', async () => {
    const id = await aged([50, 49, 48]);
    await services.models.AuditEvent.deleteOne({ organizationId: id, number: 1 });
    const late = { ...(await chained(id))[0], _id: 'evt_unsealed', sealed: false };
    const { number: _n, digest: _d, mac: _m, ...unsealed } = late;
    await services.models.AuditEvent.collection.insertOne(unsealed as never);
    await removeOldEvents(services, key, 30);
    expect(await services.models.AuditEvent.countDocuments({ organizationId: id })).toBe(3);
    expect(kinds((await verify(id)).faults)).toEqual(['missing 1']);
  });

  it('that was interrupted is whole to whoever verifies, and is gone on with', async () => {
    const id = await aged([50, 40, 20]);
    const before = await services.models.AuditChain.findById(id).lean();
    await removeOldEvents(services, key, 30);
    const after = await services.models.AuditChain.findById(id).lean();
    const interrupted = { $set: { removing: after?.removed, oldest: before?.oldest }, $unset: { removed: 1 } };
    await services.models.AuditChain.updateOne({ _id: id }, interrupted);
    expect(await verify(id)).toMatchObject({ first: 3, faults: [] });
    await removeOldEvents(services, key, 30);
    expect(await services.models.AuditChain.findById(id).lean()).toEqual(after);
    expect(await verify(id)).toMatchObject({ first: 3, faults: [] });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEncryption } from '../../src/lib/encryption.js';
import { createLogger } from '../../src/lib/logger.js';
import { ensureChainKey } from '../../src/services/audit/chain-key.js';
import { startAuditWork } from '../../src/services/audit/index.js';
import { insertEvents, logged } from '../../src/services/audit/insert-events.js';
import { moveEvents, moveEventsOf } from '../../src/services/audit/move-events.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { event, type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { eventsOf } from '../support/audit.js';
import { makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { KEYS } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let second: Store;
let services: ServiceContext;
/** The same store as another process sees it. */
let other: ServiceContext;

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

const waiting = async (organizationId: string) =>
  (await services.models.Organization.findById(organizationId).lean())?.pendingEvents ?? [];

describe('an event that waits in a changed document', () => {
  it('is moved to the log as it is, once, by however many processes at once', async () => {
    const organizations = await Promise.all(Array.from({ length: 12 }, () => makeOrganization(services)));
    const change = (organization: (typeof organizations)[number], name: string) =>
      changeOrganization(services, SYSTEM, organization, { name });
    await Promise.all(
      organizations.flatMap((one, number) => Array.from({ length: 5 }, (_, i) => change(one, `${number} ${i}`))),
    );
    const pending = (await Promise.all(organizations.map(({ _id }) => waiting(_id)))).flat();
    expect(pending).toHaveLength(12 * 6);
    await Promise.all([services, other, services, other].map((one) => moveEvents(one)));
    const events = await eventsOf(services, { organizationId: { $in: organizations.map(({ _id }) => _id) } });
    expect(events.map(({ _id }) => _id).sort()).toEqual(pending.map(({ id }) => id).sort());
    for (const { id, ...said } of pending) expect(events.find(({ _id }) => _id === id)).toMatchObject(said);
    for (const { _id } of organizations) expect(await waiting(_id)).toEqual([]);
  });

  it('is moved though there are hundreds in one document', async () => {
    const { _id } = await makeOrganization(services);
    const many = Array.from({ length: 600 }, (_, n) =>
      event(services, SYSTEM, 'organization.changed', _id, { organizationId: _id, after: { n } }),
    );
    await services.models.Organization.updateOne({ _id }, { $push: { pendingEvents: { $each: many } } });
    await moveEvents(services);
    expect(await eventsOf(services, { organizationId: _id, action: 'organization.changed' })).toHaveLength(600);
  });

  it('is in the log once where a process died after inserting it, and stays as it was inserted', async () => {
    const { _id } = await makeOrganization(services);
    const [pending] = await waiting(_id);
    if (!pending) throw new Error('there is no event');
    const first = { ...logged(services, pending), actor: 'usr_first' };
    await insertEvents(services, [first]);
    await moveEvents(other);
    expect(await eventsOf(services, { organizationId: _id })).toEqual([first]);
    expect(await waiting(_id)).toEqual([]);
  });

  it('isn’t left to the next look where it was begun before this one, and written after it', async () => {
    const context = { ...services };
    const work = new Map<string, () => Promise<void>>();
    startAuditWork(
      context,
      {
        every(name, _ms, does) {
          work.set(name, does);
          return { kick() {} };
        },
        async stop() {},
      },
      { key: await ensureChainKey(services, createEncryption(KEYS)), retention: null },
    );
    const move = work.get('move events') as () => Promise<void>;
    const waits = [context.eventsWait?.()];
    event(context, SYSTEM, 'organization.changed', null);
    for (let looks = 0; looks < 2; looks += 1) {
      await move();
      waits.push(context.eventsWait?.());
    }
    expect(waits).toEqual([false, true, false]);
  });

  it('goes to the log of system where it belongs to no organization', async () => {
    const user = await makeUser(services);
    const [created] = await eventsOf(services, { subject: user._id });
    expect(created).toMatchObject({ action: 'user.created', organizationId: services.systemOrganizationId });
  });
});

describe('an organization’s events alone', () => {
  it('are moved where that is asked for, system’s with those of no organization', async () => {
    const [one, two] = [await makeOrganization(services), await makeOrganization(services)];
    const user = await makeUser(services);
    const isLogged = async (subject: string) => (await services.models.AuditEvent.countDocuments({ subject })) > 0;
    await moveEvents(services, one._id);
    expect([await isLogged(one._id), await isLogged(two._id), await isLogged(user._id)]).toEqual([true, false, false]);
    await moveEvents(services, services.systemOrganizationId);
    expect([await isLogged(two._id), await isLogged(user._id)]).toEqual([false, true]);
  });
});

describe('the row of a member who was removed', () => {
  const removed = async () => {
    const organization = await makeOrganization(services);
    await makeMember(services, organization._id, (await makeUser(services))._id);
    const user = await makeUser(services);
    const { _id } = await makeMember(services, organization._id, user._id);
    const left = event(services, SYSTEM, 'member.removed', user._id, { organizationId: organization._id });
    await services.models.Membership.updateOne(
      { _id },
      { $set: { status: 'removed' }, $push: { pendingEvents: left } },
    );
    return { _id, user };
  };

  it('goes when its events have moved, and no other row does', async () => {
    const { _id, user } = await removed();
    const before = await services.models.Membership.countDocuments();
    await Promise.all([moveEvents(services), moveEvents(other)]);
    expect(await services.models.Membership.findById(_id)).toBeNull();
    expect(await services.models.Membership.countDocuments()).toBe(before - 1);
    expect((await eventsOf(services, { subject: user._id })).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['member.joined', 'member.removed']),
    );
  });

  it('goes at once for whoever waits for it, with its events in the log', async () => {
    const { _id, user } = await removed();
    await moveEventsOf(services, services.models.Membership, _id);
    expect(await services.models.Membership.findById(_id)).toBeNull();
    expect(await services.models.AuditEvent.countDocuments({ subject: user._id, action: 'member.removed' })).toBe(1);
  });
});

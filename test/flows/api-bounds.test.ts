import { get, type IncomingMessage } from 'node:http';
import type { CommandSucceededEvent, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/lib/ids.js';
import { exportEvents } from '../../src/services/audit/export-events.js';
import { createGroup, deleteGroup } from '../../src/services/change-group.js';
import { SYSTEM } from '../../src/services/context.js';
import { createRole } from '../../src/services/create-role.js';
import { deleteRole } from '../../src/services/delete-role.js';
import { loadStanding } from '../../src/services/load-standing.js';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { type ApiClient, machineClient } from '../support/api.js';
import { unlessBesides } from '../support/besides.js';
import { makeOrganization, makeUser } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let server: TestServer;
let machine: ApiClient;
/** What the store gave back of groups. */
let groupsRead: Document[] = [];

beforeAll(async () => {
  store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ commandName, reply }: CommandSucceededEvent) => {
    const { cursor } = reply as { cursor?: { ns: string; firstBatch?: Document[] } };
    if (commandName === 'find' && cursor?.ns.endsWith('.groups')) groupsRead.push(...(cursor.firstBatch ?? []));
  });
  store.connection.getClient().on('commandSucceeded', heard);
  server = await startServer({ store });
  machine = await machineClient(server);
});
afterAll(async () => {
  await server?.close();
  await store?.close();
});

const someOrganization = async () => {
  const founder = await makeUser(server.services);
  return makeOrganization(server.services, { founder: founder._id });
};

describe('a body', () => {
  it('with too many members is refused before any of them is looked at', async () => {
    const { slug } = await someOrganization();
    const body = `{"action":"suspend","members":[${'1,'.repeat(500_000)}1]}`;
    const { status, json, text } = await machine.post(`/organizations/${slug}/bulk-operations`, body);
    expect([status, json.error, json.details]).toEqual([422, 'too_many_members', []]);
    expect(text.length).toBeLessThan(1000);
  });

  it('with a list that is too long is refused by its length alone', async () => {
    const { slug } = await someOrganization();
    const long = Array.from({ length: 30_000 }, () => 1);
    const roles = await machine.post(`/organizations/${slug}/groups`, { name: 'Long', roles: long });
    expect([roles.status, roles.json.details]).toEqual([
      422,
      [{ path: 'roles', message: expect.stringContaining('100') }],
    ]);
  });

  it('of nothing but faults is told the first hundred, and how many more there are', async () => {
    const { slug } = await someOrganization();
    const path = `/organizations/${slug}/bulk-operations`;
    const { status, json } = await machine.post(path, {
      action: 'suspend',
      members: Array.from({ length: 10_000 }, () => 1),
    });
    expect(status).toBe(422);
    expect(json.details).toHaveLength(101);
    expect(json.details[99].path).toBe('members[99]');
    expect(json.details[100]).toEqual({ path: '', message: '9900 more faults are not listed' });
    const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key${n}`, 1]));
    const unknown = await machine.post(path, { action: 'suspend', members: [], ...keys });
    expect(unknown.json.details).toHaveLength(101);
  });
});

describe('a decision in an organization', () => {
  it('reads of its groups what it needs, and nothing of those that are gone; they are shown whole', async () => {
    const { services } = server;
    const founder = await makeUser(services);
    const { _id: organizationId, slug } = await makeOrganization(services, { founder: founder._id });
    const metadata = { large: 'x'.repeat(1000) };
    const [first, second, gone] = await Promise.all(
      ['Finance', 'Sales', 'Gone'].map((name) =>
        createGroup(services, SYSTEM, organizationId, { name, description: 'What it is for', metadata }),
      ),
    );
    await deleteGroup(services, SYSTEM, gone as never);
    groupsRead = [];
    await loadStanding(services, { organizationId, userId: founder._id });
    const known = [first, second].map((one) => ({
      _id: one?._id,
      organizationId,
      name: one?.name,
      nameKey: one?.nameKey,
    }));
    expect(groupsRead).toHaveLength(2);
    expect(groupsRead).toEqual(expect.arrayContaining(known.map((one) => ({ ...one, roles: [] }))));
    const marker = await services.models.Group.findById(gone?._id).lean();
    expect(marker).toMatchObject({ deletedAt: expect.any(Date) });
    expect([marker?.description, marker?.metadata]).toEqual([undefined, undefined]);
    const listed = await machine.all(`/organizations/${slug}/groups`, 1);
    expect(listed).toMatchObject(
      ['Finance', 'Sales'].map((name) => ({ name, description: 'What it is for', metadata })),
    );
  });

  it('reads of a deleted role whom it belonged to, and nothing that it carried', async () => {
    const { services } = server;
    const { _id: organizationId } = await someOrganization();
    const role = await createRole(services, SYSTEM, {
      key: 'clerk',
      name: 'Clerk',
      description: 'x'.repeat(1000),
      permissions: ['members:write'],
      organizationId,
    });
    await deleteRole(services, SYSTEM, { role });
    const marker = await services.models.Role.findById(role._id).lean();
    expect(marker).toMatchObject({ key: role._id, deleted: { key: 'clerk' }, permissions: [] });
    expect([marker?.description, marker?.management]).toEqual([undefined, undefined]);
  });
});

describe('an export of the log', () => {
  /** Events whose before and after are as large as metadata can be. */
  async function largeEvents(organizationId: string, count: number) {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key${n}`, 'x'.repeat(1000)]));
    const rows = Array.from({ length: count }, (_, n) => ({
      _id: newId('evt'),
      organizationId,
      action: 'organization.changed',
      actor: 'system',
      subject: organizationId,
      time: new Date(),
      before: { metadata },
      after: { metadata },
      // What waits to be sealed is read for that too.
      sealed: true,
      number: n + 1_000_000,
    }));
    await server.services.models.AuditEvent.collection.insertMany(rows as never[]);
  }

  const exportOf = (client: ApiClient, slug: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const path = `${server.issuer}/api/v1/organizations/${slug}/audit/export?format=jsonl`;
      const headers = { authorization: `Bearer ${client.token}` };
      get(path, { agent: false, headers }, (response) => resolve(response.pause())).once('error', reject);
    });

  it('comes in small pieces, read a few events at a time', async () => {
    const { _id: organizationId } = await someOrganization();
    await largeEvents(organizationId, 40);
    for (const format of ['csv', 'jsonl'] as const) {
      const pieces: string[] = [];
      const read: number[] = [];
      const watch = ({ commandName, reply }: CommandSucceededEvent) => {
        const { cursor } = reply as { cursor?: { ns: string; firstBatch?: Document[] } };
        if (commandName === 'find' && cursor?.ns.endsWith('.events')) read.push(cursor.firstBatch?.length ?? 0);
      };
      store.connection.getClient().on('commandSucceeded', watch);
      for await (const piece of exportEvents(server.services, SYSTEM, { organizationId }, format)) pieces.push(piece);
      store.connection.getClient().off('commandSucceeded', watch);
      expect(pieces.length).toBeGreaterThanOrEqual(40);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(300_000);
      expect(Math.max(...read)).toBe(32);
      expect(pieces.join('').match(/organization\.changed/g)).toHaveLength(40);
    }
  });

  it('has two of a caller at once, and four of a process; who ends one may begin another', async () => {
    const { _id: organizationId, slug } = await someOrganization();
    // More than lies between a server and a reader who doesn't read.
    await largeEvents(organizationId, 150);
    const others = await Promise.all([machineClient(server), machineClient(server)]);
    const path = `/organizations/${slug}/audit/export?format=jsonl`;
    const open = [await exportOf(machine, slug), await exportOf(machine, slug)];
    const third = await machine.get(path);
    expect([third.status, third.json.error, third.headers.get('retry-after')]).toEqual([
      429,
      'too_many_requests',
      '60',
    ]);
    open.push(await exportOf(others[0] as ApiClient, slug), await exportOf(others[0] as ApiClient, slug));
    const busy = await exportOf(others[1] as ApiClient, slug);
    expect([busy.statusCode, busy.headers['retry-after']]).toEqual([503, '5']);
    busy.destroy();
    for (const one of open) one.destroy();
    await vi.waitFor(async () => expect((await machine.get(path)).status).toBe(200), 15_000);
    // What isn't read at all has no place either.
    for (let n = 0; n < 5; n += 1) expect((await machine.call('HEAD', path)).status).toBe(200);
  });

  it('ends where its reader stands still for a minute, as one that isn’t whole', async () => {
    const { _id: organizationId, slug } = await someOrganization();
    await largeEvents(organizationId, 150);
    const waiting = new Set<() => void>();
    const { setTimeout: later } = globalThis;
    const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
      if (ms === 60_000 && work.toString().includes('destroy')) waiting.add(work);
      return later(work, ms);
    }) as never);
    const response = await exportOf(machine, slug);
    await vi.waitFor(() => expect(waiting.size).toBeGreaterThan(0), 15_000);
    spy.mockRestore();
    const ended = new Promise((resolve) => response.once('error', resolve));
    for (const giveUp of waiting) giveUp();
    response.resume();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a password hash', () => {
  it('that a sign-in can’t afford is refused by the API and by a file, and says so', async () => {
    const { _id } = await makeUser(server.services);
    const passwordHash = '$scrypt$ln=20,r=15,p=99$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE';
    const { status, json } = await machine.put(`/users/${_id}/password`, { passwordHash });
    expect(status).toBe(422);
    expect(json.details).toEqual([{ path: 'passwordHash', message: expect.stringContaining('can afford') }]);
    const users = [{ email: 'costly@acme.test', name: 'Costly', passwordHash }];
    await expect(applyProvisioning(server.services, { users })).rejects.toMatchObject({
      faults: [{ path: 'users[0].passwordHash', message: expect.stringContaining('can afford') }],
    });
  });
});

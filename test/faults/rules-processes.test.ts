import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { type ApiAnswer, type ApiClient, freshSlug, machineClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
import { makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type TestStore, testStore } from '../support/store.js';
import { type Turns, takeTurns } from '../support/turns.js';

/** Two server processes that answer one issuer in turn: of calls sent at once, each process has its half. */
let store: TestStore;
let services: ServiceContext;
let turns: Turns;
let api: ApiClient;
const running: ServerProcess[] = [];

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  turns = await takeTurns();
  running.push(...(await Promise.all([1, 2].map(() => startProcess(store.config, { ISSUER: turns.origin })))));
  turns.between(running.map((server) => server.said('ready')[0]?.url as string));
  api = await machineClient({ issuer: turns.origin, services });
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.end('SIGTERM')));
  await turns?.close();
  await store?.close();
});

/** An organization of so many administrators and members. */
async function team({ admins = 1, members = 0, ...values }: { admins?: number; members?: number; slug?: string } = {}) {
  const people = await Promise.all(Array.from({ length: admins + members }, () => makeUser(services)));
  const organization = await makeOrganization(services, { founder: people[0]?._id as string, ...values });
  for (const [index, { _id }] of people.entries())
    if (index > 0) await makeMember(services, organization._id, _id, index < admins ? ['rol_admin'] : undefined);
  const path = `/organizations/${organization.slug}`;
  const ids = people.map((one) => one._id);
  return { id: organization._id, path, admins: ids.slice(0, admins), members: ids.slice(admins) };
}

/** A machine that is busy answers 503 in time; then it is asked again, as a client would, which is answered by what was done the first time. */
async function untilDone(path: string, body: object): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  for (;;) {
    const answer = await api.post(path, body, headers).catch((error: Error) => {
      if (/ answered 503: /.test(error.message)) return undefined;
      throw error;
    });
    if (!answer || answer.json.error === 'in_progress') continue;
    expect(answer.status, answer.text).toBe(201);
    return;
  }
}

interface Row {
  userId: string;
  roles: string[];
  effectiveRoles: string[];
}

const rowsOf = async (path: string) => (await api.all(`${path}/members`)) as Row[];
const statuses = (answers: readonly ApiAnswer[]) => answers.map(({ status }) => status).sort();

describe('through two processes', () => {
  it('of fifty who join an empty organization at once one is its administrator, the others members (R1)', async () => {
    const slug = freshSlug();
    await untilDone('/organizations', { slug, name: 'Empty' });
    const people = await Promise.all(Array.from({ length: 50 }, () => makeUser(services)));
    const path = `/organizations/${slug}/members`;
    await Promise.all(people.map(({ _id }) => untilDone(path, { user: _id })));
    const rows = await rowsOf(`/organizations/${slug}`);
    expect(rows.map(({ roles }) => roles.join()).sort()).toEqual(['admin', ...Array(49).fill('member')]);
  });

  it('the last administrator stays, however the two are taken away at once (R2)', async () => {
    const ways: ((path: string, user: string) => Promise<ApiAnswer>)[] = [
      (path, user) => api.put(`${path}/members/${user}/roles`, { roles: ['member'] }),
      (path, user) => api.patch(`${path}/members/${user}`, { status: 'suspended' }),
      (path, user) => api.delete(`${path}/members/${user}`),
      (_path, user) => api.patch(`/users/${user}`, { status: 'disabled' }),
    ];
    for (const [first, take] of ways.entries())
      for (const other of ways.slice(first)) {
        const { path, admins } = await team({ admins: 2, members: 1 });
        const [one, two] = admins as [string, string];
        const answers = await Promise.all([take(path, one), other(path, two)]);
        const refused = answers.filter(({ status }) => status === 409);
        expect(refused, statuses(answers).join()).toHaveLength(1);
        expect(refused[0]?.json.error).toBe('last_administrator');
        const left = (await rowsOf(path)).filter((row) => row.effectiveRoles.includes('admin'));
        const standing = [];
        for (const { userId } of left) {
          const [{ json: member }, { json: user }] = await Promise.all([
            api.get(`${path}/members/${userId}`),
            api.get(`/users/${userId}`),
          ]);
          if (member.status === 'active' && user.status === 'active') standing.push(userId);
        }
        expect(standing).toHaveLength(1);
      }
  });

  it('in single mode each member has one role, whatever is given at once (R4)', async () => {
    const { path, members } = await team({ members: 3 });
    const keys = ['one', 'two', 'three', 'four'];
    for (const key of keys) expect((await api.post(`${path}/roles`, { key, name: key })).status).toBe(201);
    expect((await api.patch(path, { roleMode: 'single' })).status).toBe(200);
    for (const member of members) {
      const answers = await Promise.all(
        keys.flatMap((key) => [
          api.put(`${path}/members/${member}/roles`, { roles: [key] }),
          api.put(`${path}/members/${member}/roles/${key}`, {}),
        ]),
      );
      expect(new Set(statuses(answers))).toEqual(new Set([200]));
      const { json } = await api.get(`${path}/members/${member}`);
      expect([json.roles.length, json.effectiveRoles.length, keys.includes(json.roles[0])]).toEqual([1, 1, true]);
    }
  });

  it('a role that is deleted while it is given is nobody’s afterwards; who was given it has the replacement (R5)', async () => {
    const { path, members } = await team({ members: 16 });
    for (const key of ['old', 'new']) await api.post(`${path}/roles`, { key, name: key });
    await api.put(`${path}/members/${members[0]}/roles/old`, {});
    const [deleted, ...given] = await Promise.all([
      api.delete(`${path}/roles/old?replacement=new`),
      ...members.map((member) => api.put(`${path}/members/${member}/roles/old`, {})),
    ]);
    expect(deleted?.status).toBe(204);
    const rows = await rowsOf(path);
    for (const [index, { status }] of given.entries()) {
      // Unknown by the time that it was looked for, or by the time that it was to be given.
      expect([200, 404, 422]).toContain(status);
      const roles = rows.find((row) => row.userId === members[index])?.effectiveRoles;
      const wanted = status === 200 || index === 0 ? ['member', 'new'] : ['member'];
      expect(roles).toEqual(wanted);
    }
    expect((await api.post(`${path}/roles`, { key: 'old', name: 'Again' })).status).toBe(201);
    expect((await rowsOf(path)).filter((row) => row.effectiveRoles.includes('old'))).toEqual([]);
  });

  it('a bulk operation that is applied at both is one, with one result and one event for each member; undone too (R11)', async () => {
    const { id, path, members } = await team({ members: 60 });
    await api.post(`${path}/roles`, { key: 'many', name: 'Many' });
    const begin = { action: 'give_role', role: 'many', members };
    const { json: operation } = await api.post(`${path}/bulk-operations`, begin);
    const at = `${path}/bulk-operations/${operation.id}`;
    const applied = await Promise.all([1, 2, 3, 4].map(() => api.post(`${at}/apply`)));
    expect(new Set(statuses(applied))).toEqual(new Set([202]));
    const done = (where: string) =>
      expect
        .poll(async () => (await api.get(where)).json, { timeout: 30_000, interval: 200 })
        .toMatchObject({ status: 'done', counts: { changed: 60 } });
    await done(at);
    expect((await rowsOf(path)).filter((row) => row.roles.includes('many'))).toHaveLength(60);
    const parents = await eventsOf(services, { organizationId: id, action: 'bulk.applied' });
    expect(parents).toHaveLength(1);
    const children = await eventsOf(services, { organizationId: id, parent: parents[0]?._id });
    expect(new Set(children.map((one) => one.subject))).toEqual(new Set(members));
    expect(children).toHaveLength(60);
    const undo = await Promise.all([1, 2].map(() => api.post(`${at}/undo`)));
    const begun = undo.filter(({ status }) => status < 300);
    expect(new Set(begun.map(({ json }) => json.id)).size).toBe(1);
    await done(`${path}/bulk-operations/${begun[0]?.json.id}`);
    expect((await rowsOf(path)).filter((row) => row.roles.includes('many'))).toEqual([]);
  });
});

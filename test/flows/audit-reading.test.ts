import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { recordAll } from '../../src/services/audit/record.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { eventOf, SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { callAt, machineClient, personClient } from '../support/api.js';
import { makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { makeAdministrator } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';
import { testStore } from '../support/store.js';

let server: TestServer;
let otherStore: Store;
/** Another process of the same issuer, which moves nothing by itself. */
let other: TestServer;
let machine: Awaited<ReturnType<typeof machineClient>>;

const idle = { every: () => ({ kick() {} }), stop: async () => {} };

beforeAll(async () => {
  server = await startServer({ background: idle, store: await testStore() });
  const { store, issuer } = server;
  otherStore = await connectStore(store.config);
  const { connection } = otherStore;
  const services = await startServices(connection, createLogger('silent'));
  other = await startServer({ background: idle, store, issuer, connection, services });
  machine = await machineClient(server);
});
afterAll(async () => {
  await other?.close();
  await otherStore?.close();
  await server?.close();
  await server?.store.close();
});

interface Shown {
  id: string;
  action: string;
  actor: string;
  subject: string | null;
  parent: string | null;
  time: string;
  after: unknown;
}
/** By their own times, of the same by their ids. */
const newestFirst = <T extends Pick<Shown, 'time' | 'id'>>(events: readonly T[]): T[] =>
  [...events].sort((a, b) => (`${a.time} ${a.id}` < `${b.time} ${b.id}` ? 1 : -1));

const list = async (path: string) => (await machine.get(path)).json.data as Shown[];

describe('GET /organizations/ORG/audit', () => {
  it('shows what a call has changed at once, at whichever process it is asked, with the facts of the call', async () => {
    const { organizationId, slug } = await makeAdministrator(server);
    for (let round = 0; round < 5; round += 1) {
      const changed = await machine.patch(`/organizations/${slug}`, { name: `Round ${round}` });
      const { text } = await callAt(other, { path: `/organizations/${slug}/audit`, token: machine.token });
      const [newest] = JSON.parse(text).data;
      expect(newest).toMatchObject({
        id: expect.stringMatching(/^evt_/),
        action: 'organization.changed',
        actor: `application:${machine.application._id}`,
        subject: organizationId,
        organizationId,
        parent: null,
        after: { name: `Round ${round}` },
        requestId: changed.headers.get('x-request-id'),
        userAgent: 'node',
        address: expect.any(String),
      });
    }
    expect((other.server.address() as AddressInfo).port).not.toBe((server.server.address() as AddressInfo).port);
  });

  it('goes from the newest to the oldest, each once, page by page, also while more comes', async () => {
    const { _id, slug, name: first } = await makeOrganization(server.services);
    const change = (name: string) => changeOrganization(server.services, SYSTEM, { _id }, { name });
    for (let number = 0; number < 12; number += 1) await change(`${number}`);
    const seen: Shown[] = [];
    for (let cursor = ''; cursor !== null; ) {
      const { json } = await machine.get(`/organizations/${slug}/audit?limit=5${cursor && `&cursor=${cursor}`}`);
      seen.push(...json.data);
      cursor = json.nextCursor;
      await change('meanwhile');
    }
    expect(seen.map(({ after }) => (after as { name: string }).name)).toEqual([
      ...Array.from({ length: 12 }, (_, number) => `${11 - number}`),
      first,
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(13);
  });

  it('finds by actor, subject, action, parent and time', async () => {
    const { user, organizationId, slug } = await makeAdministrator(server);
    const member = await makeUser(server.services);
    await makeMember(server.services, organizationId, member._id);
    const { services } = server;
    const parent = eventOf(services, SYSTEM, 'bulk.applied', organizationId, { organizationId });
    const children = Array.from({ length: 3 }, () =>
      eventOf(services, SYSTEM, 'member.role_given', member._id, { organizationId, parent: parent.id }),
    );
    const long = { ...eventOf(services, SYSTEM, 'member.left', user._id, { organizationId }) };
    await recordAll(services, [parent, ...children, long]);
    const found = async (query: string) =>
      (await list(`/organizations/${slug}/audit?${query}`)).map((one) => one.action);
    expect(await found(`parent=${parent.id}`)).toEqual(children.map(({ action }) => action));
    expect(await found(`action=member.left&actor=system`)).toEqual(['member.left']);
    expect(await found(`subject=${member._id}&action=member.joined`)).toEqual(['member.joined']);
    expect(await found(`subject=${member._id}&actor=usr_other`)).toEqual([]);
    const [all, now] = [await list(`/organizations/${slug}/audit`), new Date().toISOString()];
    expect(await found(`from=${all.at(-1)?.time}&until=${now}`)).toHaveLength(all.length);
    expect(await found(`from=${now}`)).toEqual([]);
    expect(await found('until=2001-01-01T00:00:00%2B02:00')).toEqual([]);
    const [{ time } = { time: '' }] = all.slice(-1);
    expect(await found(`until=${time}`)).toEqual([]);
  });

  it('is by time where ids were given to what happened later, page by page with each filter, also within a millisecond', async () => {
    const { organizationId, slug } = await makeAdministrator(server);
    const { services } = server;
    const parent = eventOf(services, SYSTEM, 'bulk.applied', organizationId, { organizationId });
    const begin = Date.now();
    // Ids in one order, times in another, and three each of a time.
    const events = Array.from({ length: 24 }, (_, n) => ({
      ...eventOf(services, SYSTEM, `odd.${n % 2}`, `usr_${n % 3}`, { organizationId, parent: parent.id, after: { n } }),
      time: new Date(begin + (((n * 7) % 24) - ((n * 7) % 3)) * 1000),
    }));
    await recordAll(services, [parent, ...events]);
    const shown = (await list(`/organizations/${slug}/audit?limit=100`)).filter(({ action }) =>
      action.startsWith('odd'),
    );
    expect(shown.map(({ id }) => id)).toEqual(newestFirst(shown).map(({ id }) => id));
    expect(shown.map(({ id }) => id)).not.toEqual(
      shown
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const filters: Record<string, (one: Shown) => boolean> = {
      [`parent=${parent.id}`]: () => true,
      'actor=system&action=odd.1': ({ action }) => action === 'odd.1',
      'subject=usr_2': ({ subject }) => subject === 'usr_2',
      'action=odd.0': ({ action }) => action === 'odd.0',
      [`parent=${parent.id}&from=${shown[18]?.time}&until=${shown[2]?.time}`]: ({ time }) =>
        time >= (shown[18]?.time as string) && time < (shown[2]?.time as string),
    };
    for (const [filter, holds] of Object.entries(filters))
      for (const limit of [1, 2, 5])
        expect(await machine.all(`/organizations/${slug}/audit?${filter}`, limit), `${filter} ${limit}`).toEqual(
          shown.filter(holds),
        );
    const exported = (await machine.get(`/organizations/${slug}/audit/export?format=jsonl&subject=usr_2`)).text;
    expect(exported.trimEnd().split('\n')).toHaveLength(8);
  });

  it('is refused to who may not read it, and to those of other organizations as if it weren’t there', async () => {
    const admin = await makeAdministrator(server);
    const foreign = await makeAdministrator(server);
    const plain = await makeUser(server.services);
    await makeMember(server.services, admin.organizationId, plain._id);
    const [asAdmin, asPlain] = [await personClient(server, admin), await personClient(server, { user: plain })];
    const path = (slug: string, more = '') => `/organizations/${slug}/audit${more}`;
    for (const more of ['', '/export']) {
      expect((await asAdmin.get(path(admin.slug, more))).status).toBe(200);
      expect((await asPlain.get(path(admin.slug, more))).status).toBe(404);
      expect((await asAdmin.get(path(foreign.slug, more))).status).toBe(404);
      expect((await asAdmin.get(path('system', more))).status).toBe(404);
      expect((await asAdmin.get(`/audit${more}`)).status).toBe(403);
    }
    const ofOrganizations = await machineClient(server, ['audit:read']);
    expect((await ofOrganizations.get(path(admin.slug))).status).toBe(200);
    for (const forbidden of [path('system'), path('system', '/export'), '/audit', '/audit/export'])
      expect((await ofOrganizations.get(forbidden)).status, forbidden).toBe(403);
    const ofAll = await machineClient(server, ['instance:audit']);
    for (const allowed of [path(admin.slug), path('system'), '/audit'])
      expect((await ofAll.get(allowed)).status).toBe(200);
  });

  it('answers 422 to a filter that is none, and to the cursor of another query', async () => {
    const { slug } = await makeAdministrator(server);
    const path = `/organizations/${slug}/audit`;
    for (const query of [
      'from=yesterday',
      'until=2030-01-01',
      'actor=',
      'who=me',
      'limit=1000',
      'format=csv',
      'action=a&action=b',
    ])
      expect((await machine.get(`${path}?${query}`)).status, query).toBe(422);
    await machine.patch(`/organizations/${slug}`, { name: 'Two events' });
    const { json } = await machine.get(`${path}?limit=1`);
    expect((await machine.get(`${path}?limit=1&actor=system&cursor=${json.nextCursor}`)).status).toBe(422);
    expect((await machine.get(`${path}/export?format=xml`)).status).toBe(422);
    for (const odd of ['from=0001-01-01T00:00:00Z', 'until=9999-12-31T23:59:59Z'])
      expect((await machine.get(`${path}?${odd}`)).status, odd).toBe(200);
  });
});

describe('GET /audit', () => {
  it('shows what happened in every organization, the newest first', async () => {
    const [one, two] = [await makeAdministrator(server), await makeAdministrator(server)];
    const events = (await machine.all('/audit', 20)) as (Shown & { organizationId: string })[];
    expect(events).toEqual(newestFirst(events));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const organizations = new Set(events.map(({ organizationId }) => organizationId));
    for (const id of [one.organizationId, two.organizationId, server.services.systemOrganizationId])
      expect(organizations).toContain(id);
  });
});

describe('an export', () => {
  const exported = async (path: string) => {
    const { text, headers } = await machine.get(path);
    return { text, type: headers.get('content-type') };
  };

  it('as JSON lines holds every event of the organization once, the oldest first, also more than a batch', async () => {
    const { organizationId, slug } = await makeAdministrator(server);
    const { services } = server;
    const many = Array.from({ length: 1203 }, (_, n) =>
      eventOf(services, SYSTEM, 'member.changed', `usr_${n}`, { organizationId, after: { n } }),
    );
    await recordAll(services, many);
    const { text, type } = await exported(`/organizations/${slug}/audit/export?format=jsonl&action=member.changed`);
    expect(type).toBe('application/jsonl; charset=utf-8');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Shown);
    expect(rows.map(({ after }) => (after as { n: number }).n)).toEqual(many.map((_, n) => n));
    const { time } = rows[700] as Shown;
    const { text: later } = await exported(`/organizations/${slug}/audit/export?format=jsonl&from=${time}`);
    const expected = rows.filter((row) => row.time >= time).length;
    expect(
      later
        .trimEnd()
        .split('\n')
        .filter((line) => line.includes('member.changed')),
    ).toHaveLength(expected);
  });

  it('as CSV quotes what needs it, and no cell is a formula', async () => {
    const { organizationId, slug } = await makeAdministrator(server);
    const { services } = server;
    const odd = ['=cmd|calc', '+1', '-1', '@sum', '\tx', 'a "quoted", one', 'two\r\nlines', 'ä'];
    const events = odd.map((subject) =>
      eventOf(services, SYSTEM, 'odd', subject, { organizationId, after: { subject } }),
    );
    await recordAll(services, events);
    const { text, type } = await exported(`/organizations/${slug}/audit/export?action=odd`);
    expect(type).toBe('text/csv; charset=utf-8');
    const [head, ...rows] = cellsOf(text);
    expect(head).toEqual(
      'time,id,organizationId,number,action,actor,subject,parent,before,after,requestId,address,userAgent'.split(','),
    );
    const column = (name: string) => rows.map((row) => row[head?.indexOf(name) ?? 0] as string);
    expect(column('subject')).toEqual(["'=cmd|calc", "'+1", "'-1", "'@sum", "'\tx", ...odd.slice(5)]);
    expect(column('after').map((one) => JSON.parse(one).subject)).toEqual(odd);
    for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

/** A strict reader of CSV (RFC 4180). */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) throw new Error(`no CSV at ${text.slice(0, 200)}`);
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n' && pattern.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEncryption } from '../../src/lib/encryption.js';
import { createLogger } from '../../src/lib/logger.js';
import { ensureChainKey } from '../../src/services/audit/chain-key.js';
import { reencrypt } from '../../src/services/reencrypt.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import { type ApiAnswer, type ApiClient, callAt, freshSlug, machineClient } from '../support/api.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';
import { openTestKeys } from '../support/signing-keys.js';

let server: TestServer;
let machine: ApiClient;

beforeAll(async () => {
  server = await startServer();
  machine = await machineClient(server);
});
afterAll(() => server?.close());

const key = (value: string) => ({ 'idempotency-key': value });
const kept = () => server.services.models.KeptAnswer;
const named = async (name: string) => (await server.services.models.Organization.find({ name }).lean()).length;

describe('Idempotency-Key', () => {
  it('lets a POST be repeated: it is done once, and answered alike', async () => {
    const name = freshSlug();
    const first = await machine.post('/organizations', { name }, key('a'));
    const again = await machine.post('/organizations', { name }, key('a'));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    for (const header of ['etag', 'location']) expect(again.headers.get(header)).toBe(first.headers.get(header));
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(await named(name)).toBe(1);
    const other = await machine.post('/organizations', { name }, key('b'));
    expect(other.json.id).not.toBe(first.json.id);
  });

  it('with another body, or for another call, is 422, and of another caller another key', async () => {
    const name = freshSlug();
    const first = await machine.post('/organizations', { name }, key('c'));
    const changed = await machine.post('/organizations', { name: `${name}-2` }, key('c'));
    const elsewhere = await machine.post('/users', { email: `${name}@acme.test`, name }, key('c'));
    for (const { status, json } of [changed, elsewhere]) expect([status, json.error]).toEqual([422, 'invalid']);
    const theirs = await (await machineClient(server)).post('/organizations', { name }, key('c'));
    expect(theirs.json.id).not.toBe(first.json.id);
    for (const bad of ['x'.repeat(256), 'with space', 'ümlaut']) {
      const { status } = await machine.post('/organizations', { name }, key(encodeHeader(bad)));
      expect([bad.slice(0, 20), status]).toEqual([bad.slice(0, 20), 422]);
    }
  });

  it('is one among ten at once, through two processes: one is done, the others are told that it is under way or how it ended', async () => {
    const store = await connectStore(server.store.config);
    const second = await startServer({
      issuer: server.issuer,
      store: { ...store, config: server.store.config },
      services: await startServices(store.connection, createLogger('silent')),
    });
    const name = freshSlug();
    const sent = { method: 'POST', path: '/organizations', token: machine.token, headers: key('many'), body: { name } };
    const throughSecond = async () => (await callAt(second, sent)).status;
    const throughFirst = async () => (await machine.post('/organizations', { name }, key('many'))).status;
    const statuses = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? throughFirst() : throughSecond())),
    );
    await second.close();
    await store.close();
    expect(statuses.filter((status) => ![201, 409].includes(status))).toEqual([]);
    expect(statuses).toContain(201);
    expect(await named(name)).toBe(1);
  });

  it('of a call that was refused is free again: nothing was done', async () => {
    const slug = freshSlug();
    await machine.post('/organizations', { slug, name: 'First' });
    const body = { slug, name: 'Second' };
    expect((await machine.post('/organizations', body, key('d'))).json.error).toBe('slug_taken');
    await server.services.models.Claim.deleteOne({ _id: `slug:${slug}` });
    expect((await machine.post('/organizations', body, key('d'))).status).toBe(201);
  });

  it('of a call that was cut off never does it again: its caller is told to look', async () => {
    const name = freshSlug();
    await machine.post('/organizations', { name }, key('e'));
    const row = await kept().findOne().sort({ createdAt: -1 }).lean();
    await kept().updateOne({ _id: row?._id }, { $unset: { sealedAnswer: 1 } });
    expect((await machine.post('/organizations', { name }, key('e'))).json.error).toBe('in_progress');
    await kept().updateOne({ _id: row?._id }, { $set: { createdAt: new Date(Date.now() - 61_000) } });
    expect((await machine.post('/organizations', { name }, key('e'))).json.error).toBe('outcome_unknown');
    expect(await named(name)).toBe(1);
    // After a day the key is nobody's, also before the store has swept it away.
    await kept().updateOne({ _id: row?._id }, { $set: { expiresAt: new Date(Date.now() - 1000) } });
    expect((await machine.post('/organizations', { name }, key('e'))).status).toBe(201);
  });

  it('of a call that went on past its 503 is answered by what it did', async () => {
    const name = freshSlug();
    const { Organization } = server.services.models;
    const create = Organization.create.bind(Organization) as (...args: unknown[]) => Promise<unknown>;
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const impatient = await startServer({
      store: server.store,
      services: server.services,
      issuer: server.issuer,
      storeKeptUp: () => false,
    });
    let losePatience = () => {};
    const { setTimeout: later } = globalThis;
    const spies = [
      vi.spyOn(Organization, 'create').mockImplementation((async (...args: unknown[]) => {
        losePatience();
        await gate;
        return create(...args);
      }) as never),
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
        if (ms === 3500) losePatience = work;
        return later(work, ms);
      }) as never),
    ];
    const sent = { method: 'POST', path: '/organizations', token: machine.token, headers: key('slow'), body: { name } };
    const first = await callAt(impatient, sent);
    for (const spy of spies) spy.mockRestore();
    goOn();
    expect(first.status).toBe(503);
    const again = await vi.waitFor(async () => {
      const answer = await machine.post('/organizations', { name }, key('slow'));
      expect(answer.json.error).not.toBe('in_progress');
      return answer;
    }, 10_000);
    await impatient.close();
    expect(again).toMatchObject({ status: 201, json: { name } });
    expect(again.headers.get('location')).toBe(`/api/v1/organizations/${again.json.id}`);
    expect(again.headers.get('etag')).toBeTruthy();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await named(name)).toBe(1);
  });

  it('keeps answers encrypted, and they outlive a change of ENCRYPTION_KEYS', async () => {
    const own = await startServer();
    const by = await machineClient(own);
    const name = freshSlug();
    const sent = { method: 'POST', path: '/organizations', token: by.token, headers: key('f'), body: { name } };
    const first = await by.post('/organizations', { name }, key('f'));
    expect(JSON.stringify(await own.services.models.KeptAnswer.find().lean())).not.toContain(name);
    const rotated = createEncryption(['another key that is long enough, 2', ...KEYS]);
    expect(await reencrypt(own.services, rotated)).toContainEqual({ name: 'kept answers', count: 1 });
    expect(await reencrypt(own.services, rotated)).toContainEqual({ name: 'kept answers', count: 0 });
    const alone = createEncryption(['another key that is long enough, 2']);
    const { issuer, services, store } = own;
    const signingKeys = await openTestKeys(services, alone);
    const after = await startServer({ issuer, services, store, signingKeys, encryption: alone });
    expect(JSON.parse((await callAt(after, sent)).text)).toEqual(first.json);
    await after.close();
    // Whose key is gone can't be opened: then nobody knows how it ended.
    const lost = createEncryption(['a third key that is long enough, 3']);
    const auditKey = await ensureChainKey(services, alone);
    const later = await startServer({ issuer, services, store, signingKeys, encryption: lost, auditKey });
    expect(JSON.parse((await callAt(later, sent)).text).error).toBe('outcome_unknown');
    await later.close();
    await own.close();
  });
});

/** Header values are bytes. */
const encodeHeader = (text: string) => Buffer.from(text).toString('latin1');

describe('what may be asked in a minute', () => {
  it('is counted per caller, and told; over it is 429 with when to come again', async () => {
    const small = await startServer({
      store: server.store,
      services: server.services,
      apiLimits: { perCaller: 3, failuresPerAddress: 300 },
    });
    const [one, other] = [await machineClient(small), await machineClient(small)];
    const answers: ApiAnswer[] = [];
    for (let i = 0; i < 4; i += 1) answers.push(await one.get('/organizations'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const headers = (name: string) => answers.map((answer) => answer.headers.get(name));
    expect(headers('ratelimit-limit')).toEqual(['3', '3', '3', '3']);
    expect(headers('ratelimit-remaining')).toEqual(['2', '1', '0', '0']);
    expect(Number(headers('ratelimit-reset')[3])).toBeLessThanOrEqual(60);
    expect(headers('retry-after').slice(0, 3)).toEqual([null, null, null]);
    expect(Number(headers('retry-after')[3])).toBeGreaterThan(0);
    expect(answers[3]?.json.error).toBe('too_many_requests');
    expect((await other.get('/organizations')).status).toBe(200);
    await small.close();
  });

  it('with tokens that aren’t valid is counted per address; who has a valid one goes on', async () => {
    const small = await startServer({
      store: server.store,
      services: server.services,
      apiLimits: { perCaller: 100, failuresPerAddress: 3 },
    });
    const good = await machineClient(small);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const response = await fetch(`${small.issuer}/api/v1/organizations`, {
        headers: { authorization: 'Bearer wrong' },
      });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await fetch(`${small.issuer}/api/v1/organizations`)).status).toBe(401);
    expect((await good.get('/organizations')).status).toBe(200);
    await small.close();
  });
});

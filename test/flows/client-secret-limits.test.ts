import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { PER_CLIENT_AND_NETWORK } from '../../src/services/client-secret-limits.js';
import { unlessBesides } from '../support/besides.js';
import { makeApi, makeApplication, SECRET } from '../support/factories.js';
import { basic, post, type RawAnswer } from '../support/raw-http.js';
import { startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
/** Behind a proxy that says where requests come from, and another process that is too; the third is reached directly. */
let server: TestServer;
let other: TestServer;
let direct: TestServer;
let api: Api;
let application: Application;
/** Operations on counters in the store. */
let counted = 0;

beforeAll(async () => {
  store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ command }: CommandStartedEvent) => {
    if (Object.values(command).includes('rateLimits')) counted += 1;
  });
  store.connection.getClient().on('commandStarted', heard);
  server = await startServer({ store, trustProxy: true });
  other = await startServer({ store, trustProxy: true });
  direct = await startServer({ store });
  api = await makeApi(server.services);
});
afterAll(async () => {
  await Promise.all([server, other, direct].map((one) => one?.close()));
  await store?.close();
});
beforeEach(async () => {
  application = await makeApplication(server.services, {
    defaultApi: api._id,
    grantTypes: ['authorization_code', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'],
    permissions: [{ api: api._id, permissions: ['*'] }],
  });
  counted = 0;
});

const GRANT = { grant_type: 'client_credentials', resource: '' };

interface Try {
  at?: TestServer;
  from?: string;
  path?: string;
  clientId?: string;
}

/** A request with a secret, as it comes from an address through the proxy. */
const request = (secret: string, { at = server, from = '192.0.2.1', path = '/oauth2/token', clientId }: Try = {}) =>
  post(
    at,
    path,
    { ...GRANT, resource: api._id, token: 'x', scope: 'openid' },
    {
      ...basic(clientId ?? application._id, secret),
      'x-forwarded-for': from,
    },
  );
const wrong = (times: number, where: Try = {}) =>
  Promise.all(Array.from({ length: times }, (_, i) => request(`wrong-secret-${i}`, where)));

const codes = (answers: RawAnswer[]) =>
  [...new Set(answers.map(({ status, body }) => `${status} ${body.error}`))].sort();

describe('wrong secrets of one client from one network', () => {
  it('are answered by 429 after a hundred, and the right one too; other networks and other clients go on', async () => {
    expect(codes(await wrong(PER_CLIENT_AND_NETWORK))).toEqual(['401 invalid_client']);
    expect((await request(SECRET)).status).toBe(200);
    for (const secret of ['wrong', SECRET]) {
      const refused = await request(secret);
      if (secret === 'wrong') expect(refused.body).toMatchObject({ error: 'temporarily_unavailable' });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(15 * 60);
      expect(refused.headers.get('cache-control')).toBe('no-store');
    }
    expect((await request(SECRET, { from: '192.0.2.2' })).status).toBe(200);
    const neighbour = await makeApplication(server.services, { ...application, _id: 'neighbour' });
    expect((await request(SECRET, { clientId: neighbour._id })).status).toBe(200);
  });

  it('count together at every endpoint where a client authenticates, and are refused at each', async () => {
    const paths = ['token', 'introspect', 'revoke', 'par', 'device_authorization'].map((name) => `/oauth2/${name}`);
    for (const path of paths) {
      const answers = await wrong(PER_CLIENT_AND_NETWORK / paths.length, { path });
      expect(codes(answers), path).toEqual(['401 invalid_client']);
    }
    expect((await request('one too many')).status).toBe(429);
    for (const path of paths) {
      const { status, body, headers } = await request(SECRET, { path });
      expect([path, status, body.error]).toEqual([path, 429, 'temporarily_unavailable']);
      expect(headers.get('content-type')).toContain('application/json');
    }
  });

  it('hold under a hundred and fifty at once: no more than a hundred are looked at', async () => {
    const answers = await wrong(150);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(PER_CLIENT_AND_NETWORK);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50);
  });

  it('count across processes: another one refuses at its first wrong secret, and the right one from then on', async () => {
    await wrong(PER_CLIENT_AND_NETWORK);
    expect((await request('wrong', { at: other })).status).toBe(429);
    expect((await request(SECRET, { at: other })).status).toBe(429);
  });

  it('count for a /64 of IPv6, of which one household has all addresses', async () => {
    await Promise.all(
      Array.from({ length: PER_CLIENT_AND_NETWORK + 1 }, (_, i) =>
        request('wrong', { from: `2001:db8:1:2::${i.toString(16)}` }),
      ),
    );
    expect((await request(SECRET, { from: '2001:db8:1:2:ffff::1' })).status).toBe(429);
    expect((await request(SECRET, { from: '2001:db8:1:3::1' })).status).toBe(200);
  });

  it('count for whoever is connected, whatever X-Forwarded-For says, where no proxy is trusted', async () => {
    const answers = await Promise.all(
      Array.from({ length: PER_CLIENT_AND_NETWORK + 1 }, (_, i) =>
        request('wrong', { at: direct, from: `198.51.100.${i}` }),
      ),
    );
    expect(codes(answers)).toEqual(['401 invalid_client', '429 temporarily_unavailable']);
  });

  it('of an API count like those of an application', async () => {
    const caller = { path: '/oauth2/introspect', clientId: api.introspection?.clientId as string };
    await wrong(PER_CLIENT_AND_NETWORK + 1, caller);
    expect((await request(SECRET, caller)).status).toBe(429);
    expect((await request(SECRET, { ...caller, from: '192.0.2.9' })).body).toEqual({ active: false });
  });
});

describe('what counts nothing', () => {
  it('a right secret asks the store for no counter, also where wrong ones came before', async () => {
    await wrong(3);
    expect(counted).toBeGreaterThan(0);
    counted = 0;
    for (const path of ['/oauth2/token', '/oauth2/introspect'])
      expect((await request(SECRET, { path })).status).toBe(200);
    expect(counted).toBe(0);
  });

  it('an unknown client, and a secret in another way than the registered one', async () => {
    expect(codes(await wrong(5, { clientId: 'nobody' }))).toEqual(['401 invalid_client']);
    const inBody = { ...GRANT, resource: api._id, client_id: application._id, client_secret: SECRET };
    expect((await post(server, '/oauth2/token', inBody)).body.error).toBe('invalid_client');
    expect(counted).toBe(0);
  });
});

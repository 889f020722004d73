import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digest } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, Application } from '../../src/models/index.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import {
  type Answer,
  allow,
  askedAbout,
  DEVICE_CODE_GRANT,
  type Device,
  makeDeviceApplication,
  post,
  startDevice,
} from '../support/device.js';
import { makeApi } from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { testStore } from '../support/store.js';

/** Stands still while a test says so, and goes on then: how long a request takes on this machine is no matter. */
const clock = {
  still: undefined as Date | undefined,
  now(): Date {
    return this.still ?? new Date();
  },
};

let server: TestServer;
let otherStore: Store;
/** Another process, as far as state goes: a connection of its own to the same store, and the same issuer. */
let other: TestServer;
let api: Api;
let television: Application;

beforeAll(async () => {
  const store = await testStore();
  server = await startServer({
    store,
    services: { ...(await startServices(store.connection, createLogger('silent'))), clock },
  });
  otherStore = await connectStore(server.store.config);
  other = await startServer({
    store: server.store,
    connection: otherStore.connection,
    services: { ...(await startServices(otherStore.connection, createLogger('silent'))), clock },
    issuer: server.issuer,
  });
  api = await makeApi(server.services);
  television = await makeDeviceApplication(server.services, { defaultApi: api._id });
});
afterAll(async () => {
  await other?.close();
  await otherStore?.close();
  await server?.close();
  await server?.store.close();
});
afterEach(() => {
  clock.still = undefined;
});

const records = () => server.services.models.oidc.DeviceCode;
const idOf = ({ deviceCode }: Device) => ({ _id: digest('DeviceCode', deviceCode) });

const later = (seconds: number) => {
  clock.still = new Date(clock.now().getTime() + seconds * 1000);
};

/** As if its ten minutes had gone by. */
const expire = (device: Device) =>
  records().updateOne(idOf(device), { $set: { 'payload.exp': Math.floor(Date.now() / 1000) - 1 } });

const ten = (poll: (at: TestServer) => Promise<Answer>) =>
  Promise.all(Array.from({ length: 10 }, (_, index) => poll(index % 2 ? server : other)));

describe('while nobody has decided', () => {
  it('a device is told authorization_pending, slow_down within the interval, and authorization_pending after it', async () => {
    const device = await startDevice(server, television);
    later(1);
    const first = await device.poll();
    expect(first).toMatchObject({ status: 400, body: { error: 'authorization_pending' } });
    expect(first.headers['cache-control']).toContain('no-store');
    expect(await device.poll()).toMatchObject({ status: 400, body: { error: 'slow_down' } });
    later(5);
    expect((await device.poll()).body.error).toBe('authorization_pending');
    later(2);
    expect((await device.poll()).body.error).toBe('slow_down');
  });

  it('of ten concurrent polls through two processes one counts, the others are told to slow down', async () => {
    const device = await startDevice(server, television);
    later(1);
    const answers = await ten((at) => device.poll({ at }));
    const told = answers.map(({ body }) => body.error).sort();
    expect(told).toEqual(['authorization_pending', ...Array(9).fill('slow_down')]);
  });

  it('another application’s poll is invalid_grant and takes nothing from the device’s own', async () => {
    const stranger = await makeDeviceApplication(server.services);
    const device = await startDevice(server, television);
    expect((await device.poll({ as: stranger })).body.error).toBe('invalid_grant');
    expect((await device.poll()).body.error).toBe('authorization_pending');
  });
});

describe('when somebody has decided', () => {
  it('tokens aren’t kept back from a device that is hasty, and any process gives them', async () => {
    const device = await startDevice(server, television);
    expect((await device.poll()).body.error).toBe('authorization_pending');
    await allow(server, device);
    expect((await device.poll({ at: other })).status).toBe(200);
  });

  it('of ten concurrent redemptions of one code through two processes, one succeeds', async () => {
    const device = await startDevice(server, television);
    await allow(server, device);
    const answers = await ten((at) => device.poll({ at }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant');
  });

  it('a second redemption is invalid_grant and ends what the first one gave', async () => {
    const device = await startDevice(server, television);
    await allow(server, device);
    const { body } = await device.poll();
    expect((await device.poll()).body.error).toBe('invalid_grant');
    const asApi = await relyingParty(server, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(asApi.config, body.access_token as string)).toEqual({ active: false });
    const { config } = await relyingParty(server, television._id, null);
    await expect(client.refreshTokenGrant(config, body.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect((await device.poll()).body.error).toBe('invalid_grant');
  });

  it('another application can’t redeem the code, and its own still can', async () => {
    const stranger = await makeDeviceApplication(server.services);
    const device = await startDevice(server, television);
    await allow(server, device);
    expect((await device.poll({ as: stranger })).body.error).toBe('invalid_grant');
    expect((await device.poll()).status).toBe(200);
  });

  it('a denial ends no other device’s waiting', async () => {
    const waiting = await startDevice(server, television);
    const denied = await startDevice(server, television);
    await (await askedAbout(server, denied)).browser.submit('Deny');
    for (let poll = 0; poll < 3; poll += 1) expect((await denied.poll()).body.error).toBe('access_denied');
    expect((await waiting.poll()).body.error).toBe('authorization_pending');
  });
});

describe('after ten minutes', () => {
  it('a device is told expired_token, and nobody can allow it any more', async () => {
    const device = await startDevice(server, television);
    const asked = await askedAbout(server, device);
    await expire(device);
    expect((await device.poll()).body.error).toBe('expired_token');
    const late = await newBrowser(server).open('/oauth2/device');
    await late.submit('Continue', { user_code: device.userCode });
    expect(late.status).toBe(422);
    await asked.browser.submit('Allow');
    expect(asked.browser.status).toBe(422);
    expect(asked.browser.has('its time is over')).toBe(true);
    expect((await device.poll()).body.error).toBe('expired_token');
  });

  it('what was allowed and never fetched isn’t given any more', async () => {
    const device = await startDevice(server, television);
    await allow(server, device);
    await expire(device);
    expect((await device.poll()).body.error).toBe('expired_token');
  });
});

describe('what opens nothing', () => {
  const redeem = (deviceCode: string) =>
    post(server, '/oauth2/token', {
      client_id: television._id,
      grant_type: DEVICE_CODE_GRANT,
      device_code: deviceCode,
    });

  it('the store holds neither code in clear, and what it holds isn’t one', async () => {
    const device = await startDevice(server, television);
    await askedAbout(server, device);
    const { models } = server.services;
    const dump = JSON.stringify([
      await models.oidc.DeviceCode.find().lean(),
      await models.oidc.Interaction.find().lean(),
      await models.Claim.find().lean(),
    ]);
    expect(dump).not.toContain(device.deviceCode);
    expect(dump).not.toContain(device.userCode);
    expect(dump).not.toContain(device.userCode.replace('-', ''));
    await allow(server, device);
    const stored = await records().findOne(idOf(device)).lean();
    for (const value of [stored?._id, stored?.payload.userCode, device.userCode])
      expect((await redeem(value as string)).body.error, String(value)).toBe('invalid_grant');
  });

  it('a refresh token, an access token, something long: invalid_grant; nothing, or two of them: invalid_request', async () => {
    const device = await startDevice(server, television);
    await allow(server, device);
    const { body } = await device.poll();
    for (const value of [body.refresh_token, body.access_token, body.id_token, 'x'.repeat(20_000), '{"$gt":""}'])
      expect(await redeem(value as string)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const faulty: Record<string, string | string[]>[] = [{}, { device_code: '' }, { device_code: ['a', 'b'] }];
    for (const more of faulty) {
      const form = { client_id: television._id, grant_type: DEVICE_CODE_GRANT, ...more };
      expect(await post(server, '/oauth2/token', form)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    }
  });
});

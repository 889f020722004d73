import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Application } from '../../src/models/index.js';
import { applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import {
  askedAbout,
  credentials,
  DEVICE_CODE_GRANT,
  makeDeviceApplication,
  post,
  startDevice,
} from '../support/device.js';
import { makeApi, makeApplication, makeUser, SECRET } from '../support/factories.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let television: Application;
let kiosk: Application;

beforeAll(async () => {
  server = await startServer();
  const api = await makeApi(server.services);
  television = await makeDeviceApplication(server.services, { defaultApi: api._id });
  kiosk = await makeApplication(server.services, { grantTypes: [DEVICE_CODE_GRANT] });
});
afterAll(() => server?.close());

const ask = (parameters: Record<string, string | string[]> | string, headers?: Record<string, string>) =>
  post(server, '/oauth2/device_authorization', parameters, headers);

describe('the device authorization endpoint', () => {
  it('refuses who doesn’t prove to be the application, by invalid_client', async () => {
    const basic = (id: string, secret: string) => ({
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    });
    expect((await ask({ client_id: 'nobody', scope: 'openid' })).body.error).toBe('invalid_client');
    expect((await ask({ client_id: kiosk._id, scope: 'openid' })).body.error).toBe('invalid_client');
    expect(await ask({ scope: 'openid' }, basic(kiosk._id, 'not the secret'))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect((await ask({ scope: 'openid', client_id: kiosk._id, client_secret: SECRET })).body.error).toBe(
      'invalid_client',
    );
    expect((await ask({ scope: 'openid' }, credentials(kiosk))).status).toBe(200);
  });

  it('refuses an application that may not use the grant, a machine and an API, by unauthorized_client', async () => {
    const web = await makeApplication(server.services);
    const machine = await makeApplication(server.services, { type: 'machine', redirectUris: [] });
    const api = await makeApi(server.services);
    const asApi = { _id: api.introspection?.clientId as string, secretHash: 'has one' };
    for (const one of [web, machine, asApi])
      expect(await ask({ scope: 'openid' }, credentials(one))).toMatchObject({
        status: 400,
        body: { error: 'unauthorized_client' },
      });
  });

  it('refuses no body, JSON for a form, an oversized one, and repeated parameters, by invalid_request', async () => {
    const json = JSON.stringify({ client_id: television._id, scope: 'openid' });
    const faulty = [
      await ask(''),
      await ask(json, { 'content-type': 'application/json' }),
      await ask(json, { 'content-type': 'text/plain' }),
      await ask({ client_id: television._id, scope: 'openid'.padEnd(70_000, 'x') }),
      await ask({ client_id: television._id, scope: ['openid', 'email'] }),
      await ask({ client_id: television._id, scope: 'openid', organization: ['a', 'b'] }),
      await ask({ client_id: television._id, scope: 'openid', max_age: 'soon' }),
    ];
    for (const { status, body } of faulty)
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' });
    const twice = await ask({ client_id: [television._id, television._id], scope: 'openid' });
    expect(twice.status).toBeGreaterThanOrEqual(400);
    expect(twice.status).toBeLessThan(500);
  });

  it('refuses a scope of nothing that is known, or none, by invalid_scope, and drops an unknown one beside others', async () => {
    for (const scope of [undefined, '', 'nothing:known', 'offline_access_of_sorts', 'open"id'])
      expect(await ask({ client_id: television._id, ...(scope === undefined ? {} : { scope }) })).toMatchObject({
        status: 400,
        body: { error: 'invalid_scope' },
      });
    expect((await ask({ client_id: television._id, scope: 'openid nothing:known' })).status).toBe(200);
  });

  it('refuses an API that the application may not ask for, and request objects, each by its own code', async () => {
    const form = { client_id: television._id, scope: 'openid' };
    expect((await ask({ ...form, resource: 'https://elsewhere.test' })).body.error).toBe('invalid_target');
    expect((await ask({ ...form, resource: 'no uri' })).body.error).toBe('invalid_target');
    expect((await ask({ ...form, request: 'x.y.z' })).body.error).toBe('request_not_supported');
    expect((await ask({ ...form, request_uri: 'https://x.test' })).body.error).toBe('request_uri_not_supported');
  });

  it('ignores parameters that belong to a browser, and unknown ones', async () => {
    const { status, body } = await ask({
      client_id: television._id,
      scope: 'openid',
      prompt: 'none',
      max_age: '0',
      redirect_uri: 'https://elsewhere.test/',
      state: 'x',
      user_code: 'BCDF-GHJK',
      'payload.accountId': 'usr_1',
    });
    expect(status).toBe(200);
    expect(body.user_code).not.toBe('BCDF-GHJK');
    const { browser } = await askedAbout(server, { userCode: body.user_code as string });
    expect(browser.has('Allow Television on your device?')).toBe(true);
  });

  it('keeps the answer out of caches', async () => {
    const { headers } = await ask({ client_id: television._id, scope: 'openid' });
    expect(headers['cache-control']).toContain('no-store');
  });

  it('is limited per address, by 429 and when to try again', async () => {
    const own = await startServer();
    const application = await makeDeviceApplication(own.services);
    const form = { client_id: application._id, scope: 'openid' };
    expect((await post(own, '/oauth2/device_authorization', form)).status).toBe(200);
    await own.services.models.RateLimit.updateOne({ key: /^device:address:/ }, { $set: { points: 900 } });
    const { status, body, headers } = await post(own, '/oauth2/device_authorization', form);
    expect({ status, error: body.error }).toEqual({ status: 429, error: 'temporarily_unavailable' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await own.close();
  });

  it('answers only a POST', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(`${server.issuer}/oauth2/device_authorization`, { method })).status).toBe(405);
  });
});

describe('the page', () => {
  it('answers a wrong code 422 in the same words, whatever is wrong, and keeps what was typed', async () => {
    const browser = newBrowser(server);
    const words = new Set<string>();
    for (const typed of ['BCDF-GHJK', 'bcdf', 'AEIO-UAEI', '1234-5678', '<script>', 'x'.repeat(5000), '{"$ne":null}']) {
      await browser.open('/oauth2/device');
      await browser.submit('Continue', { user_code: typed });
      expect(browser.status).toBe(422);
      words.add(/role="alert">([\s\S]*?)<\/p>/.exec(browser.html)?.[1]?.trim() ?? '');
    }
    expect([...words]).toEqual([expect.stringContaining('That code isn’t right, or its time is over.')]);
    await browser.submit('Continue', { user_code: 'abcd' });
    expect(browser.html).toContain('value="abcd"');
    await browser.submit('Continue', { user_code: '<script>' });
    expect(browser.html).not.toContain('<script>');
    await browser.submit('Continue', { user_code: ' ' });
    expect(browser.status).toBe(422);
    expect(browser.has('Enter the code that your device shows.')).toBe(true);
  });

  it('refuses a form of another site, without its secret, without a body, of JSON, and one that is too large', async () => {
    const { userCode } = await startDevice(server, television);
    const browser = await newBrowser(server).open('/oauth2/device');
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(browser.html) ?? [];
    const form = { csrf: csrf as string, user_code: userCode };
    const cookie = { cookie: browser.cookies('/oauth2/device'), accept: 'text/html' };
    const submit = async (body: Parameters<typeof post>[2], headers: Record<string, string> = cookie) =>
      (await post(server, '/oauth2/device', body, headers)).status;
    expect(await submit(form, { ...cookie, origin: 'https://elsewhere.test' })).toBe(403);
    expect(await submit({ user_code: userCode })).toBe(403);
    expect(await submit(form, {})).toBe(403);
    expect(await submit('')).toBe(403);
    expect(await submit(JSON.stringify(form), { ...cookie, 'content-type': 'application/json' })).toBe(403);
    expect(await submit({ ...form, more: 'x'.repeat(40_000) })).toBe(413);
    expect(await submit({ ...form, user_code: [userCode, userCode] })).toBe(422);
    expect(await submit(form, { ...cookie, origin: server.issuer })).toBe(303);
  });

  it('shows a link’s code without acting on it, however odd the link is', async () => {
    const browser = newBrowser(server);
    for (const query of [
      'user_code=a&user_code=b',
      'user_code[$ne]=x',
      'user_code=%3Cscript%3E',
      'user_code=',
      'x=y',
    ]) {
      await browser.open(`/oauth2/device?${query}`);
      expect(browser.status, query).toBe(200);
      expect(browser.html, query).not.toContain('<script>');
      expect(browser.has('Connect a device'), query).toBe(true);
    }
    await browser.open(`/oauth2/device?user_code=${'x'.repeat(5000)}`);
    expect(browser.status).toBe(200);
  });

  it('of a login that this browser hasn’t begun is a page that says so', async () => {
    const { browser } = await askedAbout(server, await startDevice(server, television));
    for (const path of ['/oauth2/device/unknown', browser.url.replace('/interaction/', '/oauth2/device/')]) {
      const stranger = await newBrowser(server).open(path);
      expect(stranger.status).toBe(400);
      expect(stranger.has('This page has ended')).toBe(true);
      expect(stranger.setCookies.filter((line) => line.startsWith('rollcall_session='))).toEqual([]);
    }
  });

  it('is never the library’s own form, however its path is spelled', async () => {
    for (const path of ['/oauth2/DEVICE', '/oauth2/device/', '/oauth2/Device?user_code=BCDF-GHJK']) {
      const browser = await newBrowser(server).open(path);
      expect(browser.html).not.toContain('op.deviceInputForm');
      expect(browser.html).not.toContain('xsrf');
    }
  });
});

describe('who tries codes', () => {
  it('is stopped per address, across processes, also for the right code, in the words of a wrong one', async () => {
    const own = await startServer();
    const otherStore = await connectStore(own.store.config);
    const other = await startServer({
      store: own.store,
      connection: otherStore.connection,
      services: await startServices(otherStore.connection, createLogger('silent')),
      issuer: own.issuer,
    });
    const { userCode } = await startDevice(own, await makeDeviceApplication(own.services));
    const browser = await newBrowser(own).open('/oauth2/device');
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(browser.html) ?? [];
    const cookie = browser.cookies('/oauth2/device');
    const guess = (code: string, at = own) =>
      post(at, '/oauth2/device', { csrf: csrf as string, user_code: code }, { cookie, accept: 'text/html' });
    for (let right = 0; right < 3; right += 1) expect((await guess(userCode)).status).toBe(303);
    const wrong = await Promise.all(
      Array.from({ length: 60 }, (_, index) => guess('BCDF-GHJK', index % 2 ? own : other)),
    );
    for (const { status } of wrong) expect(status).toBe(422);
    const words = (body: Record<string, unknown>) => /role="alert">([\s\S]*?)<\/p>/.exec(body.text as string)?.[1];
    const refused = await guess(userCode, other);
    expect(refused.status).toBe(422);
    expect(words(refused.body)).toBe(words(wrong[0]?.body as Record<string, unknown>));
    await other.close();
    await otherStore.close();
    await own.close();
  });

  it('is stopped per account after ten wrong ones', async () => {
    const user = await makeUser(server.services);
    const { browser } = await askedAbout(server, await startDevice(server, television), { user });
    const { userCode } = await startDevice(server, television);
    for (let wrong = 0; wrong < 10; wrong += 1) {
      await browser.open('/oauth2/device');
      await browser.submit('Continue', { user_code: 'BCDF-GHJK' });
    }
    await browser.open('/oauth2/device');
    await browser.submit('Continue', { user_code: userCode });
    expect(browser.status).toBe(422);
    await askedAbout(server, { userCode });
  });
});

describe('a provisioning file', () => {
  it('may give the grant to any application but a machine, alone and then without redirect URIs', async () => {
    const types = ['web', 'spa', 'native'] as const;
    const applications = types.map((type) => ({
      clientId: `device-${type}`,
      name: 'Device',
      type,
      ...(type === 'web' ? { clientSecret: SECRET } : {}),
      organization: 'none' as const,
      grantTypes: [DEVICE_CODE_GRANT],
    }));
    await applyProvisioning(server.services, { applications } as never);
    for (const { clientId, type } of applications) {
      const proof = credentials({ _id: clientId, ...(type === 'web' ? { secretHash: 'has one' } : {}) });
      expect((await ask({ client_id: clientId, scope: 'openid' }, proof)).status, type).toBe(200);
    }
    const machine = {
      clientId: 'device-machine',
      clientSecret: SECRET,
      name: 'Machine',
      type: 'machine',
      grantTypes: [DEVICE_CODE_GRANT],
    };
    const refusal = await applyProvisioning(server.services, { applications: [machine] } as never).catch(
      (error) => error,
    );
    expect(refusal).toBeInstanceOf(ProvisioningError);
    expect(refusal.message).toContain('applications[0].grantTypes[0]');
  });
});

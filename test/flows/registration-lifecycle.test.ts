import * as client from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInitialAccessToken } from '../../src/services/registration/initial-access-tokens.js';
import { MOST_UNUSED, tidyRegistrations } from '../../src/services/registration/lifecycle.js';
import { eventsOf } from '../support/audit.js';
import { allow, DEVICE_CODE_GRANT, startDevice } from '../support/device.js';
import { makeApi, makeUser, PASSWORD } from '../support/factories.js';
import { type Json, manage, registerAt } from '../support/registration.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const CALLBACK = 'https://app.example.test/callback';
const DAY = 24 * 60 * 60 * 1000;

let server: TestServer;
let closed: TestServer;

beforeAll(async () => {
  server = await startServer({ registration: 'open' });
  closed = await startServer({ registration: 'token', store: server.store });
});
afterAll(async () => {
  await closed?.close();
  await server?.close();
});
beforeEach(async () => {
  // The limit of registrations from one address is another test's.
  await server.services.models.RateLimit.deleteMany({});
});

/** What the background does, as if so many days had gone by. */
const tidyAfter = (days: number) =>
  tidyRegistrations({ ...server.services, clock: { now: () => new Date(Date.now() + days * DAY) } });

async function registered(metadata: Json = {}): Promise<Json & { client_id: string; client_secret: string }> {
  const { status, body } = await registerAt(server, { redirect_uris: [CALLBACK], ...metadata });
  expect(status).toBe(201);
  return body as Json & { client_id: string; client_secret: string };
}

const stored = (one: Json) => server.services.models.Application.findById(one.client_id).lean();
const isThere = async (one: Json) => (await manage(one, 'GET')).status === 200;

/** A person signs in and allows it. */
async function authorized(one: Awaited<ReturnType<typeof registered>>, scope = 'openid') {
  const user = await makeUser(server.services);
  const rp = await relyingParty(server, one.client_id, one.client_secret);
  const flow = await rp.begin(newBrowser(server), { scope });
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  await flow.browser.submit('Allow');
  return { rp, flow };
}

describe('an application that registered itself and was never used', () => {
  it('ends after thirty days, and its row soon after that', async () => {
    const one = await registered();
    await tidyAfter(29);
    expect(await isThere(one)).toBe(true);
    await tidyAfter(31);
    expect(await isThere(one)).toBe(false);
    const ended = await stored(one);
    expect(ended).toMatchObject({ deletedAt: expect.any(Date), purgeAt: expect.any(Date) });
    const [event] = await eventsOf(server.services, { subject: one.client_id, action: 'application.expired' });
    expect(event).toMatchObject({ actor: 'system' });
    const rp = await relyingParty(server, one.client_id, one.client_secret);
    const { browser } = await rp.begin(newBrowser(server));
    expect([browser.status, browser.html]).toEqual([400, expect.stringContaining('invalid_client')]);

    await tidyAfter(31);
    expect(await stored(one)).not.toBeNull();
    await tidyAfter(32);
    expect(await stored(one)).toBeNull();
    expect(await server.services.models.Claim.findById(`client:${one.client_id}`).lean()).toBeNull();
  });

  it('ends once, though several processes look at the same moment', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => registered()));
    await Promise.all([1, 2, 3, 4].map(() => tidyAfter(31)));
    for (const one of many) {
      const events = await eventsOf(server.services, { subject: one.client_id, action: 'application.expired' });
      expect(events).toHaveLength(1);
    }
  });
});

describe('an application that registered itself and was used', () => {
  it('stays: a code is enough, also where the application changes its registration afterwards', async () => {
    const one = await registered();
    const { flow } = await authorized(one);
    expect(flow.callbackUrl().searchParams.get('code')).toBeTruthy();
    const changed = await manage(one, 'PUT', { client_id: one.client_id, redirect_uris: [CALLBACK], client_name: 'N' });
    expect(changed.status).toBe(200);
    await tidyAfter(31);
    expect(await isThere({ ...one, ...changed.body })).toBe(true);
  });

  it('stays where a device got its tokens', async () => {
    const one = await registered({
      redirect_uris: [],
      grant_types: [DEVICE_CODE_GRANT],
      token_endpoint_auth_method: 'none',
    });
    const device = await startDevice(server, (await stored(one)) as never);
    await allow(server, device);
    expect((await device.poll()).status).toBe(200);
    await tidyAfter(31);
    expect(await isThere(one)).toBe(true);
  });

  it('for the first time at the moment at which it would end either stays, or gives no code that counts', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = await registered();
      const user = await makeUser(server.services);
      const rp = await relyingParty(server, one.client_id, one.client_secret);
      const flow = await rp.begin(newBrowser(server), { scope: 'openid' });
      await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
      await Promise.all([flow.browser.submit('Allow'), tidyAfter(31)]);
      if (await isThere(one)) expect((await flow.tokens()).access_token).toBeTruthy();
      else expect(flow.browser.location ?? '').not.toContain('code=');
    }
  });
});

describe('a deleted application', () => {
  it('is inactive at introspection, and its row goes when nothing of it can live any more, with what people allowed it', async () => {
    const one = await registered({ grant_types: ['authorization_code', 'refresh_token'] });
    const api = await makeApi(server.services);
    // An operator lets it reach an API; its registration's token lives on, as in the store of an earlier version.
    const { models, catalog } = server.services;
    await models.Application.updateOne({ _id: one.client_id }, { $set: { defaultApi: api._id } });
    await catalog.changed();
    const { flow } = await authorized(one);
    const { access_token: token } = await flow.tokens();
    const { config } = await relyingParty(server, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(config, token)).toMatchObject({ active: true });
    expect(await models.Consent.countDocuments({ applicationId: one.client_id })).toBe(1);

    expect((await manage(one, 'DELETE')).status).toBe(204);
    expect(await client.tokenIntrospection(config, token)).toEqual({ active: false });
    await tidyAfter(379);
    expect(await stored(one)).not.toBeNull();
    await Promise.all([tidyAfter(381), tidyAfter(381)]);
    expect(await stored(one)).toBeNull();
    expect(await models.Consent.countDocuments({ applicationId: one.client_id })).toBe(0);
    expect(await client.tokenIntrospection(config, token)).toEqual({ active: false });
  });

  it('that was never used leaves no row for longer than an hour', async () => {
    const one = await registered();
    expect((await manage(one, 'DELETE')).status).toBe(204);
    await tidyAfter(1 / 12);
    expect(await stored(one)).toBeNull();
  });
});

describe('open registration', () => {
  it('takes as many as may wait for their first use, also of ten at once, and says when to try again', async () => {
    const { models, catalog } = server.services;
    const example = await stored(await registered());
    await tidyAfter(31);
    const there = Array.from({ length: MOST_UNUSED - 3 }, (_, i) => ({
      ...example,
      _id: `waiting-${i}`,
      pendingEvents: [],
    }));
    await models.Application.collection.insertMany(there as never);
    await catalog.changed();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => registerAt(server, { redirect_uris: [CALLBACK] })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeLessThanOrEqual(3);
    expect(await models.Application.countDocuments({ 'registration.unusedSince': { $gt: new Date(0) } })).toBe(
      MOST_UNUSED - 3 + made.length,
    );
    for (const { status, body, headers } of answers.filter((one) => one.status !== 201)) {
      expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    let last = 201;
    while (last === 201) last = (await registerAt(server, { redirect_uris: [CALLBACK] })).status;
    expect(last).toBe(503);
    const { token } = await createInitialAccessToken(server.services, { lifetime: 60, uses: 1 });
    expect((await registerAt(closed, { redirect_uris: [CALLBACK] }, token)).status).toBe(201);

    await models.Application.deleteMany({ _id: /^waiting-1/ });
    await catalog.changed();
    expect((await registerAt(server, { redirect_uris: [CALLBACK] })).status).toBe(201);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD, SECRET } from '../support/factories.js';
import { ownPort } from '../support/ports.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';
import { Wire } from '../support/wire.js';

/** How long it is away, in seconds: some here, half a minute with FAULT_OUTAGE=30. */
const OUTAGE = Number(process.env.FAULT_OUTAGE ?? 4);

/** The embedded store is in the process: it can't be away. */
describe.skipIf(!ON_MONGODB)('a database that is away', () => {
  let store: TestStore;
  let wire: Wire;
  let server: ServerProcess;
  let ask: Record<string, () => Promise<Response>>;
  let browser: BrowserClient;

  beforeAll(async () => {
    store = await testStore();
    const services = await startServices(store.connection, createLogger('silent'));
    const api = await makeApi(services);
    const application = await makeApplication(services, { defaultApi: api._id });
    const user = await makeUser(services);
    await makeOrganization(services, { founder: user._id });
    wire = new Wire(store.config.mongodbUri as string);
    await wire.open();
    server = await startProcess({ ...store.config, mongodbUri: wire.uri });
    const rp = await relyingParty(server, application._id);
    browser = new BrowserClient(server.issuer);
    const flow = await rp.begin(browser);
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    const basic = { authorization: `Basic ${btoa(`${api.introspection?.clientId}:${SECRET}`)}` };
    ask = {
      introspection: () =>
        fetch(`${server.issuer}/oauth2/introspect`, {
          method: 'POST',
          body: new URLSearchParams({ token: tokens.access_token }),
          headers: basic,
        }),
      authorize: () =>
        fetch(client.buildAuthorizationUrl(rp.config, { redirect_uri: 'https://app.example.test/callback' }), {
          redirect: 'manual',
          headers: { accept: 'text/html' },
        }),
      userinfo: () =>
        fetch(`${server.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      account: () => fetch(`${server.issuer}/join/somewhere`, { redirect: 'manual', headers: { accept: 'text/html' } }),
    };
  });
  afterEach(async () => {
    await wire.mend();
    await expect.poll(() => health('ready'), { timeout: 15_000, interval: 200 }).toBe(200);
    expect((await ask.introspection?.())?.status).toBe(200);
    expect(server.said('unhandled_rejection')).toEqual([]);
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    await wire?.cut();
    await store?.close();
  });

  const health = async (which: string) => (await fetch(`${server.issuer}/health/${which}`)).status;

  async function everythingIs503(): Promise<void> {
    const started = performance.now();
    const answers = await Promise.all(
      Object.entries(ask).map(async ([name, send]) => {
        const answer = await send();
        const body = await answer.text();
        return { name, status: answer.status, body, ms: performance.now() - started };
      }),
    );
    for (const { name, status, body, ms } of answers) {
      // Where nobody is signed in, no store is needed to send them to sign in.
      if (name === 'account' && status === 303) continue;
      expect(status, `${name}: ${body}`).toBe(503);
      expect(ms, name).toBeLessThan(5000);
      expect(body).not.toMatch(/mongo|127\.0\.0\.1|stack/i);
    }
    await browser.open('/account');
    expect(browser.status).toBe(503);
    expect(browser.has('Try again in a moment')).toBe(true);
    expect(await health('ready')).toBe(503);
    expect(await health('live')).toBe(200);
  }

  it('answers 503 within five seconds for as long as it is away, and recovers without a restart', async () => {
    await wire.cut();
    const until = performance.now() + OUTAGE * 1000;
    do {
      await everythingIs503();
      await sleep(200);
    } while (performance.now() < until);
    await wire.open();
    await expect.poll(() => health('ready'), { timeout: 15_000, interval: 200 }).toBe(200);
    // Whoever was signed in still is.
    await browser.open('/account');
    expect(browser.status).toBe(200);
    expect(server.said('store_away')).toHaveLength(1);
    expect(server.said('store_back')).toHaveLength(1);
  });

  it('is waited for at a start: alive, and ready as soon as it is there', async () => {
    await wire.cut();
    const port = String(ownPort(16_000));
    const waiting = startProcess({ ...store.config, mongodbUri: wire.uri }, { PORT: port });
    const ask = (path: string) => fetch(`http://localhost:${port}${path}`).then((answer) => answer.status);
    await expect.poll(() => ask('/health/live').catch(() => 0), { timeout: 60_000 }).toBe(200);
    expect(await ask('/health/ready')).toBe(503);
    expect(await ask('/.well-known/openid-configuration')).toBe(503);
    await wire.open();
    const late = await waiting;
    expect(await ask('/health/ready')).toBe(200);
    expect(await late.end('SIGTERM')).toBe(0);
  });

  it('answers 503 within five seconds when the database is there but silent', async () => {
    wire.silence();
    await everythingIs503();
  });
});

import * as client from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { ownPort } from '../support/ports.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let server: ServerProcess | undefined;

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await store?.close();
});

/** One port for both lives of the server, so that its issuer stays the same. */
const port = String(ownPort(9000));

/** The refresh tokens that would give something. */
const live = () => services.models.oidc.RefreshToken.countDocuments({ consumed: { $exists: false } });

it('a process killed between using a refresh token and storing the next leaves none that works, never two', async () => {
  const api = await makeApi(services);
  const application = await makeApplication(services, { defaultApi: api._id });
  const user = await makeUser(services);
  await makeOrganization(services, { founder: user._id });
  // The code's redemption stores the first refresh token, the refresh the second.
  server = await startProcess(store.config, {
    NODE_OPTIONS: `--import=${new URL('../support/die-before.js', import.meta.url).href}`,
    DIE_BEFORE: 'oidc.RefreshToken:2',
    PORT: port,
  });
  const { issuer } = server;
  const rp = await relyingParty(server, application._id);
  const flow = await rp.begin(new BrowserClient(issuer));
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const tokens = await flow.tokens();
  expect(await live()).toBe(1);
  await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toThrow('fetch failed');
  expect(await server.end('SIGKILL')).toBe('SIGKILL');
  expect(await live()).toBe(0);

  server = await startProcess(store.config, { PORT: port });
  await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  expect(await live()).toBe(0);
  // The session is still there: a silent authorization gives the application new ones, without asking the person.
  const silent = await rp.begin(flow.browser, { prompt: 'none' });
  const again = await silent.tokens();
  await expect(client.refreshTokenGrant(rp.config, again.refresh_token as string)).resolves.toBeDefined();
  expect(await live()).toBe(1);
}, 120_000);

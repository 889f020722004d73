import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeUser, PASSWORD } from '../support/factories.js';
import { type LogoutTarget, logoutTarget } from '../support/logout-target.js';
import { ownPort } from '../support/ports.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let running: ServerProcess | undefined;
let target: LogoutTarget | undefined;

/** One port for all lives of the server, so that its issuer stays the same. */
const port = String(ownPort(28_000));

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
});
afterEach(async () => {
  await running?.end('SIGKILL');
  await target?.close();
});
afterAll(() => store?.close());

/** Signs in at a new application whose logout endpoint is there, and ends the session. */
async function signOut(server: ServerProcess, backchannelLogoutUri: string) {
  const application = await makeApplication(services, { backchannelLogoutUri, organization: 'none' });
  const user = await makeUser(services);
  const flow = await (await relyingParty(server, application._id)).begin(new BrowserClient(server.issuer));
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const tokens = await flow.tokens();
  await flow.browser.open(`/oauth2/logout?${new URLSearchParams({ id_token_hint: tokens.id_token as string })}`);
  expect(flow.browser.html).toContain('Signed out');
  return { application, sid: tokens.claims()?.sid };
}

it('a logout target that hangs keeps nobody waiting: the page is there while the target still has not answered', async () => {
  target = await logoutTarget();
  let open = 0;
  target.answer = (response) => {
    open += 1;
    response.once('close', () => (open -= 1));
  };
  running = await startProcess(store.config, { PORT: port });
  await signOut(running, target.url);
  await target.received(1);
  await signOut(running, target.url);
  await target.received(2);
  expect(open).toBeGreaterThan(0);
  // SIGTERM doesn't wait for it longer than a call may take.
  expect(await running.end('SIGTERM')).toBe(0);
});

it('a logout token is delivered though the server was killed after the session had ended', async () => {
  const address = await logoutTarget(ownPort(29_000));
  await address.close();
  running = await startProcess(store.config, { PORT: port });
  const { application, sid } = await signOut(running, address.url);
  await running.end('SIGKILL');
  target = await logoutTarget(ownPort(29_000));
  running = await startProcess(store.config, { PORT: port });
  const payload = decodeJwt((await target.received(1))[0] as string);
  expect(payload).toMatchObject({ aud: application._id, sid });
  // Signed anew: the first token would have been of the first life.
  expect((payload.exp as number) - (payload.iat as number)).toBe(120);
});

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeUser, PASSWORD } from '../support/factories.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { type TestStore, testStore } from '../support/store.js';
import { type Turns, takeTurns } from '../support/turns.js';

let store: TestStore;
let services: ServiceContext;
let front: Turns;
const running: ServerProcess[] = [];

beforeAll(async () => {
  front = await takeTurns();
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});
afterAll(async () => {
  await front?.close();
  await store?.close();
});

async function start(): Promise<ServerProcess> {
  const server = await startProcess(store.config, { ISSUER: front.origin, LOG_LEVEL: 'silent' });
  running.push(server);
  return server;
}

const said = (server: ServerProcess, event: string) =>
  server.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
const addressOf = (server: ServerProcess) => said(server, 'ready')[0].url as string;
const rollcall = (...args: string[]) => runToEnd('dist/cli.js', args, store.config, { ISSUER: front.origin });

/** Opens the link as nobody, twice, so that each process is asked. */
async function opens(url: string): Promise<boolean> {
  const statuses = [1, 2].map(async () => (await fetch(url, { redirect: 'manual' })).status);
  const [one, other] = await Promise.all(statuses);
  expect(one).toBe(other);
  return one === 303;
}

it('of two processes that start at once one link works; of people who use it through both at once, one becomes the operator', async () => {
  const servers = await Promise.all([start(), start()]);
  const links = servers.flatMap((server) => said(server, 'setup').map((line) => line.url as string));
  expect(links).toHaveLength(2);
  front.between(servers.map(addressOf));
  const working = [];
  for (const url of links) if (await opens(url)) working.push(url);
  expect(working).toHaveLength(1);
  const { stdout, code } = await rollcall('setup', 'link');
  expect(code).toBe(0);
  const url = stdout.trim();
  expect(await opens(working[0] as string)).toBe(false);

  const people = await Promise.all(Array.from({ length: 6 }, () => makeUser(services)));
  const browsers = people.map(() => new BrowserClient(front.origin));
  for (const [index, browser] of browsers.entries()) {
    await browser.open(url);
    await browser.submit('Sign in', { email: people[index]?.email as string, password: PASSWORD });
  }
  await Promise.all(browsers.map((browser) => browser.submit('Join')));
  const statuses = browsers.map((browser) => (browser.url === `${front.origin}/account` ? 303 : browser.status));
  expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  expect(statuses.filter((status) => status === 404)).toHaveLength(5);
  const winner = people[statuses.indexOf(303)]?._id;
  const system = await services.models.Organization.findOne({ slug: 'system' }).lean();
  expect(system?.administrators).toEqual([winner]);
  const rows = await services.models.Membership.find({ organizationId: system?._id as string }).lean();
  expect(rows.map((row) => row.userId)).toEqual([winner]);

  // From then on no start prints a link, and the command says why there is none.
  expect(said(await start(), 'setup')).toEqual([]);
  expect(await rollcall('setup', 'link')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('operator'),
  });
}, 120_000);

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { makeUser } from '../support/factories.js';
import { type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let mailbox: Mailbox;
let running: ServerProcess | undefined;
/** What the server does with a recipient. */
let behaviour: 'take' | 'hang' | 'later' = 'take';

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  mailbox = await startMailbox({
    onRcptTo(_address, _session, done) {
      if (behaviour === 'take') done();
      if (behaviour === 'later') done(Object.assign(new Error('later'), { responseCode: 451 }));
    },
  });
});
afterAll(async () => {
  await running?.end('SIGKILL');
  await mailbox?.close();
  await store?.close();
});

const start = () =>
  startProcess(store.config, { SMTP_URL: mailbox.url, SIGN_UP: 'open', MAIL_FROM: 'Acme <hello@acme.test>' });
const waiting = (filter: object = {}) => services.models.Delivery.countDocuments({ kind: 'mail', ...filter });
/** The wait for another attempt, and the lease of one whose process is gone, are over. */
const hurry = () => services.models.Delivery.updateMany({ kind: 'mail' }, { $set: { dueAt: new Date(0) } });

it('mails that wait, and one that is being sent, outlive kill -9, and pages don’t feel it', async () => {
  const [first, second] = [await makeUser(services), await makeUser(services)];
  running = await start();
  behaviour = 'later';
  expect((await signedIn(running, first)).status).toBe(200);
  await expect.poll(() => running?.said('delivery_failed').length).toBeGreaterThan(0);
  behaviour = 'hang';
  const began = Date.now();
  expect((await signedIn(running, second)).status).toBe(200);
  expect(Date.now() - began).toBeLessThan(10_000);
  // At one of the two: where the machine is slow, it is the first one's turn again.
  await expect.poll(() => waiting({ lease: { $exists: true } })).toBeGreaterThan(0);
  await running.end('SIGKILL');
  expect(await waiting()).toBe(2);
  expect(running.lines.join('\n')).not.toContain(first.email);
  behaviour = 'take';
  await hurry();
  running = await start();
  const mails = await Promise.all([first, second].map(({ email }) => mailbox.mailTo(email)));
  for (const mail of mails) expect(mail.from).toEqual({ name: 'Acme', address: 'hello@acme.test' });
  await expect.poll(() => waiting()).toBe(0);
  expect([first, second].flatMap(({ email }) => mailbox.mailsTo(email))).toHaveLength(2);
  expect(await running.end('SIGTERM')).toBe(0);
});

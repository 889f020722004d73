import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEncryption } from '../../src/lib/encryption.js';
import { createLogger } from '../../src/lib/logger.js';
import { createMailQueue, MAIL, senderOf } from '../../src/mail/queue.js';
import { smtpTransport, type Transport } from '../../src/mail/transport.js';
import type { ServiceContext } from '../../src/services/context.js';
import { attemptNext } from '../../src/services/deliveries/attempt.js';
import { createDeliveries, type Deliveries } from '../../src/services/deliveries/index.js';
import { Targets } from '../../src/services/deliveries/targets.js';
import { type Mail, sendMail } from '../../src/services/mail/index.js';
import { reencrypt } from '../../src/services/reencrypt.js';
import { startServices } from '../../src/services/start-services.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let mailbox: Mailbox;
let server: TestServer;
let services: ServiceContext;
const lines: string[] = [];
/** What the server does with a recipient, by the local part of the address; a text is its answer. */
const behaviour = new Map<string, 'hang' | string>();

/** As long as a test waits for a server that hangs. */
const PATIENCE = { connection: 10_000, socket: 3000, whole: 10_000 };
const refusal = (answer: string) =>
  Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('info', { write: (line) => lines.push(line) }));
  mailbox = await startMailbox({
    onRcptTo({ address }, _session, done) {
      const does = behaviour.get(address.split('@')[0] ?? '');
      if (does !== 'hang') done(does ? refusal(does) : null);
    },
  });
  server = await startServer({ store, services, mailTransport: smtpTransport(mailbox.url, PATIENCE) });
});
afterAll(async () => {
  await server?.close();
  await mailbox?.close();
  await store?.close();
});
afterEach(async () => {
  await expect.poll(waiting).toEqual([]);
  behaviour.clear();
  lines.length = 0;
});

const link = () => `${server.issuer}/recover/abc`;
const mailTo = (to: string, values: Partial<Mail> = {}): Mail =>
  ({ kind: 'reset-password', to, language: 'en', about: { link: link(), minutes: 30 }, ...values }) as Mail;
const waiting = () => services.models.Delivery.find({ kind: 'mail' }).lean();
const said = (event: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.event === event);
/** What waits for another attempt needn't wait any longer. */
const hurry = () =>
  services.models.Delivery.updateMany({ kind: 'mail', lease: { $exists: false } }, { $set: { dueAt: new Date(0) } });

describe('a mail', () => {
  it('comes as text and as HTML, from this server, and isn’t in the store any more', async () => {
    await sendMail(services, mailTo('ada@example.test'));
    const mail = await mailbox.mailTo('ada@example.test');
    expect(mail.from).toEqual({ name: 'Rollcall', address: 'no-reply@localhost' });
    expect(mail.subject).toBe(`Choose a new password for ${new URL(server.issuer).host}`);
    expect(linkIn(mail, server.issuer)).toBe(link());
    expect(mail.messageId).toMatch(/^<[\w-]{43}@localhost>$/);
    expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
    expect(Math.abs(Date.parse(mail.date ?? '') - Date.now())).toBeLessThan(60_000);
    await expect.poll(waiting).toEqual([]);
    expect(lines.join('')).not.toMatch(/ada@example|recover/);
  });

  it('lies in the store sealed, and tells neither whom it goes to nor what it opens', async () => {
    behaviour.set('bea', '450 4.2.1 later');
    await sendMail(services, mailTo('bea@example.test'));
    await expect.poll(() => said('delivery_failed').length).toBe(1);
    const [row] = await waiting();
    expect(JSON.stringify(row)).not.toMatch(/bea|example\.test|recover|abc/);
    await services.models.Delivery.deleteMany({ kind: 'mail' });
  });

  it('is in the first of the recipient’s languages that there is, else in English', async () => {
    await sendMail(services, mailTo('cleo@example.test', { language: ['tlh', 'en-GB'] }));
    expect((await mailbox.mailTo('cleo@example.test')).html).toContain('<html lang="en"');
  });

  it('has no header more for how an organization is called, and says its name as it is', async () => {
    const about = {
      link: link(),
      organization: 'x\r\nBcc: eve@example.test\r\n\r\nאבג 🦊',
      inviter: 'Eve\nSubject: y',
      message: 'Hello\r\n.\r\nמה שלומך 🦊',
      until: new Date('2030-01-31T00:00:00Z'),
    };
    await sendMail(services, mailTo('dan@example.test', { kind: 'invitation', about }));
    const mail = await mailbox.mailTo('dan@example.test');
    expect(mailbox.received.filter(({ recipient }) => recipient.startsWith('eve'))).toEqual([]);
    expect(mail.headers.map(({ key }) => key).filter((key) => key === 'bcc' || key === 'subject')).toEqual(['subject']);
    expect(mail.subject).toContain('x Bcc: eve@example.test אבג 🦊');
    expect(mail.text).toContain('> Hello\n> .\n> מה שלומך 🦊');
    expect(mail.html).toContain('מה שלומך 🦊');
    // No line is longer than mail may have (RFC 5322 2.1.1).
    expect(Math.max(...mail.raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  });
});

describe('a mail server', () => {
  it('that refuses a recipient for good is asked once, and the log names no address', async () => {
    behaviour.set('nobody', '550 5.1.1 <nobody@example.test> is unknown');
    await sendMail(services, mailTo('nobody@example.test'));
    await expect.poll(() => said('delivery_given_up')).toMatchObject([{ mail: 'reset-password', attempts: 1 }]);
    expect(said('delivery_given_up')[0]?.reason).toContain('550 5.1.1');
    expect(lines.join('')).not.toContain('nobody@');
    expect(await waiting()).toEqual([]);
  });

  it('that refuses one for now is asked again, and the others to the same place go meanwhile', async () => {
    behaviour.set('busy', '451 4.7.1 <busy@example.test> later');
    await sendMail(services, mailTo('busy@example.test'));
    await expect.poll(() => said('delivery_failed').length).toBe(1);
    await sendMail(services, mailTo('free@example.test'));
    await mailbox.mailTo('free@example.test');
    expect(mailbox.mailsTo('busy@example.test')).toEqual([]);
    behaviour.clear();
    await hurry();
    await mailbox.mailTo('busy@example.test');
    await expect.poll(waiting).toEqual([]);
    expect(lines.join('')).not.toContain('busy@');
  });

  it('that hangs at one recipient holds up no other', async () => {
    behaviour.set('slow', 'hang');
    await sendMail(services, mailTo('slow@example.test'));
    await expect
      .poll(() => services.models.Delivery.countDocuments({ kind: 'mail', lease: { $exists: true } }))
      .toBe(1);
    for (const name of ['one', 'two', 'three']) await sendMail(services, mailTo(`${name}@example.test`));
    await Promise.all(['one', 'two', 'three'].map((name) => mailbox.mailTo(`${name}@example.test`)));
    await expect.poll(async () => (await waiting()).length).toBe(1);
    // The line that it had is free again once the server has been silent for too long.
    await expect.poll(() => said('delivery_failed').length).toBe(1);
    await services.models.Delivery.deleteMany({ kind: 'mail' });
  });
});

/** A queue for whose work a test calls by itself, as a process of its own. */
function queueOf(deliveries: Deliveries, transport: Transport, encryption = createEncryption(KEYS)) {
  const render = () => ({ subject: 'S', text: 'T', html: '<p>T</p>' });
  const { issuer } = server;
  return createMailQueue({ deliveries, encryption, render, transport, from: senderOf(null, issuer), issuer });
}

/** One attempt, with the patience of a test. */
async function attempt(url: string): Promise<void> {
  let deliver: (payload: never) => Promise<void> = async () => {};
  const handle = ((_kind, how) => {
    deliver = how;
  }) as Deliveries['handle'];
  queueOf({ enqueue: async () => {}, handle }, smtpTransport(url, PATIENCE));
  await attemptNext(services, MAIL, new Targets(services.clock, MAIL), deliver as never, () => {});
}

/** Queues without anybody who would send. */
async function queue(mail: Mail, encryption = createEncryption(KEYS)): Promise<void> {
  const idle = { every: () => ({ kick() {} }), stop: async () => {} };
  await queueOf(createDeliveries(services, idle), async () => {}, encryption)(mail);
}

describe('a queued mail', () => {
  let quiet: TestStore;
  let running: ServiceContext;
  beforeAll(async () => {
    // On a store of its own, where no server takes it first.
    quiet = await testStore();
    running = services;
    services = await startServices(quiet.connection, createLogger('info', { write: (line) => lines.push(line) }));
  });
  afterAll(async () => {
    services = running;
    await quiet?.close();
  });

  it('is sent after the server has dropped the connection in the middle of it, with the same Message-ID', async () => {
    const dropping = await startMailbox();
    onTestFinished(() => dropping.close());
    await queue(mailTo('drop@example.test'));
    dropping.dropNext();
    await attempt(dropping.url);
    expect(said('delivery_failed')).toMatchObject([{ attempts: 1 }]);
    expect(dropping.received).toEqual([]);
    const [row] = await waiting();
    const id = row?.payload.id;
    await hurry();
    await attempt(dropping.url);
    expect(dropping.received).toMatchObject([{ recipient: 'drop@example.test', messageId: `<${id}@localhost>` }]);
    expect(await waiting()).toEqual([]);
  });

  it('sealed with an older key is sent while that is listed, and sealed with the newest where the store is sealed again', async () => {
    const old = 'an older key that is long enough to be one, 2';
    await queue(mailTo('key@example.test'), createEncryption([old]));
    // The process that has no such key leaves it to others.
    await attempt(mailbox.url);
    expect(said('delivery_failed')[0]?.reason).toContain('ENCRYPTION_KEYS');
    expect(await reencrypt(services, createEncryption([KEYS[0] as string, old]))).toContainEqual({
      name: 'queued mails',
      count: 1,
    });
    await hurry();
    await attempt(mailbox.url);
    await mailbox.mailTo('key@example.test');
    expect(await waiting()).toEqual([]);
  });

  it('that is of no use any more is erased, not sent; one that nobody looks at goes by itself', async () => {
    await queue(mailTo('late@example.test', { expiresAt: new Date(Date.now() - 1000) }));
    await attempt(mailbox.url);
    expect(await waiting()).toEqual([]);
    expect(mailbox.mailsTo('late@example.test')).toEqual([]);
    expect(said('delivery_given_up')).toMatchObject([{ reason: 'too old' }]);
    const indexes = await services.models.Delivery.collection.indexes();
    expect(indexes.find(({ key }) => key.expiresAt)).toMatchObject({ expireAfterSeconds: 900 });
  });

  it('of one id waits once', async () => {
    await Promise.all([1, 2, 3].map(() => queue(mailTo('once@example.test', { id: 'the same' }))));
    expect((await waiting()).length).toBe(1);
    await services.models.Delivery.deleteMany({ kind: 'mail' });
  });
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../../../src/mail/failures.js';
import { outboxTransport, smtpTransport } from '../../../src/mail/transport.js';
import { Deferred, Undeliverable } from '../../../src/services/deliveries/index.js';
import { startMailbox } from '../../support/mailbox.js';

// A greeting is waited for less long than a word within a conversation, as in use.
const PATIENCE = { connection: 1500, socket: 4000, whole: 3000 };
const message = {
  from: 'a@example.test',
  to: { name: '', address: 'ada@example.test' },
  subject: 'S',
  text: 'T',
  messageId: '<abc@example.test>',
};

async function mailboxWith(options: SMTPServerOptions) {
  const mailbox = await startMailbox(options);
  onTestFinished(() => mailbox.close());
  return mailbox;
}

/** A server of anything. */
async function rawServer(meet: Parameters<Server['on']>[1]): Promise<string> {
  const server = createServer(meet as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failure = (url: string): Promise<Error> =>
  smtpTransport(
    url,
    PATIENCE,
  )(message).then(() => {
    throw new Error('it was sent');
  }, failureOf);

describe('sending by SMTP', () => {
  it('signs in where the URL has credentials, with what is encoded in them', async () => {
    const seen: unknown[] = [];
    const mailbox = await mailboxWith({
      authOptional: false,
      onAuth({ username, password }, _session, done) {
        seen.push(username, password);
        done(null, password === 'p@ss word' ? { user: username ?? '' } : {});
      },
    });
    const { host } = new URL(mailbox.url);
    await smtpTransport(`smtp://ada%40acme:p%40ss%20word@${host}`)(message);
    expect(seen).toEqual(['ada@acme', 'p@ss word']);
    expect(mailbox.received).toHaveLength(1);
  });

  it.each<[string, SMTPServerOptions, string, RegExp]>([
    ['wants credentials', { authOptional: false }, '', /530/],
    [
      'refuses the credentials',
      { onAuth: (_auth, _session, done) => done(new Error('no')) },
      'ada:x@',
      /credentials.*EAUTH/,
    ],
    [
      'offers STARTTLS with a certificate that isn’t good',
      { disabledCommands: [] },
      '',
      /certificate isn’t trusted \(\w*CERT/,
    ],
  ])('to a server that %s is the operators’ to mend, and tried again', async (_name, options, credentials, said) => {
    const mailbox = await mailboxWith(options);
    const error = await failure(mailbox.url.replace('smtp://', `smtp://${credentials}`));
    expect(error.message).toMatch(said);
    expect(error).not.toBeInstanceOf(Undeliverable);
    expect(error).not.toBeInstanceOf(Deferred);
    expect(mailbox.received).toEqual([]);
  });

  it('takes an encrypted connection whose certificate is trusted', async () => {
    const mailbox = await mailboxWith({ disabledCommands: [] });
    await smtpTransport(`${mailbox.url}?tls.rejectUnauthorized=false`)(message);
    expect(mailbox.received).toHaveLength(1);
  });

  it('tells no password to a server elsewhere that doesn’t encrypt', async () => {
    let asked = false;
    const mailbox = await mailboxWith({
      onAuth(_auth, _session, done) {
        asked = true;
        done(null, { user: 'ada' });
      },
    });
    // The name of another machine, and this machine's address for it.
    const url = mailbox.url.replace('smtp://127.0.0.1', 'smtp://ada:secret@0.0.0.0');
    expect((await failure(url)).message).not.toContain('secret');
    expect(asked).toBe(false);
    await smtpTransport(`${url}?ignoreTLS=true`)(message);
    expect(asked).toBe(true);
  });

  it('gives up on a server that isn’t there, says nothing, or is none, within its patience', async () => {
    expect((await failure('smtp://127.0.0.1:1')).message).toMatch(/^nothing answers at SMTP_URL \(ECONNREFUSED/);
    const began = Date.now();
    const silent = await failure(await rawServer(() => {}));
    expect(silent.message).toMatch(/in time.*ETIMEDOUT/);
    expect(silent).not.toBeInstanceOf(Deferred);
    const web = await failure(
      await rawServer(((socket: { end(text: string): void }) =>
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')) as never),
    );
    expect(web).toBeInstanceOf(Error);
    // A word now and then isn't an answer.
    const trickle = await failure(
      await rawServer(((socket: { write(text: string): void; on(event: string, does: () => void): void }) => {
        socket.write('220 hello\r\n');
        const timer = setInterval(() => socket.write('250-and\r\n'), 100);
        socket.on('close', () => clearInterval(timer));
        socket.on('error', () => {});
      }) as never),
    );
    expect(trickle.message).toContain('ETIMEDOUT');
    // Without it this would be ten seconds and ninety.
    expect(Date.now() - began).toBeLessThan(9000);
  });
});

describe('the outbox', () => {
  it('has one whole file for each mail, which only its owner reads', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'rollcall-')), 'outbox');
    await Promise.all(
      [1, 2, 3].map((n) => outboxTransport(folder)({ ...message, messageId: `<mail-${n}@example.test>` })),
    );
    const names = readdirSync(folder);
    expect(names).toHaveLength(3);
    expect(names.every((name) => name.endsWith('.eml'))).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, names[0] ?? '')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, names[0] ?? ''), 'utf8')).toMatch(/^From: a@example\.test\n/);
  });
});

/**
 * The queue of mails: a delivery like others (`services/deliveries`), sealed while it waits, for its links open accounts. It is worded when
 * it is sent, and erased then.
 */
import type { Encryption } from '../lib/encryption.js';
import { digest, newSecret } from '../lib/ids.js';
import { type MailboxAddress, parseMailbox } from '../lib/mailbox-address.js';
import { Deferred, type Deliveries, type DeliveryKind } from '../services/deliveries/index.js';
import type { Mail, SendMail } from '../services/mail/index.js';
import { MAIL_QUEUE, openMail, type QueuedMail, sealedFor } from '../services/mail/sealed.js';
import { failureOf } from './failures.js';
import type { RenderMail } from './render.js';
import type { Transport } from './transport.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const MAIL: DeliveryKind<QueuedMail> = {
  name: MAIL_QUEUE,
  // Longer than an attempt may take.
  lease: 2 * MINUTE,
  maxAge: 48 * 60 * MINUTE,
  expiresAt: ({ expiresAt }) => expiresAt ?? undefined,
  backoff: { first: 5 * SECOND, most: 15 * MINUTE },
  // A recipient whose server hangs has one of them for a while; those of one server never have all.
  parallel: 6,
  perTarget: 3,
  target: ({ server }) => server,
  describe: ({ kind }) => ({ mail: kind }),
};

export interface MailQueueParts {
  deliveries: Deliveries;
  encryption: Encryption;
  render: RenderMail;
  transport: Transport;
  /** The sender. */
  from: MailboxAddress;
  issuer: string;
}

/**
 * Who mails come from.
 * @param given MAIL_FROM, which the configuration has checked
 */
export const senderOf = (given: string | null | undefined, issuer: string): MailboxAddress =>
  parseMailbox(given ?? '') ?? { name: 'Rollcall', address: `no-reply@${new URL(issuer).hostname}` };

/** Starts sending what waits, and returns what queues. */
export function createMailQueue(parts: MailQueueParts): SendMail {
  const { deliveries, encryption, render, transport, from, issuer } = parts;
  const { hostname } = new URL(issuer);
  deliveries.handle(MAIL, async ({ sealed, id }) => {
    const opened = openMail(encryption, { id, sealed });
    // Another process, or this one after its next start, may have the key.
    if (opened === undefined) throw new Deferred('no key in ENCRYPTION_KEYS opens this mail');
    const mail = JSON.parse(opened, reviveDates) as Mail;
    const message = {
      from,
      to: { name: '', address: mail.to },
      ...render(mail),
      // The same at each attempt: who gets it twice can tell.
      messageId: `<${id}@${hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
    await transport(message).catch((error: unknown) => {
      throw failureOf(error);
    });
  });
  return async (mail) => {
    const id = digest('mail', mail.id ?? newSecret());
    const sealed = encryption.seal(JSON.stringify(mail), sealedFor(id));
    const server = digest('mail server', mail.to.slice(mail.to.lastIndexOf('@') + 1).toLowerCase());
    await deliveries.enqueue(MAIL, id, { kind: mail.kind, server, sealed, id, expiresAt: mail.expiresAt ?? null });
  };
}

/** A moment, as JSON writes it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const reviveDates = (key: string, value: unknown) =>
  (key === 'until' || key === 'at') && typeof value === 'string' && MOMENT.test(value) ? new Date(value) : value;

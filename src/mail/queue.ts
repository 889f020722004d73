/**
 * The queue of mails: a delivery like others (`services/deliveries`), sealed while it waits, for its links open accounts. It is worded when
 * it is sent, and erased then.
 */
import type { Encryption } from '../lib/encryption.js';
import { digest, newSecret } from '../lib/ids.js';
import { type Deliveries, type DeliveryKind, Undeliverable } from '../services/deliveries/index.js';
import type { Mail, SendMail } from '../services/mail/index.js';
import type { RenderMail } from './render.js';
import type { Transport } from './transport.js';

interface QueuedMail {
  kind: string;
  /** Tells recipients' servers apart and nobody about them. */
  server: string;
  sealed: string;
  id: string;
  expiresAt: Date | null;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const MAIL: DeliveryKind<QueuedMail> = {
  name: 'mail',
  // Longer than connecting, greeting and sending may take together.
  lease: 2 * MINUTE,
  maxAge: 48 * 60 * MINUTE,
  expiresAt: ({ expiresAt }) => expiresAt ?? undefined,
  backoff: { first: 5 * SECOND, most: 15 * MINUTE },
  parallel: 3,
  perTarget: 3,
  target: ({ server }) => server,
  describe: ({ kind }) => ({ mail: kind }),
};

export interface MailQueueParts {
  deliveries: Deliveries;
  encryption: Encryption;
  render: RenderMail;
  transport: Transport;
  /** The sender, as in a header. */
  from: string;
  issuer: string;
}

const sealedFor = (id: string) => `mail ${id}`;

/** Starts sending what waits, and returns what queues. */
export function createMailQueue(parts: MailQueueParts): SendMail {
  const { deliveries, encryption, render, transport, from, issuer } = parts;
  const { hostname } = new URL(issuer);
  deliveries.handle(MAIL, async ({ sealed, id }) => {
    const mail = JSON.parse(encryption.open(sealed, sealedFor(id)), reviveDates) as Mail;
    const message = {
      from,
      to: { name: '', address: mail.to },
      ...render(mail),
      // The same at each attempt: who gets it twice can tell.
      messageId: `<${id}@${hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
    await transport(message).catch((error: unknown) => {
      throw isRefused(error) ? new Undeliverable((error as Error).message, { cause: error }) : error;
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

/** The server has refused this recipient or this mail for good (RFC 5321 4.2.1): it won't take it later either. */
const isRefused = (error: unknown): boolean => {
  const { responseCode, command } = error as { responseCode?: number; command?: string };
  return responseCode !== undefined && responseCode >= 500 && /^(RCPT TO|DATA)$/.test(command ?? '');
};

/** A real SMTP server that keeps what it is sent, parsed. */
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpTransport, type Transport } from '../../src/mail/transport.js';

export interface Received extends Email {
  /** As the envelope has it. */
  recipient: string;
  raw: string;
}

export interface Mailbox {
  /** For `SMTP_URL`. */
  url: string;
  /** For `createApp`. */
  transport: Transport;
  received: Received[];
  /** Ends the connection in the middle of the next mail. */
  dropNext(): void;
  /** The newest mail to an address, awaited; `about` is found in its subject. @throws Error after 20 s without one */
  mailTo(address: string, about?: string | RegExp): Promise<Received>;
  /** Those there are to an address, after the queue has had time to send more. */
  mailsTo(address: string): Received[];
  close(): Promise<void>;
}

const WAIT_MS = 20_000;

/** @param options how it behaves; it takes everything from everybody unless given */
export async function startMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let drops = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      if (drops) {
        drops = false;
        stream.once('data', () => {
          for (const socket of sockets) socket.destroy();
        });
        return;
      }
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks);
        const mail = await PostalMime.parse(raw);
        for (const { address } of session.envelope.rcptTo)
          received.push({ ...mail, recipient: address, raw: raw.toString('utf8') });
        done();
      });
    },
    ...options,
  });
  server.server.on('connection', (socket: Socket) => sockets.add(socket));
  // A client that goes away is no failure of this server.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const mailsTo = (address: string) => received.filter(({ recipient }) => recipient === address);
  return {
    url,
    transport: smtpTransport(url),
    received,
    dropNext() {
      drops = true;
    },
    mailsTo,
    async mailTo(address, about = '') {
      for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(20)) {
        const found = mailsTo(address).filter(({ subject = '' }) =>
          about instanceof RegExp ? about.test(subject) : subject.includes(about),
        );
        const newest = found.at(-1);
        if (newest) return newest;
      }
      throw new Error(`no mail to ${address} about ${about}; there are ${received.map(({ subject }) => subject)}`);
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The one link of ours in a mail. @throws Error where there is none, or the text and the HTML disagree */
export function linkIn({ text = '', html = '' }: Received, issuer: string): string {
  const links = new Set(text.match(/https?:\/\/[^\s]+/g)?.filter((link) => link.startsWith(`${issuer}/`)));
  const [link] = links;
  if (!link || links.size !== 1 || !html.includes(link)) throw new Error(`no single link of ${issuer} in ${text}`);
  return link;
}

/** Where mails go: to a server by SMTP, or, where none is named, into a folder, one file each. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendMailOptions } from 'nodemailer';

/** Sends one mail. A throw says that it may not have gone out. */
export type Transport = (message: SendMailOptions & { messageId: string }) => Promise<void>;

/** Milliseconds: to connect and to be greeted, without a word from the server, and in all, which is below a delivery's lease. */
const CONNECTION = 10_000;
const SOCKET = 20_000;
const WHOLE = 90_000;

/** Loaded with the first mail: a start needn't wait for it. */
const nodemailer = () => import('nodemailer');

/** How long an SMTP server is waited for, in milliseconds. */
export interface Patience {
  connection: number;
  socket: number;
  whole: number;
}

/**
 * @param url `smtp://USER:PASSWORD@HOST:PORT`, or `smtps:` for TLS from the start. STARTTLS is used where the server offers it; with
 * credentials it has to, unless it is this machine itself
 */
export function smtpTransport(
  url: string,
  { connection, socket, whole }: Patience = { connection: CONNECTION, socket: SOCKET, whole: WHOLE },
): Transport {
  const options = {
    url,
    ...(needsTls(url) ? { requireTLS: true } : {}),
    connectionTimeout: connection,
    greetingTimeout: connection,
    dnsTimeout: connection,
    socketTimeout: socket,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transporter = once(async () => (await nodemailer()).createTransport(options));
  return async (message) => {
    const sent = (await transporter()).sendMail(message);
    await within(whole, sent);
  };
}

/** A password is told to nobody in between. Who says otherwise in the URL has their way. */
function needsTls(url: string): boolean {
  const { protocol, username, hostname, searchParams } = new URL(url);
  const said = ['requireTLS', 'ignoreTLS'].some((name) => searchParams.has(name));
  return protocol === 'smtp:' && username !== '' && !said && !isLoopback(hostname);
}

const isLoopback = (hostname: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** A server that says a word now and then would be waited for without an end. */
async function within<T>(ms: number, sent: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('too late'), { code: 'ETIMEDOUT', command: 'DATA' });
    timer = setTimeout(() => reject(error), ms);
  });
  return Promise.race([sent, late]).finally(() => clearTimeout(timer));
}

/** Whole files only: each is written beside and then named. Only their owner reads them, for the links in them open accounts. */
export function outboxTransport(folder: string): Transport {
  const options = { streamTransport: true, buffer: true, newline: 'unix' } as const;
  const composer = once(async () => (await nodemailer()).createTransport(options));
  return async (message) => {
    const { message: raw } = await (await composer()).sendMail(message);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const own = message.messageId.replace(/[^\w-]+/g, '').slice(0, 12);
    const name = `${new Date().toISOString().replaceAll(':', '-')}-${own}`;
    const draft = join(folder, `.${name}.part`);
    await writeFile(draft, raw as Buffer, { mode: 0o600 });
    await rename(draft, join(folder, `${name}.eml`));
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

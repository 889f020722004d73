/** Where mails go: to a server by SMTP, or, where none is named, into a folder, one file each. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendMailOptions } from 'nodemailer';

/** Sends one mail. A throw says that it may not have gone out. */
export type Transport = (message: SendMailOptions & { messageId: string }) => Promise<void>;

/** Milliseconds. Together below a delivery's lease. */
const CONNECTION = 10_000;
const SOCKET = 20_000;

/** Loaded with the first mail: a start needn't wait for it. */
const nodemailer = () => import('nodemailer');

/** @param url `smtp://USER:PASSWORD@HOST:PORT`, or `smtps:` for TLS from the start */
export function smtpTransport(url: string): Transport {
  const options = {
    url,
    connectionTimeout: CONNECTION,
    greetingTimeout: CONNECTION,
    dnsTimeout: CONNECTION,
    socketTimeout: SOCKET,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transporter = once(async () => (await nodemailer()).createTransport(options));
  return async (message) => {
    await (await transporter()).sendMail(message);
  };
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

/**
 * Why a mail didn't go out, in words that name no recipient: what servers say often holds the address. Whether it is tried again, and
 * whether others to the same place wait too, follows from who is at fault.
 */
import { Deferred, Undeliverable } from '../services/deliveries/index.js';

/** As nodemailer throws it. */
interface SmtpError {
  code?: string;
  /** The system's own code, where nodemailer has put its own over it. */
  originalCode?: string;
  /** `SOCKET_TIMEOUT`: silent after it had answered; the others are about reaching it at all. */
  timeoutType?: string;
  /** At which command. */
  command?: string;
  responseCode?: number;
  response?: string;
}

const WORDS: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server doesn’t accept the credentials in SMTP_URL',
  ETLS: 'the mail server offers no encryption that can be trusted',
  ESOCKET: 'the connection to the mail server failed',
  ECONNECTION: 'the mail server ended the connection',
  ECONNREFUSED: 'nothing answers at SMTP_URL',
  ETIMEDOUT: 'the mail server doesn’t answer in time',
  EDNS: 'the host in SMTP_URL can’t be looked up',
  EENVELOPE: 'the mail server refused it',
  EMESSAGE: 'the mail server refused it',
};

/** The codes by which TLS says what is wrong with a certificate. */
const UNTRUSTED = /CERT_|_CERT|SIGNATURE|ISSUER/;

/** @returns what the queue is told: `Undeliverable`, `Deferred`, or an error that is the mail server's */
export function failureOf(thrown: unknown): Error {
  const reason = reasonOf(thrown);
  if (!isOfTheMail(thrown as SmtpError)) return new Error(reason);
  const { responseCode = 0 } = thrown as SmtpError;
  // For good (RFC 5321 4.2.1): it won't be taken later either.
  return responseCode >= 500 ? new Undeliverable(reason) : new Deferred(reason);
}

/** Whether the server was there until it came to this very mail: its recipient, or what it holds. The others may go. */
function isOfTheMail({ code, command = '', timeoutType }: SmtpError): boolean {
  if (/^(RCPT TO|DATA)$/.test(command)) return true;
  return timeoutType === 'SOCKET_TIMEOUT' || (code === 'ECONNECTION' && command === 'CONN');
}

function reasonOf(thrown: unknown): string {
  const { code = '', originalCode = '', command, responseCode, response } = thrown as SmtpError;
  const known = [originalCode, code].find((one) => Object.hasOwn(WORDS, one));
  const untrusted = UNTRUSTED.test(`${originalCode} ${code}`);
  // The numbers of an answer alone, as 550 5.1.1: its words often hold the address.
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  const answer = [responseCode, status].filter(Boolean).join(' ');
  const details = [originalCode || code, answer, command && command !== 'API' ? `at ${command}` : ''].filter(Boolean);
  const words = untrusted
    ? 'the mail server’s certificate isn’t trusted'
    : known
      ? WORDS[known]
      : 'it couldn’t be sent';
  return details.length ? `${words} (${details.join(', ')})` : `${words}`;
}

import type { Connection } from 'mongoose';
import { digest } from '../../lib/ids.js';
import { limiters, take } from '../limiters.js';
import type { MailKind, SendMail } from './index.js';

const DAY = 24 * 60 * 60;
/** What nobody has asked for, and somebody could have sent again and again: to an address, too, that isn't theirs. */
const NOTICES: ReadonlySet<MailKind> = new Set([
  'new-sign-in',
  'password-changed',
  'account-deleted',
  'address-changed',
  'join-request-accepted',
]);
/** In a day. More isn't read, and is what a mailbox is filled with. */
const MOST_TO_ADDRESS = 20;

/** Queues a mail unless an address has had its day's notices, counted across processes. */
export function withinNoticeLimits(connection: Connection, send: SendMail): SendMail {
  const notices = limiters(connection)('mail:notice', MOST_TO_ADDRESS, DAY);
  return async (mail) => {
    if (!NOTICES.has(mail.kind) || (await take(notices, digest(mail.to)))) await send(mail);
  };
}

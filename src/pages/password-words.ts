import type { Fault } from '../lib/fault.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../lib/password-policy.js';
import type { NewPasswordReason } from '../services/new-password.js';
import { type Message, message } from '../texts/message.js';

/** What is wrong with a password that somebody has chosen, in a page's words. */
const WORDS: Readonly<Record<NewPasswordReason, Message>> = {
  'password-missing': message('fault-password-missing'),
  'password-short': message('fault-password-short', { least: PASSWORD_MIN }),
  'password-long': message('fault-password-long', { most: PASSWORD_MAX }),
  'password-common': message('fault-password-common'),
};

export const passwordWords = ({ reason }: Fault<NewPasswordReason>): Message => WORDS[reason];

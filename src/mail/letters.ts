/** What each kind of mail says, made of the catalogue's texts: the templates know only the parts of a letter. */
import type { MailKind, MailKinds } from '../services/mail/index.js';
import type { Texts } from '../texts/catalogue.js';
import { NOTICES } from './notices.js';

/** A mail in words. Text and HTML are made of the same. */
export interface Letter {
  subject: string;
  heading: string;
  lines: string[];
  /** What somebody has typed, set apart from what we say. */
  quote?: string;
  /** When and where, one below the other. */
  facts?: { label: string; value: string }[];
  /** Letters to copy, alone on a line. */
  code?: string;
  button?: { label: string; href: string };
  /** Below: how long it holds, and what to do where it wasn't oneself. */
  notes: string[];
  /** Where mails of this kind are turned off. */
  settings?: { label: string; href: string };
}

/** @param issuer of which a letter's own links are made */
export type Write<K extends MailKind> = (texts: Texts, about: MailKinds[K], host: string, issuer: string) => Letter;

const LETTERS: { [K in MailKind]: Write<K> } = {
  'sign-up-code': ({ t }, { code, minutes }, host) => ({
    subject: t('mail-code-subject', { code, host }),
    heading: t('mail-code-heading'),
    lines: [t('mail-code-text', { host })],
    code,
    notes: [t('mail-code-holds', { minutes }), t('mail-not-you')],
  }),
  'sign-up-known': ({ t }, { signInLink, resetLink }, host) => ({
    subject: t('mail-known-subject', { host }),
    heading: t('mail-known-heading'),
    lines: [t('mail-known-text', { host }), t('mail-known-reset', { link: resetLink })],
    button: { label: t('sign-in'), href: signInLink },
    notes: [t('mail-not-you')],
  }),
  'verify-address': ({ t }, { link, hours }, host) => ({
    subject: t('mail-verify-subject', { host }),
    heading: t('mail-verify-heading'),
    lines: [t('mail-verify-text', { host })],
    button: { label: t('mail-verify-button'), href: link },
    notes: [t('mail-link-hours', { hours }), t('mail-not-you')],
  }),
  'reset-password': ({ t }, { link, minutes }, host) => ({
    subject: t('mail-reset-subject', { host }),
    heading: t('mail-reset-heading'),
    lines: [t('mail-reset-text', { host })],
    button: { label: t('mail-reset-button'), href: link },
    notes: [t('mail-link-minutes', { minutes }), t('mail-reset-not-you')],
  }),
  'confirm-new-address': ({ t }, { link, hours }, host) => ({
    subject: t('mail-new-address-subject', { host }),
    heading: t('mail-new-address-heading'),
    lines: [t('mail-new-address-text', { host })],
    button: { label: t('mail-verify-button'), href: link },
    notes: [t('mail-link-hours', { hours }), t('mail-not-you')],
  }),
  'confirm-old-address': ({ t }, { link, hours, email }, host) => ({
    subject: t('mail-old-address-subject', { host }),
    heading: t('mail-old-address-heading'),
    lines: [t('mail-old-address-text', { host, email })],
    button: { label: t('mail-old-address-button'), href: link },
    notes: [t('mail-link-hours', { hours }), t('mail-old-address-not-you')],
  }),
  'address-taken': ({ t }, { signInLink }, host) => ({
    subject: t('mail-known-subject', { host }),
    heading: t('mail-known-heading'),
    lines: [t('mail-taken-text', { host })],
    button: { label: t('sign-in'), href: signInLink },
    notes: [t('mail-not-you')],
  }),
  'address-changed': ({ t, dates }, { at, email }, host) => ({
    subject: t('mail-address-changed-subject', { host }),
    heading: t('mail-address-changed-heading'),
    lines: [t('mail-address-changed-text', { host, email, at: moment(at, dates) })],
    notes: [t('mail-address-changed-not-you', { host })],
  }),
  'join-request': ({ t }, { link, organization, count }, host) => ({
    subject: t('mail-join-request-subject', { organization }),
    heading: t('mail-join-request-heading', { organization }),
    lines: [t('mail-join-request-text', { count, organization, host })],
    button: { label: t('mail-join-request-button'), href: link },
    notes: [t('mail-join-request-why', { organization })],
  }),
  'join-request-accepted': ({ t }, { link, organization }, host) => ({
    subject: t('mail-join-accepted-subject', { organization }),
    heading: t('mail-join-accepted-heading', { organization }),
    lines: [t('mail-join-accepted-text', { organization, host })],
    button: { label: t('mail-join-accepted-button'), href: link },
    notes: [],
  }),
  invitation: ({ t, dates }, { link, organization, inviter, message, until }, host) => ({
    subject: t('mail-invitation-subject', { organization }),
    heading: t('mail-invitation-heading', { organization }),
    lines: [
      inviter
        ? t('mail-invitation-by', { inviter, organization, host })
        : t('mail-invitation-text', { organization, host }),
    ],
    ...(message ? { quote: message } : {}),
    button: { label: t('mail-invitation-button'), href: link },
    notes: [
      t('mail-invitation-until', { day: until.toLocaleDateString(dates, { dateStyle: 'long', timeZone: 'UTC' }) }),
      t('mail-invitation-not-you'),
    ],
  }),
  ...NOTICES,
};

export const letterOf = <K extends MailKind>(texts: Texts, kind: K, about: MailKinds[K], issuer: string): Letter =>
  LETTERS[kind](texts, about, new URL(issuer).host, issuer);

const moment = (at: Date, dates: string) =>
  at.toLocaleString(dates, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** The letters that tell somebody what has happened to their account, without their asking. */
import type { Circumstances } from '../services/mail/circumstances.js';
import type { Texts } from '../texts/catalogue.js';
import type { Letter, Write } from './letters.js';
import { typed } from './typed.js';

/** Roles of one organization that are named. */
const MOST_ROLES = 20;

/** When and where something was done, as a list. */
function factsOf({ t, dates }: Texts, { at, zone, from }: Circumstances): NonNullable<Letter['facts']> {
  const when = at.toLocaleString(dates, { dateStyle: 'long', timeStyle: 'short', timeZone: zone });
  const named = new Intl.DateTimeFormat(dates, { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return [
    { label: t('mail-fact-when'), value: named ? `${when} ${named}` : when },
    ...(from
      ? [
          { label: t('mail-fact-browser'), value: browserIn({ t }, from) },
          { label: t('mail-fact-network'), value: from.address },
        ]
      : []),
  ];
}

function browserIn({ t }: Pick<Texts, 't'>, { browser, system }: NonNullable<Circumstances['from']>): string {
  if (browser && system) return t('mail-browser-on', { browser, system });
  return browser ?? system ?? t('mail-browser-unknown');
}

const sessions = (issuer: string) => `${issuer}/account/sessions`;

const newSignIn: Write<'new-sign-in'> = (texts, about, host, issuer) => ({
  subject: texts.t('mail-sign-in-subject', { host }),
  heading: texts.t('mail-sign-in-heading'),
  lines: [texts.t('mail-sign-in-text', { host })],
  facts: factsOf(texts, about),
  button: { label: texts.t('mail-sign-in-button'), href: sessions(issuer) },
  notes: [texts.t('mail-sign-in-not-you')],
  settings: { label: texts.t('mail-choose'), href: `${issuer}/account/notifications` },
});

const passwordChanged: Write<'password-changed'> = (texts, about, host, issuer) => ({
  subject: texts.t('mail-password-subject', { host }),
  heading: texts.t('mail-password-heading'),
  lines: [about.byOperator ? texts.t('mail-password-operator', { host }) : texts.t('mail-password-text', { host })],
  facts: factsOf(texts, about),
  button: { label: texts.t('mail-reset-button'), href: `${issuer}/recover` },
  notes: [about.byOperator ? texts.t('mail-password-ask', { host }) : texts.t('mail-password-not-you')],
});

const accountDeleted: Write<'account-deleted'> = (texts, about, host, issuer) => ({
  subject: texts.t('mail-deleted-subject', { host }),
  heading: texts.t('account-deleted-title'),
  lines: [
    texts.t('mail-deleted-text', {
      host,
      day: about.until.toLocaleDateString(texts.dates, { dateStyle: 'long', timeZone: about.zone }),
    }),
  ],
  facts: factsOf(texts, about),
  button: { label: texts.t('account-deleted-back'), href: `${issuer}/account` },
  notes: [texts.t('mail-deleted-not-you')],
});

const rolesGiven: Write<'roles-given'> = (texts, { organizations, more }, _host, issuer) => {
  const { t } = texts;
  const [first, ...others] = organizations;
  const only = first && !others.length && !more ? first : undefined;
  const named = (roles: readonly string[]) =>
    roles.length > MOST_ROLES
      ? texts.list([...roles.slice(0, MOST_ROLES), t('mail-roles-others', { count: roles.length - MOST_ROLES })])
      : texts.list(roles);
  const heading =
    only?.roles.length === 1
      ? t('mail-roles-one', { role: only.roles[0] ?? '', organization: only.name })
      : only
        ? t('mail-roles-in', { organization: only.name })
        : t('mail-roles-several');
  return {
    subject: heading,
    heading,
    lines: [t('mail-roles-when')],
    ...(only?.roles.length === 1
      ? {}
      : { facts: organizations.map(({ name, roles }) => ({ label: typed(name), value: named(roles) })) }),
    button: { label: t('mail-roles-button'), href: `${issuer}/account/organizations` },
    notes: more ? [t('mail-roles-more', { count: more })] : [],
    settings: { label: t('mail-choose'), href: `${issuer}/account/notifications` },
  };
};

export const NOTICES = {
  'new-sign-in': newSignIn,
  'password-changed': passwordChanged,
  'account-deleted': accountDeleted,
  'roles-given': rolesGiven,
};

/** What happened, by action. A unit test finds an action of the services that has no sentence. */
import { ACCOUNT } from './account.js';
import { DOMAINS } from './domains.js';
import { INSTANCE } from './instance.js';
import { INVITATIONS } from './invitations.js';
import { MAILS } from './mails.js';
import { MEMBERS } from './members.js';
import { ORGANIZATIONS } from './organizations.js';
import { OWN_ACCOUNT } from './own-account.js';
import { code, message, type Sentence } from './parts.js';
import { PROTOCOL } from './protocol.js';
import type { Told } from './told.js';

/** What the log is narrowed to by one choice. */
export const KINDS = ['roles', 'members', 'sessions', 'settings', 'bulk'] as const;
export type Kind = (typeof KINDS)[number];

export type Sentences = Readonly<Record<string, { about: Kind; say: (told: Told) => Sentence }>>;

export const SENTENCES: Sentences = {
  ...MEMBERS,
  ...ORGANIZATIONS,
  ...ACCOUNT,
  ...OWN_ACCOUNT,
  ...DOMAINS,
  ...PROTOCOL,
  ...INSTANCE,
  ...MAILS,
  ...INVITATIONS,
};

/** The actions of a kind. */
export const actionsOf = (kind: Kind): string[] =>
  Object.entries(SENTENCES).flatMap(([action, { about }]) => (about === kind ? [action] : []));

/** An action that nobody has words for, as one of a later version, is named as it is. */
export const sentenceOf = (told: Told): Sentence =>
  Object.hasOwn(SENTENCES, told.event.action)
    ? (SENTENCES[told.event.action] as Sentences[string]).say(told)
    : message('event-unknown', { actor: told.actor, action: code(told.event.action) });

/** Sentences about an organization's domains, and about who asks to join. */
import { code, message, name, type Part } from './parts.js';
import type { Sentences } from './table.js';
import { type Told, textIn } from './told.js';

const domain = ({ event }: Told) => code(event.subject ?? '');

/** By the name that they had then, for who asks isn't a member yet. */
const asker = ({ subject, after }: Told): Part =>
  subject.kind === 'words' && textIn(after.name) ? name(textIn(after.name)) : subject;

export const DOMAINS: Sentences = {
  'domain.added': {
    about: 'settings',
    say: (told) => message('event-domain-added', { actor: told.actor, domain: domain(told) }),
  },
  'domain.verified': {
    about: 'settings',
    say: (told) =>
      told.after.verifiedBy === 'dns'
        ? message('event-domain-proved', { actor: told.actor, domain: domain(told) })
        : message('event-domain-marked', { actor: told.actor, domain: domain(told) }),
  },
  'domain.lost': { about: 'settings', say: (told) => message('event-domain-lost', { domain: domain(told) }) },
  'domain.removed': {
    about: 'settings',
    say: (told) => message('event-domain-removed', { actor: told.actor, domain: domain(told) }),
  },
  'join_request.made': { about: 'members', say: (told) => message('event-join-asked', { subject: asker(told) }) },
  'join_request.accepted': {
    about: 'members',
    say: ({ actor, subject }) => message('event-join-accepted', { actor, subject }),
  },
  'join_request.closed': {
    about: 'members',
    say: (told) => message('event-join-closed', { subject: asker(told) }),
  },
  'join_request.declined': {
    about: 'members',
    say: (told) => message('event-join-declined', { actor: told.actor, subject: asker(told) }),
  },
};

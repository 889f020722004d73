/** Sentences about invitations, which are named by their address. */
import { message as text } from '../../../texts/message.js';
import { message, name, type Part, words } from './parts.js';
import type { Sentences } from './table.js';
import { type Told, textIn } from './told.js';

/** Erased, it is somebody's. */
const invited = ({ before, after }: Told): Part => {
  const email = textIn(after.email) || textIn(before.email);
  return email ? name(email) : words(text('event-somebody'));
};

export const INVITATIONS: Sentences = {
  'invitation.created': {
    about: 'members',
    say: (told) => message('event-invitation-created', { actor: told.actor, invited: invited(told) }),
  },
  'invitation.resent': {
    about: 'members',
    say: (told) => message('event-invitation-resent', { actor: told.actor, invited: invited(told) }),
  },
  'invitation.link_made': {
    about: 'members',
    say: (told) => message('event-invitation-link', { actor: told.actor, invited: invited(told) }),
  },
  'invitation.revoked': {
    about: 'members',
    say: (told) => message('event-invitation-revoked', { actor: told.actor, invited: invited(told) }),
  },
  'invitation.accepted': {
    about: 'members',
    say: ({ actor }) => message('event-invitation-accepted', { actor }),
  },
  'invitation.declined': {
    about: 'members',
    say: (told) => message('event-invitation-declined', { invited: invited(told) }),
  },
};

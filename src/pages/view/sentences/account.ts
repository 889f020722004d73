/** Sentences about a person's own account: what they did themselves, and what was shown about it. */
import { code, message } from './parts.js';
import type { Sentences } from './table.js';

export const ACCOUNT: Sentences = {
  'user.address_verified': {
    about: 'members',
    say: ({ subject }) => message('event-address-verified', { subject }),
  },
  'user.deleted': { about: 'members', say: ({ subject }) => message('event-account-deleted', { subject }) },
  'user.restored': { about: 'members', say: ({ subject }) => message('event-account-restored', { subject }) },
  'user.erased': {
    about: 'members',
    say: ({ event }) => message('event-account-erased', { subject: code(event.subject ?? '') }),
  },
  'user.password_reset': {
    about: 'members',
    say: ({ subject }) => message('event-password-reset', { subject }),
  },
  'user.password_changed': {
    about: 'members',
    say: ({ subject }) => message('event-password-changed', { subject }),
  },
  'user.address_change_asked': {
    about: 'members',
    say: ({ subject }) => message('event-address-change-asked', { subject }),
  },
  'user.address_change_cancelled': {
    about: 'members',
    say: ({ subject }) => message('event-address-change-cancelled', { subject }),
  },
  'user.address_changed': {
    about: 'members',
    say: ({ subject }) => message('event-address-changed', { subject }),
  },
};

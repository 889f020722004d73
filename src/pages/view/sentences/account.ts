/** Sentences about a person's own account: what they did themselves, and what was shown about it. */
import { message } from './parts.js';
import type { Sentences } from './table.js';

export const ACCOUNT: Sentences = {
  'user.address_verified': {
    about: 'members',
    say: ({ subject }) => message('event-address-verified', { subject }),
  },
};

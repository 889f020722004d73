/** Sentences about the mails that somebody gets. */
import { message } from './parts.js';
import type { Sentences } from './table.js';

export const MAILS: Sentences = {
  'user.notices_changed': { about: 'settings', say: ({ actor }) => message('event-notices-changed', { actor }) },
};

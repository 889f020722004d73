/** Sentences about what people change of their own account and sessions. */
import { message } from './parts.js';
import type { Sentences } from './table.js';

export const OWN_ACCOUNT: Sentences = {
  'user.session_ended': {
    about: 'sessions',
    say: ({ subject }) => message('event-own-session-ended', { subject }),
  },
  'user.other_sessions_ended': {
    about: 'sessions',
    say: ({ subject }) => message('event-other-sessions-ended', { subject }),
  },
};

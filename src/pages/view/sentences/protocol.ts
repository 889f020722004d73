/** Sentences about what happens in the protocol: signing in and out, consent, tokens, devices. */
import { message } from './parts.js';
import type { Sentences } from './table.js';
import { type Told, textIn } from './told.js';

const application = ({ after, names }: Told) => names.application(textIn(after.application));

export const PROTOCOL: Sentences = {
  'user.signed_in': {
    about: 'sessions',
    say: (told) => message('event-signed-in', { subject: told.subject, application: application(told) }),
  },
  'user.signed_out': {
    about: 'sessions',
    say: (told) =>
      told.after.application
        ? message('event-signed-out-of', { subject: told.subject, application: application(told) })
        : message('event-signed-out', { subject: told.subject }),
  },
  'consent.given': {
    about: 'sessions',
    say: (told) => message('event-consent', { subject: told.subject, application: application(told) }),
  },
  'consent.withdrawn': {
    about: 'sessions',
    say: (told) => message('event-consent-withdrawn', { subject: told.subject, application: application(told) }),
  },
  'token.revoked': {
    about: 'sessions',
    say: (told) =>
      told.event.subject === told.after.application
        ? message('event-own-token-revoked', { application: application(told) })
        : message('event-token-revoked', { subject: told.subject, application: application(told) }),
  },
  'token.reused': {
    about: 'sessions',
    say: (told) => message('event-token-reused', { subject: told.subject, application: application(told) }),
  },
  'device.allowed': {
    about: 'sessions',
    say: (told) => message('event-device-allowed', { actor: told.actor, application: application(told) }),
  },
  'device.denied': {
    about: 'sessions',
    say: (told) => message('event-device-denied', { actor: told.actor, application: application(told) }),
  },
};

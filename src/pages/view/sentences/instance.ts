/** Sentences about the instance, in the log of `system`: applications, APIs, keys, settings. */
import { code, message } from './parts.js';
import type { Sentences } from './table.js';
import type { Told } from './told.js';

const application = ({ event, names }: Told) => names.application(event.subject ?? '');
const subject = ({ event }: Told) => code(event.subject ?? '');

export const INSTANCE: Sentences = {
  'application.created': {
    about: 'settings',
    say: (told) => message('event-application-created', { actor: told.actor, application: application(told) }),
  },
  'application.changed': {
    about: 'settings',
    say: (told) => message('event-application-changed', { actor: told.actor, application: application(told) }),
  },
  'application.registered': {
    about: 'settings',
    say: (told) => message('event-application-registered', { application: application(told) }),
  },
  'application.registration_changed': {
    about: 'settings',
    say: (told) => message('event-registration-changed', { application: application(told) }),
  },
  'application.deleted': {
    about: 'settings',
    say: (told) => message('event-application-deleted', { actor: told.actor, application: application(told) }),
  },
  'application.expired': {
    about: 'settings',
    say: (told) => message('event-application-expired', { application: application(told) }),
  },
  'api.created': {
    about: 'settings',
    say: (told) => message('event-api-created', { actor: told.actor, api: subject(told) }),
  },
  'api.changed': {
    about: 'settings',
    say: (told) => message('event-api-changed', { actor: told.actor, api: subject(told) }),
  },
  'instance.changed': {
    about: 'settings',
    say: ({ actor }) => message('event-instance-changed', { actor }),
  },
  'instance.default_role_replaced': {
    about: 'roles',
    say: () => message('event-instance-default-role'),
  },
  'key.published': { about: 'settings', say: (told) => message('event-key-published', { key: subject(told) }) },
  'key.scheduled': { about: 'settings', say: (told) => message('event-key-scheduled', { key: subject(told) }) },
  'key.promoted': { about: 'settings', say: (told) => message('event-key-promoted', { key: subject(told) }) },
  'key.withdrawn': { about: 'settings', say: (told) => message('event-key-withdrawn', { key: subject(told) }) },
  'key.forgotten': { about: 'settings', say: (told) => message('event-key-forgotten', { key: subject(told) }) },
  'key.removed': { about: 'settings', say: (told) => message('event-key-removed', { key: subject(told) }) },
};

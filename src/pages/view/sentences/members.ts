/** Sentences about people: members, administrators, and users as the operators' log has them. */

import { message as text } from '../../../texts/message.js';
import { message, name, type Part, type Sentence, words } from './parts.js';
import type { Sentences } from './table.js';
import { groupsIn, rolesIn, type Told, type ToldGroup, textIn, without } from './told.js';

const ADMIN = [{ role: 'admin', roleId: 'rol_admin' }];

const ofRole = (told: Told, roles = rolesIn(told.after)): Sentence => {
  const { actor, subject, names } = told;
  const [only, ...more] = roles;
  const until = more.length === 0 ? only?.until : undefined;
  const replaced = without(rolesIn(told.before), roles, (one) => one.roleId ?? one.role).filter(
    (one) => one.roleId !== only?.roleId,
  );
  if (replaced.length) {
    const [role, before] = [names.roles(roles), names.roles(replaced)];
    return message('event-role-replaced', { actor, subject, role, before });
  }
  if (until) {
    const role = names.roles(roles.map(({ until: _until, ...one }) => one));
    return message('event-role-given-until', { actor, subject, role, until });
  }
  const role = names.roles(roles);
  return message('event-role-given', { actor, subject, role });
};

const taken = ({ actor, subject, names }: Told, roles = ADMIN as ReturnType<typeof rolesIn>): Sentence => {
  const role = names.roles(roles);
  return message('event-role-taken', { actor, subject, role });
};

function rolesChanged(told: Told): Sentence {
  const { actor, subject, names, before, after } = told;
  const id = (one: { roleId?: string; role: string }) => one.roleId ?? one.role;
  const [was, is] = [rolesIn(before), rolesIn(after)];
  const given = without(is, was, id);
  const gone = was.filter((one) => !is.some((other) => id(other) === id(one)));
  if (given.length && gone.length) {
    const [more, less] = [names.roles(given), names.roles(gone)];
    return message('event-roles-changed', { actor, subject, more, less });
  }
  if (given.length) return ofRole({ ...told, before: {} }, given);
  if (gone.length) return taken(told, gone);
  return message('event-roles-restored', { actor, subject });
}

const added = ({ actor, subject, names }: Told, group: ToldGroup): Sentence => {
  const [to, until] = [names.group(group), group.until];
  if (until) return message('event-group-added-until', { actor, subject, group: to, until });
  return message('event-group-added', { actor, subject, group: to });
};

const removed = ({ actor, subject, names }: Told, left: ToldGroup): Sentence => {
  const group = names.group(left);
  return message('event-group-removed', { actor, subject, group });
};

function groupsChanged(told: Told): Sentence {
  const { actor, subject, before, after } = told;
  const [was, is] = [groupsIn(before), groupsIn(after)];
  const more = without(is, was, (one) => one.groupId);
  const less = was.filter((one) => !is.some((other) => other.groupId === one.groupId));
  if (more.length === 1 && less.length === 0 && more[0]) return added(told, more[0]);
  if (less.length === 1 && more.length === 0 && less[0]) return removed(told, less[0]);
  return message('event-groups-changed', { actor, subject });
}

const ended = words(text('event-somebody'));

/** By the name that they had then, unless they are a member again. */
const asTheyLeft = ({ subject, before }: Told): Part =>
  subject.kind === 'words' && textIn(before.name) ? name(textIn(before.name)) : subject;

export const MEMBERS: Sentences = {
  'administrator.added': {
    about: 'roles',
    say: ({ actor, subject }) => message('event-administrator-added', { actor, subject }),
  },
  'administrator.removed': {
    about: 'roles',
    say: ({ actor, subject, after }) =>
      after.forced
        ? message('event-administrator-forced', { actor, subject })
        : message('event-administrator-removed', { actor, subject }),
  },
  'member.joined': {
    about: 'members',
    say: ({ actor, subject, own }) =>
      own ? message('event-joined', { subject }) : message('event-member-added', { actor, subject }),
  },
  'member.left': { about: 'members', say: (told) => message('event-left', { subject: asTheyLeft(told) }) },
  'member.removed': {
    about: 'members',
    say: (told) => message('event-member-removed', { actor: told.actor, subject: asTheyLeft(told) }),
  },
  'member.suspended': {
    about: 'members',
    say: ({ actor, subject }) => message('event-member-suspended', { actor, subject }),
  },
  'member.reactivated': {
    about: 'members',
    say: ({ actor, subject }) => message('event-member-reactivated', { actor, subject }),
  },
  'member.changed': {
    about: 'members',
    say: ({ actor, subject }) => message('event-member-changed', { actor, subject }),
  },
  'member.role_given': { about: 'roles', say: (told) => ofRole(told) },
  'member.role_taken': { about: 'roles', say: (told) => taken(told, rolesIn(told.before)) },
  'member.role_replaced': {
    about: 'roles',
    say: ({ subject, names, before, after }) => {
      const [role, gone] = [names.roles(rolesIn(after)), names.roles(rolesIn(before))];
      return message('event-role-deleted-for', { subject, role, gone });
    },
  },
  'member.roles_changed': { about: 'roles', say: rolesChanged },
  'member.group_added': { about: 'roles', say: (told) => added(told, told.after as ToldGroup) },
  'member.group_removed': { about: 'roles', say: (told) => removed(told, told.before as ToldGroup) },
  'member.groups_changed': { about: 'roles', say: groupsChanged },
  'member.session_ended': {
    about: 'sessions',
    say: ({ actor, subject }) => message('event-session-ended', { actor, subject }),
  },
  'member.sessions_ended': {
    about: 'sessions',
    say: ({ actor, subject }) => message('event-sessions-ended', { actor, subject }),
  },
  'user.created': {
    about: 'members',
    say: ({ actor, subject, own }) =>
      own ? message('event-signed-up', { subject }) : message('event-user-created', { actor, subject }),
  },
  'user.changed': {
    about: 'members',
    say: ({ actor, subject }) => message('event-user-changed', { actor, subject }),
  },
  'user.password_set': {
    about: 'sessions',
    say: ({ actor, subject }) => message('event-password-set', { actor, subject }),
  },
  'user.disabled': {
    about: 'members',
    say: ({ actor, subject }) => message('event-user-disabled', { actor, subject }),
  },
  'user.enabled': {
    about: 'members',
    say: ({ actor, subject }) => message('event-user-enabled', { actor, subject }),
  },
  'user.sessions_ended': {
    about: 'sessions',
    say: ({ actor, subject, own }) =>
      own ? message('event-own-sessions-ended', { subject }) : message('event-all-sessions-ended', { actor, subject }),
  },
  'user.sign_in_failed': {
    about: 'sessions',
    say: ({ event, subject }) => message('event-sign-in-failed', { subject: event.subject ? subject : ended }),
  },
};

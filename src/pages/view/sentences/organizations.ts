/** Sentences about an organization: its roles, groups and settings, and bulk operations. */
import type { BulkKind } from '../../../models/bulk-operation.js';
import { code, message, name, type Sentence } from './parts.js';
import type { Sentences } from './table.js';
import { roleIn, rolesIn, type Told, type ToldGroup, textIn } from './told.js';

const roleOf = ({ event, before, after, names }: Told) => {
  const roleId = event.subject ?? '';
  return names.roles([{ roleId, role: textIn(after.key) || textIn(before.key) || roleId }]);
};

const groupOf = ({ event, before, after, names }: Told) => {
  const group = textIn(after.name) || textIn(before.name);
  return names.group({ groupId: event.subject ?? '', ...(group ? { group } : {}) });
};

/** What replaces a role that is gone: `before` names the one, `after` the other. */
const replacement = ({ names, before, after }: Told) => ({
  gone: names.roles(roleIn(before)),
  by: roleIn(after).length ? names.roles(roleIn(after)) : undefined,
});

function organizationChanged({ actor, before, after }: Told): Sentence {
  const [only, ...more] = Object.keys(after);
  if (more.length === 0 && only === 'name')
    return message('event-organization-renamed', {
      actor,
      before: name(textIn(before.name)),
      after: name(textIn(after.name)),
    });
  if (only === 'status' && more.length === 0)
    return after.status === 'suspended'
      ? message('event-organization-suspended', { actor })
      : message('event-organization-activated', { actor });
  return message('event-settings-changed', { actor });
}

interface HowMany {
  ended: boolean;
  /** Whom it was to be about. */
  count: number;
  /** "3 of 5 people", or where nobody was left out, `whole`, "5 people". */
  changed: number;
  total: number;
  whole: 'yes' | 'no';
}

/** Said as of its beginning until it has ended, for that is when the event was made; from then on with how many were changed. */
const BULK: Readonly<Record<BulkKind, (told: Told, how: HowMany) => Sentence>> = {
  give_role: ({ actor, after, names }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-gave', { actor, role: names.roles(roleIn(after)), changed, total, whole })
      : message('event-bulk-give', { actor, role: names.roles(roleIn(after)), count }),
  take_role: ({ actor, after, names }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-took', { actor, role: names.roles(roleIn(after)), changed, total, whole })
      : message('event-bulk-take', { actor, role: names.roles(roleIn(after)), count }),
  add_to_group: ({ actor, after, names }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-added', { actor, group: names.group(after as ToldGroup), changed, total, whole })
      : message('event-bulk-add', { actor, group: names.group(after as ToldGroup), count }),
  remove_from_group: ({ actor, after, names }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-removed', { actor, group: names.group(after as ToldGroup), changed, total, whole })
      : message('event-bulk-remove', { actor, group: names.group(after as ToldGroup), count }),
  suspend: ({ actor }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-suspended', { actor, changed, total, whole })
      : message('event-bulk-suspend', { actor, count }),
  reactivate: ({ actor }, { ended, count, changed, total, whole }) =>
    ended
      ? message('event-bulk-reactivated', { actor, changed, total, whole })
      : message('event-bulk-reactivate', { actor, count }),
};

const bulk = (told: Told): Sentence => {
  const { actor, after, outcome } = told;
  const count = typeof after.members === 'number' ? after.members : 0;
  const { changed = 0, total = count } = outcome ?? {};
  const whole = changed === total ? 'yes' : 'no';
  const say = BULK[textIn(after.kind) as BulkKind];
  return say
    ? say(told, { ended: outcome !== undefined, count, changed, total, whole })
    : message('event-bulk', { actor, count });
};

export const ORGANIZATIONS: Sentences = {
  'role.created': {
    about: 'roles',
    say: (told) => message('event-role-created', { actor: told.actor, role: roleOf(told) }),
  },
  'role.changed': {
    about: 'roles',
    say: (told) => message('event-role-changed', { actor: told.actor, role: roleOf(told) }),
  },
  'role.deleted': {
    about: 'roles',
    say: (told) => {
      const { actor, after, names } = told;
      const by = textIn(after.replacement);
      return by
        ? message('event-role-deleted-by', { actor, role: roleOf(told), by: names.roles([{ role: by }]) })
        : message('event-role-deleted', { actor, role: roleOf(told) });
    },
  },
  'role.brought_back': { about: 'roles', say: (told) => message('event-role-back', { role: roleOf(told) }) },
  'group.created': {
    about: 'roles',
    say: (told) => {
      const roles = rolesIn(told.after);
      return roles.length
        ? message('event-group-created-with', {
            actor: told.actor,
            group: groupOf(told),
            roles: told.names.roles(roles),
          })
        : message('event-group-created', { actor: told.actor, group: groupOf(told) });
    },
  },
  'group.changed': {
    about: 'roles',
    say: (told) => message('event-group-changed', { actor: told.actor, group: groupOf(told) }),
  },
  'group.deleted': {
    about: 'roles',
    say: (told) => message('event-group-deleted', { actor: told.actor, group: groupOf(told) }),
  },
  'group.role_replaced': {
    about: 'roles',
    say: (told) => {
      const { gone, by } = replacement(told);
      return by
        ? message('event-group-role-replaced', { group: groupOf(told), gone, by })
        : message('event-group-role-gone', { group: groupOf(told), gone });
    },
  },
  'organization.default_role_replaced': {
    about: 'roles',
    say: (told) => {
      const { gone, by } = replacement(told);
      return by ? message('event-default-role-replaced', { gone, by }) : message('event-default-role-gone', { gone });
    },
  },
  'organization.created': { about: 'settings', say: ({ actor }) => message('event-organization-created', { actor }) },
  'organization.founded': { about: 'members', say: ({ subject }) => message('event-founded', { subject }) },
  'organization.changed': { about: 'settings', say: organizationChanged },
  'organization.deleted': { about: 'settings', say: ({ actor }) => message('event-organization-deleted', { actor }) },
  'organization.restored': { about: 'settings', say: ({ actor }) => message('event-organization-restored', { actor }) },
  'organization.erased': {
    about: 'settings',
    say: ({ event }) => message('event-organization-erased', { subject: code(event.subject ?? '') }),
  },
  'organization.visited': { about: 'settings', say: ({ actor }) => message('event-visited', { actor }) },
  'bulk.applied': { about: 'bulk', say: bulk },
  'bulk.undone': { about: 'bulk', say: bulk },
  'bulk.cancelled': { about: 'bulk', say: ({ actor }) => message('event-bulk-cancelled', { actor }) },
};

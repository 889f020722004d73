/** What the ids of events are, in words, with links to where the reader may look at them. */
import { type Actor, can } from '../../../access/can.js';
import type { Organization } from '../../../models/index.js';
import { CONSOLE_CLIENT_ID } from '../../../oidc/settings/clients.js';
import type { NamedPerson } from '../../../services/audit/people-of.js';
import type { CatalogSnapshot } from '../../../services/catalog.js';
import type { OrganizationVocabulary } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { RoleChip } from '../roles.js';
import { name, type Part, words } from './parts.js';
import type { Names, ToldRole } from './told.js';

/** What is known beside the events. */
export interface Known {
  organization: Pick<Organization, '_id' | 'slug'>;
  /** Who reads. */
  actor: Actor;
  people: ReadonlyMap<string, NamedPerson>;
  vocabulary: OrganizationVocabulary;
  catalog: CatalogSnapshot;
}

const APPLICATION = 'application:';

/** The application that an actor is, where it is one. */
export const applicationIn = (actor: string): string | undefined =>
  actor.startsWith(APPLICATION) ? actor.slice(APPLICATION.length) : undefined;

/** @returns undefined for one that is gone */
export const applicationName = ({ applications }: CatalogSnapshot, id: string): string | undefined =>
  id === CONSOLE_CLIENT_ID ? 'Rollcall' : applications.get(id)?.name;

export function namesFor({ organization, actor, people, vocabulary, catalog }: Known): Names {
  const base = `/organizations/${organization.slug}`;
  const target = { organizationId: organization._id };
  const [seesMembers, seesRoles, seesGroups] = [
    can(actor, 'members:read', target),
    can(actor, 'roles:read', target),
    can(actor, 'groups:read', target),
  ];
  const application = (id: string): Part =>
    id ? name(applicationName(catalog, id) ?? id) : words(message('event-application'));
  const chip = ({ role: key, roleId, until }: ToldRole): RoleChip => {
    const own = [...vocabulary.roles.values()];
    const found =
      (roleId && vocabulary.role(roleId)) || catalog.rolesByKey.get(key) || own.find((one) => one.key === key);
    const link = found && !found.deleted && seesRoles;
    return {
      role: { key: found?.deleted?.key ?? found?.key ?? key, name: found?.name ?? key },
      ...(link ? { href: `${base}/roles/${found.key}` } : {}),
      via: [],
      soon: false,
      ...(until ? { until } : {}),
    };
  };
  return {
    who(id) {
      if (id === null) return words(message('event-somebody'));
      if (id === 'system') return words(message('event-server'));
      if (id === 'anonymous') return words(message('event-somebody-signed-out'));
      const client = applicationIn(id);
      if (client !== undefined) return application(client);
      const person = people.get(id);
      if (!person) return words(message('event-somebody-gone'));
      if (person.name === null) return words(message('event-somebody-left'));
      const member = person.membershipId && seesMembers;
      return name(person.name, member ? `${base}/members/${person.membershipId}` : undefined);
    },
    roles: (roles) => ({ kind: 'roles', roles: roles.map(chip) }),
    group({ group, groupId }) {
      const found = groupId ? vocabulary.group(groupId) : undefined;
      // As it was called then, where the event says so.
      const shown = group ?? found?.name;
      if (shown === undefined) return words(message('event-group-gone'));
      return name(shown, found && seesGroups ? `${base}/groups/${found._id}` : undefined);
    },
    application,
  };
}

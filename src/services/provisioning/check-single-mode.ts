import { nameKey } from '../change-group.js';
import { normalizeEmail } from '../create-user.js';
import { isSingle } from '../rules-of-roles.js';
import type { Report } from './faults.js';
import type { Reading } from './read-shape.js';
import type { ProvisioningFile } from './schema.js';
import { membershipKey, type StoredState } from './state.js';

/** R4: in single mode each member has exactly one role, without an end, groups carry none, and one is given by default. */
export function checkSingleModes(reading: Reading, state: StoredState, fault: Report): void {
  const { file, sound, whole } = reading;
  const modes = new Map(
    (file.organizations ?? []).map(({ slug, roleMode }, o) => {
      const known = sound(`organizations[${o}].roleMode`);
      return [slug, known ? roleMode : 'unknown'];
    }),
  );
  const single = (slug: string) => {
    const stored = state.organizations.get(slug);
    return (modes.get(slug) ?? (stored && isSingle(stored) ? 'single' : 'multiple')) === 'single';
  };
  (file.organizations ?? []).forEach((entry, o) => {
    if (!single(entry.slug)) return;
    const path = `organizations[${o}]`;
    const stored = state.organizations.get(entry.slug);
    (entry.groups ?? []).forEach((group, g) => {
      if (group.roles?.length) fault(`${path}.groups[${g}].roles`, 'groups carry no roles in the single role mode');
    });
    // What would follow from a list that isn't as it should be isn't told.
    const usual = entry.defaultRoles ? `${path}.defaultRoles` : 'defaultRoles';
    const defaults = entry.defaultRoles ?? stored?.defaultRoles ?? file.defaultRoles ?? state.defaultRoles;
    if (defaults.length > 1 && sound(`${path}.defaultRoles`) && sound(usual))
      fault(
        entry.defaultRoles ? `${path}.defaultRoles` : `${path}.roleMode`,
        'expected one default role in the single role mode',
      );
    if (!stored || isSingle(stored)) return;
    const others = state.inTheWay.get(stored._id) ?? [];
    if (others.length && whole('users') && (file.users ?? []).every((_, u) => sound(`users[${u}].email`)))
      fault(`${path}.roleMode`, `these have several roles or an end date: ${others.join(', ')}`);
    const named = new Set((entry.groups ?? []).filter((group) => group.roles).map((group) => nameKey(group.name)));
    if (!sound(`${path}.groups`)) return;
    for (const group of state.groups.get(stored._id)?.values() ?? [])
      if (group.roles.length && !named.has(group.nameKey))
        fault(`${path}.roleMode`, `the group ${group.name} carries roles`);
  });
  checkMembers(file, state, single, fault);
}

function checkMembers(
  file: ProvisioningFile,
  state: StoredState,
  single: (slug: string) => boolean,
  fault: Report,
): void {
  (file.users ?? []).forEach((user, u) => {
    (user.memberships ?? []).forEach((entry, m) => {
      if (!single(entry.organization)) return;
      const path = `users[${u}].memberships[${m}].roles`;
      const { roles } = entry;
      if (roles && roles.length !== 1) fault(path, 'expected exactly one role in the single role mode');
      roles?.forEach((role, r) => {
        if (typeof role !== 'string' && role.until)
          fault(`${path}[${r}].until`, 'a role has no end in the single role mode');
      });
      const owner = state.organizations.get(entry.organization);
      const storedUser = state.users.get(normalizeEmail(user.email));
      const stored = owner && storedUser && state.memberships.get(membershipKey(owner._id, storedUser._id));
      if (roles || !owner || !stored || isSingle(owner)) return;
      const count = stored.roles.length + (owner.administrators.includes(stored.userId) ? 1 : 0);
      if (count > 1 || stored.roles.some((role) => role.until))
        fault(path, 'expected exactly one role in the single role mode, where they have several or an end date');
    });
  });
}

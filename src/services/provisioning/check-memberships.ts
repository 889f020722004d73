import { nameKey } from '../change-group.js';
import { groupsIn, keysIn } from './check-roles.js';
import { type Report, twice } from './faults.js';
import type { ProvisioningFile } from './schema.js';
import type { StoredState } from './state.js';

/** What memberships refer to. */
export function checkMemberships(file: ProvisioningFile, state: StoredState, fault: Report): void {
  // `system` is in the store from the start: a membership in it makes an operator (R14).
  const slugs = new Set([...state.organizations.keys(), ...(file.organizations ?? []).map((one) => one.slug)]);
  (file.users ?? []).forEach((user, u) => {
    if (user.password !== undefined && user.passwordHash !== undefined)
      fault(`users[${u}].passwordHash`, 'expected a password or its hash, not both');
    (user.memberships ?? []).forEach((entry, m) => {
      const path = `users[${u}].memberships[${m}]`;
      if (!slugs.has(entry.organization))
        return fault(`${path}.organization`, `there is no organization ${entry.organization}`);
      const keys = keysIn(file, state, entry.organization);
      (entry.roles ?? []).forEach((role, r) => {
        const key = typeof role === 'string' ? role : role.role;
        if (!keys.has(key)) fault(`${path}.roles[${r}]`, `there is no role ${key} in ${entry.organization}`);
      });
      const groups = groupsIn(file, state, entry.organization);
      (entry.groups ?? []).forEach((one, g) => {
        const group = typeof one === 'string' ? one : one.group;
        if (!groups.has(nameKey(group)))
          fault(`${path}.groups[${g}]`, `there is no group ${group} in ${entry.organization}`);
      });
      twice(
        (entry.roles ?? []).map((role) => (typeof role === 'string' ? role : role.role)),
        (i) => `${path}.roles[${i}]`,
        fault,
      );
      twice(
        (entry.groups ?? []).map((one) => nameKey(typeof one === 'string' ? one : one.group)),
        (i) => `${path}.groups[${i}]`,
        fault,
      );
      if (entry.defaultRole && !keys.has(entry.defaultRole))
        fault(`${path}.defaultRole`, `there is no role ${entry.defaultRole} in ${entry.organization}`);
    });
  });
}

import { nameKey } from '../change-group.js';
import { groupsIn, keysIn } from './check-roles.js';
import { type Report, twice } from './faults.js';
import type { Reading } from './read-shape.js';
import type { StoredState } from './state.js';

/** What memberships refer to. */
export function checkMemberships(reading: Reading, state: StoredState, fault: Report): void {
  const { file, whole } = reading;
  // `system` is in the store from the start: a membership in it makes an operator (R14).
  const slugs = new Set([...state.organizations.keys(), ...(file.organizations ?? []).map((one) => one.slug)]);
  (file.users ?? []).forEach((user, u) => {
    if (user.password !== undefined && user.passwordHash !== undefined)
      fault(`users[${u}].passwordHash`, 'expected a password or its hash, not both');
    (user.memberships ?? []).forEach((entry, m) => {
      const path = `users[${u}].memberships[${m}]`;
      if (!slugs.has(entry.organization)) {
        if (whole('organizations')) fault(`${path}.organization`, `there is no organization ${entry.organization}`);
        return;
      }
      const isKey = keysIn(reading, state, entry.organization);
      (entry.roles ?? []).forEach((role, r) => {
        const key = typeof role === 'string' ? role : role.role;
        if (!isKey(key)) fault(`${path}.roles[${r}]`, `there is no role ${key} in ${entry.organization}`);
      });
      const isGroup = groupsIn(reading, state, entry.organization);
      (entry.groups ?? []).forEach((one, g) => {
        const group = typeof one === 'string' ? one : one.group;
        if (!isGroup(group)) fault(`${path}.groups[${g}]`, `there is no group ${group} in ${entry.organization}`);
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
      if (entry.defaultRole && !isKey(entry.defaultRole))
        fault(`${path}.defaultRole`, `there is no role ${entry.defaultRole} in ${entry.organization}`);
    });
  });
}

import { normalizeEmail } from '../create-user.js';
import type { Report } from './faults.js';
import type { Reading } from './read-shape.js';
import { type MembershipEntry, rolesOfEntry } from './schema.js';
import { membershipKey, type StoredState } from './state.js';

/** The keys of the roles without an end: who is administrator until some day isn't the one that an organization needs. */
const lastingRoles = (entry: MembershipEntry, state: StoredState) =>
  rolesOfEntry(entry, state.now)?.flatMap(({ name, until }) => (until ? [] : name));

/** R2: no organization with members may end up without an active administrator. */
export function checkAdministrators({ file, sound, whole }: Reading, state: StoredState, fault: Report): void {
  if (!whole('users')) return;
  const touched = new Map<
    string,
    { path: string; email: string; entry: MembershipEntry | undefined; disabled: boolean; known: boolean }[]
  >();
  (file.users ?? []).forEach((user, u) => {
    const email = normalizeEmail(user.email);
    // Who is disabled already and isn't enabled by the file is nobody's active administrator.
    const disabled = (user.status ?? state.users.get(email)?.status ?? 'active') !== 'active';
    (user.memberships ?? []).forEach((entry, m) => {
      const path = `users[${u}].memberships[${m}]`;
      const known = [`users[${u}].status`, `${path}.roles`, `${path}.status`].every(sound);
      const row = { path: `${path}.roles`, email, entry, disabled, known };
      touched.set(entry.organization, [...(touched.get(entry.organization) ?? []), row]);
    });
    if (user.status !== 'disabled') return;
    // Disabled, with memberships that the file doesn't name.
    const stored = state.users.get(email);
    for (const [slug, organization] of state.organizations) {
      const named = (user.memberships ?? []).some((one) => one.organization === slug);
      if (!stored || named || !organization.administrators.includes(stored._id)) continue;
      touched.set(slug, [
        ...(touched.get(slug) ?? []),
        { path: `users[${u}].status`, email, entry: undefined, disabled, known: true },
      ]);
    }
  });
  // Whose membership it is that can't be read, or where, might be anybody's anywhere.
  const readable = (file.users ?? []).every(
    (user, u) =>
      whole(`users[${u}].memberships`) &&
      (user.memberships ?? []).every((_, m) => sound(`users[${u}].memberships[${m}].organization`)),
  );
  if (!readable) return;
  for (const [slug, rows] of touched) {
    if (rows.some(({ known }) => !known)) continue;
    const organization = state.organizations.get(slug);
    const administrators = new Set(organization?.administrators ?? []);
    const before = administrators.size;
    let waiting = !(organization?.founded ?? false);
    for (const { email, entry, disabled } of rows) {
      const stored = state.users.get(email);
      const id = stored?._id ?? email;
      const present =
        organization && stored ? state.memberships.get(membershipKey(organization._id, stored._id)) : undefined;
      const keys = entry && lastingRoles(entry, state);
      const active = !disabled && (entry?.status ?? present?.status ?? 'active') === 'active';
      const first = keys === undefined && waiting && !present && active;
      const admin = keys
        ? keys.includes('admin')
        : first || administrators.has(id) || present?.wasAdministrator === true;
      if (admin && active) administrators.add(id);
      else administrators.delete(id);
      if (admin) waiting = false;
    }
    const path =
      rows.find(
        ({ entry }) =>
          !entry || !(lastingRoles(entry, state) ?? ['admin']).includes('admin') || entry.status === 'suspended',
      )?.path ??
      rows[0]?.path ??
      '';
    if (administrators.size === 0 && (before > 0 || waiting || organization === undefined)) {
      fault(path, `${slug} would have members but no active administrator`);
    }
  }
}

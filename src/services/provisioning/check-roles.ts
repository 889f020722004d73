/** Roles, and the organizations and groups that refer to them (R5, R15). */
import { isGrantable, isManagementPermission } from '../../access/statements.js';
import { nameKey } from '../change-group.js';
import { isReservedSlug } from '../create-organization.js';
import { ensuredRole } from '../ensure-built-ins.js';
import type { Report } from './faults.js';
import type { Reading } from './read-shape.js';
import type { ProvisioningFile } from './schema.js';
import type { StoredState } from './state.js';

export function checkRoles(reading: Reading, state: StoredState, fault: Report): void {
  const { file, whole } = reading;
  const permissions = permissionsKnown(reading, state);
  (file.roles ?? []).forEach((role, i) => {
    (role.permissions ?? []).forEach((key, p) => {
      const message = impossible(key, permissions, { builtIn: state.roles.get(role.key), own: false });
      if (message) fault(`roles[${i}].permissions[${p}]`, message);
    });
    if (!role.name && !state.roles.has(role.key)) fault(`roles[${i}].name`, 'expected a name');
    const owners = state.keysTaken.get(role.key);
    if (owners) fault(`roles[${i}].key`, `${role.key} is a role of ${listed(owners)} alone`);
  });
  const known = instanceKeys(file, state);
  (file.defaultRoles ?? []).forEach((key, i) =>
    checkDefault(key, known.has(key) || !whole('roles'), `defaultRoles[${i}]`, fault),
  );
}

/** So many are named, and how many more there are. */
const MOST_NAMED = 5;

const listed = (names: readonly string[]) =>
  names.slice(0, MOST_NAMED).join(', ') + (names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '');

/** Why a role can't carry a permission (R15), or undefined. */
function impossible(
  key: string,
  { declared, whole }: KnownPermissions,
  { builtIn, own }: { builtIn?: { _id: string } | undefined; own: boolean },
): string | undefined {
  if (isManagementPermission(key)) {
    if (builtIn && ensuredRole(builtIn._id))
      return 'what a built-in role may do here is fixed; expected permissions of APIs';
    return isGrantable(key) ? undefined : `no role can carry ${key}`;
  }
  if (!declared.has(key)) return whole ? `no API declares the permission ${key}` : undefined;
  return own && declared.get(key) ? `${key} is for operators’ roles only` : undefined;
}

function checkDefault(key: string, known: boolean, path: string, fault: Report): void {
  if (key === 'admin') fault(path, 'admin is never given by default');
  else if (!known) fault(path, `there is no role ${key}`);
}

interface KnownPermissions {
  /** By key, whether it is for operators' roles only. */
  declared: ReadonlyMap<string, boolean>;
  /** There are no others. */
  whole: boolean;
}

function permissionsKnown({ file, whole }: Reading, state: StoredState): KnownPermissions {
  const entries = (file.apis ?? []).filter((api) => api.permissions);
  const replaced = new Set(entries.map((api) => api.identifier));
  const lists = [
    ...[...state.apis.values()].filter((api) => !replaced.has(api._id)).map((api) => api.permissions),
    ...entries.map((api) => api.permissions ?? []),
  ];
  const known = new Map<string, boolean>();
  for (const one of lists.flat()) known.set(one.key, Boolean(one.operatorsOnly) || (known.get(one.key) ?? false));
  const inFile = (file.apis ?? []).map((_, i) => `apis[${i}].permissions`);
  return { declared: known, whole: ['apis', ...inFile].every(whole) };
}

const instanceKeys = (file: ProvisioningFile, state: StoredState) =>
  new Set([...state.roles.keys(), ...(file.roles ?? []).map((role) => role.key)]);

/** Whether an organization's list of a file, and those that it is in, are whole. */
const wholeIn = ({ file, whole }: Reading, slug: string, list: 'roles' | 'groups') =>
  whole('organizations') &&
  (file.organizations ?? []).every((one, i) => one.slug !== slug || whole(`organizations[${i}].${list}`));

/**
 * The role keys that a member of an organization can have: the instance's, the file's and the store's own ones.
 * @returns whether a key is one of them, or may be
 */
export function keysIn(reading: Reading, state: StoredState, slug: string): (key: string) => boolean {
  const { file, whole } = reading;
  if (!whole('roles') || !wholeIn(reading, slug, 'roles')) return () => true;
  const stored = state.organizations.get(slug);
  const own = stored ? [...(state.customRoles.get(stored._id)?.keys() ?? [])] : [];
  const inFile = (file.organizations ?? []).find((one) => one.slug === slug)?.roles ?? [];
  const keys = new Set([...instanceKeys(file, state), ...own, ...inFile.map((role) => role.key)]);
  return (key) => keys.has(key);
}

export function checkOrganizations(reading: Reading, state: StoredState, fault: Report): void {
  const { file } = reading;
  const permissions = permissionsKnown(reading, state);
  const instance = instanceKeys(file, state);
  (file.organizations ?? []).forEach((entry, i) => {
    const path = `organizations[${i}]`;
    if (isReservedSlug(entry.slug)) fault(`${path}.slug`, `${entry.slug} is taken`);
    (entry.roles ?? []).forEach((role, r) => {
      if (instance.has(role.key)) fault(`${path}.roles[${r}].key`, `${role.key} is an instance-wide role`);
      if (!role.name) fault(`${path}.roles[${r}].name`, 'expected a name');
      (role.permissions ?? []).forEach((key, p) => {
        const message = impossible(key, permissions, { own: true });
        if (message) fault(`${path}.roles[${r}].permissions[${p}]`, message);
      });
    });
    const isKey = keysIn(reading, state, entry.slug);
    (entry.groups ?? []).forEach((group, g) => {
      (group.roles ?? []).forEach((key, r) => {
        if (!isKey(key)) fault(`${path}.groups[${g}].roles[${r}]`, `there is no role ${key} in ${entry.slug}`);
      });
    });
    (entry.defaultRoles ?? []).forEach((key, r) => checkDefault(key, isKey(key), `${path}.defaultRoles[${r}]`, fault));
  });
}

/** The groups that a member of an organization can be in. @returns whether a name is one of theirs, or may be */
export function groupsIn(reading: Reading, state: StoredState, slug: string): (name: string) => boolean {
  const { file } = reading;
  if (!wholeIn(reading, slug, 'groups')) return () => true;
  const stored = state.organizations.get(slug);
  const own = stored ? [...(state.groups.get(stored._id)?.keys() ?? [])] : [];
  const inFile = (file.organizations ?? []).find((one) => one.slug === slug)?.groups ?? [];
  const names = new Set([...own, ...inFile.map((group) => nameKey(group.name))]);
  return (name) => names.has(nameKey(name));
}

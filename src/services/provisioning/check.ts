/**
 * What a schema can't see: references, which resolve against the file and then the store; what is there twice; and the rules that the
 * end state would break (R2, R5, R15). Collects every fault.
 */

import { isGrantable, isManagementPermission } from '../../access/statements.js';
import { nameKey } from '../change-group.js';
import { isReservedSlug } from '../create-organization.js';
import { normalizeEmail } from '../create-user.js';
import { ensuredRole } from '../ensure-built-ins.js';
import { checkClient, checkLifetimes } from './check-client.js';
import { checkCredentials } from './check-credentials.js';
import { checkManagement } from './check-management.js';
import { checkSingleModes } from './check-single-mode.js';
import type { Fault } from './faults.js';
import { groupsOfEntry, type MembershipEntry, type ProvisioningFile, rolesOfEntry } from './schema.js';
import { givesSecret } from './secrets.js';
import { membershipKey, type StoredState } from './state.js';

/** The id of the account pages' client (architecture 10): no application and no API can take it. */
const RESERVED_CLIENT_ID = 'rollcall';

export function checkFile(file: ProvisioningFile, state: StoredState): Fault[] {
  const faults: Fault[] = [];
  const fault = (path: string, message: string) => faults.push({ path, message });
  checkTwice(file, fault);
  checkClientIds(file, state, fault);
  checkApplications(file, state, fault);
  checkManagement(file, fault);
  checkRoles(file, state, fault);
  checkOrganizations(file, state, fault);
  checkMemberships(file, state, fault);
  checkSingleModes(file, state, fault);
  checkAdministrators(file, state, fault);
  return faults;
}

type Report = (path: string, message: string) => void;

function twice(values: (string | undefined)[], path: (index: number) => string, fault: Report): void {
  const seen = new Set<string>();
  values.forEach((value, index) => {
    if (value === undefined) return;
    if (seen.has(value)) fault(path(index), `${value} is there twice`);
    seen.add(value);
  });
}

function checkTwice(file: ProvisioningFile, fault: Report): void {
  twice(
    (file.apis ?? []).map((api) => api.identifier),
    (i) => `apis[${i}].identifier`,
    fault,
  );
  twice(
    (file.roles ?? []).map((role) => role.key),
    (i) => `roles[${i}].key`,
    fault,
  );
  twice(
    (file.organizations ?? []).map((one) => one.slug),
    (i) => `organizations[${i}].slug`,
    fault,
  );
  twice(
    (file.users ?? []).map((user) => normalizeEmail(user.email)),
    (i) => `users[${i}].email`,
    fault,
  );
  (file.apis ?? []).forEach((api, a) => {
    twice(
      (api.permissions ?? []).map((one) => one.key),
      (i) => `apis[${a}].permissions[${i}].key`,
      fault,
    );
  });
  (file.organizations ?? []).forEach((one, o) => {
    twice(
      (one.roles ?? []).map((role) => role.key),
      (i) => `organizations[${o}].roles[${i}].key`,
      fault,
    );
  });
  (file.organizations ?? []).forEach((one, o) => {
    twice(
      (one.groups ?? []).map((group) => nameKey(group.name)),
      (i) => `organizations[${o}].groups[${i}].name`,
      fault,
    );
  });
  (file.users ?? []).forEach((user, u) => {
    twice(
      (user.memberships ?? []).map((one) => one.organization),
      (i) => `users[${u}].memberships[${i}].organization`,
      fault,
    );
  });
}

/** Applications' and APIs' client ids are one namespace, within the file and with the store. */
function checkClientIds(file: ProvisioningFile, state: StoredState, fault: Report): void {
  const named = new Map<string, string>();
  const take = (clientId: string, path: string, owner: string) => {
    if (clientId === RESERVED_CLIENT_ID) return fault(path, `${clientId} is taken by this server’s own pages`);
    if (named.has(clientId)) return fault(path, `${clientId} is there twice`);
    named.set(clientId, owner);
    const application = state.applications.get(clientId);
    const api = [...state.apis.values()].find((one) => one.introspection?.clientId === clientId);
    if (application?.deletedAt) fault(path, `${clientId} was an application’s that is deleted`);
    if (owner !== 'application' && application) fault(path, `${clientId} is an application’s client id already`);
    if (api && owner !== api._id) fault(path, `${clientId} is the client id of the API ${api._id} already`);
  };
  (file.applications ?? []).forEach((one, i) => take(one.clientId, `applications[${i}].clientId`, 'application'));
  (file.apis ?? []).forEach((api, i) => {
    if (!api.introspection) return;
    const path = `apis[${i}].introspection`;
    take(api.introspection.clientId, `${path}.clientId`, api.identifier);
    if (api.introspection.clientSecret && api.introspection.clientSecretHash)
      fault(`${path}.clientSecretHash`, 'expected a secret or its hash, not both');
    if (!givesSecret(api.introspection) && !state.apis.get(api.identifier)?.introspection)
      fault(`${path}.clientSecret`, 'an API that introspects needs one');
  });
}

function checkApplications(file: ProvisioningFile, state: StoredState, fault: Report): void {
  const apis = new Set([...state.apis.keys(), ...(file.apis ?? []).map((api) => api.identifier)]);
  (file.applications ?? []).forEach((entry, i) => {
    const path = `applications[${i}]`;
    const stored = state.applications.get(entry.clientId);
    const type = entry.type ?? stored?.type ?? 'web';
    checkCredentials(entry, stored, path, fault);
    checkClient(entry, type, path, fault);
    checkLifetimes(entry, stored, path, fault);
    if (entry.defaultApi && !apis.has(entry.defaultApi))
      fault(`${path}.defaultApi`, `there is no API ${entry.defaultApi}`);
    (entry.permissions ?? []).forEach((permission, p) => {
      if (permission.api !== 'management' && !apis.has(permission.api)) {
        fault(`${path}.permissions[${p}].api`, `there is no API ${permission.api}`);
      }
    });
  });
}

function checkRoles(file: ProvisioningFile, state: StoredState, fault: Report): void {
  const permissions = permissionsKnown(file, state);
  (file.roles ?? []).forEach((role, i) => {
    (role.permissions ?? []).forEach((key, p) => {
      const message = impossible(key, permissions, { builtIn: state.roles.get(role.key), own: false });
      if (message) fault(`roles[${i}].permissions[${p}]`, message);
    });
    if (!role.name && !state.roles.has(role.key)) fault(`roles[${i}].name`, 'expected a name');
    for (const [id, custom] of state.customRoles) {
      if (custom.has(role.key)) fault(`roles[${i}].key`, `the organization ${id} has a role ${role.key} of its own`);
    }
  });
  const known = instanceKeys(file, state);
  (file.defaultRoles ?? []).forEach((key, i) => checkDefault(key, known.has(key), `defaultRoles[${i}]`, fault));
}

/** Why a role can't carry a permission (R15), or undefined. */
function impossible(
  key: string,
  declared: ReadonlyMap<string, boolean>,
  { builtIn, own }: { builtIn?: { _id: string } | undefined; own: boolean },
): string | undefined {
  if (isManagementPermission(key)) {
    if (builtIn && ensuredRole(builtIn._id))
      return 'what a built-in role may do here is fixed; expected permissions of APIs';
    return isGrantable(key) ? undefined : `no role can carry ${key}`;
  }
  if (!declared.has(key)) return `no API declares the permission ${key}`;
  return own && declared.get(key) ? `${key} is for operators’ roles only` : undefined;
}

function checkDefault(key: string, known: boolean, path: string, fault: Report): void {
  if (key === 'admin') fault(path, 'admin is never given by default');
  else if (!known) fault(path, `there is no role ${key}`);
}

function permissionsKnown(file: ProvisioningFile, state: StoredState): Map<string, boolean> {
  const entries = (file.apis ?? []).filter((api) => api.permissions);
  const replaced = new Set(entries.map((api) => api.identifier));
  const lists = [
    ...[...state.apis.values()].filter((api) => !replaced.has(api._id)).map((api) => api.permissions),
    ...entries.map((api) => api.permissions ?? []),
  ];
  const known = new Map<string, boolean>();
  for (const one of lists.flat()) known.set(one.key, Boolean(one.operatorsOnly) || (known.get(one.key) ?? false));
  return known;
}

const instanceKeys = (file: ProvisioningFile, state: StoredState) =>
  new Set([...state.roles.keys(), ...(file.roles ?? []).map((role) => role.key)]);

/** The role keys that a member of an organization can have: the instance's, the file's and the store's own ones. */
function keysIn(file: ProvisioningFile, state: StoredState, slug: string): Set<string> {
  const stored = state.organizations.get(slug);
  const own = stored ? [...(state.customRoles.get(stored._id)?.keys() ?? [])] : [];
  const inFile = (file.organizations ?? []).find((one) => one.slug === slug)?.roles ?? [];
  return new Set([...instanceKeys(file, state), ...own, ...inFile.map((role) => role.key)]);
}

function checkOrganizations(file: ProvisioningFile, state: StoredState, fault: Report): void {
  const permissions = permissionsKnown(file, state);
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
    const keys = keysIn(file, state, entry.slug);
    (entry.groups ?? []).forEach((group, g) => {
      (group.roles ?? []).forEach((key, r) => {
        if (!keys.has(key)) fault(`${path}.groups[${g}].roles[${r}]`, `there is no role ${key} in ${entry.slug}`);
      });
    });
    (entry.defaultRoles ?? []).forEach((key, r) =>
      checkDefault(key, keys.has(key), `${path}.defaultRoles[${r}]`, fault),
    );
  });
}

/** The groups that a member of an organization can be in, by their names as they are compared. */
function groupsIn(file: ProvisioningFile, state: StoredState, slug: string): Set<string> {
  const stored = state.organizations.get(slug);
  const own = stored ? [...(state.groups.get(stored._id)?.keys() ?? [])] : [];
  const inFile = (file.organizations ?? []).find((one) => one.slug === slug)?.groups ?? [];
  return new Set([...own, ...inFile.map((group) => nameKey(group.name))]);
}

function checkMemberships(file: ProvisioningFile, state: StoredState, fault: Report): void {
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
        (groupsOfEntry(entry, state.now) ?? []).map((group) => nameKey(group.name)),
        (i) => `${path}.groups[${i}]`,
        fault,
      );
      if (entry.defaultRole && !keys.has(entry.defaultRole))
        fault(`${path}.defaultRole`, `there is no role ${entry.defaultRole} in ${entry.organization}`);
    });
  });
}

/** The keys of the roles without an end: who is administrator until some day isn't the one that an organization needs. */
const lastingRoles = (entry: MembershipEntry, state: StoredState) =>
  rolesOfEntry(entry, state.now)?.flatMap(({ name, until }) => (until ? [] : name));

/** R2: no organization with members may end up without an active administrator. */
function checkAdministrators(file: ProvisioningFile, state: StoredState, fault: Report): void {
  const touched = new Map<
    string,
    { path: string; email: string; entry: MembershipEntry | undefined; disabled: boolean }[]
  >();
  (file.users ?? []).forEach((user, u) => {
    const email = normalizeEmail(user.email);
    // Who is disabled already and isn't enabled by the file is nobody's active administrator.
    const disabled = (user.status ?? state.users.get(email)?.status ?? 'active') !== 'active';
    (user.memberships ?? []).forEach((entry, m) => {
      const row = { path: `users[${u}].memberships[${m}].roles`, email, entry, disabled };
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
        { path: `users[${u}].status`, email, entry: undefined, disabled },
      ]);
    }
  });
  for (const [slug, rows] of touched) {
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

/**
 * What a schema can't see: references, which resolve against the file and then the store; what is there twice; and the rules that the
 * end state would break (R2, R5, R15). Collects every fault. Of a file whose shape has faults already, none is told that only follows.
 */

import { nameKey } from '../change-group.js';
import { normalizeEmail } from '../create-user.js';
import { checkAdministrators } from './check-administrators.js';
import { checkClient, checkLifetimes } from './check-client.js';
import { checkCredentials } from './check-credentials.js';
import { checkDomains } from './check-domains.js';
import { checkManagement } from './check-management.js';
import { checkMemberships } from './check-memberships.js';
import { checkOrganizations, checkRoles } from './check-roles.js';
import { checkSingleModes } from './check-single-mode.js';
import { byPath, type Fault, type Report, twice } from './faults.js';
import type { Reading } from './read-shape.js';
import type { ApplicationEntry, ProvisioningFile } from './schema.js';
import { givesSecret } from './secrets.js';
import type { StoredState } from './state.js';

/** The id of the account pages' client (architecture 10): no application and no API can take it. */
const RESERVED_CLIENT_ID = 'rollcall';

export function checkFile(reading: Reading, state: StoredState): Fault[] {
  const { file } = reading;
  const faults: Fault[] = [];
  const fault = (path: string, message: string) => {
    if (reading.sound(path)) faults.push({ path: reading.original(path), message });
  };
  checkTwice(file, fault);
  checkClientIds(reading, state, fault);
  checkApplications(reading, state, fault);
  checkManagement(file, fault);
  checkRoles(reading, state, fault);
  checkOrganizations(reading, state, fault);
  checkDomains(reading, state, fault);
  checkMemberships(reading, state, fault);
  checkSingleModes(reading, state, fault);
  checkAdministrators(reading, state, fault);
  return byPath(faults);
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
function checkClientIds({ file, sound }: Reading, state: StoredState, fault: Report): void {
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
    if (sound(path) && !givesSecret(api.introspection) && !state.apis.get(api.identifier)?.introspection)
      fault(`${path}.clientSecret`, 'an API that introspects needs one');
  });
}

/** What decides together how an application authenticates. */
const CREDENTIALS: readonly (keyof ApplicationEntry)[] = [
  'type',
  'tokenEndpointAuthMethod',
  'clientSecret',
  'clientSecretHash',
  'jwks',
  'jwksUri',
  'securityProfile',
  'requirePkce',
];

function checkApplications({ file, sound, whole }: Reading, state: StoredState, fault: Report): void {
  const apis = new Set([...state.apis.keys(), ...(file.apis ?? []).map((api) => api.identifier)]);
  const declared = declaredAt(file, state);
  (file.applications ?? []).forEach((entry, i) => {
    const path = `applications[${i}]`;
    const stored = state.applications.get(entry.clientId);
    const type = entry.type ?? stored?.type ?? 'web';
    if (CREDENTIALS.every((name) => sound(`${path}.${name}`))) checkCredentials(entry, stored, path, fault);
    if (sound(`${path}.type`)) checkClient(entry, type, path, fault);
    if (sound(`${path}.refreshTokenIdleTtl`) && sound(`${path}.refreshTokenTtl`))
      checkLifetimes(entry, stored, path, fault);
    if (entry.defaultApi && !apis.has(entry.defaultApi) && whole('apis'))
      fault(`${path}.defaultApi`, `there is no API ${entry.defaultApi}`);
    (entry.permissions ?? []).forEach(({ api, permissions }, p) => {
      if (api === 'management') return;
      const at = `${path}.permissions[${p}]`;
      if (!apis.has(api)) {
        if (whole('apis')) fault(`${at}.api`, `there is no API ${api}`);
        return;
      }
      if (
        !sound(`${at}.api`) ||
        !whole(`apis[${(file.apis ?? []).findIndex((one) => one.identifier === api)}].permissions`)
      )
        return;
      permissions.forEach((key, k) => {
        if (key !== '*' && !declared.get(api)?.has(key))
          fault(`${at}.permissions[${k}]`, `the API ${api} doesn’t declare the permission ${key}`);
      });
    });
  });
}

/** The keys that each API declares once the file is applied. */
function declaredAt(file: ProvisioningFile, state: StoredState): Map<string, Set<string>> {
  const declared = new Map<string, readonly { key: string }[]>(
    [...state.apis.values()].map((api) => [api._id, api.permissions]),
  );
  for (const { identifier, permissions } of file.apis ?? []) if (permissions) declared.set(identifier, permissions);
  return new Map([...declared].map(([api, list]) => [api, new Set(list.map(({ key }) => key))]));
}

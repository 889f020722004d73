/**
 * What a schema can't see: references, which resolve against the file and then the store; what is there twice; and the rules that the
 * end state would break (R2, R5, R15). Collects every fault.
 */

import { nameKey } from '../change-group.js';
import { normalizeEmail } from '../create-user.js';
import { checkAdministrators } from './check-administrators.js';
import { checkClient, checkLifetimes } from './check-client.js';
import { checkCredentials } from './check-credentials.js';
import { checkManagement } from './check-management.js';
import { checkMemberships } from './check-memberships.js';
import { checkOrganizations, checkRoles } from './check-roles.js';
import { checkSingleModes } from './check-single-mode.js';
import { type Fault, type Report, twice } from './faults.js';
import type { ProvisioningFile } from './schema.js';
import { givesSecret } from './secrets.js';
import type { StoredState } from './state.js';

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

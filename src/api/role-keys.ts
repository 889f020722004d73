/** Roles and groups as bodies and answers name them: by key and by name. */
import { invalid } from '../lib/errors.js';
import type { KnownGroup, Organization, Role } from '../models/index.js';
import { nameKey } from '../services/change-group.js';
import type { ServiceContext } from '../services/context.js';

/** Something that a body names, and where. */
interface Named {
  name: string;
  path: string;
}

/** A role, or a group, that a body names: by itself, or with an end. */
export type Ending<K extends string> = string | ({ [key in K]: string } & { until?: string | null | undefined });

export const nameOf = <K extends string>(one: Ending<K>, key: K): string => (typeof one === 'string' ? one : one[key]);

const untilOf = (one: string | { until?: string | null | undefined }): { until?: Date } =>
  typeof one === 'object' && one.until ? { until: new Date(one.until) } : {};

/** @throws RollcallError `invalid` with the path of each that isn't there */
function found<T>(named: readonly Named[], find: (name: string) => T | undefined, what: string): T[] {
  const details = named
    .filter(({ name }) => find(name) === undefined)
    .map(({ name, path }) => ({ path, message: `there is no ${what} ${name}` }));
  if (details.length) throw invalid(`A ${what} is not known here.`, details);
  return named.map(({ name }) => find(name) as T);
}

/** Every role that members of an organization can hold, by key; null: those of the instance. */
export async function rolesByKey(
  services: ServiceContext,
  organization: Organization | null,
): Promise<ReadonlyMap<string, Role>> {
  const { roles } = await services.catalog.current();
  const own = organization ? (await services.ownVocabulary(organization)).roles : new Map<string, Role>();
  const live = [...roles.values(), ...own.values()].filter((role) => !role.deleted);
  return new Map(live.map((role) => [role.key, role]));
}

/** @throws RollcallError `invalid` with the path of each that isn't known there */
export async function roleIdsOf(
  services: ServiceContext,
  organization: Organization | null,
  keys: readonly string[],
  path: string,
): Promise<string[]> {
  const byKey = await rolesByKey(services, organization);
  const named = keys.map((name, index) => ({ name, path: `${path}[${index}]` }));
  return found(named, (key) => byKey.get(key), 'role').map((role) => role._id);
}

/** Assignments as the services take them. @throws RollcallError `invalid` */
export async function assignmentsOf(
  services: ServiceContext,
  organization: Organization,
  roles: readonly Ending<'role'>[],
  path = 'roles',
) {
  const ids = await roleIdsOf(
    services,
    organization,
    roles.map((one) => nameOf(one, 'role')),
    path,
  );
  return roles.map((one, index) => ({ roleId: ids[index] as string, ...untilOf(one) }));
}

/** Memberships in groups as the services take them. @throws RollcallError `invalid` */
export async function groupMembershipsOf(
  services: ServiceContext,
  organization: Organization,
  groups: readonly Ending<'group'>[],
  path = 'groups',
) {
  const own = [...(await services.ownVocabulary(organization)).groups.values()];
  const byName = new Map<string, KnownGroup>(own.map((group) => [group.nameKey, group]));
  const find = (name: string) => own.find((group) => group._id === name) ?? byName.get(nameKey(name));
  const named = groups.map((one, index) => ({ name: nameOf(one, 'group'), path: `${path}[${index}]` }));
  const there = found(named, find, 'group');
  return groups.map((one, index) => ({ groupId: (there[index] as KnownGroup)._id, ...untilOf(one) }));
}

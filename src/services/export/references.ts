import { shownDomain } from '../../lib/domain-name.js';
import type { Domain, Group, Organization, Role } from '../../models/index.js';
import type { CatalogSnapshot } from '../catalog.js';
import type { ServiceContext } from '../context.js';

/** What the fields of a batch refer to, read beforehand. */
export interface References {
  withHashes: boolean;
  /** The key of a role, or undefined where it is gone. */
  roleKey(id: string): string | undefined;
  /** An organization's own roles, by key. */
  ownRoles(organizationId: string): Role[];
  /** An organization's groups, by name. */
  groupsOf(organizationId: string): Group[];
  /** The name of a group, or undefined where it is gone. */
  groupName(id: string): string | undefined;
  /** The domains that are proved to be an organization's, as people read them. */
  domainsOf(organizationId: string): string[];
  /** Whether an API declares a permission; of one API, where it is named. */
  declares(permission: string, api?: string): boolean;
}

/** What belongs to organizations. */
export interface Own {
  roles: readonly Role[];
  groups: readonly Group[];
  domains?: readonly Pick<Domain, 'organizationId' | 'name'>[];
}

export function referencesOf(catalog: CatalogSnapshot, own: Own, withHashes: boolean): References {
  const keys = new Map([...catalog.roles.values(), ...own.roles].map((role) => [role._id, role.key]));
  const names = new Map(own.groups.map((group) => [group._id, group.name]));
  const keysAt = new Map(
    [...catalog.apis.values()].map((api) => [api._id, new Set(api.permissions.map(({ key }) => key))]),
  );
  const declared = new Set([...keysAt.values()].flatMap((one) => [...one]));
  return {
    withHashes,
    roleKey: (id) => keys.get(id),
    ownRoles: (organizationId) =>
      own.roles.filter((role) => role.organizationId === organizationId).sort((a, b) => (a.key < b.key ? -1 : 1)),
    groupsOf: (organizationId) =>
      own.groups
        .filter((group) => group.organizationId === organizationId)
        .sort((a, b) => (a.nameKey < b.nameKey ? -1 : 1)),
    domainsOf: (organizationId) =>
      (own.domains ?? [])
        .filter((domain) => domain.organizationId === organizationId)
        .map(({ name }) => shownDomain(name))
        .sort(),
    groupName: (id) => names.get(id),
    declares: (permission, api) =>
      (api === undefined ? declared : (keysAt.get(api) ?? new Set<string>())).has(permission),
  };
}

/** The own roles and groups of some organizations, without those that are gone. */
export async function ownOf({ models }: ServiceContext, organizations: readonly Organization[]): Promise<Own> {
  const organizationId = { $in: organizations.map((one) => one._id) };
  const [roles, groups, domains] = await Promise.all([
    models.Role.find({ organizationId }).lean(),
    models.Group.find({ organizationId }).lean(),
    models.Domain.find({ organizationId, status: 'verified' }, { organizationId: 1, name: 1 }).lean(),
  ]);
  return { roles: roles.filter((role) => !role.deleted), groups: groups.filter((group) => !group.deletedAt), domains };
}

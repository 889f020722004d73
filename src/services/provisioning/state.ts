import { domainName } from '../../lib/domain-name.js';
import { isSharedDomain } from '../../lib/shared-domains.js';
import type { Api, Application, Group, Membership, Organization, Role, User } from '../../models/index.js';
import { INSTANCE_ID } from '../../models/instance.js';
import { MEMBER_ROLE_ID } from '../../models/role.js';
import { claimOwner } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { normalizeEmail } from '../create-user.js';
import { ownerOfDomain } from '../domains/find-domain.js';
import { PRESENT } from '../reads.js';
import { isSingle } from '../rules-of-roles.js';
import { whatIsInTheWay } from '../single-mode.js';
import type { ProvisioningFile } from './schema.js';

/** What the store holds of the things that a file names, read once before anything is checked or written. */
export interface StoredState {
  apis: Map<string, Api>;
  applications: Map<string, Application>;
  /** Instance-wide roles by key. */
  roles: Map<string, Role>;
  /** By slug. */
  organizations: Map<string, Organization>;
  /** Custom roles by organization id, then key. */
  customRoles: Map<string, Map<string, Role>>;
  /** Of the file's instance-wide roles that aren't there yet: whose own roles have their keys, by key the slugs. */
  keysTaken: Map<string, string[]>;
  /** Groups by organization id, then by their names as they are compared. */
  groups: Map<string, Map<string, Group>>;
  /** Members who are in the way of single mode where the file turns it on, by organization id; those that the file names aside. */
  inTheWay: Map<string, string[]>;
  /** Of the organizations that the file names: their proved domains, by organization id. */
  domains: Map<string, string[]>;
  /** Of the domains that the file names: whose each is by now, as a slug, by name. */
  domainOwners: Map<string, string>;
  /** Of these, the ones that can be no organization's. */
  sharedDomains: Set<string>;
  /** When it was read. */
  now: Date;
  /** By address. */
  users: Map<string, User>;
  /** By organization id and user id. */
  memberships: Map<string, Membership>;
  /** How many active members an organization has, by its id. */
  members: Map<string, number>;
  /** The keys of the instance's default roles. */
  defaultRoles: string[];
}

export const membershipKey = (organizationId: string, userId: string) => `${organizationId} ${userId}`;

/** The key of a role that is stored by its id; the id itself where the role is gone. */
export function roleKey(state: Pick<StoredState, 'roles' | 'customRoles'>, organizationId: string, id: string): string {
  const roles = [...state.roles.values(), ...(state.customRoles.get(organizationId)?.values() ?? [])];
  return roles.find((role) => role._id === id)?.key ?? id;
}

export async function readState(context: ServiceContext, file: ProvisioningFile): Promise<StoredState> {
  const { models } = context;
  const [apis, applications, roles, instance] = await Promise.all([
    models.Api.find().lean(),
    models.Application.find().lean(),
    models.Role.find({ organizationId: null, deleted: { $exists: false } }).lean(),
    models.Instance.findById(INSTANCE_ID).lean(),
  ]);
  const slugs = new Set([
    ...(file.organizations ?? []).map((one) => one.slug),
    ...(file.users ?? []).flatMap((user) => (user.memberships ?? []).map((one) => one.organization)),
  ]);
  const organizations = await byClaim(context, 'slug', slugs, (ids) =>
    models.Organization.find({ _id: { $in: ids } }).lean(),
  );
  const emails = new Set((file.users ?? []).map((user) => normalizeEmail(user.email)));
  const users = await byClaim(context, 'email', emails, (ids) => models.User.find({ _id: { $in: ids } }).lean());
  const organizationIds = [...organizations.values()].map((one) => one._id);
  const userIds = [...users.values()].map((one) => one._id);
  const [customRoles, groups, memberships, members] = await Promise.all([
    models.Role.find({ organizationId: { $in: organizationIds }, deleted: { $exists: false } }).lean(),
    models.Group.find({ organizationId: { $in: organizationIds }, deletedAt: { $exists: false } }).lean(),
    userIds.length ? models.Membership.find({ userId: { $in: userIds }, ...PRESENT }).lean() : [],
    Promise.all(
      organizationIds.map(
        async (id) => [id, await models.Membership.countDocuments({ organizationId: id, status: 'active' })] as const,
      ),
    ),
  ]);
  // Where the file's people are administrators besides: disabling one of them counts there too.
  const elsewhere = memberships.map((one) => one.organizationId).filter((id) => !organizationIds.includes(id));
  for (const organization of await models.Organization.find({ _id: { $in: elsewhere } }).lean()) {
    organizations.set(organization.slug, organization);
  }
  const custom = new Map<string, Map<string, Role>>();
  for (const role of customRoles) {
    const id = role.organizationId as string;
    custom.set(id, (custom.get(id) ?? new Map()).set(role.key, role));
  }
  const groupsOf = new Map<string, Map<string, Group>>();
  for (const group of groups)
    groupsOf.set(group.organizationId, (groupsOf.get(group.organizationId) ?? new Map()).set(group.nameKey, group));
  const keyOf = new Map(roles.map((role) => [role._id, role.key]));
  return {
    defaultRoles: (instance?.defaultRoles ?? [MEMBER_ROLE_ID]).map((id) => keyOf.get(id) ?? id),
    apis: new Map(apis.map((api) => [api._id, api])),
    applications: new Map(applications.map((one) => [one._id, one])),
    roles: new Map(roles.map((role) => [role.key, role])),
    organizations,
    customRoles: custom,
    keysTaken: await keysTaken(context, file, new Set(keyOf.values())),
    groups: groupsOf,
    inTheWay: await membersInTheWay(context, file, organizations, new Set(userIds)),
    ...(await readDomains(context, file, organizationIds)),
    now: context.clock.now(),
    users,
    memberships: new Map(memberships.map((one) => [membershipKey(one.organizationId, one.userId), one])),
    members: new Map(members),
  };
}

async function readDomains(
  context: ServiceContext,
  { organizations = [] }: ProvisioningFile,
  organizationIds: readonly string[],
): Promise<Pick<StoredState, 'domains' | 'domainOwners' | 'sharedDomains'>> {
  const named = [
    ...new Set(organizations.flatMap((one) => (one.domains ?? []).flatMap((text) => domainName(text) ?? []))),
  ];
  const declaring = organizations.some((one) => one.domains !== undefined);
  const present = declaring
    ? await context.models.Domain.find(
        { organizationId: { $in: organizationIds }, status: 'verified' },
        { organizationId: 1, name: 1 },
      ).lean()
    : [];
  const domains = new Map<string, string[]>();
  for (const { organizationId, name } of present)
    domains.set(organizationId, [...(domains.get(organizationId) ?? []), name]);
  const owners = await Promise.all(named.map(async (name) => [name, await ownerOfDomain(context, name)] as const));
  const ids = owners.flatMap(([, owner]) => owner ?? []);
  const found = ids.length ? await context.models.Organization.find({ _id: { $in: ids } }, { slug: 1 }).lean() : [];
  const slugOf = new Map(found.map(({ _id, slug }) => [_id, slug]));
  const shared = await Promise.all(named.map(async (name) => ((await isSharedDomain(name)) ? [name] : [])));
  return {
    domains,
    domainOwners: new Map(
      owners.flatMap(([name, owner]) => {
        const slug = owner && slugOf.get(owner);
        return slug ? [[name, slug] as const] : [];
      }),
    ),
    sharedDomains: new Set(shared.flat()),
  };
}

/** By the index on the key, in whatever organization: also those that the file doesn't name (R5). */
async function keysTaken(
  { models }: ServiceContext,
  { roles = [] }: ProvisioningFile,
  present: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const keys = roles.map(({ key }) => key).filter((key) => !present.has(key));
  if (keys.length === 0) return new Map();
  const own = await models.Role.find(
    { key: { $in: keys }, organizationId: { $ne: null } },
    { key: 1, organizationId: 1 },
  ).lean();
  if (own.length === 0) return new Map();
  const owners = await models.Organization.find(
    { _id: { $in: own.map(({ organizationId }) => organizationId as string) } },
    { slug: 1 },
  ).lean();
  const slugOf = new Map(owners.map(({ _id, slug }) => [_id, slug]));
  const taken = new Map<string, string[]>();
  for (const { key, organizationId } of own) {
    const owner = organizationId as string;
    taken.set(key, [...(taken.get(key) ?? []), slugOf.get(owner) ?? owner].sort());
  }
  return taken;
}

async function membersInTheWay(
  context: ServiceContext,
  file: ProvisioningFile,
  organizations: ReadonlyMap<string, Organization>,
  named: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { slug, roleMode } of file.organizations ?? []) {
    const stored = organizations.get(slug);
    if (roleMode !== 'single' || !stored || isSingle(stored)) continue;
    const members = (await whatIsInTheWay(context, stored)).inTheWay.flatMap((one) =>
      one.kind === 'member' ? [one] : [],
    );
    const others = members.filter(({ userId }) => !named.has(userId));
    found.set(
      stored._id,
      others.map(({ email, userId }) => email ?? userId),
    );
  }
  return found;
}

/** By who holds the claims; one whose owner bears another value now is nobody's. */
async function byClaim<K extends 'slug' | 'email', T extends { _id: string } & Record<K, string>>(
  context: ServiceContext,
  kind: K,
  values: Iterable<string>,
  find: (ids: string[]) => Promise<T[]>,
): Promise<Map<string, T>> {
  const owners = await Promise.all(
    [...values].map(async (value) => [value, await claimOwner(context, kind, value)] as const),
  );
  const found = await find(owners.flatMap(([, owner]) => owner ?? []));
  const byId = new Map(found.map((one) => [one._id, one]));
  return new Map(
    owners.flatMap(([value, owner]) => {
      const one = owner ? byId.get(owner) : undefined;
      return one?.[kind] === value ? [[value, one]] : [];
    }),
  );
}

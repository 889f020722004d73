import { notFound, RollcallError } from '../../lib/errors.js';
import type { Organization, Role, User } from '../../models/index.js';
import type { Assignment, GroupMembership } from '../../models/membership.js';
import { nameKey } from '../change-group.js';
import type { ServiceContext } from '../context.js';
import { findOrganization } from '../create-organization.js';
import { findUserByEmail } from '../create-user.js';
import type { Named } from './schema.js';

/** What the steps of a plan share while they are done: the store as it is by then, where the plan knew slugs, keys and addresses. */
export interface Execution {
  context: ServiceContext;
  organization(slug: string): Promise<Organization>;
  user(email: string): Promise<User>;
  member(slug: string, email: string): Promise<{ organizationId: string; userId: string }>;
  /** The ids of roles in an organization, or with null of instance-wide ones. */
  roleIds(slug: string | null, keys: readonly string[]): Promise<string[]>;
  /** As `roleIds`, for a member to hold. */
  assignments(slug: string, roles: readonly Named[]): Promise<Assignment[]>;
  /** Groups by their names, for a member to be in. */
  groups(slug: string, groups: readonly Named[]): Promise<GroupMembership[]>;
  /** To be called when something changed that the catalog holds. */
  catalogChanges(): void;
  /** Lets every process see what has changed so far, where it has. */
  publish(): Promise<void>;
}

const endOf = (one: Named | undefined) => (one?.until ? { until: new Date(one.until) } : {});

export function createExecution(context: ServiceContext): Execution {
  const { models } = context;
  const found = new Map<string, Promise<unknown>>();
  let changed = false;

  /** What exists by now keeps its id; it is looked up once. */
  const once = <T>(key: string, find: () => Promise<T>): Promise<T> => {
    if (!found.has(key)) found.set(key, find());
    return found.get(key) as Promise<T>;
  };
  const organizationId = (slug: string) => once(`organization ${slug}`, async () => (await organization(slug))._id);

  async function organization(slug: string): Promise<Organization> {
    const one = await findOrganization(context, slug);
    if (!one) throw notFound(`The organization ${slug} is gone meanwhile.`);
    return one;
  }

  async function user(email: string): Promise<User> {
    const one = await findUserByEmail(context, email);
    if (!one) throw notFound(`The user ${email} is gone meanwhile.`);
    return one;
  }

  const rolesOf = (owner: string | null) =>
    once(`roles ${owner}`, async () => {
      const roles: Role[] = await models.Role.find({ organizationId: owner, deleted: { $exists: false } }).lean();
      return new Map(roles.map((role) => [role.key, role._id]));
    });

  return {
    context,
    organization,
    user,
    async member(slug, email) {
      const [owner, userId] = await Promise.all([
        organizationId(slug),
        once(`user ${email}`, async () => (await user(email))._id),
      ]);
      return { organizationId: owner, userId };
    },
    async roleIds(slug, keys) {
      const instance = await rolesOf(null);
      const own = slug === null ? undefined : await rolesOf(await organizationId(slug));
      return keys.map((key) => {
        const id = instance.get(key) ?? own?.get(key);
        if (!id) throw new RollcallError('role_gone', 409, `The role ${key} is gone meanwhile.`);
        return id;
      });
    },
    async assignments(slug, roles) {
      const ids = await this.roleIds(
        slug,
        roles.map(({ name }) => name),
      );
      return ids.map((roleId, index) => ({ roleId, ...endOf(roles[index]) }));
    },
    async groups(slug, groups) {
      const known = await models.Group.find({
        organizationId: await organizationId(slug),
        nameKey: { $in: groups.map(({ name }) => nameKey(name)) },
      }).lean();
      return groups.map((one) => {
        const group = known.find((candidate) => candidate.nameKey === nameKey(one.name));
        if (!group) throw new RollcallError('group_gone', 409, `The group ${one.name} is gone meanwhile.`);
        return { groupId: group._id, ...endOf(one) };
      });
    },
    catalogChanges() {
      changed = true;
    },
    async publish() {
      if (!changed) return;
      changed = false;
      await context.catalog.changed();
    },
  };
}

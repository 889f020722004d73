/** Writing roles, for use cases that have checked what they write: `create-role.ts`, provisioning. */
import type { Actor } from '../access/can.js';
import { isManagementPermission } from '../access/statements.js';
import { conflict, isDuplicateKey, stale } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { Role } from '../models/index.js';
import { isRoleId } from '../models/role.js';
import { claimName, claimOwner, releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';
import { changingVocabulary } from './vocabulary.js';

export interface NewRole {
  key: string;
  name: string;
  description?: string | undefined;
  /** Of APIs, and management permissions. */
  permissions?: readonly string[] | undefined;
  /** Null: instance-wide. */
  organizationId: string | null;
}

/** As it is stored: permissions of APIs apart from management permissions. */
export type RoleChange = Partial<Pick<Role, 'name' | 'description' | 'permissions' | 'management'>>;

/** Own roles that an organization can have. */
export const MOST_ROLES = 500;

const taken = (key: string) => conflict('role_taken', `There is a role ${key} already.`);

/**
 * Inserts a role. An instance-wide one claims its key first; an organization's own is taken back where an instance-wide one with its key
 * came meanwhile (architecture 3). Of an organization's every process knows at once; the catalog isn't told.
 * @throws RollcallError `role_taken`, `too_many_roles`
 */
export async function insertRole(
  context: ServiceContext,
  actor: Actor,
  { key, organizationId, ...values }: Pick<Role, 'key' | 'name' | 'organizationId'> & RoleChange,
): Promise<string> {
  const { models, clock } = context;
  // A key that reads as the id of a built-in role would be taken for it.
  if (isRoleId(key)) throw conflict('role_taken', `The key ${key} is reserved.`);
  const instanceWide = organizationId === null;
  const id = instanceWide ? await claimKey(context, key) : newId('rol');
  if (instanceWide && (await models.Role.exists({ key, organizationId: { $ne: null } }))) {
    if (!(await models.Role.exists({ _id: id }))) await releaseName(context, 'role', key, id);
    throw conflict('role_taken', `An organization has a role ${key} of its own.`);
  }
  if (
    !instanceWide &&
    (await models.Role.countDocuments({ organizationId, deleted: { $exists: false } })) >= MOST_ROLES
  )
    throw conflict('too_many_roles', `An organization can have ${MOST_ROLES} roles of its own.`);
  const now = clock.now();
  const written = defined({ permissions: [], ...values });
  const created = event(context, actor, 'role.created', id, { organizationId, after: { key, ...written } });
  const insert = async () => {
    try {
      const { upsertedCount } = await models.Role.updateOne(
        { _id: id },
        { $setOnInsert: { key, organizationId, ...written, createdAt: now, updatedAt: now, pendingEvents: [created] } },
        { upsert: true },
      );
      if (upsertedCount !== 1) throw taken(key);
    } catch (error) {
      throw isDuplicateKey(error) ? taken(key) : error;
    }
  };
  if (instanceWide) {
    await insert();
    return id;
  }
  await changingVocabulary(context, organizationId, async () => {
    await insert();
    if (!(await claimOwner(context, 'role', key))) return;
    await models.Role.deleteOne({ _id: id });
    throw taken(key);
  });
  return id;
}

/** Changes what the key doesn't say of a role. @param revision only while it has this one. @throws RollcallError `stale` */
export async function updateRole(
  context: ServiceContext,
  actor: Actor,
  { _id, key, organizationId, ...role }: Pick<Role, '_id' | 'key' | 'organizationId'> & RoleChange,
  change: RoleChange,
  { revision }: { revision?: number | undefined } = {},
): Promise<void> {
  const before = Object.fromEntries(Object.keys(change).map((name) => [name, role[name as keyof RoleChange] ?? null]));
  const changed = event(context, actor, 'role.changed', _id, { organizationId, before, after: { key, ...change } });
  const write = async () => {
    const { matchedCount } = await context.models.Role.updateOne(
      { _id, deleted: { $exists: false }, ...(revision === undefined ? {} : { revision: revision || null }) },
      {
        $set: { ...defined(change), updatedAt: context.clock.now() },
        $inc: { revision: 1 },
        $push: { pendingEvents: changed },
      },
    );
    if (matchedCount !== 1) throw stale();
  };
  await (organizationId === null ? write() : changingVocabulary(context, organizationId, write));
}

/** How a list of permissions is stored: those of APIs, and apart from them management permissions. */
export const splitPermissions = (permissions: readonly string[]) => ({
  permissions: permissions.filter((key) => !isManagementPermission(key)),
  management: permissions.filter(isManagementPermission) as string[],
});

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/** A claim that its role's deletion left behind is taken over. */
const claimKey = (context: ServiceContext, key: string) =>
  claimName(context, 'role', key, newId('rol'), async (owner) => {
    const role = await context.models.Role.findById(owner, { deleted: 1 }).lean();
    return !role?.deleted;
  });

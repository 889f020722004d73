/** Writing roles, for use cases that have checked what they write: `create-role.ts`, `change-role.ts`, provisioning. */
import type { Actor } from '../access/can.js';
import { conflict, isDuplicateKey } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { Role } from '../models/index.js';
import { claimName, claimOwner, releaseName } from './claim-name.js';
import { event, type ServiceContext } from './context.js';

export interface NewRole {
  key: string;
  name: string;
  description?: string | undefined;
  permissions?: readonly string[] | undefined;
  /** Null: instance-wide. */
  organizationId: string | null;
}

export type RoleChange = Partial<Pick<Role, 'name' | 'description' | 'permissions'>>;

const taken = (key: string) => conflict('role_taken', `There is a role ${key} already.`);

/**
 * Inserts a role. An instance-wide one claims its key first; an organization's own is taken back where an instance-wide one with its key
 * came meanwhile (architecture 3). The catalog isn't told.
 * @throws RollcallError `role_taken`
 */
export async function insertRole(context: ServiceContext, actor: Actor, input: NewRole): Promise<void> {
  const { models, clock } = context;
  const { key, name, description, permissions, organizationId } = input;
  const instanceWide = organizationId === null;
  const id = instanceWide ? await claimName(context, 'role', key, newId('rol'), async () => true) : newId('rol');
  if (instanceWide && (await models.Role.exists({ key, organizationId: { $ne: null } }))) {
    if (!(await models.Role.exists({ _id: id }))) await releaseName(context, 'role', key, id);
    throw conflict('role_taken', `An organization has a role ${key} of its own.`);
  }
  const now = clock.now();
  const values = { name, ...(description === undefined ? {} : { description }), permissions: [...(permissions ?? [])] };
  const created = event(context, actor, 'role.created', id, { organizationId, after: { key, ...values } });
  try {
    const { upsertedCount } = await models.Role.updateOne(
      { _id: id },
      { $setOnInsert: { key, organizationId, ...values, createdAt: now, updatedAt: now, pendingEvents: [created] } },
      { upsert: true },
    );
    if (upsertedCount !== 1) throw taken(key);
  } catch (error) {
    throw isDuplicateKey(error) ? taken(key) : error;
  }
  if (instanceWide || !(await claimOwner(context, 'role', key))) return;
  await models.Role.deleteOne({ _id: id });
  throw taken(key);
}

/** Changes what the key doesn't say of a role. The catalog isn't told. */
export async function updateRole(
  context: ServiceContext,
  actor: Actor,
  { _id, key, organizationId }: Pick<Role, '_id' | 'key' | 'organizationId'>,
  change: RoleChange,
): Promise<void> {
  const changed = event(context, actor, 'role.changed', _id, { organizationId, after: { key, ...change } });
  await context.models.Role.updateOne(
    { _id },
    { $set: { ...change, updatedAt: context.clock.now() }, $push: { pendingEvents: changed } },
  );
}

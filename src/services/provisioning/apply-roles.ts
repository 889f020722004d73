import { isDuplicateKey } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Role } from '../../models/index.js';
import { INSTANCE_ID } from '../../models/instance.js';
import { claimName, claimOwner } from '../claim-name.js';
import { type Applying, changeEvent, differences } from './applying.js';
import { ProvisioningError } from './faults.js';
import type { RoleEntry } from './schema.js';
import type { StoredState } from './state.js';

/** An instance-wide role: its key is claimed first, so that of two who make it at once one role comes (architecture 3). */
export async function applyRole(applying: Applying, state: StoredState, entry: RoleEntry): Promise<void> {
  const { context } = applying;
  const stored = state.roles.get(entry.key);
  const id = stored?._id ?? (await claimName(context, 'role', entry.key, newId('rol'), async () => true));
  await saveRole(applying, { id, stored, entry, organizationId: null });
}

/** An organization's own role: inserted, and taken back where an instance-wide role with this key came meanwhile. */
export async function applyCustomRole(
  applying: Applying,
  { organizationId, stored, entry }: { organizationId: string; stored: Role | undefined; entry: RoleEntry },
): Promise<void> {
  const { context } = applying;
  const id = stored?._id ?? newId('rol');
  await saveRole(applying, { id, stored, entry, organizationId });
  if (!stored && (await claimOwner(context, 'role', entry.key))) {
    await context.models.Role.deleteOne({ _id: id });
    throw new ProvisioningError(
      [{ path: '', message: `${entry.key} became an instance-wide role meanwhile` }],
      applying.applied,
    );
  }
}

async function saveRole(
  applying: Applying,
  {
    id,
    stored,
    entry,
    organizationId,
  }: { id: string; stored: Role | undefined; entry: RoleEntry; organizationId: string | null },
): Promise<void> {
  const { models, clock } = applying.context;
  const { key, ...wanted } = entry;
  const change = differences<Role>(stored ?? {}, wanted);
  if (stored && Object.keys(change).length === 0) return;
  const now = clock.now();
  try {
    await models.Role.updateOne(
      { _id: id },
      {
        $setOnInsert: { key, organizationId, createdAt: now, ...('permissions' in change ? {} : { permissions: [] }) },
        $set: { ...change, updatedAt: now },
        $push: {
          pendingEvents: changeEvent(
            applying,
            stored ? 'role.changed' : 'role.created',
            id,
            { key, ...change },
            organizationId,
          ),
        },
      },
      { upsert: true },
    );
  } catch (error) {
    // Somebody made it at the same moment; the next run brings it to what the file says.
    if (!isDuplicateKey(error)) throw error;
    throw new ProvisioningError(
      [{ path: '', message: `the role ${key} was made by somebody else meanwhile` }],
      applying.applied,
    );
  }
  if (organizationId === null) applying.catalogChanged = true;
  applying.applied.push(`${stored ? 'Changed' : 'Created'} the role ${key}`);
}

/** The roles of who joins an organization that sets none. */
export async function applyDefaultRoles(applying: Applying, roleIds: string[]): Promise<void> {
  const { models } = applying.context;
  const instance = await models.Instance.findById(INSTANCE_ID).lean();
  if (JSON.stringify(instance?.defaultRoles) === JSON.stringify(roleIds)) return;
  await models.Instance.updateOne({ _id: INSTANCE_ID }, { $set: { defaultRoles: roleIds } }, { upsert: true });
  applying.catalogChanged = true;
  applying.applied.push('Changed the default roles');
}

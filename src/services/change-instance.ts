import type { Actor } from '../access/can.js';
import { invalid, stale } from '../lib/errors.js';
import { INSTANCE_ID } from '../models/instance.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { event, type ServiceContext } from './context.js';
import { requirePermission } from './require.js';

/**
 * Sets the roles that who joins an organization gets which sets none itself.
 * @param defaultRoles ids of instance-wide roles that the caller has resolved
 * @param options `revision`: only while the settings have this one (`If-Match`)
 * @throws RollcallError `invalid`, `stale`, `forbidden`
 */
export async function setInstanceDefaultRoles(
  context: ServiceContext,
  actor: Actor,
  defaultRoles: readonly string[],
  { revision }: { revision?: number | undefined } = {},
): Promise<void> {
  requirePermission(actor, 'instance:roles');
  const { models, catalog } = context;
  const { roles, defaultRoles: before, revision: present } = await catalog.current();
  if (revision !== undefined && revision !== present) throw stale();
  const ids = [...new Set(defaultRoles)];
  if (ids.length === 0) throw invalid('Name at least one role that who joins gets.');
  for (const id of ids) {
    if (id === ADMIN_ROLE_ID) throw invalid('admin is never given by default.');
    const role = roles.get(id);
    if (!role || role.deleted) throw invalid(`There is no instance-wide role ${id} any more.`);
  }
  if (ids.join() === before.join()) return;
  const named = (list: readonly string[]) => list.map((id) => roles.get(id)?.key ?? id);
  const changed = event(context, actor, 'instance.changed', 'instance', {
    before: { defaultRoles: named(before) },
    after: { defaultRoles: named(ids) },
  });
  const { matchedCount } = await models.Instance.updateOne(
    { _id: INSTANCE_ID, ...(revision === undefined ? {} : { revision: revision || null }) },
    { $set: { defaultRoles: ids }, $inc: { revision: 1 }, $push: { pendingEvents: changed } },
  );
  if (matchedCount !== 1) throw stale();
  await catalog.changed();
}

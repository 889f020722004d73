import type { Actor } from '../access/can.js';
import { invalid, stale } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import { INSTANCE_ID } from '../models/instance.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { event, type ServiceContext } from './context.js';
import { requirePermission } from './require.js';
import { defaultRoleIds, requireMayGive } from './rules-of-roles.js';

/** How often a change is computed anew where somebody else was faster. */
const ATTEMPTS = 5;

/**
 * Sets the roles that who joins an organization gets which sets none itself: each join gives them, so who adds one may give it (R15).
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
  const { roles } = await catalog.current();
  const ids = defaultRoleIds(defaultRoles);
  for (const id of ids) {
    if (id === ADMIN_ROLE_ID) throw invalid('admin is never given by default.');
    const role = roles.get(id);
    if (!role || role.deleted) throw invalid(`There is no instance-wide role ${id} any more.`);
  }
  const named = (list: readonly string[]) => list.map((id) => roles.get(id)?.key ?? id);
  for (let attempt = 1; ; attempt += 1) {
    const present = await models.Instance.findById(INSTANCE_ID, { defaultRoles: 1, revision: 1 }).lean();
    const { defaultRoles: before = [], revision: read = 0 } = present ?? {};
    if (revision !== undefined && revision !== read) throw stale();
    if (ids.join() === before.join()) return;
    requireMayGive(
      actor,
      null,
      { role: (id) => roles.get(id) },
      ids.filter((id) => !before.includes(id)),
    );
    const changed = event(context, actor, 'instance.changed', 'instance', {
      before: { defaultRoles: named(before) },
      after: { defaultRoles: named(ids) },
    });
    const { matchedCount } = await models.Instance.updateOne(
      { _id: INSTANCE_ID, revision: read || null },
      // The version, by which every process sees that its catalog is of before, in the same write.
      { $set: { defaultRoles: ids }, $inc: { revision: 1, version: 1 }, $push: { pendingEvents: changed } },
    );
    if (matchedCount === 1) return forgetReads();
    if (revision !== undefined || attempt === ATTEMPTS) throw stale();
  }
}

import type { Actor } from '../access/can.js';
import type { Group } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { type Page, type PageRequest, pageOf } from './list-pages.js';
import { requirePermission } from './require.js';

/** An organization's groups with all that is shown of them, by name. @throws RollcallError `not_found`, `forbidden` */
export async function listGroups(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { limit, after = '' }: PageRequest,
): Promise<Page<Group>> {
  requirePermission(actor, 'groups:read', organizationId);
  const rows = await models.Group.find(
    { organizationId, deletedAt: { $exists: false }, nameKey: { $gt: after } },
    { pendingEvents: 0 },
  )
    .sort({ nameKey: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (group) => group.nameKey);
}

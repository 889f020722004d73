import type { Actor } from '../access/can.js';
import type { Group } from '../models/index.js';
import { nameKey } from './change-group.js';
import type { ServiceContext } from './context.js';
import { type Page, type PageRequest, pageOf, type Searching } from './list-pages.js';
import { requirePermission } from './require.js';

/** Behind every text that begins with what stands before it. */
const LAST = '\u{10ffff}';

/**
 * An organization's groups with all that is shown of them, by name. @param page `search`: those whose name begins so
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function listGroups(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { limit, after = '', search = '' }: PageRequest & Searching,
): Promise<Page<Group>> {
  requirePermission(actor, 'groups:read', organizationId);
  const begins = nameKey(search);
  const within = begins ? { $gte: begins, $lt: `${begins}${LAST}` } : {};
  const rows = await models.Group.find(
    { organizationId, deletedAt: { $exists: false }, nameKey: { $gt: after, ...within } },
    { pendingEvents: 0 },
  )
    .sort({ nameKey: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (group) => group.nameKey);
}

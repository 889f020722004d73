import type { Actor } from '../../access/can.js';
import { shownDomain } from '../../lib/domain-name.js';
import { notFound } from '../../lib/errors.js';
import type { Domain } from '../../models/index.js';
import { releaseName } from '../claim-name.js';
import { event, type ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';

/**
 * Takes a domain away: from now on nobody joins by it, and another organization may prove it. Who has joined stays a member. Should this
 * process die in between, the claim is free after a minute.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function removeDomain(
  context: ServiceContext,
  actor: Actor,
  { _id, organizationId, name }: Domain,
): Promise<void> {
  requirePermission(actor, 'domains:write', organizationId);
  const { models, clock } = context;
  const removed = event(context, actor, 'domain.removed', shownDomain(name), { organizationId });
  const { matchedCount } = await models.Domain.updateOne(
    { _id, status: { $ne: 'removed' } },
    { $set: { status: 'removed', name: _id, updatedAt: clock.now() }, $push: { pendingEvents: removed } },
  );
  if (matchedCount !== 1) throw notFound();
  await releaseName(context, 'domain', name, _id);
}

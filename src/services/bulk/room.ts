import { tooMany } from '../../lib/errors.js';
import type { BulkOperation } from '../../models/index.js';
import type { ServiceContext } from '../context.js';

/** Previews and running operations of an organization at once. */
const MOST_OPEN = 20;
/** How often a preview looks again whether others have stepped back. */
const LOOKS = 10;

const full = () =>
  tooMany(
    'There are many bulk operations in this organization already. Cancel some that you don’t need.',
    'bulk_operations',
  );

/**
 * Inserts an operation where there is room: each preview is work and space, and an organization has so many at once, until they are applied
 * or have expired. It is inserted first and counted then, so that of any that come at once the last to count has seen all of them: what
 * stays is never one too many, whatever the clocks say. The order of the ids decides only who steps back first.
 * @throws RollcallError `too_many_requests`
 */
export async function takePlace(context: ServiceContext, operation: BulkOperation): Promise<void> {
  const { BulkOperation: operations } = context.models;
  const { _id, organizationId } = operation;
  if ((await openIn(context, organizationId)).length >= MOST_OPEN) throw full();
  await operations.create(operation);
  for (let looks = 1; ; looks += 1) {
    const open = await openIn(context, organizationId);
    if (open.length <= MOST_OPEN) return;
    if (looks < LOOKS && open.filter((id) => id < _id).length < MOST_OPEN) continue;
    await operations.deleteOne({ _id });
    throw full();
  }
}

async function openIn({ models, clock }: ServiceContext, organizationId: string): Promise<string[]> {
  const open = await models.BulkOperation.find(
    { organizationId, status: { $in: ['preparing', 'previewed', 'running'] } },
    { expiresAt: 1 },
  ).lean();
  const now = clock.now();
  return open.filter(({ expiresAt }) => !expiresAt || expiresAt > now).map(({ _id }) => _id);
}

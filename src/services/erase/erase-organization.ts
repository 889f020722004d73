import type { Organization } from '../../models/index.js';
import { moveEvents } from '../audit/move-events.js';
import { deleteItems } from '../bulk/delete-items.js';
import { releaseName } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { endGrantsOfOrganization } from '../end-grants.js';

const BATCH = 200;

/**
 * Takes away all that is an organization's: its members, roles and groups, and what they allowed in it. Its log stays for as long as logs
 * are kept, for the operators.
 * @returns what gives its slug to whoever comes next
 */
export async function eraseOrganization(
  context: ServiceContext,
  { _id: organizationId, slug }: Organization,
): Promise<() => Promise<void>> {
  const { models } = context;
  await endGrantsOfOrganization(context, organizationId);
  await moveEvents(context, organizationId);
  await eraseMembers(context, organizationId);
  for (const { _id } of await models.BulkOperation.find({ organizationId }, { _id: 1 }).lean()) {
    await deleteItems(context, _id);
    await models.BulkOperation.deleteOne({ _id });
  }
  await models.Group.deleteMany({ organizationId });
  await models.Role.deleteMany({ organizationId });
  return () => releaseName(context, 'slug', slug, organizationId);
}

async function eraseMembers({ models }: ServiceContext, organizationId: string): Promise<void> {
  for (;;) {
    const members = await models.Membership.find({ organizationId }, { userId: 1 }).limit(BATCH).lean();
    if (members.length === 0) return;
    await models.Consent.deleteMany({ userId: { $in: members.map(({ userId }) => userId) }, organizationId });
    await models.Membership.deleteMany({ _id: { $in: members.map(({ _id }) => _id) } });
  }
}

import type { Organization } from '../../models/index.js';
import { moveEvents } from '../audit/move-events.js';
import { deleteItems } from '../bulk/delete-items.js';
import { releaseName } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { endGrantsOfOrganization } from '../end-grants.js';
import { deletePicturesOf } from '../pictures/index.js';
import { eraseAllInvited } from './erase-events.js';

const BATCH = 200;

/**
 * Takes away all that is an organization's: members, roles, groups, invitations, domains, pictures, and what was allowed in it. Its log stays
 * for as long as logs are kept, for the operators, without the addresses of those whom it has invited.
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
  await models.Invitation.deleteMany({ organizationId });
  await eraseAllInvited(context, organizationId);
  await models.JoinRequest.deleteMany({ organizationId });
  await eraseDomains(context, organizationId);
  await deletePicturesOf(context, organizationId);
  await models.Role.deleteMany({ organizationId });
  return async () => {
    // Whom an operator has let in meanwhile; who comes later finds no organization.
    await eraseMembers(context, organizationId);
    await releaseName(context, 'slug', slug, organizationId);
  };
}

/** The domains first: a claim whose domain is gone is free after a minute, should nobody give it back. */
async function eraseDomains(context: ServiceContext, organizationId: string): Promise<void> {
  for (const { _id, name } of await context.models.Domain.find({ organizationId }, { name: 1 }).lean()) {
    await context.models.Domain.deleteOne({ _id });
    await releaseName(context, 'domain', name, _id);
  }
}

async function eraseMembers({ models }: ServiceContext, organizationId: string): Promise<void> {
  for (;;) {
    const members = await models.Membership.find({ organizationId }, { userId: 1 }).limit(BATCH).lean();
    if (members.length === 0) return;
    await models.Consent.deleteMany({ userId: { $in: members.map(({ userId }) => userId) }, organizationId });
    await models.Membership.deleteMany({ _id: { $in: members.map(({ _id }) => _id) } });
  }
}

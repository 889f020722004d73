import { type Actor, can, SYSTEM_ORGANIZATION } from '../access/can.js';
import { conflict, forbidden } from '../lib/errors.js';
import type { Organization } from '../models/index.js';
import { event, type ServiceContext } from './context.js';

/** What can be changed of an organization; its id and slug never. `defaultRoles` are ids of roles that the caller has resolved. */
export type OrganizationChange = Partial<
  Pick<Organization, 'name' | 'status' | 'joinPolicy' | 'defaultRoles' | 'metadata'>
>;

/**
 * Changes an organization's own properties. Only operators suspend and activate one; `system` stays active, for who would let it back
 * in acts there.
 * @throws RollcallError `forbidden`, `built_in`
 */
export async function changeOrganization(
  context: ServiceContext,
  actor: Actor,
  { _id, slug }: Pick<Organization, '_id' | 'slug'>,
  change: OrganizationChange,
): Promise<void> {
  const { models, clock } = context;
  if (!can(actor, 'settings:write', { organizationId: _id }) && !can(actor, 'instance:organizations'))
    throw forbidden();
  if (change.status !== undefined && !can(actor, 'instance:organizations')) throw forbidden();
  if (slug === SYSTEM_ORGANIZATION && change.status === 'suspended')
    throw conflict('built_in', 'The operators’ own organization can’t be suspended.');
  await models.Organization.updateOne(
    { _id },
    {
      $set: { ...change, updatedAt: clock.now() },
      $push: {
        pendingEvents: event(context, actor, 'organization.changed', _id, { organizationId: _id, after: change }),
      },
    },
  );
}

import { SYSTEM_ORGANIZATION } from '../access/can.js';
import type { HeldRole } from '../access/effective-roles.js';
import type { KnownGroup, Membership, Organization, Role } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { settleMembership } from './join-organization.js';
import { heldIn } from './load-standing.js';

export interface MembershipOverview {
  membership: Membership;
  organization: Organization;
  roles: Role[];
  /** The same with where each comes from (R3). */
  held: HeldRole<Role, KnownGroup>[];
}

/**
 * In which organizations a user is, with today's roles, sorted by name. `system` is left out: it is picked only for this server's
 * own pages and never counts as the only one (R7).
 */
export async function listMemberships(context: ServiceContext, userId: string): Promise<MembershipOverview[]> {
  const { models, catalog, reads } = context;
  const [memberships, snapshot] = await Promise.all([reads.membershipsOf(userId), catalog.current()]);
  const organizations = await Promise.all(memberships.map((one) => reads.organization(one.organizationId)));
  const rows = await Promise.all(
    memberships.map(async (found, index) => {
      const membership = found.settled ? found : await settleMembership(context, found);
      const organization = found.settled
        ? organizations[index]
        : await models.Organization.findById(found.organizationId).lean();
      if (!organization || organization.slug === SYSTEM_ORGANIZATION) return [];
      const held = await heldIn(context, snapshot, organization, membership);
      return [{ membership, organization, held, roles: held.map(({ role }) => role) }];
    }),
  );
  return rows.flat().sort((a, b) => a.organization.name.localeCompare(b.organization.name, 'en'));
}

/** Of these, the ones in which the user may act: active membership, active organization. */
export const actable = (rows: MembershipOverview[]) =>
  rows.filter(({ membership, organization }) => membership.status === 'active' && organization.status === 'active');

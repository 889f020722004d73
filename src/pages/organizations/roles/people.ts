/** Who has a role, a page at a time. */
import { can } from '../../../access/can.js';
import { RollcallError } from '../../../lib/errors.js';
import { listMembers, type MemberFilter, type MemberPage } from '../../../services/list-members.js';
import type { PageRequest } from '../../../services/list-pages.js';
import type { PageDeps } from '../../deps.js';
import type { RoleVisit } from './visit.js';

/**
 * Counted; of a cursor that isn't of this list, nobody.
 * @returns undefined where the visitor may not see members
 */
export async function membersBy(
  { services }: PageDeps,
  { actor, organization }: RoleVisit,
  filter: MemberFilter,
  page: PageRequest,
): Promise<MemberPage | undefined> {
  if (!can(actor, 'members:read', { organizationId: organization._id })) return undefined;
  return listMembers(services, actor, organization, { ...filter, count: true }, page).catch((error: unknown) => {
    if (error instanceof RollcallError && error.code === 'invalid') return { data: [], nextCursor: null };
    throw error;
  });
}

/** How many have the role; undefined where the visitor may not know. */
export const holdersOf = async (deps: PageDeps, visit: RoleVisit): Promise<MemberPage['total']> =>
  (await membersBy(deps, visit, { role: visit.role._id }, { limit: 1 }))?.total;

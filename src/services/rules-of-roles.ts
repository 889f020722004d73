/** What every giving and taking of roles is checked against: R15, R4's single mode, end dates. */

import { type Actor, managementOf, mayGive } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { conflict, forbidden, invalid } from '../lib/errors.js';
import type { Organization, Role } from '../models/index.js';
import type { Assignment } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import type { ServiceContext } from './context.js';
import type { OrganizationVocabulary } from './vocabulary.js';

export const isSingle = ({ roleMode }: Pick<Organization, 'roleMode'>) => roleMode === 'single';

/**
 * The roles behind ids, each where it is there.
 * @throws RollcallError `invalid` for an id that is no role's of this organization
 */
export function rolesBehind(vocabulary: OrganizationVocabulary, ids: Iterable<string>): Role[] {
  return [...new Set(ids)].map((id) => {
    const role = vocabulary.role(id);
    if (!role || role.deleted) throw invalid(`There is no role ${id} here any more.`);
    return role;
  });
}

/**
 * R15: who gives or takes roles holds what they carry. Ids of roles that are gone carry nothing.
 * @throws RollcallError `forbidden`
 */
export function requireMayGive(
  actor: Actor,
  organizationId: string | null,
  vocabulary: Pick<OrganizationVocabulary, 'role'>,
  ids: Iterable<string>,
): void {
  for (const id of new Set(ids)) {
    const role = liveRole(id, vocabulary.role);
    if (!role || mayGive(actor, managementOf(role), { organizationId })) continue;
    throw role._id === ADMIN_ROLE_ID
      ? forbidden('Only an administrator makes somebody an administrator, or takes that from them.')
      : beyondRights(role);
  }
}

/** Who would need what the role carries lacks some of it. */
export const beyondRights = ({ key }: Role) =>
  forbidden(`The role ${key} carries permissions that you don’t have yourself.`);

/** Roles that are given by default at once. */
export const MOST_DEFAULT_ROLES = 50;

/** What is given by default as it is stored: each once. @throws RollcallError `invalid` for none, or too many */
export function defaultRoleIds(ids: readonly string[]): string[] {
  const unique = [...new Set(ids)];
  if (unique.length === 0) throw invalid('Name at least one role that who joins gets.');
  if (unique.length > MOST_DEFAULT_ROLES) throw invalid(`Who joins gets ${MOST_DEFAULT_ROLES} roles at most.`);
  return unique;
}

/** @throws RollcallError `invalid` for an end that has passed already */
export function requireFuture({ clock }: ServiceContext, assignments: readonly { until?: Date | undefined }[]): void {
  const now = clock.now();
  for (const { until } of assignments)
    if (until && !(until.getTime() > now.getTime()))
      throw invalid(
        `The end ${Number.isNaN(until.getTime()) ? '' : `${until.toISOString()} `}has passed. Give one that is to come.`,
      );
}

export const singleMode = (message: string) => conflict('single_role_mode', message);

/** R4: exactly one role, without an end. @throws RollcallError `single_role_mode` */
export function requireSingle(organization: Pick<Organization, 'roleMode'>, roles: readonly Assignment[]): void {
  if (!isSingle(organization)) return;
  if (roles.length !== 1)
    throw singleMode('Each member of this organization has exactly one role. Give one, and it replaces the other.');
  requireNoEnd(organization, roles);
}

/** @throws RollcallError `single_role_mode` */
export function requireNoEnd(
  organization: Pick<Organization, 'roleMode'>,
  assignments: readonly { until?: Date | undefined }[],
): void {
  if (isSingle(organization) && assignments.some((one) => one.until))
    throw singleMode('Where each member has exactly one role, it has no end date.');
}

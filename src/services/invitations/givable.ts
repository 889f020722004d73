/** R15 for invitations: who gives roles, by themselves or by groups, may give each of them. */
import { type Actor, managementOf, mayGive } from '../../access/can.js';
import { liveRole } from '../../access/effective-roles.js';
import { invalid } from '../../lib/errors.js';
import type { Invitation, Organization } from '../../models/index.js';
import type { Membership } from '../../models/membership.js';
import { actorName, type ServiceContext, SYSTEM } from '../context.js';
import { loadActor } from '../load-actor.js';
import { isSingle, requireMayGive, rolesBehind, singleMode } from '../rules-of-roles.js';
import { type OrganizationVocabulary, vocabularyOf } from '../vocabulary.js';

export type Gift = Pick<Invitation, 'roleIds' | 'groupIds'>;

/** Roles, and groups, of one invitation. */
export const MOST_GIVEN = 50;

/**
 * Whether the actor may give all of it here. No roles are what everybody gets who joins.
 * @throws RollcallError `invalid`, `single_role_mode`, `forbidden`
 */
export function requireGivable(
  actor: Actor,
  organization: Pick<Organization, '_id' | 'roleMode'>,
  vocabulary: OrganizationVocabulary,
  { roleIds, groupIds }: Gift,
): void {
  if (roleIds.length > MOST_GIVEN || groupIds.length > MOST_GIVEN)
    throw invalid(`An invitation gives ${MOST_GIVEN} roles and ${MOST_GIVEN} groups at most.`);
  if (isSingle(organization) && roleIds.length > 1)
    throw singleMode('Each member of this organization has exactly one role. Invite with one, or with none.');
  rolesBehind(vocabulary, roleIds);
  const carried = groupIds.flatMap((id) => {
    const group = vocabulary.group(id);
    if (!group) throw invalid(`There is no group ${id} here any more.`);
    return group.roles;
  });
  requireMayGive(actor, organization._id, vocabulary, [...roleIds, ...carried]);
}

/** The same for an invitation that is renewed: what has gone meanwhile carries nothing. @throws RollcallError `forbidden` */
export async function requireMayRenew(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  { roleIds, groupIds }: Gift,
): Promise<void> {
  const vocabulary = await vocabularyOf(context, organization);
  const carried = groupIds.flatMap((id) => vocabulary.group(id)?.roles ?? []);
  requireMayGive(actor, organization._id, vocabulary, [...roleIds, ...carried]);
}

/** Who invited, by today's rights: none where they are gone. */
export async function inviterToday(context: ServiceContext, invitedBy: string, organizationId: string): Promise<Actor> {
  if (invitedBy === actorName(SYSTEM)) return SYSTEM;
  const [, applicationId] = /^application:(.*)$/s.exec(invitedBy) ?? [];
  if (applicationId === undefined) return loadActor(context, invitedBy, organizationId);
  const permissions = (await context.machineToday?.(applicationId)) ?? new Set();
  return { kind: 'application', applicationId, permissions };
}

/**
 * What of an invitation counts when it is accepted: without what its inviter couldn't give today, so that nobody keeps a way back to rights
 * that were taken from them. What carries no management permission stays.
 */
export async function stillGiven(
  context: ServiceContext,
  organization: Organization,
  { roleIds, groupIds, invitedBy }: Invitation,
): Promise<NonNullable<Membership['invited']>> {
  const { _id: organizationId } = organization;
  const [vocabulary, inviter] = await Promise.all([
    vocabularyOf(context, organization),
    inviterToday(context, invitedBy, organizationId),
  ]);
  const givable = (id: string) => {
    const role = liveRole(id, vocabulary.role);
    return !role || mayGive(inviter, managementOf(role), { organizationId });
  };
  return {
    roleIds: roleIds.filter(givable),
    groupIds: groupIds.filter((id) => vocabulary.group(id)?.roles.every(givable)),
  };
}

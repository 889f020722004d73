import { type HeldRole, heldRoles, liveRole } from '../../access/effective-roles.js';
import { notFound } from '../../lib/errors.js';
import type { KnownGroup, Membership, Organization, Role } from '../../models/index.js';
import type { ServiceContext } from '../../services/context.js';
import type { Copied } from '../../services/copies.js';
import { findMember } from '../../services/find-member.js';
import { settleMembership } from '../../services/join-organization.js';
import { type OrganizationVocabulary, vocabularyOf } from '../../services/vocabulary.js';
import type { Answer } from '../endpoint.js';

const ended = (until: Date | undefined) => (until ? until.toISOString() : null);

/** Members of one organization as they are answered. */
export async function createMemberPresenter(services: ServiceContext, organization: Organization) {
  const vocabulary = await vocabularyOf(services, organization);
  const now = services.clock.now();
  return ({ membership, user }: { membership: Membership; user: Copied }) => {
    const held = heldRoles({ userId: membership.userId, organization, membership }, vocabulary, now);
    const acts = [organization.status, membership.status, user.status].every((one) => one === 'active');
    const groupMemberships = groupsOf(vocabulary, membership, now);
    const defaultRole = membership.defaultRole && liveRole(membership.defaultRole, vocabulary.role)?.key;
    return {
      id: membership._id,
      userId: user._id,
      email: user.email,
      name: user.name,
      status: membership.status,
      userStatus: user.status === 'active' ? 'active' : 'disabled',
      roles: direct(held, membership),
      groups: groupMemberships.map(({ name }) => name),
      groupMemberships,
      effectiveRoles: acts ? held.map(({ role }) => role.key) : [],
      origins: held.map(originOf),
      defaultRole: defaultRole ?? null,
      metadata: membership.metadata ?? {},
      createdAt: membership.createdAt.toISOString(),
      updatedAt: membership.updatedAt.toISOString(),
    };
  };
}

/** Also the administrator's seat that waits for their return. */
function direct(held: readonly HeldRole<Role, KnownGroup>[], { wasAdministrator }: Membership) {
  const roles = held.flatMap(({ role, direct: one }) =>
    one ? [one.until ? { role: role.key, until: one.until.toISOString() } : role.key] : [],
  );
  return wasAdministrator && !roles.includes('admin') ? ['admin', ...roles] : roles;
}

function groupsOf(vocabulary: OrganizationVocabulary, { groups = [] }: Membership, now: Date) {
  const shown = groups
    .filter(({ until }) => !until || until > now)
    .flatMap(({ groupId, until }) => {
      const group = vocabulary.group(groupId);
      return group ? [{ id: groupId, name: group.name, until: ended(until) }] : [];
    });
  return shown.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

const originOf = ({ role, direct: one, groups }: HeldRole<Role, KnownGroup>) => ({
  role: role.key,
  direct: one ? { until: ended(one.until) } : null,
  groups: groups.map(({ group, until }) => ({ group: group.name, until: ended(until) })),
});

/** One member, as they are now. @throws RollcallError `not_found` */
export async function answerWithMember(
  services: ServiceContext,
  organizationId: string,
  reference: string,
): Promise<Answer> {
  const { models } = services;
  const organization = await models.Organization.findById(organizationId).lean();
  if (!organization) throw notFound();
  const membership = await findMember(services, organization, reference);
  if (!membership.settled) {
    await settleMembership(services, membership);
    return answerWithMember(services, organizationId, reference);
  }
  const user = await models.User.findById(membership.userId).lean();
  if (!user) throw notFound();
  const present = await createMemberPresenter(services, organization);
  return { body: present({ membership, user }), revision: membership.revision ?? 0 };
}

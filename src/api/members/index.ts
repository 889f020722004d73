import { notFound } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import { setMemberStatus } from '../../services/change-status.js';
import type { ServiceContext } from '../../services/context.js';
import { findMember } from '../../services/find-member.js';
import { listMembers, type MemberOverview, overviewOf } from '../../services/list-members.js';
import { setMemberRoles } from '../../services/set-member-roles.js';
import { type Answer, inOrganization, type Noun, pageAnswer } from '../endpoint.js';
import { roleIdsOf } from '../role-keys.js';
import { member, memberChange, memberList, memberRoles } from './schema.js';

const present = ({ membership, user, roles, effectiveRoles }: MemberOverview) => ({
  id: membership._id,
  userId: user._id,
  email: user.email,
  name: user.name,
  status: membership.status,
  userStatus: user.status === 'active' ? 'active' : 'disabled',
  roles,
  effectiveRoles: effectiveRoles.map((role) => role.key),
  metadata: membership.metadata ?? {},
  createdAt: membership.createdAt.toISOString(),
  updatedAt: membership.updatedAt.toISOString(),
});

async function answerWith(services: ServiceContext, organization: Organization, reference: string): Promise<Answer> {
  const membership = await findMember(services, organization, reference);
  const [user, now] = await Promise.all([
    services.models.User.findById(membership.userId).lean(),
    services.models.Organization.findById(organization._id).lean(),
  ]);
  if (!user || !now) throw notFound();
  return { body: present(await overviewOf(services, now, membership, user)), revision: membership.revision ?? 0 };
}

export const members: Noun = {
  name: 'members',
  description: 'People in an organization, and the roles that they hold there.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/members',
      operationId: 'listMembers',
      summary: 'List members',
      permissions: ['members:read'],
      list: true,
      answer: { status: 200, description: 'A page of members.', schema: memberList },
      async handle({ services, organization, page }) {
        return pageAnswer(await listMembers(services, organization, page), present);
      },
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/members/{member}',
      operationId: 'getMember',
      summary: 'Read a member',
      permissions: ['members:read'],
      answer: { status: 200, description: 'The member.', schema: member },
      handle: ({ services, organization, params }) => answerWith(services, organization, params.member as string),
    }),
    inOrganization({
      method: 'patch',
      path: '/organizations/{org}/members/{member}',
      operationId: 'changeMember',
      summary: 'Suspend or reactivate a member',
      permissions: ['members:write'],
      body: memberChange,
      answer: { status: 200, description: 'The member as they are now.', schema: member },
      conflicts: ['last_administrator', 'too_many_administrators'],
      async handle({ services, actor, organization, params, body: { status } }) {
        const { userId } = await findMember(services, organization, params.member as string);
        if (status) await setMemberStatus(services, actor, { organizationId: organization._id, userId, status });
        return answerWith(services, organization, userId);
      },
    }),
    inOrganization({
      method: 'put',
      path: '/organizations/{org}/members/{member}/roles',
      operationId: 'setMemberRoles',
      summary: 'Set a member’s roles',
      description: 'They become what is given, and nothing else: an empty list takes them all.',
      permissions: ['members:write'],
      body: memberRoles,
      answer: { status: 200, description: 'The member as they are now.', schema: member },
      conflicts: ['last_administrator', 'too_many_administrators', 'not_active'],
      async handle({ services, actor, organization, params, body: { roles } }) {
        const { userId } = await findMember(services, organization, params.member as string);
        const roleIds = await roleIdsOf(services, organization._id, roles, 'roles');
        const assignments = roleIds.map((roleId) => ({ roleId }));
        await setMemberRoles(services, actor, { organizationId: organization._id, userId, roles: assignments });
        return answerWith(services, organization, userId);
      },
    }),
  ],
};

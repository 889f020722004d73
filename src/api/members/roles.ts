import { setMemberGroups } from '../../services/change-member-group.js';
import { giveRole, takeRole } from '../../services/change-member-role.js';
import { findMember } from '../../services/find-member.js';
import { findRole } from '../../services/find-role.js';
import { setMemberRoles } from '../../services/set-member-roles.js';
import { type Endpoint, inOrganization, type OrganizationCall } from '../endpoint.js';
import { assignmentsOf, groupMembershipsOf } from '../role-keys.js';
import { endsAt } from '../schemas.js';
import { answerWithMember } from './present.js';
import { member, memberGroups, memberRoles } from './schema.js';

const CONFLICTS = ['last_administrator', 'too_many_administrators', 'not_active', 'single_role_mode'];

const memberOf = async ({ services, organization, params }: OrganizationCall) => ({
  organizationId: organization._id,
  userId: (await findMember(services, organization, params.member as string)).userId,
});

const roleOf = async ({ services, organization, params }: OrganizationCall) =>
  (await findRole(services, organization._id, params.role as string))._id;

export const memberRoleEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'put',
    path: '/organizations/{org}/members/{member}/roles',
    operationId: 'setMemberRoles',
    summary: 'Set a member’s roles',
    description: 'What they hold directly becomes what is given, and nothing else. In single mode it is exactly one.',
    permissions: ['members:write'],
    conditional: true,
    body: memberRoles,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    conflicts: CONFLICTS,
    async handle(call) {
      const { services, actor, organization, body, revision } = call;
      const key = await memberOf(call);
      const roles = await assignmentsOf(services, organization, body.roles);
      await setMemberRoles(services, actor, { ...key, roles }, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
  inOrganization({
    method: 'put',
    path: '/organizations/{org}/members/{member}/roles/{role}',
    operationId: 'giveRole',
    summary: 'Give a member a role',
    description: 'Or another end to one that they hold. In single mode it replaces the other.',
    permissions: ['members:write'],
    conditional: true,
    body: endsAt.meta({ id: 'Assignment', examples: [{ until: '2040-01-01T00:00:00Z' }] }),
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    conflicts: CONFLICTS,
    async handle(call) {
      const { services, actor, organization, body, revision } = call;
      const [key, roleId] = await Promise.all([memberOf(call), roleOf(call)]);
      const until = body.until ? { until: new Date(body.until) } : {};
      await giveRole(services, actor, { ...key, roleId, ...until }, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/members/{member}/roles/{role}',
    operationId: 'takeRole',
    summary: 'Take a role from a member',
    description: 'What a group gives stays.',
    permissions: ['members:write'],
    conditional: true,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    conflicts: ['last_administrator', 'single_role_mode'],
    async handle(call) {
      const { services, actor, organization, revision } = call;
      const [key, roleId] = await Promise.all([memberOf(call), roleOf(call)]);
      await takeRole(services, actor, { ...key, roleId }, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
  inOrganization({
    method: 'put',
    path: '/organizations/{org}/members/{member}/groups',
    operationId: 'setMemberGroups',
    summary: 'Set a member’s groups',
    description: 'They become what is given, and nothing else.',
    permissions: ['members:write'],
    conditional: true,
    body: memberGroups,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    async handle(call) {
      const { services, actor, organization, body, revision } = call;
      const key = await memberOf(call);
      const groups = await groupMembershipsOf(services, organization, body.groups);
      await setMemberGroups(services, actor, { ...key, groups }, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
];

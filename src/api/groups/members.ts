import { addToGroup, removeFromGroup } from '../../services/change-member-group.js';
import { findGroup } from '../../services/find-group.js';
import { findMember } from '../../services/find-member.js';
import { listMembers } from '../../services/list-members.js';
import { type Endpoint, inOrganization, type OrganizationCall, pageAnswer } from '../endpoint.js';
import { answerWithMember, createMemberPresenter } from '../members/present.js';
import { member, memberList } from '../members/schema.js';
import { groupMembership } from './schema.js';

async function inGroup({ services, organization, params }: OrganizationCall) {
  const [group, membership] = await Promise.all([
    findGroup(services, organization._id, params.group as string),
    findMember(services, organization, params.member as string),
  ]);
  return { organizationId: organization._id, userId: membership.userId, groupId: group._id };
}

export const groupMemberEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/groups/{group}/members',
    operationId: 'listGroupMembers',
    summary: 'List the members of a group',
    permissions: ['members:read'],
    list: true,
    answer: { status: 200, description: 'A page of members.', schema: memberList },
    async handle({ services, actor, organization, params, page }) {
      const group = await findGroup(services, organization._id, params.group as string);
      const present = await createMemberPresenter(services, organization);
      return pageAnswer(await listMembers(services, actor, organization, { group: group._id }, page), present);
    },
  }),
  inOrganization({
    method: 'put',
    path: '/organizations/{org}/groups/{group}/members/{member}',
    operationId: 'addToGroup',
    summary: 'Put a member into a group',
    description: 'Or give another end to their membership in it.',
    permissions: ['members:write'],
    conditional: true,
    body: groupMembership,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    async handle(call) {
      const { services, actor, organization, body, revision } = call;
      const key = await inGroup(call);
      const until = body.until ? { until: new Date(body.until) } : {};
      await addToGroup(services, actor, { ...key, ...until }, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/groups/{group}/members/{member}',
    operationId: 'removeFromGroup',
    summary: 'Take a member out of a group',
    permissions: ['members:write'],
    conditional: true,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    async handle(call) {
      const { services, actor, organization, revision } = call;
      const key = await inGroup(call);
      await removeFromGroup(services, actor, key, { revision });
      return answerWithMember(services, organization._id, key.userId);
    },
  }),
];

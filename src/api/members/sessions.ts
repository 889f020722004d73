import { endMemberSessions } from '../../services/end-member-sessions.js';
import { findMember } from '../../services/find-member.js';
import { endMemberSession, listMemberSessions } from '../../services/list-member-sessions.js';
import { bySignIn, pageOfAll } from '../../services/lists/whole.js';
import { type Endpoint, inOrganization, type OrganizationCall, pageAnswer } from '../endpoint.js';
import { memberSessionList } from './schema.js';

const memberOf = async ({ services, organization, params }: OrganizationCall) => ({
  organizationId: organization._id,
  userId: (await findMember(services, organization, params.member as string)).userId,
});

export const memberSessionEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/members/{member}/sessions',
    operationId: 'listMemberSessions',
    summary: 'List a member’s sessions',
    description: 'Those in which something was given in this organization, and that alone; the latest sign-in first.',
    permissions: ['sessions:end'],
    list: true,
    answer: { status: 200, description: 'A page of sessions.', schema: memberSessionList },
    async handle(call) {
      const sessions = await listMemberSessions(call.services, call.actor, await memberOf(call));
      return pageAnswer(pageOfAll(sessions, bySignIn, call.page), ({ signedInAt, expiresAt, ...one }) => ({
        ...one,
        signedInAt: signedInAt?.toISOString() ?? null,
        expiresAt: expiresAt?.toISOString() ?? null,
      }));
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/members/{member}/sessions/{session}',
    operationId: 'endMemberSession',
    summary: 'End a member’s session',
    description: 'In this organization: what was given there ends, and the next token there needs a new sign-in.',
    permissions: ['sessions:end'],
    answer: { status: 204, description: 'It has ended.' },
    async handle(call) {
      const { services, actor, params } = call;
      await endMemberSession(services, actor, { ...(await memberOf(call)), sessionId: params.session as string });
      return {};
    },
  }),
  inOrganization({
    method: 'post',
    path: '/organizations/{org}/members/{member}/revoke-sessions',
    operationId: 'revokeMemberSessions',
    summary: 'End all sessions of a member',
    description:
      'In this organization: grants, refresh tokens and access tokens end at once. What they do elsewhere goes on.',
    permissions: ['sessions:end'],
    answer: { status: 204, description: 'They have ended.' },
    async handle(call) {
      await endMemberSessions(call.services, call.actor, await memberOf(call));
      return {};
    },
  }),
];

import { z } from 'zod';
import { acceptJoinRequest, declineJoinRequest } from '../../services/join-requests/decide.js';
import { listJoinRequests, type WaitingRequest } from '../../services/join-requests/list-requests.js';
import { inOrganization, type Noun, pageAnswer } from '../endpoint.js';
import { answerWithMember } from '../members/present.js';
import { member } from '../members/schema.js';
import { listOf, text, time } from '../schemas.js';

const joinRequest = z
  .strictObject({
    id: text.meta({ examples: ['jrq_01JX0000000000000000000000'] }),
    userId: text.meta({ examples: ['usr_01JX0000000000000000000000'] }),
    name: text,
    email: text.meta({ description: 'It is proved to be theirs.' }),
    message: text.nullable().meta({ description: 'What they write.' }),
    askedAt: time,
  })
  .meta({ id: 'JoinRequest' });

const joinRequestList = listOf('JoinRequestList', joinRequest);

const present = ({ request, user }: WaitingRequest) => ({
  id: request._id,
  userId: user._id,
  name: user.name,
  email: user.email,
  message: request.message ?? null,
  askedAt: request.askedAt.toISOString(),
});

export const joinRequests: Noun = {
  name: 'join requests',
  description: 'People who ask to become members, where an organization lets them (`joinRequests`).',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/join-requests',
      operationId: 'listJoinRequests',
      summary: 'List who asks to join',
      description: 'Those who wait for an answer, the first first.',
      permissions: ['members:write'],
      list: true,
      answer: { status: 200, description: 'A page of requests.', schema: joinRequestList },
      handle: async ({ services, actor, organization, page }) =>
        pageAnswer(await listJoinRequests(services, actor, organization._id, page), present),
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/join-requests/{request}/accept',
      operationId: 'acceptJoinRequest',
      summary: 'Let somebody in who asks to join',
      permissions: ['members:write'],
      answer: { status: 200, description: 'The member.', schema: member },
      conflicts: ['not_active'],
      async handle({ services, actor, organization, params, issuer }) {
        const { userId } = await acceptJoinRequest(services, actor, organization, params.request as string, issuer);
        return answerWithMember(services, organization._id, userId);
      },
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/join-requests/{request}/decline',
      operationId: 'declineJoinRequest',
      summary: 'Decline a request to join',
      description: 'Who asked can ask again after a week.',
      permissions: ['members:write'],
      answer: { status: 204, description: 'It is declined.' },
      async handle({ services, actor, organization, params }) {
        await declineJoinRequest(services, actor, organization, params.request as string);
        return {};
      },
    }),
  ],
};

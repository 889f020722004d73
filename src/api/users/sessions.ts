import { findUser } from '../../services/find-user.js';
import { bySignIn, pageOfAll } from '../../services/lists/whole.js';
import { endAllUserSessions, endUserSession, listUserSessions } from '../../services/user-sessions.js';
import { type Endpoint, onInstance, pageAnswer } from '../endpoint.js';
import { userSessionList } from './schema.js';

export const userSessionEndpoints: readonly Endpoint[] = [
  onInstance({
    method: 'get',
    path: '/users/{user}/sessions',
    operationId: 'listUserSessions',
    summary: 'List a user’s sessions',
    description: 'The browsers that they are signed in with, the latest sign-in first.',
    permissions: ['instance:users'],
    list: true,
    answer: { status: 200, description: 'A page of sessions.', schema: userSessionList },
    async handle({ services, actor, params, page }) {
      const { _id } = await findUser(services, params.user as string);
      const sessions = pageOfAll(await listUserSessions(services, actor, _id), bySignIn, page);
      return pageAnswer(sessions, ({ signedInAt, expiresAt, ...one }) => ({
        ...one,
        signedInAt: signedInAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
      }));
    },
  }),
  onInstance({
    method: 'delete',
    path: '/users/{user}/sessions/{session}',
    operationId: 'endUserSession',
    summary: 'End a user’s session',
    description: 'With everything that was given in it, in every organization.',
    permissions: ['instance:users'],
    answer: { status: 204, description: 'It has ended.' },
    async handle({ services, actor, params }) {
      await endUserSession(services, actor, await findUser(services, params.user as string), params.session as string);
      return {};
    },
  }),
  onInstance({
    method: 'post',
    path: '/users/{user}/revoke-sessions',
    operationId: 'revokeUserSessions',
    summary: 'End all sessions of a user',
    description: 'On every device and in every organization, with everything that was given in them.',
    permissions: ['instance:users'],
    answer: { status: 204, description: 'They have ended.' },
    async handle({ services, actor, params }) {
      await endAllUserSessions(services, actor, await findUser(services, params.user as string));
      return {};
    },
  }),
];

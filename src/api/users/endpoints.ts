import type { User } from '../../models/index.js';
import { addUser } from '../../services/add-user.js';
import { changeUser, setUserPassword } from '../../services/change-user.js';
import type { ServiceContext } from '../../services/context.js';
import { findUserByEmail } from '../../services/create-user.js';
import { findUser } from '../../services/find-user.js';
import { membershipsOf } from '../../services/list-members.js';
import { listUsers } from '../../services/list-pages.js';
import { type Answer, type Endpoint, onInstance, pageAnswer } from '../endpoint.js';
import { createMemberPresenter } from '../members/present.js';
import { newUserOf } from './new-user.js';
import { newUser, user, userChange, userFilter, userList, userMembershipList, userPassword } from './schema.js';

const present = (one: User) => ({
  id: one._id,
  email: one.email,
  name: one.name,
  status: one.status === 'active' ? 'active' : 'disabled',
  emailVerified: one.emailVerified,
  hasPassword: one.passwordHash !== undefined,
  eraseAt: one.deletion?.eraseAt.toISOString() ?? null,
  profile: one.profile ?? {},
  metadata: one.metadata ?? {},
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

async function answerWith(services: ServiceContext, id: string): Promise<Answer> {
  const one = await findUser(services, id);
  return { body: present(one), revision: one.revision ?? 0 };
}

export const userEndpoints: readonly Endpoint[] = [
  onInstance({
    method: 'get',
    path: '/users',
    operationId: 'listUsers',
    summary: 'List users',
    description: 'In the order in which they were made; with `search` in the order of the words that were found.',
    permissions: ['instance:users'],
    list: true,
    query: userFilter,
    answer: { status: 200, description: 'A page of users.', schema: userList },
    async handle({ services, query: { email, search }, page }) {
      if (email === undefined) return pageAnswer(await listUsers(services, { ...page, search }), present);
      const found = await findUserByEmail(services, email);
      return pageAnswer({ data: found ? [found] : [], nextCursor: null }, present);
    },
  }),
  onInstance({
    method: 'post',
    path: '/users',
    operationId: 'createUser',
    summary: 'Make a user',
    description:
      'With memberships and their roles, as in a provisioning file. All of it is checked before anything is written.',
    permissions: ['instance:users'],
    body: newUser,
    answer: { status: 201, description: 'The new user.', schema: user },
    conflicts: [
      'email_taken',
      'email_in_progress',
      'single_role_mode',
      'too_many_administrators',
      'last_administrator',
    ],
    async handle({ services, actor, body }) {
      const { _id } = await addUser(services, actor, await newUserOf(services, body));
      return { ...(await answerWith(services, _id)), location: `/users/${_id}` };
    },
  }),
  onInstance({
    method: 'get',
    path: '/users/{user}',
    operationId: 'getUser',
    summary: 'Read a user',
    permissions: ['instance:users'],
    answer: { status: 200, description: 'The user.', schema: user },
    handle: ({ services, params }) => answerWith(services, params.user as string),
  }),
  onInstance({
    method: 'patch',
    path: '/users/{user}',
    operationId: 'changeUser',
    summary: 'Change a user',
    description:
      'What is absent stays as it is. Disabling ends every session and everything that was given in one. Address and status of an operator need `administrators:write` besides.',
    permissions: ['instance:users'],
    conditional: true,
    body: userChange,
    answer: { status: 200, description: 'The user as they are now.', schema: user },
    conflicts: ['email_taken', 'email_in_progress', 'last_administrator', 'too_many_administrators'],
    async handle({ services, actor, params, body, revision }) {
      const one = await findUser(services, params.user as string);
      await changeUser(services, actor, one, body, { revision });
      return answerWith(services, one._id);
    },
  }),
  onInstance({
    method: 'put',
    path: '/users/{user}/password',
    operationId: 'setUserPassword',
    summary: 'Set a user’s password',
    description:
      'Or the hash of one that they have in another system: they sign in as before. That of an operator needs `administrators:write` besides.',
    permissions: ['instance:users'],
    body: userPassword,
    answer: { status: 204, description: 'It is set.' },
    async handle({ services, actor, params, body: { endSessions = false, password, passwordHash } }) {
      const one = await findUser(services, params.user as string);
      const secret = password === undefined ? { passwordHash: passwordHash as string } : { password };
      await setUserPassword(services, actor, one, secret, { endSessions });
      return {};
    },
  }),
  onInstance({
    method: 'get',
    path: '/users/{user}/memberships',
    operationId: 'listUserMemberships',
    summary: 'List a user’s memberships',
    description: 'In every organization, `system` included, by slug.',
    permissions: ['instance:users'],
    list: true,
    answer: { status: 200, description: 'A page of memberships.', schema: userMembershipList },
    async handle({ services, params, page }) {
      const user = await findUser(services, params.user as string);
      const { data: rows, nextCursor } = await membershipsOf(services, user, page);
      const data = await Promise.all(
        rows.map(async ({ organization, ...row }) => ({
          organization: { id: organization._id, slug: organization.slug, name: organization.name },
          member: (await createMemberPresenter(services, organization))(row),
        })),
      );
      return { body: { data, nextCursor } };
    },
  }),
];

import { invalid, RollcallError } from '../../lib/errors.js';
import type { User } from '../../models/index.js';
import { addMember } from '../../services/add-member.js';
import { changeMember } from '../../services/change-member.js';
import type { ServiceContext } from '../../services/context.js';
import { findMember } from '../../services/find-member.js';
import { findUser } from '../../services/find-user.js';
import { listMembers } from '../../services/list-members.js';
import { removeMember } from '../../services/remove-member.js';
import { type Endpoint, inOrganization, pageAnswer } from '../endpoint.js';
import { assignmentsOf, roleIdsOf } from '../role-keys.js';
import { answerWithMember, createMemberPresenter } from './present.js';
import { member, memberChange, memberPage, memberQuery, newMember } from './schema.js';

const ORDERS = { asc: 'ascending', desc: 'descending' } as const;

export const memberEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/members',
    operationId: 'listMembers',
    summary: 'List members',
    description:
      'By name, or by when they joined. With `search` in the order of the words that were found, whatever `sort` says.',
    permissions: ['members:read'],
    list: true,
    query: memberQuery,
    answer: { status: 200, description: 'A page of members.', schema: memberPage },
    async handle({ services, actor, organization, query: { count, order, ...query }, page }) {
      const asked = { ...query, order: ORDERS[order ?? 'asc'], count: count === 'true' };
      const found = await listMembers(services, actor, organization, asked, page);
      const present = await createMemberPresenter(services, organization);
      return pageAnswer(found, present);
    },
  }),
  inOrganization({
    method: 'post',
    path: '/organizations/{org}/members',
    operationId: 'addMember',
    summary: 'Add a user as a member',
    description:
      'Without being invited, which only operators and machines do. The first member of `system` is an operator, and adding one needs `administrators:write`.',
    permissions: ['instance:users'],
    body: newMember,
    answer: { status: 201, description: 'The new member.', schema: member },
    conflicts: ['already_member', 'not_active', 'too_many_administrators', 'single_role_mode'],
    async handle({ services, actor, organization, body: { user, roles } }) {
      const { _id: userId } = await userNamed(services, user);
      const assignments = roles && (await assignmentsOf(services, organization, roles));
      const added = await addMember(services, actor, { organization, userId, roles: assignments });
      const location = `/organizations/${organization._id}/members/${added._id}`;
      return { ...(await answerWithMember(services, organization._id, added._id)), location };
    },
  }),
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/members/{member}',
    operationId: 'getMember',
    summary: 'Read a member',
    permissions: ['members:read'],
    answer: { status: 200, description: 'The member.', schema: member },
    handle: ({ services, organization, params }) =>
      answerWithMember(services, organization._id, params.member as string),
  }),
  inOrganization({
    method: 'patch',
    path: '/organizations/{org}/members/{member}',
    operationId: 'changeMember',
    summary: 'Change a member',
    description: 'Suspends and reactivates, sets the default role; `metadata` is replaced whole.',
    permissions: ['members:write'],
    conditional: true,
    body: memberChange,
    answer: { status: 200, description: 'The member as they are now.', schema: member },
    conflicts: ['last_administrator', 'too_many_administrators'],
    async handle({ services, actor, organization, params, body: { defaultRole, ...rest }, revision }) {
      const { userId } = await findMember(services, organization, params.member as string);
      const key = { organizationId: organization._id, userId };
      const [roleId] = defaultRole ? await roleIdsOf(services, organization, [defaultRole], 'defaultRole') : [];
      await changeMember(
        services,
        actor,
        key,
        { ...rest, defaultRole: roleId ?? (defaultRole as null | undefined) },
        { revision },
      );
      return answerWithMember(services, organization._id, userId);
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/members/{member}',
    operationId: 'removeMember',
    summary: 'Remove a member',
    description: 'Their account stays, and what they are elsewhere.',
    permissions: ['members:write'],
    conditional: true,
    answer: { status: 204, description: 'They are no member any more.' },
    conflicts: ['last_administrator'],
    async handle({ services, actor, organization, params, revision }) {
      const { userId } = await findMember(services, organization, params.member as string);
      await removeMember(services, actor, { organizationId: organization._id, userId }, { revision });
      return {};
    },
  }),
];

/** A user that a body names. @throws RollcallError `invalid` */
async function userNamed(services: ServiceContext, reference: string): Promise<User> {
  try {
    return await findUser(services, reference);
  } catch (error) {
    if (!(error instanceof RollcallError && error.status === 404)) throw error;
    throw invalid('The user is not known.', [{ path: 'user', message: `there is no user ${reference}` }]);
  }
}

import { forbidden } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import { picturePath } from '../../models/picture.js';
import { changeOrganization } from '../../services/change-organization.js';
import type { ServiceContext } from '../../services/context.js';
import { createOrganization } from '../../services/create-organization.js';
import { defaultRolesOf } from '../../services/default-roles.js';
import { deleteOrganization } from '../../services/delete-organization.js';
import { listOrganizations } from '../../services/list-pages.js';
import { leaveOrganization } from '../../services/remove-member.js';
import { type Answer, inOrganization, type Noun, onInstance } from '../endpoint.js';
import { roleIdsOf } from '../role-keys.js';
import { newOrganization, organization, organizationChange, organizationList, organizationQuery } from './schema.js';

type Where = { services: ServiceContext; issuer: string };
type Defaults = Awaited<ReturnType<typeof defaultRolesOf>>;

function present(issuer: string, one: Organization, defaultRoles: Defaults) {
  return {
    id: one._id,
    slug: one.slug,
    name: one.name,
    status: one.status,
    joinPolicy: one.joinPolicy,
    joinRequests: one.joinRequests ?? false,
    defaultRoles: defaultRoles(one).map((role) => role.key),
    inheritsDefaultRoles: one.defaultRoles === undefined,
    roleMode: one.roleMode ?? 'multiple',
    revokeOnDowngrade: one.revokeOnDowngrade ?? false,
    color: one.color ?? null,
    picture: one.picture ? issuer + picturePath(one.picture, 512) : null,
    hasAdministrator: one.administrators.length > 0,
    eraseAt: one.deletion?.eraseAt.toISOString() ?? null,
    metadata: one.metadata ?? {},
    createdAt: one.createdAt.toISOString(),
    updatedAt: one.updatedAt.toISOString(),
  };
}

const answerWith = async ({ services, issuer }: Where, one: Organization): Promise<Answer> => ({
  body: present(issuer, one, await defaultRolesOf(services, [one])),
  revision: one.revision ?? 0,
});

export const organizations: Noun = {
  name: 'organizations',
  description: 'Companies and teams: their names and settings, and how people join.',
  endpoints: [
    onInstance({
      method: 'get',
      path: '/organizations',
      operationId: 'listOrganizations',
      summary: 'List organizations',
      description: 'In the order in which they were made. The operators’ own one, `system`, is there too.',
      permissions: ['instance:organizations'],
      list: true,
      query: organizationQuery,
      answer: { status: 200, description: 'A page of organizations.', schema: organizationList },
      async handle({ services, issuer, query: { search }, page }) {
        const { data, nextCursor } = await listOrganizations(services, { ...page, search });
        const defaultRoles = await defaultRolesOf(services, data);
        return { body: { data: data.map((one) => present(issuer, one, defaultRoles)), nextCursor } };
      },
    }),
    onInstance({
      method: 'post',
      path: '/organizations',
      operationId: 'createOrganization',
      summary: 'Make an organization',
      description: 'It has no members: the first person to join becomes its administrator.',
      permissions: ['instance:organizations'],
      body: newOrganization,
      answer: { status: 201, description: 'The new organization.', schema: organization },
      conflicts: ['slug_taken', 'single_role_mode'],
      async handle({ services, issuer, actor, body: { defaultRoles, ...input } }) {
        const roles = defaultRoles ? await roleIdsOf(services, null, defaultRoles, 'defaultRoles') : undefined;
        const made = await createOrganization(services, actor, { ...input, defaultRoles: roles });
        return { ...(await answerWith({ services, issuer }, made)), location: `/organizations/${made._id}` };
      },
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}',
      operationId: 'getOrganization',
      summary: 'Read an organization',
      permissions: ['members:read', 'settings:write', 'instance:organizations'],
      answer: { status: 200, description: 'The organization.', schema: organization },
      handle: ({ services, issuer, organization: one }) => answerWith({ services, issuer }, one),
    }),
    inOrganization({
      method: 'patch',
      path: '/organizations/{org}',
      operationId: 'changeOrganization',
      summary: 'Change an organization',
      description:
        'What is absent stays as it is; `metadata` is replaced whole. Only operators and machines change `status`. A change to the single role mode is refused with who is in the way.',
      permissions: ['settings:write', 'instance:organizations'],
      conditional: true,
      body: organizationChange,
      answer: { status: 200, description: 'The organization as it is now.', schema: organization },
      conflicts: ['role_mode', 'single_role_mode', 'built_in'],
      async handle({ services, issuer, actor, organization: one, body: { defaultRoles, ...rest }, revision }) {
        const roles = defaultRoles && (await roleIdsOf(services, one, defaultRoles, 'defaultRoles'));
        const change = { ...rest, ...(roles === undefined ? {} : { defaultRoles: roles }) };
        const changed = await changeOrganization(services, actor, one, change, { revision });
        return answerWith({ services, issuer }, changed);
      },
    }),
    inOrganization({
      method: 'delete',
      path: '/organizations/{org}',
      operationId: 'deleteOrganization',
      summary: 'Delete an organization',
      description:
        'At once nothing is given in it any more. For 14 days its administrators, or an operator by `"status": "active"`, get it back; then it is erased.',
      permissions: ['administrators:write', 'instance:organizations'],
      conditional: true,
      answer: { status: 204, description: 'It is deleted.' },
      conflicts: ['built_in'],
      async handle({ services, actor, organization: one, revision }) {
        await deleteOrganization(services, actor, one, { revision });
        return {};
      },
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/leave',
      operationId: 'leaveOrganization',
      summary: 'Leave an organization',
      description: 'Of whoever the token is for. The last administrator can’t.',
      permissions: ['organization:leave'],
      answer: { status: 204, description: 'They are no member any more.' },
      conflicts: ['last_administrator'],
      async handle({ services, actor, organization: one }) {
        if (actor.kind !== 'user') throw forbidden('Only a person leaves.');
        await leaveOrganization(services, actor, one._id);
        return {};
      },
    }),
  ],
};

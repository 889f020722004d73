import type { Role } from '../../models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../models/role.js';
import { changeRole, createRole } from '../../services/create-role.js';
import { findRole } from '../../services/find-role.js';
import { listRoles } from '../../services/list-pages.js';
import { type Answer, inOrganization, type Noun, pageAnswer } from '../endpoint.js';
import { newRole, role, roleChange, roleList } from './schema.js';

const BUILT_IN: readonly string[] = [ADMIN_ROLE_ID, MEMBER_ROLE_ID];

const present = (one: Role) => ({
  id: one._id,
  key: one.key,
  name: one.name,
  description: one.description ?? '',
  permissions: [...one.permissions, ...(one.management ?? [])],
  organizationId: one.organizationId,
  builtIn: BUILT_IN.includes(one._id),
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

const answerWith = (one: Role): Answer => ({ body: present(one), revision: one.revision ?? 0 });

export const roles: Noun = {
  name: 'roles',
  description: 'What members can hold: a key that tokens carry, and permissions.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/roles',
      operationId: 'listRoles',
      summary: 'List the roles of an organization',
      description: 'By key: its own ones, or the instance’s, which its members can hold too.',
      permissions: ['roles:read'],
      list: true,
      answer: { status: 200, description: 'A page of roles.', schema: roleList },
      async handle({ services, organization, page }) {
        return pageAnswer(await listRoles(services, organization._id, page), present);
      },
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/roles',
      operationId: 'createRole',
      summary: 'Make a role',
      permissions: ['roles:write'],
      body: newRole,
      answer: { status: 201, description: 'The new role.', schema: role },
      conflicts: ['role_taken'],
      async handle({ services, actor, organization, body }) {
        const made = await createRole(services, actor, { ...body, organizationId: organization._id });
        return { ...answerWith(made), location: `/organizations/${organization._id}/roles/${made.key}` };
      },
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/roles/{role}',
      operationId: 'getRole',
      summary: 'Read a role',
      permissions: ['roles:read'],
      answer: { status: 200, description: 'The role.', schema: role },
      async handle({ services, organization, params }) {
        return answerWith(await findRole(services, organization._id, params.role as string));
      },
    }),
    inOrganization({
      method: 'patch',
      path: '/organizations/{org}/roles/{role}',
      operationId: 'changeRole',
      summary: 'Change a role',
      permissions: ['roles:write'],
      body: roleChange,
      answer: { status: 200, description: 'The role as it is now.', schema: role },
      async handle({ services, actor, organization, params, body }) {
        const one = await findRole(services, organization._id, params.role as string);
        await changeRole(services, actor, one, body as never);
        return answerWith(await findRole(services, organization._id, one._id));
      },
    }),
  ],
};

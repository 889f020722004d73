import type { Role } from '../../models/index.js';
import { changeRole, createRole } from '../../services/create-role.js';
import { findRole, requireOwn } from '../../services/find-role.js';
import { type Endpoint, inOrganization, type OrganizationCall, pageAnswer } from '../endpoint.js';
import { rolesByKey } from '../role-keys.js';
import { DELETION, removeRole } from './delete.js';
import { answerWithRole, pageByKey, presentRole } from './present.js';
import { newRole, role, roleChange, roleDeletion, roleList } from './schema.js';

/** One of its own: what every organization has isn't changed in one of them. */
async function ownRole({ services, organization, params }: OrganizationCall): Promise<Role> {
  const one = await findRole(services, organization._id, params.role as string);
  requireOwn(one);
  return one;
}

export const organizationRoleEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/roles',
    operationId: 'listRoles',
    summary: 'List the roles of an organization',
    description: 'Everything that its members can hold: its own ones and those of every organization, by key.',
    permissions: ['roles:read'],
    list: true,
    answer: { status: 200, description: 'A page of roles.', schema: roleList },
    async handle({ services, organization, page }) {
      return pageAnswer(pageByKey((await rolesByKey(services, organization)).values(), page), presentRole);
    },
  }),
  inOrganization({
    method: 'post',
    path: '/organizations/{org}/roles',
    operationId: 'createRole',
    summary: 'Make a role',
    description: 'Of this organization alone. It carries no permission that who makes it lacks.',
    permissions: ['roles:write'],
    body: newRole,
    answer: { status: 201, description: 'The new role.', schema: role },
    conflicts: ['role_taken', 'too_many_roles'],
    async handle({ services, actor, organization, body }) {
      const made = await createRole(services, actor, { ...body, organizationId: organization._id });
      return { ...answerWithRole(made), location: `/organizations/${organization._id}/roles/${made.key}` };
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
      return answerWithRole(await findRole(services, organization._id, params.role as string));
    },
  }),
  inOrganization({
    method: 'patch',
    path: '/organizations/{org}/roles/{role}',
    operationId: 'changeRole',
    summary: 'Change a role',
    description: '`permissions` are all that it then carries.',
    permissions: ['roles:write'],
    conditional: true,
    body: roleChange,
    answer: { status: 200, description: 'The role as it is now.', schema: role },
    conflicts: ['built_in', 'instance_wide'],
    async handle(call) {
      const { services, actor, body, revision } = call;
      return answerWithRole(await changeRole(services, actor, await ownRole(call), body, { revision }));
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/roles/{role}',
    operationId: 'deleteRole',
    summary: 'Delete a role',
    description: 'Where somebody has it, say what becomes of that: `replacement`, or `remove=true`.',
    permissions: ['roles:write'],
    query: roleDeletion,
    ...DELETION,
    conflicts: [...DELETION.conflicts, 'instance_wide'],
    async handle(call) {
      return removeRole(call, call.organization, await ownRole(call), call.query);
    },
  }),
];

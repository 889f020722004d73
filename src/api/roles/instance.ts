import { changeRole, createRole } from '../../services/create-role.js';
import { findRole } from '../../services/find-role.js';
import { type Endpoint, onInstance, pageAnswer } from '../endpoint.js';
import { rolesByKey } from '../role-keys.js';
import { DELETION, removeRole } from './delete.js';
import { answerWithRole, pageByKey, presentRole } from './present.js';
import { newRole, role, roleChange, roleDeletion, roleList } from './schema.js';

export const instanceRoleEndpoints: readonly Endpoint[] = [
  onInstance({
    method: 'get',
    path: '/roles',
    operationId: 'listInstanceRoles',
    summary: 'List the roles of every organization',
    permissions: ['instance:roles'],
    list: true,
    answer: { status: 200, description: 'A page of roles, by key.', schema: roleList },
    async handle({ services, page }) {
      return pageAnswer(pageByKey((await rolesByKey(services, null)).values(), page), presentRole);
    },
  }),
  onInstance({
    method: 'post',
    path: '/roles',
    operationId: 'createInstanceRole',
    summary: 'Make a role of every organization',
    permissions: ['instance:roles'],
    body: newRole,
    answer: { status: 201, description: 'The new role.', schema: role },
    conflicts: ['role_taken'],
    async handle({ services, actor, body }) {
      const made = await createRole(services, actor, { ...body, organizationId: null });
      return { ...answerWithRole(made), location: `/roles/${made.key}` };
    },
  }),
  onInstance({
    method: 'get',
    path: '/roles/{role}',
    operationId: 'getInstanceRole',
    summary: 'Read a role of every organization',
    permissions: ['instance:roles'],
    answer: { status: 200, description: 'The role.', schema: role },
    async handle({ services, params }) {
      return answerWithRole(await findRole(services, null, params.role as string));
    },
  }),
  onInstance({
    method: 'patch',
    path: '/roles/{role}',
    operationId: 'changeInstanceRole',
    summary: 'Change a role of every organization',
    description: 'Of `admin` and `member` the permissions of APIs too; what they may do here is fixed.',
    permissions: ['instance:roles'],
    conditional: true,
    body: roleChange,
    answer: { status: 200, description: 'The role as it is now.', schema: role },
    async handle({ services, actor, params, body, revision }) {
      const one = await findRole(services, null, params.role as string);
      return answerWithRole(await changeRole(services, actor, one, body, { revision }));
    },
  }),
  onInstance({
    method: 'delete',
    path: '/roles/{role}',
    operationId: 'deleteInstanceRole',
    summary: 'Delete a role of every organization',
    description: 'Where somebody has it, say what becomes of that: `replacement`, or `remove=true`.',
    permissions: ['instance:roles'],
    query: roleDeletion,
    ...DELETION,
    async handle(call) {
      return removeRole(call, null, await findRole(call.services, null, call.params.role as string), call.query);
    },
  }),
];

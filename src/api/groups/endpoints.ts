import { liveRole } from '../../access/effective-roles.js';
import type { Group, Organization } from '../../models/index.js';
import { changeGroup, createGroup, deleteGroup } from '../../services/change-group.js';
import type { ServiceContext } from '../../services/context.js';
import { findGroup } from '../../services/find-group.js';
import { listGroups } from '../../services/list-groups.js';
import { type OrganizationVocabulary, vocabularyOf } from '../../services/vocabulary.js';
import { type Answer, type Endpoint, inOrganization, pageAnswer } from '../endpoint.js';
import { roleIdsOf } from '../role-keys.js';
import { group, groupChange, groupList, newGroup } from './schema.js';

const present = (vocabulary: OrganizationVocabulary) => (one: Group) => ({
  id: one._id,
  name: one.name,
  description: one.description ?? '',
  roles: [...new Set(one.roles.flatMap((id) => liveRole(id, vocabulary.role)?.key ?? []))].sort(),
  metadata: one.metadata ?? {},
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

const answerWith = async (services: ServiceContext, organization: Organization, one: Group): Promise<Answer> => ({
  body: present(await vocabularyOf(services, organization))(one),
  revision: one.revision ?? 0,
});

export const groupEndpoints: readonly Endpoint[] = [
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/groups',
    operationId: 'listGroups',
    summary: 'List groups',
    permissions: ['groups:read'],
    list: true,
    answer: { status: 200, description: 'A page of groups, by name.', schema: groupList },
    async handle({ services, actor, organization, page }) {
      const found = await listGroups(services, actor, organization._id, page);
      return pageAnswer(found, present(await vocabularyOf(services, organization)));
    },
  }),
  inOrganization({
    method: 'post',
    path: '/organizations/{org}/groups',
    operationId: 'createGroup',
    summary: 'Make a group',
    permissions: ['groups:write'],
    body: newGroup,
    answer: { status: 201, description: 'The new group.', schema: group },
    conflicts: ['group_taken', 'too_many_groups', 'single_role_mode'],
    async handle({ services, actor, organization, body: { roles = [], ...rest } }) {
      const ids = await roleIdsOf(services, organization, roles, 'roles');
      const made = await createGroup(services, actor, organization._id, { ...rest, roles: ids });
      const location = `/organizations/${organization._id}/groups/${made._id}`;
      return { ...(await answerWith(services, organization, made)), location };
    },
  }),
  inOrganization({
    method: 'get',
    path: '/organizations/{org}/groups/{group}',
    operationId: 'getGroup',
    summary: 'Read a group',
    permissions: ['groups:read'],
    answer: { status: 200, description: 'The group.', schema: group },
    async handle({ services, organization, params }) {
      return answerWith(services, organization, await findGroup(services, organization._id, params.group as string));
    },
  }),
  inOrganization({
    method: 'patch',
    path: '/organizations/{org}/groups/{group}',
    operationId: 'changeGroup',
    summary: 'Change a group',
    description: '`roles` are all that it then carries; `metadata` is replaced whole.',
    permissions: ['groups:write'],
    conditional: true,
    body: groupChange,
    answer: { status: 200, description: 'The group as it is now.', schema: group },
    conflicts: ['group_taken', 'single_role_mode'],
    async handle({ services, actor, organization, params, body: { roles, ...rest }, revision }) {
      const one = await findGroup(services, organization._id, params.group as string);
      const ids = roles && (await roleIdsOf(services, organization, roles, 'roles'));
      const changed = await changeGroup(services, actor, one, { ...rest, roles: ids }, { revision });
      return answerWith(services, organization, changed);
    },
  }),
  inOrganization({
    method: 'delete',
    path: '/organizations/{org}/groups/{group}',
    operationId: 'deleteGroup',
    summary: 'Delete a group',
    description: 'Who was in it stays a member, and holds what it carried no longer.',
    permissions: ['groups:write'],
    conditional: true,
    answer: { status: 204, description: 'The group is gone.' },
    async handle({ services, actor, organization, params, revision }) {
      const one = await findGroup(services, organization._id, params.group as string);
      await deleteGroup(services, actor, one, { revision });
      return {};
    },
  }),
];

import { notFound } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import { changeOrganization } from '../../services/change-organization.js';
import type { ServiceContext } from '../../services/context.js';
import { createOrganization, findOrganization } from '../../services/create-organization.js';
import { listOrganizations } from '../../services/list-pages.js';
import { type Answer, inOrganization, type Noun, onInstance, pageAnswer } from '../endpoint.js';
import { roleIdsOf } from '../role-keys.js';
import { presentOrganizations } from './present.js';
import { newOrganization, organization, organizationChange, organizationList } from './schema.js';

async function answerWith(services: ServiceContext, one: Organization): Promise<Answer> {
  const present = await presentOrganizations(services, [one]);
  return { body: present(one), revision: one.revision ?? 0 };
}

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
      answer: { status: 200, description: 'A page of organizations.', schema: organizationList },
      async handle({ services, page }) {
        const found = await listOrganizations(services, page);
        return pageAnswer(found, await presentOrganizations(services, found.data));
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
      conflicts: ['slug_taken'],
      async handle({ services, actor, body: { defaultRoles, slug, joinPolicy, status, metadata, name } }) {
        const roles = defaultRoles ? await roleIdsOf(services, null, defaultRoles, 'defaultRoles') : undefined;
        const made = await createOrganization(services, actor, {
          name,
          ...(slug === undefined ? {} : { slug }),
          ...(joinPolicy ? { joinPolicy } : {}),
          ...(status ? { status } : {}),
          ...(metadata ? { metadata } : {}),
          ...(roles ? { defaultRoles: roles } : {}),
        });
        return { ...(await answerWith(services, made)), location: `/organizations/${made._id}` };
      },
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}',
      operationId: 'getOrganization',
      summary: 'Read an organization',
      permissions: ['members:read', 'settings:write', 'instance:organizations'],
      answer: { status: 200, description: 'The organization.', schema: organization },
      handle: ({ services, organization: one }) => answerWith(services, one),
    }),
    inOrganization({
      method: 'patch',
      path: '/organizations/{org}',
      operationId: 'changeOrganization',
      summary: 'Change an organization',
      description:
        'What is absent stays as it is; `metadata` is replaced whole. Only operators and machines change `status`.',
      permissions: ['settings:write', 'instance:organizations'],
      body: organizationChange,
      answer: { status: 200, description: 'The organization as it is now.', schema: organization },
      conflicts: ['built_in'],
      async handle({ services, actor, organization: one, body: { defaultRoles, ...rest } }) {
        const roles = defaultRoles ? await roleIdsOf(services, one._id, defaultRoles, 'defaultRoles') : defaultRoles;
        await changeOrganization(services, actor, one, { ...rest, ...(roles ? { defaultRoles: roles } : {}) } as never);
        const changed = await findOrganization(services, one._id);
        if (!changed) throw notFound();
        return answerWith(services, changed);
      },
    }),
  ],
};

import type { BulkOperation, Organization } from '../../models/index.js';
import { applyBulk, cancelBulk } from '../../services/bulk/apply.js';
import { findBulk } from '../../services/bulk/find.js';
import { listBulk, listBulkResults } from '../../services/bulk/list.js';
import { previewBulk } from '../../services/bulk/preview.js';
import { undoBulk } from '../../services/bulk/undo.js';
import type { ServiceContext } from '../../services/context.js';
import { type Answer, inOrganization, type Noun, pageAnswer } from '../endpoint.js';
import { presentBulk, presentResult } from './present.js';
import { groupIdOf, roleIdOf } from './references.js';
import { bulkOperation, bulkOperationList, bulkResultList, newBulkOperation, resultQuery } from './schema.js';

const PATH = '/organizations/{org}/bulk-operations';
/** 10,000 e-mail addresses. */
const BODY_LIMIT = 1024 * 1024;

async function answerWith(services: ServiceContext, organization: Organization, one: BulkOperation): Promise<Answer> {
  return { body: (await presentBulk(services, organization))(one) };
}

const locationOf = ({ organizationId, _id }: BulkOperation) =>
  `/organizations/${organizationId}/bulk-operations/${_id}`;

export const bulkOperations: Noun = {
  name: 'bulk operations',
  description: 'One change of many members: previewed, applied with a result for each of them, and undone.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: PATH,
      operationId: 'listBulkOperations',
      summary: 'List bulk operations',
      description: 'The newest first.',
      permissions: ['members:write'],
      list: true,
      answer: { status: 200, description: 'A page of operations.', schema: bulkOperationList },
      async handle({ services, actor, organization, page }) {
        const found = await listBulk(services, actor, organization._id, page);
        return pageAnswer(found, await presentBulk(services, organization));
      },
    }),
    inOrganization({
      method: 'post',
      path: PATH,
      operationId: 'previewBulkOperation',
      summary: 'Preview a change of many members',
      description:
        'Chooses the members and says what would become of each; nothing changes until it is applied, within an hour. Members who join later ' +
        'aren’t touched. A filter needs `members:read` too.',
      permissions: ['members:write'],
      body: newBulkOperation,
      bodyLimit: BODY_LIMIT,
      answer: { status: 201, description: 'The previewed operation.', schema: bulkOperation },
      conflicts: ['single_role_mode', 'bulk_cancelled'],
      async handle({ services, actor, organization, body }) {
        const { action: kind, until, members, filter } = body;
        const roleId = await roleIdOf(services, organization, body.role, 'role');
        const groupId = await groupIdOf(services, organization, body.group, 'group');
        const filterRole = await roleIdOf(services, organization, filter?.role, 'filter.role');
        const filterGroup = await groupIdOf(services, organization, filter?.group, 'filter.group');
        const operation = await previewBulk(services, actor, {
          organizationId: organization._id,
          action: {
            kind,
            ...(roleId ? { roleId } : {}),
            ...(groupId ? { groupId } : {}),
            ...(until ? { until: new Date(until) } : {}),
          },
          members: members
            ? { references: members }
            : {
                filter: {
                  ...(filterRole ? { roleId: filterRole } : {}),
                  ...(filterGroup ? { groupId: filterGroup } : {}),
                  ...(filter?.status ? { status: filter.status } : {}),
                  ...(filter?.search?.trim() ? { search: filter.search.trim() } : {}),
                },
              },
        });
        return { ...(await answerWith(services, organization, operation)), location: locationOf(operation) };
      },
    }),
    inOrganization({
      method: 'get',
      path: `${PATH}/{operation}`,
      operationId: 'getBulkOperation',
      summary: 'Read a bulk operation',
      description: 'How far it is, and how many members have which result.',
      permissions: ['members:write'],
      answer: { status: 200, description: 'The operation.', schema: bulkOperation },
      async handle({ services, actor, organization, params }) {
        const operation = await findBulk(services, actor, organization._id, params.operation as string);
        return answerWith(services, organization, operation);
      },
    }),
    inOrganization({
      method: 'get',
      path: `${PATH}/{operation}/results`,
      operationId: 'listBulkResults',
      summary: 'List the results of a bulk operation',
      description: 'What would become of each member, or became of them, with their names: needs `members:read` too.',
      permissions: ['members:write'],
      list: true,
      query: resultQuery,
      answer: { status: 200, description: 'A page of results.', schema: bulkResultList },
      async handle({ services, actor, organization, params, query, page }) {
        const place = { organizationId: organization._id, id: params.operation as string };
        return pageAnswer(await listBulkResults(services, actor, place, { ...page, ...query }), presentResult);
      },
    }),
    inOrganization({
      method: 'post',
      path: `${PATH}/{operation}/apply`,
      operationId: 'applyBulkOperation',
      summary: 'Apply a previewed operation',
      description: 'It goes on by itself; called again, it answers how far it is.',
      permissions: ['members:write'],
      answer: { status: 202, description: 'The operation, which has begun.', schema: bulkOperation },
      conflicts: ['preview_expired', 'not_previewed', 'bulk_cancelled'],
      async handle({ services, actor, organization, params }) {
        const operation = await applyBulk(services, actor, organization._id, params.operation as string);
        return { ...(await answerWith(services, organization, operation)), location: locationOf(operation) };
      },
    }),
    inOrganization({
      method: 'post',
      path: `${PATH}/{operation}/cancel`,
      operationId: 'cancelBulkOperation',
      summary: 'Call an operation off',
      description:
        'Who was reached stays changed; the others are left as they are. Of a preview the results go; of an operation that ran they stay.',
      permissions: ['members:write'],
      answer: { status: 200, description: 'The operation, which may still be ending.', schema: bulkOperation },
      conflicts: ['bulk_ended'],
      async handle({ services, actor, organization, params }) {
        const operation = await cancelBulk(services, actor, organization._id, params.operation as string);
        return answerWith(services, organization, operation);
      },
    }),
    inOrganization({
      method: 'post',
      path: `${PATH}/{operation}/undo`,
      operationId: 'undoBulkOperation',
      summary: 'Undo an operation',
      description:
        'Gives everyone whom it changed what they had before, unless somebody has changed that since. It is an operation of its own, which ' +
        'begins at once, and can be undone in turn.',
      permissions: ['members:write'],
      answer: { status: 202, description: 'The operation that undoes it.', schema: bulkOperation },
      conflicts: ['not_applied', 'bulk_running'],
      async handle({ services, actor, organization, params }) {
        const operation = await undoBulk(services, actor, organization._id, params.operation as string);
        return { ...(await answerWith(services, organization, operation)), location: locationOf(operation) };
      },
    }),
  ],
};

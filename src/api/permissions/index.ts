import { z } from 'zod';
import { MANAGEMENT_PERMISSIONS } from '../../access/management.js';
import { isGrantable } from '../../access/statements.js';
import { pageOfAll } from '../../services/lists/whole.js';
import { type Noun, onInstance, pageAnswer } from '../endpoint.js';
import { listOf, text } from '../schemas.js';

const permission = z
  .strictObject({
    key: text.meta({ examples: ['invoices:read'] }),
    description: text,
    api: text.meta({ description: 'The identifier of the API that declares it.' }),
    operatorsOnly: z.boolean().meta({ description: 'An organization’s own roles can’t carry it.' }),
  })
  .meta({ id: 'Permission' });

const permissionList = listOf('PermissionList', permission);

export const permissions: Noun = {
  name: 'permissions',
  description: 'What roles can carry: the permissions that APIs declare, this one included.',
  endpoints: [
    onInstance({
      method: 'get',
      path: '/permissions',
      operationId: 'listPermissions',
      summary: 'List permissions',
      description: 'By API and key.',
      permissions: ['roles:read'],
      list: true,
      answer: { status: 200, description: 'A page of permissions.', schema: permissionList },
      async handle({ services, issuer, page }) {
        const { apis } = await services.catalog.current();
        const management = Object.entries(MANAGEMENT_PERMISSIONS).map(([key, description]) => ({
          key,
          description,
          operatorsOnly: !isGrantable(key),
        }));
        const all = [...apis.values()].map((api) => ({ api: api._id, permissions: api.permissions }));
        const data = [{ api: `${issuer}/api`, permissions: management }, ...all].flatMap((one) =>
          one.permissions.map(({ key, description, operatorsOnly }) => ({
            key,
            description: description ?? '',
            api: one.api,
            operatorsOnly,
          })),
        );
        // Neither a URI nor a key holds a space: by API first.
        return pageAnswer(
          pageOfAll(data, ({ api, key }) => `${api} ${key}`, page),
          (one) => one,
        );
      },
    }),
  ],
};

import { z } from 'zod';
import { setInstanceDefaultRoles } from '../../services/change-instance.js';
import type { ServiceContext } from '../../services/context.js';
import { defaultRolesOf } from '../../services/default-roles.js';
import { type Noun, onInstance } from '../endpoint.js';
import { roleIdsOf } from '../role-keys.js';
import { changeOf, listUpTo, roleKey, text } from '../schemas.js';

const settings = z
  .strictObject({
    defaultRoles: z
      .array(text)
      .meta({ description: 'What who joins an organization gets which sets nothing itself.', examples: [['member']] }),
  })
  .meta({ id: 'Instance' });

const settingsChange = changeOf({ defaultRoles: listUpTo(50, roleKey, 1).optional() }).meta({
  id: 'InstanceChange',
  examples: [{ defaultRoles: ['member'] }],
});

async function present(services: ServiceContext) {
  const { revision } = await services.catalog.current();
  const defaults = await defaultRolesOf(services, []);
  return { body: { defaultRoles: defaults({}).map((role) => role.key) }, revision };
}

export const instance: Noun = {
  name: 'instance',
  description: 'What holds for every organization that doesn’t say otherwise.',
  endpoints: [
    onInstance({
      method: 'get',
      path: '/instance',
      operationId: 'getInstance',
      summary: 'Read the settings of the instance',
      permissions: ['instance:roles'],
      answer: { status: 200, description: 'The settings.', schema: settings },
      handle: async ({ services }) => present(services),
    }),
    onInstance({
      method: 'patch',
      path: '/instance',
      operationId: 'changeInstance',
      summary: 'Change the settings of the instance',
      permissions: ['instance:roles'],
      conditional: true,
      body: settingsChange,
      answer: { status: 200, description: 'The settings as they are now.', schema: settings },
      async handle({ services, actor, body: { defaultRoles }, revision }) {
        if (defaultRoles) {
          const ids = await roleIdsOf(services, null, defaultRoles, 'defaultRoles');
          await setInstanceDefaultRoles(services, actor, ids, { revision });
        }
        return present(services);
      },
    }),
  ],
};

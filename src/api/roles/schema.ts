import { z } from 'zod';
import { changeOf, description, listOf, name, roleKey, text, time } from '../schemas.js';

const permissions = z.array(z.string().min(1).max(200)).max(500);

export const role = z
  .strictObject({
    id: text.meta({ examples: ['rol_01JX0000000000000000000000'] }),
    key: text.meta({ description: 'What a token carries. It never changes.', examples: ['billing'] }),
    name: text,
    description: text,
    permissions: z.array(text).meta({ examples: [['invoices:read']] }),
    organizationId: text.nullable().meta({ description: 'Null: it exists in every organization.' }),
    builtIn: z.boolean().meta({ description: '`admin` and `member`, which can’t be deleted.' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Role' });

export const roleList = listOf('RoleList', role);

export const newRole = z
  .strictObject({
    key: roleKey,
    name,
    description: description.optional(),
    permissions: permissions.optional().meta({ description: 'Keys of permissions: of APIs, and of this API.' }),
  })
  .meta({ id: 'NewRole', examples: [{ key: 'billing', name: 'Billing', permissions: ['invoices:read'] }] });

export const roleChange = changeOf({
  name: name.optional(),
  description: description.optional(),
  permissions: permissions.optional(),
}).meta({ id: 'RoleChange', examples: [{ permissions: ['invoices:read', 'invoices:write'] }] });

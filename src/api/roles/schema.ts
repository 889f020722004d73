import { z } from 'zod';
import { changeOf, description, listOf, listUpTo, name, roleKey, text, time } from '../schemas.js';

const permissions = listUpTo(500, z.string().min(1).max(200)).meta({
  description: 'Keys of permissions: of APIs, and of this one.',
});

export const role = z
  .strictObject({
    id: text.meta({ examples: ['rol_01JX0000000000000000000000'] }),
    key: text.meta({ description: 'What a token carries. It never changes.', examples: ['billing'] }),
    name: text,
    description: text,
    permissions: z.array(text).meta({ description: 'Of APIs, and of this one.', examples: [['invoices:read']] }),
    organizationId: text.nullable().meta({ description: 'Null: it exists in every organization.' }),
    builtIn: z.boolean().meta({ description: '`admin` and `member`, which can’t be deleted.' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Role' });

export const roleList = listOf('RoleList', role);

export const newRole = z
  .strictObject({ key: roleKey, name, description: description.optional(), permissions: permissions.optional() })
  .meta({ id: 'NewRole', examples: [{ key: 'auditor', name: 'Auditor', permissions: ['members:read'] }] });

export const roleChange = changeOf({
  name: name.optional(),
  description: description.optional(),
  permissions: permissions.optional(),
}).meta({ id: 'RoleChange', examples: [{ name: 'Auditing' }] });

/** What becomes of those who have a role that is deleted. */
export const roleDeletion = z
  .strictObject({
    replacement: roleKey.optional().meta({ description: 'The key of the role that they have instead.' }),
    remove: z.enum(['true']).optional().meta({ description: 'Take it from everyone.' }),
  })
  .refine((value) => !(value.replacement && value.remove), {
    path: ['remove'],
    message: 'expected a replacement, or to remove it, not both',
  });

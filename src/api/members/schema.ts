import { z } from 'zod';
import { changeOf, listOf, roleKey, shownMetadata, text, time } from '../schemas.js';

const status = z.enum(['active', 'suspended']);

export const member = z
  .strictObject({
    id: text.meta({ examples: ['mem_01JX0000000000000000000000'] }),
    userId: text.meta({ examples: ['usr_01JX0000000000000000000000'] }),
    email: text,
    name: text,
    status,
    userStatus: z.enum(['active', 'disabled']).meta({ description: 'Of the person’s account, everywhere.' }),
    roles: z.array(text).meta({ description: 'Held directly, by key.', examples: [['member']] }),
    effectiveRoles: z.array(text).meta({ description: 'What a token would carry now.', examples: [['member']] }),
    metadata: shownMetadata,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Member' });

export const memberList = listOf('MemberList', member);

export const memberRoles = z
  .strictObject({ roles: z.array(roleKey).max(100) })
  .meta({ id: 'MemberRoles', examples: [{ roles: ['member'] }] });

export const memberChange = changeOf({ status: status.optional() }).meta({
  id: 'MemberChange',
  examples: [{ status: 'suspended' }],
});

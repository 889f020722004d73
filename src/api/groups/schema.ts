import { z } from 'zod';
import {
  changeOf,
  description,
  endsAt,
  listOf,
  listUpTo,
  metadata,
  name,
  roleKey,
  shownMetadata,
  text,
  time,
} from '../schemas.js';

export const group = z
  .strictObject({
    id: text.meta({ examples: ['grp_01JX0000000000000000000000'] }),
    name: text.meta({ examples: ['Finance'] }),
    description: text,
    roles: z.array(text).meta({ description: 'Keys of the roles that everyone in it holds.', examples: [['billing']] }),
    metadata: shownMetadata,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Group' });

export const groupList = listOf('GroupList', group);

const roles = listUpTo(100, roleKey);

export const newGroup = z
  .strictObject({
    name,
    description: description.optional(),
    roles: roles.optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'NewGroup', examples: [{ name: 'Finance', roles: ['member'] }] });

export const groupChange = changeOf({
  name: name.optional(),
  description: description.optional(),
  roles: roles.optional(),
  metadata: metadata.optional(),
}).meta({ id: 'GroupChange', examples: [{ description: 'Who sees the books' }] });

export const groupMembership = endsAt.meta({ id: 'GroupMembership', examples: [{ until: '2040-01-01T00:00:00Z' }] });

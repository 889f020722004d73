import { z } from 'zod';
import {
  changeOf,
  countedListOf,
  groupAssignment,
  listOf,
  listUpTo,
  metadata,
  origin,
  roleAssignment,
  roleKey,
  searched,
  shownMetadata,
  shownRole,
  text,
  time,
} from '../schemas.js';

const status = z.enum(['active', 'suspended']);

const groupMembership = z
  .strictObject({
    id: text.meta({ examples: ['grp_01JX0000000000000000000000'] }),
    name: text.meta({ examples: ['Finance'] }),
    until: time.nullable().meta({ description: 'Until when they are in it; null: without an end.' }),
  })
  .meta({ id: 'GroupMembership' });

export const member = z
  .strictObject({
    id: text.meta({ description: 'The membership’s.', examples: ['mem_01JX0000000000000000000000'] }),
    userId: text.meta({ examples: ['usr_01JX0000000000000000000000'] }),
    email: text,
    name: text,
    status,
    userStatus: z.enum(['active', 'disabled']).meta({ description: 'Of the person’s account, everywhere.' }),
    roles: z
      .array(shownRole)
      .meta({ description: 'Held directly: the key, with `until` where it ends.', examples: [['member']] }),
    groups: z.array(text).meta({ description: 'Their names, sorted.', examples: [['Finance']] }),
    groupMemberships: z.array(groupMembership).meta({ description: 'The same groups, with their ids and ends.' }),
    effectiveRoles: z.array(text).meta({
      description: 'What a token would carry now: none of who may not act.',
      examples: [['billing', 'member']],
    }),
    origins: z.array(origin).meta({ description: 'Where the roles come from, also of who may not act at the moment.' }),
    defaultRole: text.nullable().meta({ description: 'The active role where none is asked for, if it is held.' }),
    metadata: shownMetadata,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Member' });

export const memberList = listOf('MemberList', member);

export const memberPage = countedListOf('MemberPage', member);

export const memberQuery = z.strictObject({
  search: searched.optional(),
  role: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Who holds this role today, directly or by a group; by key or id.' }),
  group: z.string().max(200).optional().meta({ description: 'Who is in this group; by name or id.' }),
  status: status.optional(),
  sort: z.enum(['name', 'joined']).optional().meta({ description: '`name` unless given.' }),
  order: z.enum(['asc', 'desc']).optional(),
  count: z.enum(['true', 'false']).optional().meta({ description: 'Also `total`, counted up to 1,000.' }),
});

const roles = listUpTo(100, roleAssignment);

export const memberRoles = z
  .strictObject({ roles })
  .meta({ id: 'MemberRoles', examples: [{ roles: ['member', { role: 'billing', until: '2040-01-01T00:00:00Z' }] }] });

export const memberGroups = z
  .strictObject({ groups: listUpTo(100, groupAssignment) })
  .meta({ id: 'MemberGroups', examples: [{ groups: ['Finance'] }] });

export const memberChange = changeOf({
  status: status.optional(),
  defaultRole: roleKey.nullable().optional(),
  metadata: metadata.optional(),
}).meta({ id: 'MemberChange', examples: [{ status: 'suspended' }] });

export const newMember = z
  .strictObject({
    user: z.string().min(1).max(320).meta({ description: 'By id or e-mail address.' }),
    roles: roles
      .optional()
      .meta({ description: 'Instead of the default roles. The first member is administrator in any case.' }),
  })
  .meta({ id: 'NewMember', examples: [{ user: 'ada@acme.test', roles: ['member'] }] });

export const memberSession = z
  .strictObject({
    id: text,
    kind: z.enum(['browser', 'device', 'offline']),
    signedInAt: time.nullable(),
    expiresAt: time.nullable(),
    applications: z.array(z.strictObject({ clientId: text, name: text.nullable() })),
  })
  .meta({ id: 'MemberSession' });

export const memberSessionList = listOf('MemberSessionList', memberSession);

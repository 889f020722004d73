import { z } from 'zod';
import { COLORS } from '../../models/organization.js';
import {
  changeOf,
  listOf,
  listUpTo,
  metadata,
  name,
  roleKey,
  searched,
  shownMetadata,
  slug,
  text,
  time,
} from '../schemas.js';

const joinPolicy = z.enum(['invite', 'domain', 'open']).meta({
  description:
    'Who may join: who is invited, who has a verified address in one of its verified domains, or anyone who knows the slug.',
});
const joinRequests = z
  .boolean()
  .meta({ description: 'Whether who knows the slug and may not join may ask the administrators to.' });
const status = z.enum(['active', 'suspended']);
const roleMode = z
  .enum(['multiple', 'single'])
  .meta({ description: 'Whether a member has any number of roles, or exactly one.' });
const revokeOnDowngrade = z
  .boolean()
  .meta({ description: 'Whether losing a role ends a member’s tokens here at once.' });
const color = z
  .enum(COLORS)
  .nullable()
  .meta({ description: 'Shown with its name, at its logins too; null: one that its id chooses.' });
const defaultRoles = listUpTo(50, roleKey, 1)
  .nullable()
  .meta({ description: 'Keys of the roles that who joins gets; null: those of the instance.' });

export const organization = z
  .strictObject({
    id: text.meta({ examples: ['org_01JX0000000000000000000000'] }),
    slug: text.meta({ examples: ['acme'] }),
    name: text.meta({ examples: ['Acme'] }),
    status,
    joinPolicy,
    joinRequests,
    defaultRoles: z.array(text).meta({ description: 'What who joins gets.', examples: [['member']] }),
    inheritsDefaultRoles: z.boolean().meta({ description: 'Whether the default roles are those of the instance.' }),
    roleMode,
    revokeOnDowngrade,
    color,
    picture: text.nullable().meta({
      description: 'The address of its picture, which its administrators upload on its pages; null: none.',
      examples: ['https://id.example.test/pictures/ID-512.webp'],
    }),
    hasAdministrator: z
      .boolean()
      .meta({ description: 'False before the first member joins, and where a disabled user was the last.' }),
    eraseAt: time.nullable().meta({
      description:
        'When it is erased, of one that is deleted; until then it is `suspended`, and `active` takes it back.',
    }),
    metadata: shownMetadata,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Organization' });

export const organizationList = listOf('OrganizationList', organization);

export const organizationQuery = z.strictObject({ search: searched.optional() });

const settings = {
  joinPolicy: joinPolicy.optional(),
  joinRequests: joinRequests.optional(),
  defaultRoles: defaultRoles.optional(),
  roleMode: roleMode.optional(),
  revokeOnDowngrade: revokeOnDowngrade.optional(),
  color: color.optional(),
  status: status.optional(),
  metadata: metadata.optional(),
};

export const newOrganization = z
  .strictObject({
    slug: slug.optional().meta({ description: 'Made of the name where it is absent. It never changes.' }),
    name,
    ...settings,
  })
  .meta({ id: 'NewOrganization', examples: [{ slug: 'acme', name: 'Acme', joinPolicy: 'invite' }] });

export const organizationChange = changeOf({ name: name.optional(), ...settings }).meta({
  id: 'OrganizationChange',
  examples: [{ name: 'Acme Industries', defaultRoles: ['member'] }],
});

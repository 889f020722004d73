import { z } from 'zod';
import { isEmailAddress } from '../../lib/email-address.js';
import { isPasswordHash, passwordHashFault } from '../../lib/password.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../lib/password-policy.js';
import { PROFILE_CLAIMS } from '../../oidc/settings/claims.js';
import { member } from '../members/schema.js';
import {
  changeOf,
  groupAssignment,
  listOf,
  listUpTo,
  metadata,
  name,
  roleAssignment,
  roleKey,
  searched,
  shownMetadata,
  text,
  time,
} from '../schemas.js';

const status = z.enum(['active', 'disabled']);
/** What the account itself says isn't said here. */
const claim = z.enum(PROFILE_CLAIMS.filter((one) => one !== 'name' && one !== 'updated_at'));
const profile = z
  .partialRecord(claim, z.union([z.string().max(1000), z.number(), z.boolean()]))
  .meta({ description: 'Standard claims of the scope `profile`, by their names.' });

const email = z
  .string()
  .trim()
  .refine(isEmailAddress, 'expected an email address')
  .meta({ examples: ['ada@acme.test'] });
const password = z
  .string()
  .min(PASSWORD_MIN, `expected at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX)
  .meta({ examples: ['correct horse battery staple'] });
const passwordHash = z
  .string()
  .max(1000)
  .refine(isPasswordHash, { error: ({ input }) => passwordHashFault(String(input)) ?? '' })
  .meta({
    description:
      'From another system: argon2 up to 256 MiB, bcrypt up to 15, scrypt up to 128 MiB or PBKDF2 up to 5,000,000 rounds. The first sign-in ' +
      'replaces it.',
  });

const notBoth = (value: { password?: unknown; passwordHash?: unknown }) =>
  value.password === undefined || value.passwordHash === undefined;
const NOT_BOTH = { path: ['passwordHash'], message: 'expected a password or its hash, not both' };

export const user = z
  .strictObject({
    id: text.meta({ examples: ['usr_01JX0000000000000000000000'] }),
    email: text.meta({ examples: ['ada@acme.test'] }),
    name: text,
    status,
    emailVerified: z.boolean(),
    hasPassword: z.boolean(),
    eraseAt: time
      .nullable()
      .meta({ description: 'When the account is erased that its owner has deleted; `active` takes that back.' }),
    profile: z.record(z.string(), z.unknown()).meta({ description: 'Standard claims of the scope `profile`.' }),
    metadata: shownMetadata,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'User' });

export const userList = listOf('UserList', user);

export const userFilter = z.strictObject({
  email: z.string().max(320).optional().meta({ description: 'The one with this address.' }),
  search: searched.optional(),
});

const newMembership = z
  .strictObject({
    organization: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: 'By id or slug; `system` makes an operator.', examples: ['acme'] }),
    status: z.enum(['active', 'suspended']).optional(),
    roles: listUpTo(100, roleAssignment).optional().meta({ description: 'Instead of the default roles.' }),
    groups: listUpTo(100, groupAssignment).optional(),
    defaultRole: roleKey.nullable().optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'NewMembership' });

export const newUser = z
  .strictObject({
    email,
    name,
    status: status.optional(),
    emailVerified: z.boolean().optional(),
    profile: profile.optional(),
    password: password.optional(),
    passwordHash: passwordHash.optional(),
    memberships: listUpTo(50, newMembership).optional(),
    metadata: metadata.optional(),
  })
  .refine(notBoth, NOT_BOTH)
  .refine((value) => !hasTwice((value.memberships ?? []).map((one) => one.organization)), {
    path: ['memberships'],
    message: 'an organization is there twice',
  })
  .meta({ id: 'NewUser', examples: [{ email: 'ada@acme.test', name: 'Ada Byron' }] });

const hasTwice = (values: readonly string[]) => new Set(values).size < values.length;

export const userChange = changeOf({
  email: email.optional().meta({
    description: 'Another address: it isn’t verified then, unless `emailVerified` says so. The old one is free again.',
    examples: ['ada@acme.test'],
  }),
  name: name.optional(),
  status: status.optional(),
  force: z
    .literal(true)
    .optional()
    .meta({ description: 'Disable them also where an organization is left without an administrator.' }),
  emailVerified: z.boolean().optional(),
  profile: profile.optional().meta({ description: 'Replaced whole.' }),
  metadata: metadata.optional(),
}).meta({ id: 'UserChange', examples: [{ status: 'disabled' }] });

export const userPassword = z
  .strictObject({
    password: password.optional(),
    passwordHash: passwordHash.optional(),
    endSessions: z.boolean().optional().meta({ description: 'End all of their sessions too; false unless said.' }),
  })
  .refine(notBoth, NOT_BOTH)
  .refine(
    (value) => value.password !== undefined || value.passwordHash !== undefined,
    'expected a password or its hash',
  )
  .meta({ id: 'UserPassword', examples: [{ password: 'correct horse battery staple' }] });

export const userMembership = z
  .strictObject({ organization: z.strictObject({ id: text, slug: text, name: text }), member })
  .meta({ id: 'UserMembership' });

export const userMembershipList = listOf('UserMembershipList', userMembership);

export const userSession = z
  .strictObject({
    id: text,
    signedInAt: time,
    expiresAt: time.nullable(),
    applications: z.array(z.strictObject({ clientId: text, name: text.nullable(), organizationId: text.nullable() })),
  })
  .meta({ id: 'UserSession' });

export const userSessionList = listOf('UserSessionList', userSession);

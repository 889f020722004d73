/**
 * The provisioning file's shape (contract.md). Every object is strict, so that a mistyped key is named and not ignored. What belongs
 * to a feature that isn't built yet is refused by name, but its default value never is.
 */
import { z } from 'zod';
import { domainName } from '../../lib/domain-name.js';
import { isEmailAddress } from '../../lib/email-address.js';
import { isPasswordHash, passwordHashFault } from '../../lib/password.js';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../lib/password-policy.js';
import { ROLE_KEY, ROLE_KEY_EXPECTED, SLUG, SLUG_EXPECTED } from '../../lib/patterns.js';
import { MOST_DOMAINS } from '../domains/add-domain.js';
import { clientKeys, clientKeysUri } from './client-keys.js';

const notYet = (what: string) => ({ message: `${what} is not available yet` });

/** Takes only the value that means "not used". */
const unused = <T extends z.ZodType>(schema: T, isDefault: (value: z.infer<T>) => boolean, what: string) =>
  schema.refine(isDefault, notYet(what)).optional();

const key = z.string().regex(ROLE_KEY, ROLE_KEY_EXPECTED);
/** A moment, as YAML and JSON write it. */
const moment = z
  .union([z.date(), z.iso.datetime({ offset: true })], 'expected a moment such as 2030-01-01T00:00:00Z')
  .transform((value) => new Date(value));
const permissionKey = z.string().regex(/^[a-z0-9][a-z0-9._-]*:[a-z0-9][a-z0-9._-]*$/i, 'expected resource:action');
const declaredKey = permissionKey.refine(
  (text) => !text.startsWith('role:'),
  'expected another resource than role, for the scope role:KEY asks to act in a role',
);
/** A machine's `sub` is its client id, and no person's may look like it (RFC 9068 5). */
const clientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
  .refine((text) => !text.startsWith('usr_'), 'expected another beginning than usr_, for so do users’ ids begin');
const secret = z
  .string()
  .regex(/^[\x20-\x7e]+$/, 'expected visible ASCII characters')
  .min(8, 'expected at least 8 characters');
const secretHash = z
  .string()
  .regex(/^sha256:[A-Za-z0-9_-]{43}$/, 'expected sha256: and 43 characters, as an export with hashes writes it');
const name = z.string().trim().min(1, 'expected a name').max(200);
const uri = z.string().refine((text) => URL.canParse(text), 'expected an absolute URI');
const webUri = uri.refine((text) => /^https?:/.test(text), 'expected an http or https URL');
const metadata = z.record(z.string(), z.string()).optional();
const DAY = 86_400;
const YEAR = 366 * DAY;
/** A lifetime. */
const seconds = (longest: number) => {
  const message = `expected whole seconds from 1 to ${longest}`;
  return z.int(message).min(1, message).max(longest, message);
};
const algorithm = z.enum(['RS256', 'ES256', 'EdDSA']);
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
const authenticationMethod = z.enum(METHODS, {
  error: ({ input }) => {
    const expected = `expected ${METHODS.join(', ')}`;
    if (/tls_client_auth$/.test(String(input))) return `mutual TLS is not supported; ${expected}`;
    return input === 'client_secret_jwt' ? `assertions by a secret are not supported; ${expected}` : expected;
  },
});
const claims = unused(
  z.strictObject({ dialect: z.string() }),
  (value) => value.dialect === 'standard',
  'a claim dialect other than standard',
);
const status = <A extends string, B extends string>(a: A, b: B) => z.enum([a, b]).optional();

export const apiSchema = z.strictObject({
  identifier: uri.refine((text) => !text.includes('#'), 'expected a URI without a fragment'),
  name,
  permissions: z
    .array(
      z.strictObject({ key: declaredKey, description: z.string().optional(), operatorsOnly: z.boolean().optional() }),
    )
    .optional(),
  tokenFormat: z.enum(['jwt', 'opaque']).optional(),
  accessTokenSigningAlg: algorithm.optional(),
  accessTokenTtl: seconds(DAY).optional(),
  claims,
  introspection: z
    .strictObject({ clientId, clientSecret: secret.optional(), clientSecretHash: secretHash.optional() })
    .nullable()
    .optional(),
});

export const applicationSchema = z.strictObject({
  clientId,
  clientSecret: secret.nullable().optional(),
  clientSecretHash: secretHash.optional(),
  name,
  type: z.enum(['web', 'spa', 'native', 'machine']).optional(),
  firstParty: z.boolean().optional(),
  redirectUris: z.array(uri).optional(),
  postLogoutRedirectUris: z.array(uri).optional(),
  backchannelLogoutUri: webUri
    .refine((text) => !text.includes('#'), 'expected a URI without a fragment')
    .nullable()
    .optional(),
  initiateLoginUri: webUri.nullable().optional(),
  logoUri: webUri.nullable().optional(),
  policyUri: webUri.nullable().optional(),
  tosUri: webUri.nullable().optional(),
  profileClaimsIn: z.enum(['id_token', 'userinfo']).optional(),
  securityProfile: z.enum(['fapi2'], 'expected fapi2').nullable().optional(),
  grantTypes: z
    .array(
      z.enum([
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
      ]),
    )
    .optional(),
  defaultApi: z.string().nullable().optional(),
  organization: z.enum(['required', 'optional', 'none']).optional(),
  claims,
  idTokenSigningAlg: algorithm.optional(),
  userinfoSigningAlg: algorithm.nullable().optional(),
  idTokenTtl: seconds(DAY).nullable().optional(),
  accessTokenTtl: seconds(DAY).nullable().optional(),
  refreshTokenIdleTtl: seconds(YEAR).nullable().optional(),
  refreshTokenTtl: seconds(YEAR).nullable().optional(),
  tokenEndpointAuthMethod: authenticationMethod.optional(),
  jwks: clientKeys.nullable().optional(),
  jwksUri: clientKeysUri.nullable().optional(),
  requirePkce: z.boolean().optional(),
  requirePar: z.boolean().optional(),
  requireDpop: z.boolean().optional(),
  permissions: z
    .array(z.strictObject({ api: z.string(), permissions: z.array(z.union([z.literal('*'), permissionKey])) }))
    .optional(),
});

export const roleSchema = z.strictObject({
  key,
  name: name.optional(),
  description: z.string().optional(),
  permissions: z.array(permissionKey).optional(),
});

const groupName = z
  .string()
  .trim()
  .min(1, 'expected a name')
  .refine((text) => [...text].length <= 200, 'expected at most 200 characters');

export const groupSchema = z.strictObject({
  name: groupName,
  description: z.string().optional(),
  roles: z.array(key).optional(),
  metadata,
});

export const organizationSchema = z.strictObject({
  slug: z.string().regex(SLUG, SLUG_EXPECTED),
  name,
  status: status('active', 'suspended'),
  joinPolicy: z.enum(['invite', 'domain', 'open']).optional(),
  joinRequests: z.boolean().optional(),
  domains: z
    .array(z.string().refine(domainName, 'expected a domain such as acme.example'))
    .max(MOST_DOMAINS)
    .optional(),
  defaultRoles: z.array(key).min(1, 'expected at least one role').optional(),
  roleMode: z.enum(['multiple', 'single']).optional(),
  revokeOnDowngrade: z.boolean().optional(),
  roles: z.array(roleSchema).optional(),
  groups: z.array(groupSchema).optional(),
  metadata,
});

const assignment = z.union([key, z.strictObject({ role: key, until: moment.nullable().optional() })], {
  error: (issue) => endFault(issue.input) ?? 'expected a role’s key, or { role, until }',
});
const groupMembership = z.union(
  [groupName, z.strictObject({ group: groupName, until: moment.nullable().optional() })],
  {
    error: (issue) => endFault(issue.input) ?? 'expected a group’s name, or { group, until }',
  },
);

/** Of `{ role, until }` with a wrong end the end is what is said. */
function endFault(input: unknown): string | undefined {
  const until = (input as { until?: unknown } | null)?.until;
  return until == null || moment.safeParse(until).success ? undefined : 'expected an end such as 2030-01-01T00:00:00Z';
}

export const userSchema = z.strictObject({
  email: z.string('expected an email address').refine(isEmailAddress, 'expected an email address'),
  name,
  status: status('active', 'disabled'),
  emailVerified: z.boolean().optional(),
  profile: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  password: z.string().min(PASSWORD_MIN, `expected at least ${PASSWORD_MIN} characters`).max(PASSWORD_MAX).optional(),
  passwordHash: z
    .string()
    .refine(isPasswordHash, { error: ({ input }) => passwordHashFault(String(input)) ?? '' })
    .optional(),
  memberships: z
    .array(
      z.strictObject({
        organization: z.string(),
        status: status('active', 'suspended'),
        roles: z.array(assignment).optional(),
        groups: z.array(groupMembership).optional(),
        defaultRole: key.nullable().optional(),
        metadata,
      }),
    )
    .optional(),
  metadata,
});

export const fileSchema = z.strictObject({
  apis: z.array(apiSchema).optional(),
  applications: z.array(applicationSchema).optional(),
  roles: z.array(roleSchema).optional(),
  defaultRoles: z.array(key).min(1, 'expected at least one role').optional(),
  organizations: z.array(organizationSchema).optional(),
  users: z.array(userSchema).optional(),
});

export type ProvisioningFile = z.infer<typeof fileSchema>;
export type ApiEntry = z.infer<typeof apiSchema>;
export type ApplicationEntry = z.infer<typeof applicationSchema>;
export type RoleEntry = z.infer<typeof roleSchema>;
export type OrganizationEntry = z.infer<typeof organizationSchema>;
export type UserEntry = z.infer<typeof userSchema>;
export type MembershipEntry = NonNullable<UserEntry['memberships']>[number];

export type GroupEntry = z.infer<typeof groupSchema>;

/** A role or group that a membership names, with its end in the form in which ends are compared and shown. */
export interface Named {
  name: string;
  until?: string;
}

/** What has ended by now is as if it weren't said: a file doesn't go bad by lying there. */
export const counting = (list: readonly Named[], now: Date): Named[] =>
  list.filter(({ until }) => until === undefined || new Date(until) > now);

export const assigned = (name: string, until?: Date | null): Named => ({
  name,
  ...(until ? { until: until.toISOString() } : {}),
});

/** A membership's roles, whichever way they are written. */
export const rolesOfEntry = (entry: MembershipEntry, now: Date): Named[] | undefined =>
  entry.roles &&
  counting(
    entry.roles.map((role) => (typeof role === 'string' ? { name: role } : assigned(role.role, role.until))),
    now,
  );

/** Its groups. */
export const groupsOfEntry = (entry: MembershipEntry, now: Date): Named[] | undefined =>
  entry.groups &&
  counting(
    entry.groups.map((group) => (typeof group === 'string' ? { name: group } : assigned(group.group, group.until))),
    now,
  );

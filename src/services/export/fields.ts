/**
 * Which property of the provisioning file comes from where: a line for each, so that the compiler names one that the file's schema has and
 * that isn't here. A property at its default is left out, so that the file reads well.
 */
import type { Api, Application, Membership, Organization, Role, User } from '../../models/index.js';
import { ensuredRole } from '../ensure-built-ins.js';
import { API_DEFAULTS, applicationDefaults } from '../provisioning/apply-clients.js';
import { canonical } from '../provisioning/differences.js';
import type {
  ApiEntry,
  ApplicationEntry,
  MembershipEntry,
  OrganizationEntry,
  RoleEntry,
  UserEntry,
} from '../provisioning/schema.js';
import { authenticatesBySecret, SECRET_HASH_PREFIX } from '../provisioning/secrets.js';
import type { References } from './references.js';

/** The value of a property in the file; undefined leaves it out. */
export type Field<D> = (document: D, references: References) => unknown;
export type Fields<E, D> = { [K in keyof Required<E>]: Field<D> };

/** Of a feature that isn't built: nothing is stored that the file could say. A test holds that no model has a field of this name. */
export const unavailable: Field<unknown> = () => undefined;

/** Never stored, so never exported. */
const unknowable: Field<unknown> = () => undefined;

const unlessDefault = (value: unknown, standard: unknown) =>
  canonical(value) === canonical(standard ?? null) ? undefined : value;

/** As it is stored, unless it is at its default. */
const stored =
  <D extends object>(name: keyof D & string, standard?: unknown): Field<D> =>
  (document) =>
    unlessDefault(document[name], standard);

const ofApplication =
  (name: keyof Application & string): Field<Application> =>
  (application) =>
    unlessDefault(application[name], applicationDefaults(application.type)[name]);

const hashed = (hash: string | undefined, { withHashes }: References) =>
  withHashes && hash ? `${SECRET_HASH_PREFIX}${hash}` : undefined;

export const API_FIELDS: Fields<ApiEntry, Api> = {
  identifier: (api) => api._id,
  name: stored('name'),
  permissions: ({ permissions }) =>
    unlessDefault(
      permissions.map(({ key, description, operatorsOnly }) => ({
        key,
        ...(description ? { description } : {}),
        ...(operatorsOnly ? { operatorsOnly } : {}),
      })),
      [],
    ),
  tokenFormat: stored('tokenFormat', API_DEFAULTS.tokenFormat),
  accessTokenSigningAlg: stored('accessTokenSigningAlg', API_DEFAULTS.accessTokenSigningAlg),
  accessTokenTtl: stored('accessTokenTtl', API_DEFAULTS.accessTokenTtl),
  claims: unavailable,
  introspection: ({ introspection }, references) => {
    if (!introspection) return undefined;
    const clientSecretHash = hashed(introspection.secretHash, references);
    return { clientId: introspection.clientId, ...(clientSecretHash ? { clientSecretHash } : {}) };
  },
};

export const APPLICATION_FIELDS: Fields<ApplicationEntry, Application> = {
  clientId: (application) => application._id,
  clientSecret: unknowable,
  clientSecretHash: (application, references) =>
    authenticatesBySecret(application.tokenEndpointAuthMethod) ? hashed(application.secretHash, references) : undefined,
  name: stored('name'),
  type: stored('type', 'web'),
  firstParty: ofApplication('firstParty'),
  redirectUris: ofApplication('redirectUris'),
  postLogoutRedirectUris: ofApplication('postLogoutRedirectUris'),
  backchannelLogoutUri: ofApplication('backchannelLogoutUri'),
  initiateLoginUri: ofApplication('initiateLoginUri'),
  logoUri: ofApplication('logoUri'),
  policyUri: ofApplication('policyUri'),
  tosUri: ofApplication('tosUri'),
  profileClaimsIn: ofApplication('profileClaimsIn'),
  securityProfile: ofApplication('securityProfile'),
  grantTypes: ofApplication('grantTypes'),
  defaultApi: ofApplication('defaultApi'),
  organization: ofApplication('organization'),
  claims: unavailable,
  idTokenSigningAlg: ofApplication('idTokenSigningAlg'),
  userinfoSigningAlg: ofApplication('userinfoSigningAlg'),
  idTokenTtl: ofApplication('idTokenTtl'),
  accessTokenTtl: ofApplication('accessTokenTtl'),
  refreshTokenIdleTtl: ofApplication('refreshTokenIdleTtl'),
  refreshTokenTtl: ofApplication('refreshTokenTtl'),
  tokenEndpointAuthMethod: (application) =>
    unlessDefault(
      application.tokenEndpointAuthMethod,
      application.type === 'spa' || application.type === 'native' ? 'none' : 'client_secret_basic',
    ),
  jwks: ofApplication('jwks'),
  jwksUri: ofApplication('jwksUri'),
  requirePkce: ofApplication('requirePkce'),
  requirePar: ofApplication('requirePar'),
  requireDpop: ofApplication('requireDpop'),
  permissions: ({ permissions = [] }, { declares }) =>
    unlessDefault(
      permissions.map(({ api, permissions: keys }) => ({
        api,
        permissions: keys.filter((key) => api === 'management' || key === '*' || declares(key, api)),
      })),
      [],
    ),
};

/** Keys that no API declares any more count for nothing, and a file with them would be refused. */
export const ROLE_FIELDS: Fields<RoleEntry, Role> = {
  key: (role) => role.key,
  name: (role) => unlessDefault(role.name, ensuredRole(role._id)?.name),
  description: (role) => unlessDefault(role.description, ensuredRole(role._id)?.description),
  permissions: ({ permissions, management = [] }, { declares }) =>
    unlessDefault([...permissions.filter((key) => declares(key)), ...management], []),
};

export const ORGANIZATION_FIELDS: Fields<OrganizationEntry, Organization> = {
  slug: (organization) => organization.slug,
  name: stored('name'),
  status: stored('status', 'active'),
  joinPolicy: stored('joinPolicy', 'invite'),
  joinRequests: stored('joinRequests', false),
  domains: ({ _id }, { domainsOf }) => unlessDefault(domainsOf(_id), []),
  defaultRoles: ({ defaultRoles }, { roleKey }) => defaultRoles?.flatMap((id) => roleKey(id) ?? []),
  roleMode: stored('roleMode', 'multiple'),
  revokeOnDowngrade: stored('revokeOnDowngrade', false),
  roles: ({ _id }, references) =>
    unlessDefault(
      references.ownRoles(_id).map((role) => entryOf(ROLE_FIELDS, role, references)),
      [],
    ),
  groups: ({ _id }, { groupsOf, roleKey }) =>
    unlessDefault(
      groupsOf(_id).map(({ name, description, roles }) => ({
        name,
        ...(description ? { description } : {}),
        ...(roles.length ? { roles: roles.flatMap((id) => roleKey(id) ?? []).sort() } : {}),
      })),
      [],
    ),
  metadata: stored('metadata'),
};

/** A moment as the file writes it. */
const textOf = (moment: Date) => moment.toISOString();

/** A user with what they are a member of. */
export interface ExportedUser {
  user: User;
  memberships: { membership: Membership; organization: Organization }[];
}

const ofUser =
  (name: keyof User & string, standard?: unknown): Field<ExportedUser> =>
  ({ user }) =>
    unlessDefault(user[name], standard);

export const USER_FIELDS: Fields<UserEntry, ExportedUser> = {
  email: ofUser('email'),
  name: ofUser('name'),
  status: ({ user }) => (user.status === 'active' ? undefined : 'disabled'),
  emailVerified: ofUser('emailVerified', false),
  profile: ofUser('profile'),
  password: unknowable,
  passwordHash: ({ user }, { withHashes }) => (withHashes ? user.passwordHash : undefined),
  memberships: ({ memberships }, references) =>
    unlessDefault(
      memberships.map((one) => entryOf(MEMBERSHIP_FIELDS, one, references)),
      [],
    ),
  metadata: ofUser('metadata'),
};

export const MEMBERSHIP_FIELDS: Fields<MembershipEntry, ExportedUser['memberships'][number]> = {
  organization: ({ organization }) => organization.slug,
  status: ({ membership }) => unlessDefault(membership.status, 'active'),
  // Who has joined just now has no first roles yet: what joining gives, the file gives too.
  roles: ({ membership, organization }, { roleKey }) => {
    const admin = organization.administrators.includes(membership.userId) || membership.wasAdministrator;
    if (!membership.settled && !admin) return undefined;
    const others = membership.roles
      .map(({ roleId, until }) => ({ role: roleKey(roleId), until }))
      .filter(({ role }) => role !== undefined && !(admin && role === 'admin'))
      .sort((a, b) => ((a.role as string) < (b.role as string) ? -1 : 1));
    return [
      ...(admin ? ['admin'] : []),
      ...others.map(({ role, until }) => (until ? { role, until: textOf(until) } : role)),
    ];
  },
  groups: ({ membership }, { groupName }) =>
    unlessDefault(
      (membership.groups ?? []).flatMap(({ groupId, until }) => {
        const group = groupName(groupId);
        return group === undefined ? [] : [until ? { group, until: textOf(until) } : group];
      }),
      [],
    ),
  defaultRole: ({ membership }, { roleKey }) => membership.defaultRole && roleKey(membership.defaultRole),
  metadata: ({ membership }) => membership.metadata,
};

/** The entry of the file for a document, without what is at its default. */
export function entryOf<E, D>(fields: Fields<E, D>, document: D, references: References): Record<string, unknown> {
  const values = Object.entries<Field<D>>(fields).map(([name, field]) => [name, field(document, references)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null && value !== ''));
}

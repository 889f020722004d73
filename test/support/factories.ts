import { createHash } from 'node:crypto';
import { newId } from '../../src/lib/ids.js';
import { hashPassword } from '../../src/lib/password.js';
import type { Api, Application, Role, User } from '../../src/models/index.js';
import { createGroup } from '../../src/services/change-group.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { createOrganization, type NewOrganization } from '../../src/services/create-organization.js';
import { createUser } from '../../src/services/create-user.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { changingVocabulary } from '../../src/services/vocabulary.js';

export const PASSWORD = 'correct horse battery staple';
export const SECRET = 'a-secret-that-is-long-enough-to-be-one';
const hash = (secret: string) => createHash('sha256').update(secret).digest('base64url');
let passwordHash: Promise<string> | undefined;
let count = 0;

/** An API with two permissions; JWT unless said otherwise. */
export async function makeApi(context: ServiceContext, values: Partial<Api> = {}): Promise<Api> {
  const number = ++count;
  const now = new Date();
  const api: Api = {
    _id: `https://api-${number}.example.test`,
    name: 'Example API',
    permissions: [
      { key: 'invoices:read', description: 'Read invoices', operatorsOnly: false },
      { key: 'invoices:write', description: 'Write invoices', operatorsOnly: false },
    ],
    tokenFormat: 'jwt',
    accessTokenSigningAlg: 'ES256',
    accessTokenTtl: 300,
    introspection: { clientId: `api-${number}`, secretHash: hash(SECRET) },
    createdAt: now,
    updatedAt: now,
    ...values,
  };
  await context.models.Api.create(api);
  await context.catalog.changed();
  return api;
}

/** A confidential web application with every grant a person's login uses. */
export async function makeApplication(
  context: ServiceContext,
  values: { [K in keyof Application]?: Application[K] | undefined } = {},
): Promise<Application> {
  const number = ++count;
  const now = new Date();
  const application = {
    _id: `app-${number}`,
    name: 'Example',
    type: 'web',
    secretHash: hash(SECRET),
    firstParty: true,
    redirectUris: ['https://app.example.test/callback'],
    postLogoutRedirectUris: ['https://app.example.test/'],
    profileClaimsIn: 'id_token',
    grantTypes: ['authorization_code', 'refresh_token'],
    organization: 'required',
    idTokenSigningAlg: 'RS256',
    tokenEndpointAuthMethod: 'client_secret_basic',
    requirePkce: true,
    createdAt: now,
    updatedAt: now,
    ...values,
  } as Application;
  await context.models.Application.create(application);
  await context.catalog.changed();
  return application;
}

/** A user with PASSWORD. */
export async function makeUser(context: ServiceContext, values: { email?: string; name?: string } = {}): Promise<User> {
  passwordHash ??= hashPassword(PASSWORD);
  return createUser(context, SYSTEM, {
    email: values.email ?? `person-${++count}@example.test`,
    name: values.name ?? 'Ada Byron',
    passwordHash: await passwordHash,
    emailVerified: true,
  });
}

export const makeOrganization = (context: ServiceContext, values: Partial<NewOrganization> = {}) =>
  createOrganization(context, SYSTEM, { name: 'Acme', ...values });

/** An instance-wide role. */
export async function makeRole(context: ServiceContext, values: Pick<Role, 'key'> & Partial<Role>): Promise<Role> {
  const now = new Date();
  const role: Role = {
    _id: newId('rol'),
    name: values.key,
    permissions: [],
    organizationId: null,
    createdAt: now,
    updatedAt: now,
    ...values,
  };
  await changingVocabulary(context, role.organizationId, async () => context.models.Role.create(role));
  return role;
}

/** A group that carries these roles, by their ids. */
export const makeGroup = (context: ServiceContext, organizationId: string, name: string, roles: string[] = []) =>
  createGroup(context, SYSTEM, organizationId, { name, roles });

/** Joins, and then has just these roles, where some are given by their ids. */
export async function makeMember(context: ServiceContext, organizationId: string, userId: string, roleIds?: string[]) {
  const membership = await joinOrganization(context, SYSTEM, { organizationId, userId });
  return roleIds
    ? setMemberRoles(context, SYSTEM, { organizationId, userId, roles: roleIds.map((roleId) => ({ roleId })) })
    : membership;
}

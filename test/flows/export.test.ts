import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createLogger } from '../../src/lib/logger.js';
import { hashSecret } from '../../src/lib/secrets.js';
import { apiSchema as apiModel } from '../../src/models/api.js';
import { applicationSchema as applicationModel } from '../../src/models/application.js';
import { membershipSchema as membershipModel } from '../../src/models/membership.js';
import { organizationSchema as organizationModel } from '../../src/models/organization.js';
import { roleSchema as roleModel } from '../../src/models/role.js';
import { userSchema as userModel } from '../../src/models/user.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import {
  API_FIELDS,
  APPLICATION_FIELDS,
  MEMBERSHIP_FIELDS,
  ORGANIZATION_FIELDS,
  ROLE_FIELDS,
  USER_FIELDS,
  unavailable,
} from '../../src/services/export/fields.js';
import { exportState } from '../../src/services/export/index.js';
import {
  applyProvisioning,
  lineOf,
  type ProvisioningError,
  planProvisioning,
} from '../../src/services/provisioning/index.js';
import {
  apiSchema,
  applicationSchema,
  organizationSchema,
  roleSchema,
  userSchema,
} from '../../src/services/provisioning/schema.js';
import { startServices } from '../../src/services/start-services.js';
import { command } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { type TestStore, testStore } from '../support/store.js';

const stores: TestStore[] = [];
let context: ServiceContext;
let rollcall: ReturnType<typeof command>;
let folder: string;

async function emptyStore(): Promise<ServiceContext> {
  const store = await testStore();
  stores.push(store);
  return startServices(store.connection, createLogger('silent'));
}

const PASSWORD = 'correct horse battery staple';
const HASH = '$scrypt$ln=10,r=8,p=1$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE';

const WORLD = {
  apis: [
    {
      identifier: 'https://one.test',
      name: 'One: with a colon',
      permissions: [
        { key: 'one:read', description: 'Reads' },
        { key: 'one:all', operatorsOnly: true },
      ],
      tokenFormat: 'opaque',
      accessTokenSigningAlg: 'ES256',
      accessTokenTtl: 60,
      introspection: { clientId: 'one-api', clientSecret: 'the-secret-of-one' },
    },
    { identifier: 'https://two.test', name: 'Two' },
  ],
  roles: [
    { key: 'admin', permissions: ['one:all'] },
    { key: 'billing', name: 'Billing', description: 'Sees invoices', permissions: ['one:read'] },
  ],
  defaultRoles: ['billing', 'member'],
  applications: [
    {
      clientId: 'everything',
      clientSecret: 'the-secret-of-everything',
      name: 'Everything',
      firstParty: true,
      redirectUris: ['https://app.test/cb', 'https://app.test/other'],
      postLogoutRedirectUris: ['https://app.test/'],
      backchannelLogoutUri: 'https://app.test/logout',
      initiateLoginUri: 'https://app.test/login',
      logoUri: 'https://app.test/logo.svg',
      policyUri: 'https://app.test/policy',
      tosUri: 'https://app.test/terms',
      profileClaimsIn: 'userinfo',
      grantTypes: ['authorization_code'],
      defaultApi: 'https://one.test',
      organization: 'optional',
      idTokenSigningAlg: 'EdDSA',
      userinfoSigningAlg: 'ES256',
      idTokenTtl: 60,
      accessTokenTtl: 120,
      refreshTokenIdleTtl: 3600,
      refreshTokenTtl: 7200,
      tokenEndpointAuthMethod: 'client_secret_post',
      requirePkce: false,
      requirePar: true,
      permissions: [{ api: 'https://one.test', permissions: ['one:read'] }],
    },
    { clientId: 'page', name: 'Page', type: 'spa', redirectUris: ['https://page.test/'] },
    { clientId: 'sync', clientSecret: 'the-secret-of-sync', name: 'Sync', type: 'machine' },
  ],
  organizations: [
    {
      slug: 'acme',
      name: 'Acme',
      joinPolicy: 'domain',
      joinRequests: true,
      domains: ['acme.test', 'müller.test'],
      defaultRoles: ['auditor'],
      roles: [
        { key: 'auditor', name: 'Auditor', permissions: ['one:read'] },
        { key: 'zero', name: 'Zero', description: 'None' },
      ],
      metadata: { tier: 'gold', note: 'yes' },
    },
    { slug: 'globex', name: 'Globex', status: 'suspended' },
    { slug: 'empty', name: 'Empty' },
  ],
  users: [
    {
      email: 'ada@acme.test',
      name: 'Ada "the first" Byron',
      emailVerified: true,
      password: PASSWORD,
      profile: { locale: 'en', zoneinfo: 'Europe/London' },
      metadata: { a: 'b' },
      memberships: [
        { organization: 'system', roles: ['admin'] },
        {
          organization: 'acme',
          roles: ['admin', 'auditor', 'billing'],
          defaultRole: 'auditor',
          metadata: { desk: '7' },
        },
        { organization: 'globex' },
      ],
    },
    { email: 'ben@acme.test', name: 'Ben', passwordHash: HASH, memberships: [{ organization: 'acme', roles: [] }] },
    {
      email: 'cleo@acme.test',
      name: 'Cleo',
      status: 'disabled',
      memberships: [
        { organization: 'acme', roles: ['admin'] },
        { organization: 'globex', roles: ['billing'] },
      ],
    },
    {
      email: 'dan@acme.test',
      name: 'Dan',
      memberships: [{ organization: 'acme', status: 'suspended', roles: ['admin', 'zero'] }],
    },
    { email: 'eve@nowhere.test', name: 'Eve' },
  ],
};

beforeAll(async () => {
  folder = temporaryFolder();
  context = await emptyStore();
  rollcall = command(stores[0] as TestStore);
  await applyProvisioning(context, WORLD);
  // The seat that waits for Dan was taken while he was active.
  const dan = await context.models.User.findOne({ email: 'dan@acme.test' }).lean();
  const acme = await context.models.Organization.findOne({ slug: 'acme' }).lean();
  const ids = { organizationId: acme?._id as string, userId: dan?._id as string };
  await setMemberStatus(context, SYSTEM, { ...ids, status: 'active' });
  await setMemberStatus(context, SYSTEM, { ...ids, status: 'suspended' });
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function exported(from: ServiceContext, withHashes: boolean): Promise<Record<string, unknown[]>> {
  const file: Record<string, unknown[]> = {};
  for await (const { section, entries } of exportState(from, { users: true, withHashes }))
    file[section] = [...(file[section] ?? []), ...entries];
  return file;
}

/** What is stored of a noun, without what another store has otherwise: times and ids, which names stand for. */
async function contents({ models }: ServiceContext): Promise<Record<string, unknown[]>> {
  const [roles, organizations, users] = await Promise.all([
    models.Role.find().lean(),
    models.Organization.find().lean(),
    models.User.find().lean(),
  ]);
  const names = new Map<string, string>([
    ...roles.map((one) => [one._id, `role ${one.key}`] as const),
    ...organizations.map((one) => [one._id, `organization ${one.slug}`] as const),
    ...users.map((one) => [one._id, `user ${one.email}`] as const),
  ]);
  const named = (value: unknown): unknown => {
    if (typeof value === 'string') return names.get(value) ?? value;
    if (Array.isArray(value)) return value.map(named);
    if (!value || typeof value !== 'object' || value instanceof Date) return value;
    const rest = Object.entries(value).filter(
      ([key, inner]) => !BOOKKEEPING.includes(key) && inner !== undefined && inner !== null,
    );
    return Object.fromEntries(rest.map(([key, inner]) => [key, named(inner)]));
  };
  const memberships = await models.Membership.find().lean();
  const [applications, apis] = [await models.Application.find().lean(), await models.Api.find().lean()];
  const everything = {
    roles,
    organizations: organizations.map((one) => ({ ...one, administrators: [...one.administrators] })),
    users,
    applications,
    apis,
    memberships: memberships.map(({ _id, ...rest }) => rest),
  };
  return Object.fromEntries(
    Object.entries(everything).map(([key, list]) => [
      key,
      list.map((one) => named(one)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ]),
  );
}

/** What isn’t state but says when and how often it changed. */
const BOOKKEEPING = [
  'createdAt',
  'updatedAt',
  'pendingEvents',
  'changed',
  'revision',
  // Made of the name and the id.
  'sortName',
  'vocabulary',
  'vocabularyChangedAt',
];

describe('an export', () => {
  it('applied to an empty store makes the same state, and exported from there is the same file', async () => {
    const file = await exported(context, true);
    const other = await emptyStore();
    await applyProvisioning(other, file);
    expect(await exported(other, true)).toEqual(file);
    expect(await contents(other)).toEqual(await contents(context));
  });

  it('applied to the store that it is of changes nothing, with hashes or without', async () => {
    for (const withHashes of [true, false])
      expect((await planProvisioning(context, await exported(context, withHashes))).map(lineOf)).toEqual([]);
  });

  it('without hashes has no secret, hash or password, and an empty store asks for what is missing', async () => {
    const file = await exported(context, false);
    const text = JSON.stringify(file);
    for (const secret of ['sha256:', 'Hash', 'the-secret-of', '$argon2', '$scrypt', hashSecret('the-secret-of-sync')])
      expect(text).not.toContain(secret);
    const refused = await planProvisioning(await emptyStore(), file).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect((refused as ProvisioningError).faults).toEqual([
      { path: 'apis[0].introspection.clientSecret', message: 'an API that introspects needs one' },
      { path: 'applications[0].clientSecret', message: 'a confidential application needs one' },
      { path: 'applications[2].clientSecret', message: 'a confidential application needs one' },
    ]);
  });

  it('leaves out what is at its default', async () => {
    const { apis, applications, organizations, users, roles } = await exported(context, false);
    expect(apis?.[1]).toEqual({ identifier: 'https://two.test', name: 'Two' });
    expect(applications?.[1]).toEqual({
      clientId: 'page',
      name: 'Page',
      type: 'spa',
      redirectUris: ['https://page.test/'],
    });
    expect(applications?.[2]).toEqual({ clientId: 'sync', name: 'Sync', type: 'machine' });
    expect(organizations?.at(-1)).toEqual({ slug: 'empty', name: 'Empty' });
    expect(users?.at(-1)).toEqual({ email: 'eve@nowhere.test', name: 'Eve' });
    expect(roles?.[0]).toEqual({ key: 'admin', permissions: ['one:all'] });
    expect(roles).toHaveLength(2);
  });

  it('knows every property that a provisioning file can have', () => {
    const membershipSchema = userSchema.shape.memberships.unwrap().element;
    for (const [schema, fields, model] of [
      [apiSchema, API_FIELDS, apiModel],
      [applicationSchema, APPLICATION_FIELDS, applicationModel],
      [roleSchema, ROLE_FIELDS, roleModel],
      [organizationSchema, ORGANIZATION_FIELDS, organizationModel],
      [userSchema, USER_FIELDS, userModel],
      [membershipSchema, MEMBERSHIP_FIELDS, membershipModel],
    ] as const) {
      expect(Object.keys(fields).sort()).toEqual(Object.keys(schema.shape).sort());
      // What counts as unavailable isn't stored: who stores it exports it.
      for (const [name, field] of Object.entries(fields))
        if (field === unavailable) expect((model as { path(name: string): unknown }).path(name), name).toBeUndefined();
    }
  });
});

describe('rollcall export', () => {
  it('writes YAML to the output, and to a file that only its owner can read', async () => {
    const path = join(folder, 'state.yaml');
    expect(await rollcall('export', path, '--with-hashes')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(parse(await readFile(path, 'utf8'))).toEqual(await exported(context, true));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { stdout } = await rollcall('export');
    expect(parse(stdout)).toEqual(await exported(context, false));
    expect(stdout).toContain('\n    roles: [admin, auditor, billing]\n');
    expect(JSON.parse((await rollcall('export', '-', '--json')).stdout)).toEqual(await exported(context, false));
    expect(await rollcall('diff', path)).toMatchObject({ code: 0, stdout: 'Nothing to change\n' });
  });

  it('of one organization holds it with its own roles and members, and nothing of others (R13)', async () => {
    const { stdout } = await rollcall('export', '--organization', 'acme');
    const file = parse(stdout);
    expect(Object.keys(file)).toEqual(['organizations', 'users']);
    expect(file.organizations).toHaveLength(1);
    expect(file.users.map((user: { email: string }) => user.email)).toEqual(
      ['ada', 'ben', 'cleo', 'dan'].map((name) => `${name}@acme.test`),
    );
    expect(stdout).not.toMatch(/globex|system|eve@/);
    expect((await planProvisioning(context, file)).map(lineOf)).toEqual([]);
    const alone = parse((await rollcall('export', '--organization', 'acme', '--no-users')).stdout);
    expect(Object.keys(alone)).toEqual(['organizations']);
  });

  it('that can’t be written says so and leaves what was there', async () => {
    const missing = await rollcall('export', join(folder, 'no', 'such.yaml'), '--json');
    expect(missing.code).toBe(73);
    expect(JSON.parse(missing.stderr)).toMatchObject({ error: 'unwritable_file' });
    expect(await rollcall('export', '--organization', 'nowhere')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('a secret by its hash', () => {
  it('is taken in the place of the secret, never beside it, and only whole', async () => {
    const clientSecretHash = `sha256:${hashSecret('the-secret-of-sync')}`;
    const application = { clientId: 'sync', name: 'Sync' };
    const faults = (entry: object) =>
      planProvisioning(context, { applications: [{ ...application, ...entry }] }).then(
        (steps) => steps.map(lineOf),
        (error: ProvisioningError) => error.faults.map((fault) => fault.path),
      );
    expect(await faults({ clientSecretHash })).toEqual([]);
    expect(await faults({ clientSecretHash: `sha256:${hashSecret('another')}` })).toEqual([
      'Changed the application sync',
    ]);
    expect(await faults({ clientSecretHash, clientSecret: 'the-secret-of-sync' })).toEqual([
      'applications[0].clientSecretHash',
    ]);
    expect(await faults({ clientSecretHash: 'sha256:short' })).toEqual(['applications[0].clientSecretHash']);
  });

  it('an API’s right to introspect is taken by null', async () => {
    const steps = await planProvisioning(context, {
      apis: [{ identifier: 'https://one.test', name: 'One: with a colon', introspection: null }],
    });
    expect(steps.map(lineOf)).toEqual(['Changed the API https://one.test']);
    expect(steps[0]?.properties).toEqual([
      { property: 'introspection.clientId', before: 'one-api', after: null, secret: false },
      { property: 'introspection.clientSecret', before: null, after: null, secret: true },
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import {
  applyProvisioning,
  lineOf,
  ProvisioningError,
  planProvisioning,
  type Step,
} from '../../src/services/provisioning/index.js';
import { startServices } from '../../src/services/start-services.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let context: ServiceContext;

beforeAll(async () => {
  store = await testStore();
  context = await startServices(store.connection, createLogger('silent'));
});
afterAll(() => store?.close());

const PASSWORD = 'correct horse battery staple';
const HASH = '$scrypt$ln=10,r=8,p=1$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE';
const demo = parse(readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8')) as object;

/** Each builds on what the ones before have left, and together they take every kind of step. */
const FILES: Record<string, object> = {
  'the demo': demo,
  'a client, a role and an organization in one': {
    apis: [
      {
        identifier: 'https://plan.test',
        name: 'Plan',
        permissions: [{ key: 'plan:read' }],
        introspection: { clientId: 'plan-api', clientSecret: 'the-first-secret-of-it' },
      },
    ],
    roles: [{ key: 'planner', name: 'Planner', permissions: ['plan:read'] }],
    applications: [{ clientId: 'plan-app', clientSecret: 'the-first-secret-too', name: 'Plan', defaultApi: null }],
    defaultRoles: ['member', 'planner'],
    organizations: [
      {
        slug: 'plan',
        name: 'Plan',
        roles: [{ key: 'own', name: 'Own', permissions: ['plan:read'] }],
        defaultRoles: ['own'],
        metadata: { tier: 'gold' },
      },
      { slug: 'empty', name: 'Empty' },
    ],
    users: [
      {
        email: 'First@Plan.test',
        name: 'First',
        password: PASSWORD,
        memberships: [{ organization: 'plan' }, { organization: 'empty', status: 'active' }],
      },
      { email: 'second@plan.test', name: 'Second', passwordHash: HASH, memberships: [{ organization: 'plan' }] },
      {
        email: 'third@plan.test',
        name: 'Third',
        status: 'disabled',
        memberships: [{ organization: 'plan', roles: ['own', 'admin'], defaultRole: 'own' }, { organization: 'empty' }],
      },
      {
        email: 'fourth@plan.test',
        name: 'Fourth',
        memberships: [{ organization: 'plan', roles: ['admin', 'planner'], status: 'suspended', metadata: { a: 'b' } }],
      },
    ],
  },
  'changes of everything': {
    apis: [
      {
        identifier: 'https://plan.test',
        name: 'Plan 2',
        permissions: [{ key: 'plan:read' }, { key: 'plan:write', operatorsOnly: true }],
        introspection: { clientId: 'plan-api', clientSecret: 'the-second-secret-of-it' },
      },
    ],
    roles: [{ key: 'planner', description: 'Plans', permissions: ['plan:read', 'plan:write'] }],
    applications: [{ clientId: 'plan-app', clientSecret: 'another-secret-of-it', name: 'Plan 2', firstParty: true }],
    defaultRoles: ['planner'],
    organizations: [
      {
        slug: 'plan',
        name: 'Planning',
        status: 'suspended',
        joinPolicy: 'open',
        defaultRoles: ['member', 'own'],
        roles: [{ key: 'own', name: 'Own', permissions: [] }],
      },
    ],
    users: [
      {
        email: 'first@plan.test',
        name: 'First One',
        emailVerified: true,
        profile: { locale: 'en' },
        memberships: [{ organization: 'plan', roles: ['own'] }],
      },
      { email: 'second@plan.test', name: 'Second', memberships: [{ organization: 'plan', roles: ['admin'] }] },
      { email: 'third@plan.test', name: 'Third', status: 'active', memberships: [{ organization: 'plan' }] },
      {
        email: 'fourth@plan.test',
        name: 'Fourth',
        memberships: [{ organization: 'plan', roles: ['planner', 'admin'], status: 'active', defaultRole: 'planner' }],
      },
    ],
  },
  'back again, with a seat that waits': {
    organizations: [{ slug: 'plan', name: 'Planning', status: 'active' }],
    users: [
      {
        email: 'second@plan.test',
        name: 'Second',
        status: 'disabled',
        memberships: [{ organization: 'plan', roles: ['admin', 'own'] }],
      },
      {
        email: 'fourth@plan.test',
        name: 'Fourth',
        memberships: [{ organization: 'plan', status: 'suspended', roles: ['admin'], defaultRole: null }],
      },
      { email: 'first@plan.test', name: 'First One', memberships: [{ organization: 'plan', status: 'suspended' }] },
    ],
  },
  'roles of somebody who is disabled': {
    users: [
      { email: 'second@plan.test', name: 'Second', memberships: [{ organization: 'plan', roles: ['own'] }] },
      {
        email: 'fifth@plan.test',
        name: 'Fifth',
        memberships: [{ organization: 'plan', status: 'suspended' }, { organization: 'acme' }],
      },
    ],
  },
};

/** Everything in the store, for telling whether it changed. */
async function contents(): Promise<string> {
  const { oidc: _oidc, ...nouns } = context.models;
  const all = await Promise.all(
    Object.values(nouns).map((model: { find(): { lean(): Promise<unknown> } }) => model.find().lean()),
  );
  return JSON.stringify(all);
}

/** What the store says of the property that a step names, in the step's own words. */
async function storedRoles(email: string, slug: string): Promise<string[]> {
  const user = await context.models.User.findOne({ email }).lean();
  const organization = await context.models.Organization.findOne({ slug }).lean();
  const membership = await context.models.Membership.findOne({
    organizationId: organization?._id as string,
    userId: user?._id as string,
  }).lean();
  const roles = await context.models.Role.find().lean();
  const keys = (membership?.roles ?? []).map((one) => roles.find((role) => role._id === one.roleId)?.key as string);
  const admin = organization?.administrators.includes(user?._id as string) || membership?.wasAdministrator;
  return [...keys, ...(admin ? ['admin'] : [])].sort();
}

const propertyOf = (steps: Step[], path: string, name: string) =>
  steps.find((step) => step.path === path)?.properties.find((one) => one.property === name);

describe('a dry run', () => {
  it.each(Object.entries(FILES))('of %s says what applying then does, and writes nothing', async (_name, file) => {
    const before = await contents();
    const steps = await planProvisioning(context, file);
    expect(await contents()).toBe(before);
    expect(steps.length).toBeGreaterThan(0);
    const { applied } = await applyProvisioning(context, file);
    expect(applied).toEqual(steps.map(lineOf));
    expect((await planProvisioning(context, file)).map(lineOf)).toEqual([]);
    // The last word that the steps have about each member's roles is what is stored.
    const last = new Map<string, string[]>();
    for (const { object, properties } of steps) {
      const [, email, slug] = /(\S+@\S+) (?:to|in|an administrator of) (\S+)$/.exec(object) ?? [];
      const roles = properties.find((one) => one.property === 'roles');
      if (roles) last.set(`${email} ${slug}`, roles.after as string[]);
    }
    for (const [member, roles] of last) {
      const [email = '', slug = ''] = member.split(' ');
      expect(await storedRoles(email, slug), member).toEqual(roles);
    }
  });

  it('says each property before and after, and of secrets only that they change', async () => {
    const steps = await planProvisioning(context, {
      apis: [
        {
          identifier: 'https://plan.test',
          name: 'Plan 3',
          introspection: { clientId: 'plan-api-2', clientSecret: 'the-third-secret-of-it' },
        },
      ],
      applications: [{ clientId: 'plan-app', clientSecret: 'the-third-of-the-app', name: 'Plan 2' }],
      users: [
        { email: 'new@plan.test', name: 'New', password: PASSWORD },
        { email: 'hashed@plan.test', name: 'Hashed', passwordHash: HASH },
      ],
    });
    expect(propertyOf(steps, 'apis[0]', 'name')).toEqual({
      property: 'name',
      before: 'Plan 2',
      after: 'Plan 3',
      secret: false,
    });
    expect(propertyOf(steps, 'apis[0]', 'introspection.clientId')).toMatchObject({
      before: 'plan-api',
      after: 'plan-api-2',
    });
    const hidden = { before: null, after: null, secret: true };
    expect(propertyOf(steps, 'apis[0]', 'introspection.clientSecret')).toMatchObject(hidden);
    expect(steps.find((step) => step.path === 'applications[0]')?.properties).toEqual([
      { property: 'clientSecret', ...hidden },
    ]);
    expect(propertyOf(steps, 'users[0]', 'password')).toMatchObject(hidden);
    const said = JSON.stringify(steps);
    const { secretHash } = (await context.models.Application.findById('plan-app').lean()) as { secretHash: string };
    for (const secret of ['the-third', PASSWORD, HASH, 'scrypt', secretHash]) expect(said).not.toContain(secret);
  });

  it('of the first member says that they become admin, and of the next the default roles (R1)', async () => {
    const file = {
      defaultRoles: ['member'],
      organizations: [{ slug: 'first', name: 'First' }],
      users: ['a', 'b'].map((one) => ({
        email: `${one}@first.test`,
        name: one,
        memberships: [{ organization: 'first' }],
      })),
    };
    const steps = await planProvisioning(context, file);
    expect(propertyOf(steps, 'users[0].memberships[0]', 'roles')?.after).toEqual(['admin']);
    expect(propertyOf(steps, 'users[1].memberships[0]', 'roles')?.after).toEqual(['member']);
    await applyProvisioning(context, file);
    expect(await storedRoles('a@first.test', 'first')).toEqual(['admin']);
    expect(await storedRoles('b@first.test', 'first')).toEqual(['member']);
  });

  it('gives newcomers the default roles that the same file sets', async () => {
    await applyProvisioning(context, {
      roles: [{ key: 'fresh', name: 'Fresh' }],
      defaultRoles: ['fresh'],
      users: [{ email: 'c@first.test', name: 'c', memberships: [{ organization: 'first' }] }],
    });
    expect(await storedRoles('c@first.test', 'first')).toEqual(['fresh']);
  });

  it('is refused with the faults of the file, as applying it is', async () => {
    const file = { roles: [{ key: 'x', name: 'X', permissions: ['no:such'] }], groups: [] };
    const refusals = await Promise.all(
      [planProvisioning(context, file), applyProvisioning(context, file)].map((one) =>
        Promise.resolve(one).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(ProvisioningError);
    expect((refusals[0] as ProvisioningError).faults).toEqual((refusals[1] as ProvisioningError).faults);
  });
});

it('somebody who is disabled already doesn’t count as an organization’s only administrator (R2)', async () => {
  await applyProvisioning(context, { users: [{ email: 'gone@plan.test', name: 'Gone', status: 'disabled' }] });
  const refused = planProvisioning(context, {
    organizations: [{ slug: 'nobody', name: 'Nobody' }],
    users: [{ email: 'gone@plan.test', name: 'Gone', memberships: [{ organization: 'nobody', roles: ['admin'] }] }],
  });
  await expect(refused).rejects.toThrow('nobody would have members but no active administrator');
});

it('two servers that apply one file at once agree on its instance-wide roles', async () => {
  const file = { roles: [1, 2, 3].map((number) => ({ key: `twice-${number}`, name: `Twice ${number}` })) };
  await Promise.all([applyProvisioning(context, file), applyProvisioning(context, file)]);
  expect(await context.models.Role.countDocuments({ organizationId: null, key: 'twice-2' })).toBe(1);
});

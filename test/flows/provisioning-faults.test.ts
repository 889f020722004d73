import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceContext } from '../../src/services/context.js';
import { SYSTEM } from '../../src/services/context.js';
import { createRole } from '../../src/services/create-role.js';
import { exportState } from '../../src/services/export/index.js';
import { applyProvisioning, ProvisioningError, planProvisioning } from '../../src/services/provisioning/index.js';
import { execute } from '../../src/services/provisioning/plan.js';
import { freshSlug } from '../support/api.js';
import { twoServices } from '../support/two-services.js';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ one, two, close } = await twoServices());
});
afterAll(() => close?.());

async function refusalOf(work: Promise<unknown>): Promise<ProvisioningError> {
  const error = await work.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(ProvisioningError);
  return error as ProvisioningError;
}

/** Each fault as its path and message, in order. Nothing of the file was applied. */
async function faultsOf(file: unknown): Promise<[string, string][]> {
  const { faults, applied } = await refusalOf(applyProvisioning(one, file));
  expect(applied).toEqual([]);
  return faults.map(({ path, message }) => [path, message]);
}

const pathsOf = async (file: unknown) => (await faultsOf(file)).map(([path]) => path);

const freshKey = () => freshSlug().replace('o-', 'k');

describe('an instance-wide role of a file', () => {
  it('is refused where an organization has its key, also one that the file doesn’t name', async () => {
    const [slug, other, key] = [freshSlug(), freshSlug(), freshKey()];
    const organizations = [slug, other].map((each) => ({ slug: each, name: 'A', roles: [{ key, name: 'K' }] }));
    await applyProvisioning(one, { organizations });
    const roles = [
      { key: freshKey(), name: 'Fine' },
      { key, name: 'K' },
    ];
    const owners = [slug, other].sort().join(', ');
    const fault = ['roles[1].key', `${key} is a role of ${owners} alone`];
    expect(await faultsOf({ roles })).toEqual([fault]);
    expect(await faultsOf({ roles, organizations: [{ slug, name: 'A' }] })).toEqual([fault]);
    expect((await refusalOf(planProvisioning(one, { roles }))).faults).toHaveLength(1);
    expect(await one.models.Role.countDocuments({ key: { $in: roles.map((role) => role.key) } })).toBe(2);
  });

  it('keeps its key from an organization whose file doesn’t name it', async () => {
    const key = freshKey();
    await applyProvisioning(one, { roles: [{ key, name: 'K' }] });
    const organizations = [{ slug: freshSlug(), name: 'A', roles: [{ key, name: 'K' }] }];
    expect(await faultsOf({ organizations })).toEqual([
      ['organizations[0].roles[0].key', `${key} is an instance-wide role`],
    ]);
  });

  it('isn’t said to be made where an organization took its key meanwhile', async () => {
    const [slug, key, before] = [freshSlug(), freshKey(), freshKey()];
    await applyProvisioning(one, { organizations: [{ slug, name: 'A' }] });
    const file = {
      roles: [
        { key: before, name: 'B' },
        { key, name: 'K' },
      ],
    };
    const steps = await planProvisioning(one, file);
    const organization = await two.models.Organization.findOne({ slug }).lean();
    await createRole(two, SYSTEM, { key, name: 'Own', organizationId: organization?._id as string });
    const { faults, applied } = await refusalOf(execute(one, steps));
    expect(applied).toEqual([`Created the role ${before}`]);
    expect(faults[0]?.message).toContain('role_taken');
    expect(await one.models.Role.countDocuments({ key, organizationId: null })).toBe(0);
    expect(await pathsOf(file)).toEqual(['roles[1].key']);
  });

  it('that servers make at the same moment is there once, and one of them says so', async () => {
    const keys = Array.from({ length: 8 }, freshKey);
    const file = { roles: keys.map((key) => ({ key, name: 'K' })) };
    const [first, second] = await Promise.all([planProvisioning(one, file), planProvisioning(two, file)]);
    const lines = (await Promise.all([execute(one, first), execute(two, second)])).flat();
    expect(lines.sort()).toEqual(keys.map((key) => `Created the role ${key}`).sort());
    expect(await one.models.Role.countDocuments({ key: { $in: keys } })).toBe(keys.length);
    expect((await applyProvisioning(two, file)).applied).toEqual([]);
  });

  it('that another server made otherwise meanwhile is changed, and said to be', async () => {
    const key = freshKey();
    const steps = await planProvisioning(one, { roles: [{ key, name: 'Mine' }] });
    await applyProvisioning(two, { roles: [{ key, name: 'Theirs' }] });
    expect(await execute(one, steps)).toEqual([`Changed the role ${key}`]);
    expect((await one.models.Role.findOne({ key }).lean())?.name).toBe('Mine');
  });

  it('is refused or made, whichever of two processes is first, and never both roles', async () => {
    const [slug, keys] = [freshSlug(), Array.from({ length: 10 }, freshKey)];
    await applyProvisioning(one, { organizations: [{ slug, name: 'A' }] });
    const { _id } = (await two.models.Organization.findOne({ slug }).lean()) as { _id: string };
    for (const key of keys) {
      const [made, own] = await Promise.allSettled([
        applyProvisioning(one, { roles: [{ key, name: 'K' }] }),
        createRole(two, SYSTEM, { key, name: 'Own', organizationId: _id }),
      ]);
      const roles = await one.models.Role.find({ key }).lean();
      expect(roles.length).toBeLessThanOrEqual(1);
      expect(made.status === 'fulfilled').toBe(roles[0]?.organizationId === null);
      expect(own.status === 'fulfilled').toBe(roles[0]?.organizationId === _id);
    }
  });
});

describe('an application of a file', () => {
  const api = (identifier: string, permissions?: string[]) => ({
    identifier,
    name: 'A',
    ...(permissions ? { permissions: permissions.map((key) => ({ key })) } : {}),
  });
  const application = (permissions: object[]) => ({
    clientId: 'caller',
    clientSecret: 'long-enough-1',
    name: 'C',
    type: 'machine',
    permissions,
  });

  it('is refused where its API doesn’t declare what it names, whether the file or the store has the API', async () => {
    const [inStore, inFile] = [`https://${freshSlug()}.test`, `https://${freshSlug()}.test`];
    await applyProvisioning(one, { apis: [api(inStore, ['a:read', 'a:write'])] });
    const file = {
      apis: [api(inFile, ['b:read'])],
      applications: [
        application([
          { api: inStore, permissions: ['a:read', 'b:read', '*'] },
          { api: inFile, permissions: ['*', 'b:read', 'a:read'] },
          { api: 'management', permissions: ['members:read'] },
        ]),
      ],
    };
    expect(await faultsOf(file)).toEqual([
      ['applications[0].permissions[0].permissions[1]', `the API ${inStore} doesn’t declare the permission b:read`],
      ['applications[0].permissions[1].permissions[2]', `the API ${inFile} doesn’t declare the permission a:read`],
    ]);
    expect(await one.models.Application.exists({ _id: 'caller' })).toBeNull();
  });

  it('is told which API declares a permission no more, and an export leaves it out', async () => {
    const identifier = `https://${freshSlug()}.test`;
    const applications = [application([{ api: identifier, permissions: ['c:read', 'c:write'] }])];
    await applyProvisioning(one, { apis: [api(identifier, ['c:read', 'c:write'])], applications });
    expect((await applyProvisioning(one, { applications })).applied).toEqual([]);
    // The same file that takes the permission away is told too.
    const fault = [
      'applications[0].permissions[0].permissions[1]',
      expect.stringContaining(`${identifier} doesn’t declare`),
    ];
    expect(await faultsOf({ apis: [api(identifier, ['c:read'])], applications })).toEqual([fault]);
    await applyProvisioning(one, { apis: [api(identifier, ['c:read'])] });
    expect(await faultsOf({ applications })).toEqual([fault]);
    let text = '';
    for await (const part of exportState(one, { users: false, withHashes: false })) text += JSON.stringify(part);
    expect(text).not.toContain('c:write');
  });
});

describe('a file', () => {
  const ofMember = (email: string, roles: unknown, more: object = {}) => ({
    email,
    name: 'U',
    memberships: [{ organization: 'here', roles, ...more }],
  });

  it('with faults in its shape is told of dangling references and broken rules too, each path once', async () => {
    await applyProvisioning(one, { organizations: [{ slug: 'here', name: 'H', roles: [{ key: 'own', name: 'O' }] }] });
    const faults = await faultsOf({
      colour: 'red',
      apis: [{ identifier: 'https://shape.test', name: 'S', permissions: [{ key: 'wrong' }, { key: 's:read', x: 1 }] }],
      applications: [
        { clientId: 'wrong id', clientSecret: 'long-enough-1', name: 'W', defaultApi: 'https://nowhere.test' },
        { clientId: 'no-secret', name: 'N', redirectUris: ['nonsense', 'https://x.test/#f'], logoUri: 'nope' },
      ],
      roles: ['no role', { key: 'shape-role', permissions: ['s:read', 'no:such'], y: 2 }, { key: 'admin', name: 5 }],
      defaultRoles: ['admin'],
      organizations: [
        { slug: 'Wrong', name: 'W', groups: [{ name: 'G' }, { name: 'g' }] },
        {
          slug: 'here',
          name: 'H',
          status: 'gone',
          groups: [5, { name: 'Fine', roles: ['no-such', 'Bad Key', 'own'] }],
        },
      ],
      users: [
        'nobody',
        ofMember('not an address', ['own'], { organization: 'nowhere' }),
        {
          ...ofMember('a@faults.test', ['own', 'Bad Key', 'no-own'], { groups: ['Fine', 'None'], z: 1 }),
          name: undefined,
        },
      ],
    });
    const shape = [
      'apis[0].permissions[0].key',
      'apis[0].permissions[1].x',
      'applications[0].clientId',
      'applications[1].redirectUris[0]',
      'applications[1].logoUri',
      'roles[0]',
      'roles[1].y',
      'roles[2].name',
      'organizations[0].slug',
      'organizations[1].status',
      'organizations[1].groups[0]',
      'organizations[1].groups[1].roles[1]',
      'users[0]',
      'users[1].email',
      'users[2].name',
      'users[2].memberships[0].roles[1]',
      'users[2].memberships[0].z',
      'colour',
    ];
    const paths = faults.map(([path]) => path);
    expect(paths.slice(0, shape.length).sort()).toEqual([...shape].sort());
    expect(paths.slice(shape.length).sort()).toEqual(
      [
        'organizations[0].groups[1].name',
        'applications[0].defaultApi',
        'applications[1].clientSecret',
        'applications[1].redirectUris[1]',
        'roles[1].name',
        'roles[1].permissions[1]',
        'defaultRoles[0]',
        'users[1].memberships[0].organization',
      ].sort(),
    );
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('is told nothing that only follows from a fault', async () => {
    const organizations = (more: object) => [{ slug: 'follows', name: 'F', ...more }];
    const followed: Record<string, [file: object, path: string]> = {
      'a reference to a role whose entry is wrong': [
        {
          roles: [{ key: 'Bad', name: 'B' }],
          organizations: organizations({ groups: [{ name: 'G', roles: ['own'] }], roles: [{ key: 5, name: 'O' }] }),
        },
        'roles[0].key organizations[0].roles[0].key',
      ],
      'to a role in a list that is none': [
        { roles: { billing: 'B' }, organizations: organizations({ defaultRoles: ['billing'] }) },
        'roles',
      ],
      'to an API that is no object': [
        {
          apis: ['https://a.test'],
          applications: [{ clientId: 'f', clientSecret: 'long-enough-1', name: 'F', defaultApi: 'https://a.test' }],
        },
        'apis[0]',
      ],
      'to an API whose identifier is wrong': [
        {
          apis: [{ identifier: 'a', name: 'A' }],
          applications: [{ clientId: 'f', clientSecret: 'long-enough-1', name: 'F', defaultApi: 'a' }],
        },
        'apis[0].identifier',
      ],
      'to a permission that is wrong where it is declared': [
        {
          apis: [{ identifier: 'https://b.test', name: 'B', permissions: ['b:read'] }],
          applications: [
            {
              clientId: 'f',
              clientSecret: 'long-enough-1',
              name: 'F',
              permissions: [{ api: 'https://b.test', permissions: ['b:read'] }],
            },
          ],
          roles: [{ key: 'follower', name: 'F', permissions: ['b:read'] }],
        },
        'apis[0].permissions[0]',
      ],
      'to an organization whose slug is wrong': [
        {
          organizations: [{ slug: 'Bad', name: 'B' }],
          users: [{ email: 'f@f.test', name: 'F', memberships: [{ organization: 'Bad', roles: ['admin'] }] }],
        },
        'organizations[0].slug',
      ],
      'that a secret is missing where it is wrong': [
        { applications: [{ clientId: 'f', clientSecret: 'short', name: 'F' }] },
        'applications[0].clientSecret',
      ],
      'what its way to authenticate would need': [
        { applications: [{ clientId: 'f', tokenEndpointAuthMethod: 'client_secret_jwt', name: 'F', type: 'spa' }] },
        'applications[0].tokenEndpointAuthMethod',
      ],
      'that nobody is administrator where a role can’t be read': [
        {
          organizations: organizations({}),
          users: [{ email: 'f@f.test', name: 'F', memberships: [{ organization: 'follows', roles: ['Admin'] }] }],
        },
        'users[0].memberships[0].roles[0]',
      ],
      'or a member': [
        {
          organizations: organizations({}),
          users: [5, { email: 'f@f.test', name: 'F', memberships: [{ organization: 'follows', roles: ['member'] }] }],
        },
        'users[0]',
      ],
      'what the role mode would need': [
        {
          organizations: organizations({ roleMode: 'sole', defaultRoles: ['member', 'follower'] }),
          roles: [{ key: 'follower', name: 'F' }],
        },
        'organizations[0].roleMode',
      ],
      'anything of what is no file': [[{ slug: 'x' }], ''],
    };
    for (const [name, [file, paths]] of Object.entries(followed))
      expect((await pathsOf(file)).join(' '), name).toBe(paths);
  });

  it('of a member whose roles can’t be read is held to R2 in other organizations all the same', async () => {
    const member = (email: string, organization: string, role: string) => ({
      email,
      name: 'U',
      memberships: [{ organization, roles: [role] }],
    });
    const organizations = ['rule-a', 'rule-b'].map((slug) => ({ slug, name: 'R' }));
    const users = [member('a@rule.test', 'rule-a', 'Bad'), member('b@rule.test', 'rule-b', 'member')];
    expect(await pathsOf({ organizations, users })).toEqual([
      'users[0].memberships[0].roles[0]',
      'users[1].memberships[0].roles',
    ]);
  });

  it('with text that isn’t Unicode is refused with its path, in keys too', async () => {
    const message = 'expected Unicode text without the character 0';
    expect(
      await faultsOf({
        roles: [{ key: 'unicode', name: 'a\ud800', description: '\0' }],
        organizations: [{ slug: 'unicode', name: 'U', metadata: { fine: '😀', 'o\udfff': 'x', odd: '\udc00\ud800' } }],
        users: [{ email: 'u@unicode.test', name: 'U', memberships: [{ organization: 'nowhere' }] }],
      }),
    ).toEqual([
      ['roles[0].name', message],
      ['roles[0].description', message],
      ['organizations[0].metadata.o\ufffd', message],
      ['organizations[0].metadata.odd', message],
      ['users[0].memberships[0].organization', 'there is no organization nowhere'],
    ]);
    const circular: unknown[] = ['\ud800'];
    circular.push(circular);
    expect(await pathsOf(circular)).toEqual(['', '[0]']);
  });
});

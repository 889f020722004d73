import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createLogger } from '../../src/lib/logger.js';
import type { Organization } from '../../src/models/index.js';
import { authenticate } from '../../src/services/authenticate.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { findDomain, verifiedDomains } from '../../src/services/domains/find-domain.js';
import { applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { createSignInLimits } from '../../src/services/sign-in-limits.js';
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

async function faultsOf(file: unknown): Promise<Record<string, string>> {
  const error = await applyProvisioning(context, file).then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(ProvisioningError);
  expect((error as ProvisioningError).applied).toEqual([]);
  return Object.fromEntries((error as ProvisioningError).faults.map((fault) => [fault.path, fault.message]));
}

describe('a provisioning file', () => {
  it('applied twice changes nothing the second time, and wakes no cache', async () => {
    const file = parse(readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8'));
    expect((await applyProvisioning(context, file)).applied.length).toBeGreaterThan(5);
    const { version } = await context.catalog.current();
    expect((await applyProvisioning(context, file)).applied).toEqual([]);
    expect((await context.catalog.current()).version).toBe(version);
  });

  it('names management permissions that there are, and no API declares one of them', async () => {
    const faults = await faultsOf({
      apis: [
        { identifier: 'https://own.test', name: 'Own', permissions: [{ key: 'own:read' }, { key: 'members:write' }] },
      ],
      applications: [
        {
          clientId: 'sync',
          clientSecret: 'long-enough-1',
          name: 'Sync',
          type: 'machine',
          permissions: [{ api: 'management', permissions: ['*', 'members:read', 'members:reed', 'own:read'] }],
        },
      ],
    });
    expect(Object.keys(faults).sort()).toEqual([
      'apis[0].permissions[1].key',
      'applications[0].permissions[0].permissions[2]',
      'applications[0].permissions[0].permissions[3]',
    ]);
  });

  it('is refused with the path of every fault, and nothing of it is applied', async () => {
    const faults = await faultsOf({
      apis: [{ identifier: 'not a uri', name: 'X', colour: 'red' }],
      applications: [
        { clientId: 'a', clientSecret: 'long-enough-1', name: 'A', redirectUris: ['https://a.test/cb', 'nonsense'] },
      ],
      organizations: [{ slug: 'Not-A-Slug', name: 'N' }],
      users: [{ email: 'nobody', name: 'N', password: 'short' }],
    });
    expect(Object.keys(faults).sort()).toEqual(
      [
        'apis[0].colour',
        'apis[0].identifier',
        'applications[0].redirectUris[1]',
        'organizations[0].slug',
        'users[0].email',
        'users[0].password',
      ].sort(),
    );
    expect(await context.models.Application.findById('a')).toBeNull();
  });

  it('names what it refers to and nobody knows', async () => {
    const faults = await faultsOf({
      applications: [{ clientId: 'b', clientSecret: 'long-enough-1', name: 'B', defaultApi: 'https://no.test' }],
      roles: [{ key: 'x', name: 'X', permissions: ['no:such'] }],
      users: [
        {
          email: 'x@x.test',
          name: 'X',
          memberships: [{ organization: 'nowhere' }, { organization: 'acme', roles: ['no-such'] }],
        },
      ],
    });
    expect(Object.keys(faults)).toEqual(
      expect.arrayContaining([
        'applications[0].defaultApi',
        'roles[0].permissions[0]',
        'users[0].memberships[0].organization',
        'users[0].memberships[1].roles[0]',
      ]),
    );
  });

  it('refuses by name what isn’t built, but never a default', async () => {
    const organization = { slug: 'later', name: 'Later' };
    const faults = await faultsOf({
      applications: [{ clientId: 'c', clientSecret: 'long-enough-1', name: 'C', claims: { dialect: 'hasura' } }],
    });
    for (const message of Object.values(faults)) expect(message).toMatch(/not available yet/);
    expect(Object.keys(faults)).toHaveLength(1);
    const defaults = { joinPolicy: 'invite', domains: [], roleMode: 'multiple', revokeOnDowngrade: false, groups: [] };
    await applyProvisioning(context, { organizations: [{ ...organization, ...defaults }] });
  });

  it('says which domains are an organization’s: taken as verified, and the list is all of them', async () => {
    const domainsOf = async (slug: string) => {
      const organization = await context.models.Organization.findOne({ slug }).lean();
      return verifiedDomains(context, organization?._id ?? '');
    };
    const one = { slug: 'one-domains', name: 'One' };
    const two = { slug: 'two-domains', name: 'Two' };
    const first = {
      organizations: [
        { ...one, joinPolicy: 'domain', joinRequests: true, domains: ['Acme-P.test', 'müller-p.test'] },
        two,
      ],
    };
    const { applied } = await applyProvisioning(context, first);
    expect(applied).toContain('Added the domain acme-p.test of one-domains');
    expect(await domainsOf(one.slug)).toEqual(['acme-p.test', 'xn--mller-p-n2a.test']);
    expect((await applyProvisioning(context, first)).applied).toEqual([]);
    const stored = await context.models.Organization.findOne({ slug: one.slug }).lean();
    expect(stored).toMatchObject({ joinPolicy: 'domain', joinRequests: true });

    // What waits for proof is nobody's business here; what isn't said is left alone.
    const pending = await addDomain(context, SYSTEM, stored as Organization, 'pending-p.test');
    expect((await applyProvisioning(context, { organizations: [one] })).applied).toEqual([]);
    expect((await applyProvisioning(context, first)).applied).toEqual([]);
    expect((await findDomain(context, pending.organizationId, pending.name)).status).toBe('pending');

    // From one organization to another, in whichever order they stand.
    const moved = {
      organizations: [
        { ...two, domains: ['acme-p.test', 'pending-p.test'] },
        { ...one, domains: ['müller-p.test'] },
      ],
    };
    await applyProvisioning(context, moved);
    expect([await domainsOf(one.slug), await domainsOf(two.slug)]).toEqual([
      ['xn--mller-p-n2a.test'],
      ['acme-p.test', 'pending-p.test'],
    ]);
    await applyProvisioning(context, { organizations: [{ ...one, domains: [] }] });
    expect(await domainsOf(one.slug)).toEqual([]);
  });

  it('refuses domains that are none, everybody’s, another’s, or there twice, each by its path', async () => {
    await applyProvisioning(context, { organizations: [{ slug: 'holder', name: 'H', domains: ['held-p.test'] }] });
    const other = (domains: unknown[]) => ({ slug: 'wanter', name: 'W', domains });
    expect(
      await faultsOf({
        organizations: [
          other(['held-p.test', 'gmail.com', 'twice-p.test', 'TWICE-p.test']),
          { slug: 'third', name: 'T', domains: ['twice-p.test'] },
        ],
      }),
    ).toEqual({
      'organizations[0].domains[0]': expect.stringContaining('belongs to the organization holder'),
      'organizations[0].domains[1]': expect.stringContaining('everybody may have an address'),
      'organizations[0].domains[3]': 'twice-p.test is there twice',
      'organizations[1].domains[0]': 'twice-p.test is there twice',
    });
    expect(await faultsOf({ organizations: [other(['acme', 7, 'ok-p.test'])] })).toEqual({
      'organizations[0].domains[0]': expect.stringContaining('expected a domain'),
      'organizations[0].domains[1]': expect.stringContaining('expected string'),
    });
    // The file may say that the holder keeps it, or say nothing: either way it isn't free.
    const kept = await faultsOf({
      organizations: [other(['held-p.test']), { slug: 'holder', name: 'H', domains: ['held-p.test'] }],
    });
    expect(Object.keys(kept)).toEqual(['organizations[0].domains[0]', 'organizations[1].domains[0]']);
  });

  it('would leave an organization without administrator: refused (R2)', async () => {
    await applyProvisioning(context, {
      organizations: [{ slug: 'r2', name: 'R2' }],
      users: [{ email: 'r2@x.test', name: 'R', password: PASSWORD, memberships: [{ organization: 'r2' }] }],
    });
    const faults = await faultsOf({
      users: [{ email: 'r2@x.test', name: 'R', memberships: [{ organization: 'r2', roles: ['member'] }] }],
    });
    expect(Object.keys(faults)).toEqual(['users[0].memberships[0].roles']);
    expect(Object.keys(await faultsOf({ users: [{ email: 'r2@x.test', name: 'R', status: 'disabled' }] }))).toEqual([
      'users[0].status',
    ]);
  });

  it('hands the seat over in one file, adding before taking', async () => {
    await applyProvisioning(context, {
      users: [
        { email: 'r2@x.test', name: 'R', memberships: [{ organization: 'r2', roles: ['member'] }] },
        { email: 'r3@x.test', name: 'S', password: PASSWORD, memberships: [{ organization: 'r2', roles: ['admin'] }] },
      ],
    });
    const organization = await context.models.Organization.findOne({ slug: 'r2' }).lean();
    const user = await context.models.User.findOne({ email: 'r3@x.test' }).lean();
    expect(organization?.administrators).toEqual([user?._id]);
  });

  it('two files that demote each other’s author at once leave one administrator', async () => {
    const roles = (email: string, keys: string[]) => ({
      users: [{ email, name: 'R', memberships: [{ organization: 'r2', roles: keys }] }],
    });
    for (let round = 0; round < 20; round += 1) {
      await applyProvisioning(context, {
        users: [...roles('r2@x.test', ['admin']).users, ...roles('r3@x.test', ['admin']).users],
      });
      await Promise.allSettled([
        applyProvisioning(context, roles('r2@x.test', ['member'])),
        applyProvisioning(context, roles('r3@x.test', ['member'])),
      ]);
      expect((await context.models.Organization.findOne({ slug: 'r2' }).lean())?.administrators).toHaveLength(1);
    }
  });

  it('takes a hash from elsewhere, which the first sign-in replaces by one of ours', async () => {
    const passwordHash = '$scrypt$ln=10,r=8,p=1$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE';
    const file = { users: [{ email: 'imported@acme.test', name: 'Imported', passwordHash }] };
    await applyProvisioning(context, file);
    const limits = createSignInLimits(store.connection);
    const attempt = { email: 'imported@acme.test', password: 'correct horse battery staple', address: '192.0.2.1' };
    // Two at once: what each sign-in rests on is the hash that is there afterwards.
    const both = await Promise.all([authenticate(context, limits, attempt), authenticate(context, limits, attempt)]);
    const after = await context.models.User.findById(both[0]?._id).lean();
    expect(after?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456/);
    for (const user of both) expect(user?.passwordHash).toBe(after?.passwordHash);
    expect(await authenticate(context, limits, attempt)).toBeDefined();
    // Applied again, the file's hash doesn't come back: a password counts only when the user is made.
    expect((await applyProvisioning(context, file)).applied).toEqual([]);
  });
});

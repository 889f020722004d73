import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceContext } from '../../src/services/context.js';
import { SYSTEM } from '../../src/services/context.js';
import { createRole } from '../../src/services/create-role.js';
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

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ServiceContext } from '../../src/services/context.js';
import { ownerOfDomain } from '../../src/services/domains/find-domain.js';
import { applyAtStart, applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { twoServices } from '../support/two-services.js';

const PASSWORD = 'correct horse battery staple';
const HASH = '$scrypt$ln=10,r=8,p=1$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE';

let one: ServiceContext;
let two: ServiceContext;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ one, two, close } = await twoServices());
});
afterAll(() => close());

/** What a file can name, under names that no other round has. */
const fileOf = (round: number) => ({
  apis: [{ identifier: `https://together-${round}.test`, name: 'API', permissions: [{ key: 'x:read' }] }],
  roles: [{ key: `together-${round}`, name: 'Together', permissions: ['x:read'] }],
  applications: [
    { clientId: `together-${round}`, clientSecret: PASSWORD, name: 'App', redirectUris: ['https://x.test/'] },
  ],
  organizations: [
    {
      slug: `together-${round}`,
      name: 'Together',
      domains: [`together-${round}.example`],
      roles: [{ key: 'auditor', name: 'Auditor', permissions: [] }],
      groups: [{ name: 'Finance', roles: [`together-${round}`] }],
    },
  ],
  users: ['ada', 'bob'].map((name) => ({
    email: `${name}@together-${round}.example`,
    name,
    emailVerified: true,
    passwordHash: HASH,
    memberships: [
      { organization: `together-${round}`, roles: name === 'ada' ? ['admin'] : ['auditor'], groups: ['Finance'] },
    ],
  })),
});

describe('servers that start together with one file', () => {
  it.each([1, 2, 3, 4])('all come up, and all of it is there once (%i)', async (round) => {
    const file = fileOf(round);
    await Promise.all([applyAtStart(one, file), applyAtStart(two, file), applyAtStart(one, file)]);
    expect((await applyProvisioning(two, file)).applied).toEqual([]);
    const slug = `together-${round}`;
    const [organization] = await one.models.Organization.find({ slug }).lean();
    expect(await one.models.Organization.countDocuments({ slug })).toBe(1);
    expect(await ownerOfDomain(one, `${slug}.example`)).toBe(organization?._id);
    expect(await one.models.Membership.countDocuments({ organizationId: organization?._id })).toBe(2);
    expect(await one.models.User.countDocuments({ email: new RegExp(`@${slug}.example$`) })).toBe(2);
  });

  it('are stopped by a file that is wrong, at once', async () => {
    const plans = vi.spyOn(one.models.Api, 'find');
    onTestFinished(() => plans.mockRestore());
    const file = { users: [{ email: 'x@wrong.test', name: 'X', memberships: [{ organization: 'nowhere' }] }] };
    await expect(applyAtStart(one, file)).rejects.toBeInstanceOf(ProvisioningError);
    expect(plans).toHaveBeenCalledTimes(1);
  });
});

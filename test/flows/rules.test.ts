import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { createLogger } from '../../src/lib/logger.js';
import type { User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { loadStanding } from '../../src/services/load-standing.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { type TestStore, testStore } from '../support/store.js';

/** Two ways to one store, each with its own connection and caches, as two processes have them. */
let store: TestStore;
let otherStore: Store;
let one: ServiceContext;
let two: ServiceContext;

beforeAll(async () => {
  store = await testStore();
  otherStore = await connectStore(store.config);
  // Both make the indexes and the built-in roles at once.
  [one, two] = await Promise.all([
    startServices(store.connection, createLogger('silent')),
    startServices(otherStore.connection, createLogger('silent')),
  ]);
});
afterAll(async () => {
  await otherStore?.close();
  await store?.close();
});

const rolesOf = async (userId: string, organizationId: string) =>
  (await loadStanding(two, { userId, organizationId }))?.roles.map((role) => role.key);

describe('R1', () => {
  it('with 50 people joining an empty organization at once through two processes, exactly one is admin', async () => {
    const organization = await makeOrganization(one, { joinPolicy: 'open' });
    const users = await Promise.all(Array.from({ length: 50 }, () => makeUser(one)));
    await Promise.all(
      users.map((user, index) =>
        joinOrganization(index % 2 ? one : two, themselves(user._id), {
          organizationId: organization._id,
          userId: user._id,
        }),
      ),
    );
    const all = await Promise.all(users.map((user) => rolesOf(user._id, organization._id)));
    expect(all.filter((roles) => roles?.join() === 'admin')).toHaveLength(1);
    expect(all.filter((roles) => roles?.join() === 'member')).toHaveLength(49);
  });

  it('a join that a crash interrupted is healed by the next sign-in', async () => {
    const organization = await makeOrganization(one, { joinPolicy: 'open' });
    const user = await makeUser(one);
    await one.models.Membership.create({
      _id: `mem_${user._id}`,
      organizationId: organization._id,
      userId: user._id,
      status: 'active',
      roles: [],
      settled: false,
      createdAt: new Date(),
      updatedAt: new Date(),
    });
    expect(await rolesOf(user._id, organization._id)).toEqual(['admin']);
  });
});

describe('R2', () => {
  it('of two administrators who demote each other at the same moment, one succeeds, 200 times', async () => {
    const assign = (context: ServiceContext, organizationId: string, user: User, roleId: string) =>
      setMemberRoles(context, SYSTEM, { organizationId, userId: user._id, roles: [{ roleId }] });
    const pair = async () => {
      const [ada, ben] = await Promise.all([makeUser(one), makeUser(one)]);
      const { _id: id } = await makeOrganization(one, { founder: ada._id });
      await makeMember(one, id, ben._id, [ADMIN_ROLE_ID]);
      for (let round = 0; round < 20; round += 1) {
        const results = await Promise.allSettled([
          assign(one, id, ada, MEMBER_ROLE_ID),
          assign(two, id, ben, MEMBER_ROLE_ID),
        ]);
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect((results.find((result) => result.status === 'rejected') as PromiseRejectedResult).reason.code).toBe(
          'last_administrator',
        );
        const now = await one.models.Organization.findById(id).lean();
        expect(now?.administrators).toHaveLength(1);
        for (const user of [ada, ben]) await assign(one, id, user, ADMIN_ROLE_ID);
      }
    };
    // Pairs of different organizations don't meet.
    await Promise.all(Array.from({ length: 10 }, pair));
  }, 120_000);

  it('refuses to suspend or disable the last administrator, and changes nothing', async () => {
    const ada = await makeUser(one);
    const organization = await makeOrganization(one, { founder: ada._id });
    const key = { organizationId: organization._id, userId: ada._id };
    await expect(setMemberStatus(one, SYSTEM, { ...key, status: 'suspended' })).rejects.toMatchObject({
      code: 'last_administrator',
    });
    await expect(setUserStatus(one, SYSTEM, { userId: ada._id, status: 'disabled' })).rejects.toMatchObject({
      code: 'last_administrator',
    });
    expect(await rolesOf(ada._id, organization._id)).toEqual(['admin']);
  });

  it('reactivating the membership of somebody who is disabled leaves the seat for when they are enabled', async () => {
    const [ada, ben] = await Promise.all([makeUser(one), makeUser(one)]);
    const organization = await makeOrganization(one, { founder: ada._id });
    await makeMember(one, organization._id, ben._id, [ADMIN_ROLE_ID]);
    const key = { organizationId: organization._id, userId: ben._id };
    await setMemberStatus(one, SYSTEM, { ...key, status: 'suspended' });
    await setUserStatus(one, SYSTEM, { userId: ben._id, status: 'disabled' });
    await setMemberStatus(one, SYSTEM, { ...key, status: 'active' });
    const seats = async () => (await one.models.Organization.findById(organization._id).lean())?.administrators;
    expect(await seats()).toEqual([ada._id]);
    await setUserStatus(one, SYSTEM, { userId: ben._id, status: 'active' });
    expect(await seats()).toEqual([ada._id, ben._id]);
  });

  it('disabling gives up the seats, and enabling gives them back', async () => {
    const [ada, ben] = await Promise.all([makeUser(one), makeUser(one)]);
    const organization = await makeOrganization(one, { founder: ada._id });
    await makeMember(one, organization._id, ben._id, [ADMIN_ROLE_ID]);
    await setUserStatus(one, SYSTEM, { userId: ada._id, status: 'disabled' });
    expect(await rolesOf(ada._id, organization._id)).toBeUndefined();
    expect((await one.models.Organization.findById(organization._id).lean())?.administrators).toEqual([ben._id]);
    await setUserStatus(one, SYSTEM, { userId: ada._id, status: 'active' });
    expect(await rolesOf(ada._id, organization._id)).toEqual(['admin']);
  });
});

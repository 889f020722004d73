/** An organization in which there is something of everything, for tests that go through all of its pages. */
import type { Application, User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { createRole } from '../../src/services/create-role.js';
import { loadActor } from '../../src/services/load-actor.js';
import { addressesOf } from './addresses.js';
import { makeApi, makeApplication, makeGroup, makeMember, makeOrganization, makeUser } from './factories.js';
import { signIn } from './login.js';
import type { TestServer } from './server.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Names and words that people gave, which are the same whoever reads them. */
export const GIVEN = [
  'Ada Byron',
  'Grace Hopper',
  'Linus',
  'Acme',
  'Fin-Ops',
  'Fin-Role',
  'Qwertz',
  'Tariff-App',
  'Ledger',
];

export interface World {
  /** May do everything here. */
  ada: User;
  application: Application;
  /** Every page, by what it is about. */
  addresses: Record<string, string>;
}

/** @returns who may do everything there, and its pages */
export async function makeWorld(server: TestServer): Promise<World> {
  const { services } = server;
  await makeApi(services, {
    name: 'Ledger',
    permissions: ['read', 'approve'].map((action) => ({
      key: `invoices:${action}`,
      description: 'Qwertz',
      operatorsOnly: false,
    })),
  });
  const ada = await makeUser(services, { name: 'Ada Byron' });
  const { _id: organizationId, slug } = await makeOrganization(services, {
    name: 'Acme',
    founder: ada._id,
    joinPolicy: 'open',
  });
  const as = await loadActor(services, ada._id, organizationId);
  const role = await createRole(services, as, {
    key: 'fin-role',
    name: 'Fin-Role',
    description: 'Qwertz',
    organizationId,
  });
  const group = await makeGroup(services, organizationId, 'Fin-Ops', [role._id]);
  const until = new Date(Date.now() + DAY_MS);
  const members: { _id: string; userId: string }[] = [];
  for (const name of ['Grace Hopper', 'Linus']) {
    const { _id: userId } = await makeUser(services, { name });
    members.push(await makeMember(services, organizationId, userId));
    await giveRole(services, as, { organizationId, userId, roleId: role._id, until });
    await addToGroup(services, as, { organizationId, userId, groupId: group._id });
  }
  const application = await makeApplication(services, { name: 'Tariff-App', firstParty: false });
  await signIn(server, (await makeApplication(services, { name: 'Tariff-App' }))._id, { user: ada });
  const { _id: bulk } = await previewBulk(services, as, {
    organizationId,
    action: { kind: 'suspend' },
    members: { references: members.map(({ userId }) => userId) },
  });
  const { eventId } = await applyBulk(services, as, organizationId, bulk);
  while (!(await services.models.BulkOperation.findById(bulk).lean())?.endedAt) await runBatch(services);
  await moveEvents(services);
  const holder = members[0]?._id ?? '';
  return {
    ada,
    application,
    addresses: addressesOf({ slug, holder, grouped: holder, role: 'fin-role', group: group._id, bulk, event: eventId }),
  };
}

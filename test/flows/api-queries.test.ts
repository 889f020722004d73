import type { CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Organization } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { invite } from '../../src/services/invitations/invite.js';
import { askToJoin } from '../../src/services/join-requests/ask-to-join.js';
import { startServices } from '../../src/services/start-services.js';
import { type ApiClient, ENDPOINTS, machineClient } from '../support/api.js';
import { unlessBesides } from '../support/besides.js';
import { makeCrowd } from '../support/bulk.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';
import { testStore } from '../support/store.js';

const ROWS = 12;

let server: TestServer;
let machine: ApiClient;
let params: Record<string, string>;
/** The collections of the queries. */
let sent: string[] = [];

beforeAll(async () => {
  const store = await testStore({ monitorCommands: true });
  const heard = unlessBesides(({ commandName, command }: CommandStartedEvent) => {
    if (['find', 'aggregate', 'count', 'distinct'].includes(commandName)) sent.push(String(command[commandName]));
  });
  store.connection.getClient().on('commandStarted', heard);
  const services = await startServices(store.connection, createLogger('silent'));
  server = await startServer({ store, services });
  machine = await machineClient(server);
  const { organization, ids } = await makeCrowd(services, ROWS);
  const { _id: organizationId, slug } = organization;
  const settled = (one: Organization) =>
    // For a minute after a change of its roles and groups a process keeps neither.
    services.models.Organization.updateOne({ _id: one._id }, { $set: { vocabularyChangedAt: new Date(0) } });
  let group = '';
  for (const [index, userId] of ids.entries()) {
    const role = await makeRole(services, { key: `own-${index}`, organizationId });
    await makeRole(services, { key: `wide-${index}` });
    group = (await makeGroup(services, organizationId, `Group ${index}`, [role._id]))._id;
    await addToGroup(services, SYSTEM, { organizationId, userId, groupId: group });
    await giveRole(services, SYSTEM, { organizationId, userId, roleId: role._id });
    // Other organizations, each with a default role of its own.
    const other = await makeOrganization(services);
    const theirs = await makeRole(services, { key: 'theirs', organizationId: other._id });
    await changeOrganization(services, SYSTEM, other, { defaultRoles: [theirs._id] });
    await makeMember(services, other._id, ids[0] as string);
    await settled(other);
  }
  for (const userId of ids) await addToGroup(services, SYSTEM, { organizationId, userId, groupId: group });
  await settled(organization);
  const bulk = { action: 'give_role', role: 'own-0', members: ids };
  let operation = '';
  for (let count = 0; count < ROWS; count += 1)
    operation = (await machine.post(`/organizations/${slug}/bulk-operations`, bulk)).json.id;
  const asked = await changeOrganization(services, SYSTEM, organization, { joinRequests: true });
  for (let count = 0; count < ROWS; count += 1) {
    await addDomain(services, SYSTEM, asked, `rows-${count}.test`);
    await invite(services, SYSTEM, { organization: asked, issuer: server.issuer }, { email: `${count}@rows.test` });
    const { _id: userId } = await makeUser(services);
    const from = { userId, message: '', address: `192.0.2.${count}` };
    await askToJoin(services, themselves(userId), { organization: asked, ...from });
  }
  await moveEvents(services);
  params = { org: slug, group, operation, user: ids[0] as string, member: ids[0] as string };
});
afterAll(() => server?.close());

/** What one person has: all of it is read, whichever page is shown. */
const OF_ONE = /^\/users\/\{user\}\/|\/\{member\}\//;

const listed = ENDPOINTS.filter((endpoint) => endpoint.list).map(
  ({ operationId, path }) => [operationId, path] as const,
);
const lists = listed.filter(([, path]) => !OF_ONE.test(path));
const ofOne = listed.filter(([, path]) => OF_ONE.test(path));

/** Who asks: grants, revocations, limits. Where: the organization by its slug, the catalog's number. */
const BESIDES = /^(instance|oidc\.\w+|revokedTokens|claims|rateLimits|auditChains)$/;

it.each(lists)(
  '%s costs two queries at most, besides who asks and where, however many rows it shows',
  async (_id, path) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] as string);
    const list = `${filled}?limit=10`;
    // What a process keeps is read by now, and what happened before is in the log.
    const { json: first } = await machine.get(list);
    const audit = path.endsWith('/audit');
    // A list of what happened moves first what waits in the documents, all of them at once; its further pages don't.
    const cursor = audit ? `&cursor=${first.nextCursor}` : '';
    const where = ['organizations', ...(path.includes('{operation}') ? ['bulkOperations'] : [])];
    const background = audit ? [] : ['events'];
    const queriesOfOne = async () => {
      sent = [];
      const { status, json } = await machine.get(list + cursor);
      expect(status).toBe(200);
      expect(json.data.length).toBeGreaterThan(audit ? 1 : 9);
      const queries = sent.filter((name) => !BESIDES.test(name) && !background.includes(name));
      if (path.startsWith('/organizations/{org}'))
        for (const name of where) queries.splice(queries.indexOf(name), queries.includes(name) ? 1 : 0);
      return queries;
    };
    // What a process keeps for a while may be due again in one of them, hardly in each; what the list itself asks comes every time.
    const tries = [await queriesOfOne(), await queriesOfOne(), await queriesOfOne()];
    const queries = tries.sort((one, other) => one.length - other.length)[0] as string[];
    expect(queries.length, queries.join()).toBeLessThanOrEqual(2);
  },
);

it.each(ofOne)('%s costs as many queries for a page of ten as for a page of one', async (id, path) => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] as string);
  const queriesOf = async (limit: number) => {
    sent = [];
    const { status, json } = await machine.get(`${filled}?limit=${limit}`);
    expect(status).toBe(200);
    if (id === 'listUserMemberships') expect(json.data).toHaveLength(limit);
    return sent.filter((name) => !BESIDES.test(name) && name !== 'events').length;
  };
  const least = async (limit: number) => {
    await queriesOf(limit);
    return Math.min(await queriesOf(limit), await queriesOf(limit), await queriesOf(limit));
  };
  const one = await least(1);
  expect(one).toBeLessThanOrEqual(4);
  expect(await least(10)).toBe(one);
});

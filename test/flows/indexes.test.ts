import type { CommandStartedEvent, Document } from 'mongodb';
import * as client from 'openid-client';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { createEncryption } from '../../src/lib/encryption.js';
import { listEvents } from '../../src/services/audit/list-events.js';
import { recordAll } from '../../src/services/audit/record.js';
import { applyBulk, cancelBulk } from '../../src/services/bulk/apply.js';
import { listBulk, listBulkResults } from '../../src/services/bulk/list.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { tidyBulk } from '../../src/services/bulk/tidy.js';
import { undoBulk } from '../../src/services/bulk/undo.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOwnProfile } from '../../src/services/change-own-profile.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { allowScopes } from '../../src/services/consents.js';
import { eventOf, SYSTEM } from '../../src/services/context.js';
import {
  deleteAccount,
  finishDeletions,
  onlyAdministratorIn,
  restoreAccount,
} from '../../src/services/delete-account.js';
import { deleteOrganization, restoreOrganization } from '../../src/services/delete-organization.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { findDomain, listDomains, verifiedDomains } from '../../src/services/domains/find-domain.js';
import { proveDomain, recordOf } from '../../src/services/domains/prove-domain.js';
import { removeDomain } from '../../src/services/domains/remove-domain.js';
import { eraseDeleted } from '../../src/services/erase/index.js';
import { exportState } from '../../src/services/export/index.js';
import { acceptInvitation } from '../../src/services/invitations/answer-invitation.js';
import {
  newInvitationLink,
  resendInvitation,
  revokeInvitation,
} from '../../src/services/invitations/change-invitation.js';
import { invitationsTo, openedInvitation } from '../../src/services/invitations/find-invitation.js';
import { invite } from '../../src/services/invitations/invite.js';
import { inviteMany } from '../../src/services/invitations/invite-many.js';
import { INVITATION_STATUSES, listInvitations } from '../../src/services/invitations/list-invitations.js';
import { offeredOrganization } from '../../src/services/join-policy.js';
import { askToJoin } from '../../src/services/join-requests/ask-to-join.js';
import { acceptJoinRequest } from '../../src/services/join-requests/decide.js';
import { listJoinRequests } from '../../src/services/join-requests/list-requests.js';
import { tellAdministrators } from '../../src/services/join-requests/tell-administrators.js';
import {
  forgetLastOrganizations,
  lastOrganizationOf,
  rememberOrganization,
} from '../../src/services/last-organization.js';
import { listMembers } from '../../src/services/list-members.js';
import { listOrganizations, listRoles, listUsers } from '../../src/services/list-pages.js';
import { noteRolesGiven } from '../../src/services/mail/note-roles-given.js';
import { tellRolesGiven } from '../../src/services/mail/roles-given.js';
import { resealMails } from '../../src/services/mail/sealed.js';
import { overviewOfOrganization } from '../../src/services/overview.js';
import { takeAccessBack } from '../../src/services/own-applications.js';
import { ownData } from '../../src/services/own-data.js';
import { endOtherSessions, endOwnSession } from '../../src/services/own-sessions.js';
import { deletePicturesOf, setOwnPicture } from '../../src/services/pictures/index.js';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { stepBackWhereFull, tidyRegistrations } from '../../src/services/registration/lifecycle.js';
import { newSetupUrl } from '../../src/services/setup-link.js';
import { allow, askedAbout, makeDeviceApplication, startDevice } from '../support/device.js';
import { makeApi, makeApplication, makeGroup, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { makeKey } from '../support/keys.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let server: TestServer;
const recorded = new Map<string, { name: string; command: Document }>();

const QUERIES = new Set(['find', 'update', 'delete', 'findAndModify', 'aggregate', 'count']);

/** Read whole on purpose: what the catalog keeps in memory, when its version changed. */
const WHOLE = new Set(['applications', 'apis', 'roles']);

beforeAll(async () => {
  store = await testStore({ monitorCommands: true });
  store.connection.getClient().on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (QUERIES.has(commandName)) recorded.set(shapeOf(commandName, command), { name: commandName, command });
  });
  server = await startServer({ store });
});
afterAll(async () => {
  await server?.close();
  await store?.close();
});

/** Queries that differ in their values alone are one. */
function shapeOf(name: string, command: Document): string {
  const shape = (value: unknown): unknown =>
    value && typeof value === 'object' && !('_bsontype' in value) && !(value instanceof Date)
      ? Array.isArray(value)
        ? value.slice(0, 1).map(shape)
        : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;
  return JSON.stringify([name, command[name], filtersOf(name, command).map(shape), shape(command.sort)]);
}

function filtersOf(name: string, command: Document): Document[] {
  if (name === 'find') return [command.filter ?? {}];
  if (name === 'findAndModify' || name === 'count') return [command.query ?? {}];
  if (name === 'aggregate') return [command.pipeline[0]?.$match ?? {}];
  return (command.updates ?? command.deletes).map((part: Document) => part.q);
}

async function setUp(): Promise<void> {
  const browser = newBrowser(server);
  await browser.open((await newSetupUrl(server.services, server.issuer)) as string);
  await browser.follow('Create account');
  await browser.submit('Create account', { name: 'Op', email: 'op@ops.test', password: PASSWORD });
  await browser.submit('Join');
  expect(await newSetupUrl(server.services, server.issuer)).toBeUndefined();
  expect(browser.has('Operator of this server')).toBe(true);
}

async function story(): Promise<void> {
  await setUp();
  const api = await makeApi(server.services);
  const opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
  for (const defaultApi of [api._id, opaque._id]) {
    const application = await makeApplication(server.services, { defaultApi, firstParty: defaultApi === api._id });
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(newBrowser(server), { scope: 'openid offline_access' });
    await flow.browser.follow('Create account');
    await flow.browser.submit('Create account', {
      name: 'Ada',
      email: `${application._id}@acme.test`,
      password: PASSWORD,
    });
    await flow.browser.submit('Create organization', { name: 'Acme' });
    if (!application.firstParty) await flow.browser.submit('Allow');
    const tokens = await flow.tokens();
    const asApi = await relyingParty(server, (defaultApi === api._id ? api : opaque).introspection?.clientId as string);
    expect(await client.tokenIntrospection(asApi.config, tokens.access_token)).toMatchObject({
      active: true,
      roles: ['admin'],
    });
    await client.fetchUserInfo(rp.config, tokens.access_token, client.skipSubjectCheck);
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    await client.tokenRevocation(rp.config, refreshed.access_token);
    await client.tokenRevocation(rp.config, refreshed.refresh_token as string);
    await flow.browser.open('/account');
    await flow.browser.submit('Sign out');
    await flow.browser.submit('Sign out');
    await expect(flow.tokens()).rejects.toThrow();
  }
  const television = await makeDeviceApplication(server.services, { defaultApi: api._id });
  const [denied, device] = [await startDevice(server, television), await startDevice(server, television)];
  expect((await device.poll()).body.error).toBe('authorization_pending');
  await (await askedAbout(server, denied)).browser.submit('Deny');
  await allow(server, device);
  expect((await device.poll()).status).toBe(200);
  expect((await device.poll()).body.error).toBe('invalid_grant');
  const member = (email: string) => ({
    email,
    name: 'M',
    password: PASSWORD,
    memberships: [{ organization: 'r', roles: ['admin', 'own'] }],
  });
  await applyProvisioning(server.services, {
    organizations: [{ slug: 'r', name: 'R', joinPolicy: 'open', roles: [{ key: 'own', name: 'Own' }] }],
    users: [member('m@r.test'), member('n@r.test')],
  });
  const pushing = await makeApplication(server.services, { defaultApi: api._id });
  const { config, begin } = await relyingParty(server, pushing._id);
  const DPoP = client.getDPoPHandle(config, (await makeKey()).pair);
  const bound = await begin(newBrowser(server), {}, { par: true, DPoP });
  await bound.browser.submit('Sign in', { email: 'm@r.test', password: PASSWORD });
  await client.fetchUserInfo(config, (await bound.tokens()).access_token, client.skipSubjectCheck, { DPoP });
  const user = await server.services.models.User.findById(
    (await server.services.models.Claim.findById('email:m@r.test'))?.owner,
  );
  const organization = await server.services.models.Claim.findById('slug:r');
  const ids = { userId: user?._id as string, organizationId: organization?.owner as string };
  await setMemberStatus(server.services, SYSTEM, { ...ids, status: 'suspended' });
  await setMemberStatus(server.services, SYSTEM, { ...ids, status: 'active' });
  await setUserStatus(server.services, SYSTEM, { userId: ids.userId, status: 'disabled' });
  await setUserStatus(server.services, SYSTEM, { userId: ids.userId, status: 'active' });
  await registrationsEnd();
}

/** Each way of choosing members, the way through, and back. */
async function bulkOperations(organizationId: string, userId: string): Promise<void> {
  const { services } = server;
  const { _id: groupId } = await makeGroup(services, organizationId, 'Bulk');
  const action = { kind: 'add_to_group' as const, groupId };
  const mem = await services.models.Membership.findOne({ organizationId, userId }).lean();
  const chosen = [
    { references: [userId, mem?._id as string, 'nobody@bulk.test'] },
    ...[{}, { roleId: 'rol_admin' }, { roleId: 'rol_member' }, { groupId }, { status: 'active' as const }].map(
      (filter) => ({ filter }),
    ),
  ];
  for (const members of chosen) {
    const { _id } = await previewBulk(services, SYSTEM, { organizationId, action, members });
    await applyBulk(services, SYSTEM, organizationId, _id);
    await whileRunning(_id);
    const { _id: undo } = await undoBulk(services, SYSTEM, organizationId, _id);
    await whileRunning(undo);
    for (const result of [undefined, 'changed' as const]) {
      const page = { limit: 1, result };
      const { nextCursor } = await listBulkResults(services, SYSTEM, { organizationId, id: _id }, page);
      const after = { ...page, after: nextCursor ?? undefined };
      await listBulkResults(services, SYSTEM, { organizationId, id: _id }, after);
    }
    await cancelBulk(services, SYSTEM, organizationId, _id).catch(() => {});
  }
  const { nextCursor } = await listBulk(services, SYSTEM, organizationId, { limit: 1 });
  await listBulk(services, SYSTEM, organizationId, { limit: 1, after: nextCursor ?? undefined });
  await services.models.BulkOperation.updateMany({ organizationId }, { expiresAt: new Date(0) });
  await tidyBulk(services);
}

async function whileRunning(id: string): Promise<void> {
  while (!(await server.services.models.BulkOperation.findById(id, { endedAt: 1 }).lean())?.endedAt)
    await runBatch(server.services);
}

/** One that nobody used, and one whose row is to go. */
async function registrationsEnd(): Promise<void> {
  const longAgo = new Date(0);
  const registration = { tokenHash: 'x', issuedAt: longAgo, eitherMethod: false, metadata: {} };
  await makeApplication(server.services, { registration: { ...registration, unusedSince: new Date(1) } });
  const gone = await makeApplication(server.services, { registration, deletedAt: longAgo, purgeAt: longAgo });
  await stepBackWhereFull(server.services, 'nobody');
  await tidyRegistrations(server.services);
  expect(await server.services.models.Application.findById(gone._id)).toBeNull();
}

/** Of what was asked so far, what would read a whole collection. */
async function scanned(): Promise<string[]> {
  const found: string[] = [];
  for (const [shape, { name, command }] of [...recorded]) {
    const collection = command[name] as string;
    for (const filter of filtersOf(name, command)) {
      if (WHOLE.has(collection) && Object.keys(filter).length === 0) continue;
      const plan = await store.connection.db?.command({
        explain: { find: collection, filter },
        verbosity: 'queryPlanner',
      });
      if (JSON.stringify(plan?.queryPlanner.winningPlan).includes('COLLSCAN')) found.push(shape);
    }
  }
  return found;
}

it('every query that the server makes is served by an index', async () => {
  await story();
  expect(recorded.size).toBeGreaterThan(25);
  expect(await scanned()).toEqual([]);
});

it('every query of mails is served by an index', async () => {
  const { services } = server;
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { founder: user._id });
  const given = [`${organization._id} rol_admin`];
  await tellRolesGiven(services, { id: 'note', userId: user._id, given });
  await noteRolesGiven(services, [
    {
      createdAt: new Date(),
      pendingEvents: [
        {
          ...eventOf(services, themselves('usr_other'), 'member.role_given', user._id, {
            organizationId: organization._id,
            after: { roles: [{ role: 'admin', roleId: 'rol_admin' }] },
          }),
          requestId: 'req_1',
        },
      ],
    },
  ]);
  await resealMails(services, createEncryption(KEYS));
  expect(await services.models.Delivery.countDocuments({ kind: 'roles-given' })).toBe(1);
  expect(await scanned()).toEqual([]);
});

it('every query of a bulk operation is served by an index', async () => {
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  recorded.clear();
  await bulkOperations(organization._id, user._id);
  expect(recorded.size).toBeGreaterThan(25);
  expect(await scanned()).toEqual([]);
});

it('every query of invitations is served by an index', async () => {
  const { services } = server;
  const organization = await makeOrganization(services);
  const { _id: organizationId } = organization;
  const where = { organization, issuer: server.issuer };
  const user = await makeUser(services);
  recorded.clear();
  const { invitation, url } = await invite(services, SYSTEM, where, { email: user.email });
  await invitationsTo(services, user);
  await openedInvitation(services, url.split('/').at(-1) as string);
  await resendInvitation(services, SYSTEM, where, invitation._id);
  await newInvitationLink(services, SYSTEM, where, invitation._id);
  await acceptInvitation(services, { invitation, userId: user._id });
  await acceptInvitation(services, { invitation, userId: user._id });
  const forAll = { roleIds: [], groupIds: [] };
  await inviteMany(services, SYSTEM, { ...where, list: 'a@index.test', forAll });
  for (const status of [undefined, ...INVITATION_STATUSES]) {
    const { data } = await listInvitations(services, SYSTEM, organizationId, { status, limit: 1 });
    await listInvitations(services, SYSTEM, organizationId, { status, limit: 1, after: data[0]?._id ?? 'inv_' });
  }
  const open = await services.models.Invitation.findOne({ organizationId, email: 'a@index.test', open: true }).lean();
  await revokeInvitation(services, SYSTEM, organizationId, open?._id as string);
  expect(recorded.size).toBeGreaterThan(15);
  expect(await scanned()).toEqual([]);
});

it('every query about one’s own account is served by an index', async () => {
  const { services, issuer } = server;
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { founder: user._id });
  const actor = themselves(user._id);
  const key = { userId: user._id, applicationId: 'app', organizationId: organization._id };
  recorded.clear();
  await allowScopes(services, key, ['openid']);
  for await (const _ of await ownData(services, actor, { issuer, currentUid: 'none' }));
  await takeAccessBack(services, actor, key);
  await expect(endOwnSession(services, actor, 'none')).rejects.toMatchObject({ code: 'not_found' });
  await endOtherSessions(services, actor, 'none');
  await changeOwnProfile(services, actor, { name: 'A', locale: 'en', zoneinfo: null }, { revision: 0 });
  const file = await png();
  for (const bytes of [file, file, null]) await setOwnPicture(services, actor, bytes);
  await deletePicturesOf(services, user._id);
  await rememberOrganization(services, key, organization._id);
  await lastOrganizationOf(services, key);
  await forgetLastOrganizations(services, user._id);
  expect(recorded.size).toBeGreaterThan(20);
  expect(await scanned()).toEqual([]);
});

it('every query of deleting and erasing is served by an index', async () => {
  const { services } = server;
  const [user, invited] = [await makeUser(services), await makeUser(services)];
  const organization = await makeOrganization(services, { founder: user._id });
  const { _id: organizationId } = organization;
  const where = { organization, issuer: server.issuer };
  const { invitation } = await invite(services, SYSTEM, where, { email: invited.email });
  await acceptInvitation(services, { invitation, userId: invited._id });
  await setOwnPicture(services, themselves(user._id), await png());
  recorded.clear();
  await expect(deleteAccount(services, themselves(user._id))).rejects.toMatchObject({ code: 'last_administrator' });
  expect(await onlyAdministratorIn(services, user._id)).toHaveLength(1);
  await deleteOrganization(services, SYSTEM, organization);
  await restoreOrganization(services, themselves(user._id), organizationId);
  await deleteOrganization(services, SYSTEM, organization);
  for (const { _id } of [user, invited]) await deleteAccount(services, themselves(_id));
  await restoreAccount(services, user._id);
  await deleteAccount(services, themselves(user._id));
  await finishDeletions(services);
  const now = () => new Date(Date.now() + 15 * 24 * 60 * 60 * 1000);
  await eraseDeleted({ ...services, clock: { ...services.clock, now } });
  expect(await services.models.User.exists({ _id: user._id })).toBeNull();
  expect(await services.models.Organization.exists({ _id: organizationId })).toBeNull();
  expect(recorded.size).toBeGreaterThan(40);
  expect(await scanned()).toEqual([]);
});

const png = () =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

it('every query of domains, and of asking to join, is served by an index', async () => {
  const { services } = server;
  const user = await makeUser(services, { email: 'ada@domains-i.test' });
  const organization = await makeOrganization(services, { joinPolicy: 'domain', joinRequests: true });
  recorded.clear();
  const domain = await addDomain(services, SYSTEM, organization, 'domains-i.test');
  await proveDomain({ ...services, lookUpTexts: async () => [recordOf(domain).value] }, SYSTEM, domain);
  await listDomains(services, SYSTEM, organization._id, { limit: 1, after: 'a' });
  await findDomain(services, organization._id, domain.name);
  await verifiedDomains(services, organization._id);
  expect((await offeredOrganization(services, user))?._id).toBe(organization._id);
  const page = { limit: 1 };
  for (const address of ['192.0.2.1', '192.0.2.2']) {
    const { _id: userId } = await makeUser(services);
    await askToJoin(services, themselves(userId), { organization, userId, message: '', address });
  }
  await tellAdministrators(services, server.issuer);
  const { data, nextCursor } = await listJoinRequests(services, SYSTEM, organization._id, page);
  await listJoinRequests(services, SYSTEM, organization._id, { ...page, after: nextCursor ?? undefined });
  await acceptJoinRequest(services, SYSTEM, organization, data[0]?.request._id as string, server.issuer);
  await overviewOfOrganization(services, SYSTEM, organization);
  await removeDomain(services, SYSTEM, domain);
  expect(recorded.size).toBeGreaterThan(20);
  expect(await scanned()).toEqual([]);
});

const LISTED = new Set(['users', 'organizations', 'memberships', 'roles']);

/** What a query that was made is answered by: its index, whether what it finds has to be sorted, and how much it looks at. */
async function explained(command: Document) {
  const { find, filter, sort, limit, hint, min, max } = command;
  const along = Object.fromEntries(Object.entries({ hint, min, max }).filter(([, value]) => value !== undefined));
  const plan = await store.connection.db?.command({
    explain: { find, filter, sort, limit, ...along },
    verbosity: 'executionStats',
  });
  const stages = JSON.stringify(plan?.queryPlanner.winningPlan);
  return {
    index: /"indexName":"([^"]+)"/.exec(stages)?.[1],
    sorts: stages.includes('"SORT"'),
    looksAt: plan?.executionStats.totalDocsExamined as number,
  };
}

it('a page of users, organizations, members or roles, and of an export, reads what it shows alone, by an index', async () => {
  const organizations = Array.from({ length: 12 }, (_, n) => ({
    slug: `p${n}`,
    name: 'P',
    joinPolicy: 'open' as const,
  }));
  const own = Array.from({ length: 12 }, (_, n) => ({ key: `own${n}`, name: 'Own' }));
  await applyProvisioning(server.services, {
    organizations: organizations.map((one) => (one.slug === 'p0' ? { ...one, roles: own } : one)),
    users: Array.from({ length: 12 }, (_, n) => ({
      email: `page${n}@p.test`,
      name: 'P',
      password: PASSWORD,
      memberships: [{ organization: 'p0', roles: ['admin'] }],
    })),
  });
  const claim = await server.services.models.Claim.findById('slug:p0');
  const organization = await server.services.models.Organization.findById(claim?.owner).lean();
  if (!organization) throw new Error('the organization is missing');
  const { services } = server;
  const readAll = async (parts: AsyncIterable<unknown>) => {
    for await (const _part of parts);
  };
  const after = async (list: (page: { limit: number; after?: string }) => Promise<{ nextCursor: string | null }>) =>
    list({ limit: 3, after: (await list({ limit: 3 })).nextCursor as string });
  const pages: Record<string, [work: () => Promise<unknown>, index: string]> = {
    'user list': [() => after((page) => listUsers(services, page)), '_id_'],
    'organization list': [() => after((page) => listOrganizations(services, page)), '_id_'],
    'member list': [
      () => after((page) => listMembers(services, SYSTEM, organization, {}, page)),
      'organizationId_1_status_1_sortName_1',
    ],
    'role list': [() => after((page) => listRoles(services, organization._id, page)), 'organizationId_1_key_1'],
    export: [() => readAll(exportState(services, { users: true, withHashes: false })), '_id_'],
    'export of an organization': [
      () => readAll(exportState(services, { organization, users: true, withHashes: false })),
      'organizationId_1_userId_1',
    ],
  };
  for (const [name, [work, index]] of Object.entries(pages)) {
    recorded.clear();
    await work();
    // What the server does by itself meanwhile is another matter.
    const paged = [...recorded.values()].filter(({ command }) => LISTED.has(command.find) && command.sort);
    expect(paged.length, name).toBeGreaterThan(0);
    for (const { command } of paged) {
      // An export's batches are larger than all there is.
      const limit = Math.min(command.limit, 4);
      const plan = await explained({ ...command, limit });
      expect(plan, name).toMatchObject({ index, sorts: false });
      expect(plan.looksAt, name).toBeLessThanOrEqual(limit);
    }
  }
});

it('a log without the parts of its events reads what it shows alone, by an index, however many parts there are', async () => {
  const { services } = server;
  const organizationId = 'org_folded';
  const base = services.clock.now().getTime();
  const make = (n: number, action: string, parent?: string) => ({
    ...eventOf(services, SYSTEM, action, 'usr_x', { organizationId, parent }),
    time: new Date(base + n),
  });
  const parts = Array.from({ length: 300 }, (_, n) => make(n, n % 100 ? 'odd' : 'administrator.added', 'evt_parent'));
  const whole = Array.from({ length: 8 }, (_, n) => make(n * 40, 'whole'));
  await recordAll(services, [...parts, ...whole]);
  recorded.clear();
  const query = { organizationId, parent: null };
  const first = await listEvents(services, SYSTEM, query, { limit: 4 });
  const second = await listEvents(services, SYSTEM, query, { limit: 4, after: first.nextCursor as string });
  const third = await listEvents(services, SYSTEM, query, { limit: 4, after: second.nextCursor as string });
  const shown = [...first.data, ...second.data, ...third.data];
  expect(shown.map(({ time }) => time.getTime() - base)).toEqual([280, 240, 200, 200, 160, 120, 100, 80, 40, 0, 0]);
  expect(new Set(shown.map(({ _id }) => _id)).size).toBe(11);
  const paged = [...recorded.values()].filter(
    ({ command }) => command.find === 'events' && !('sealed' in command.filter),
  );
  const indexes = new Set<string | undefined>();
  for (const { command } of paged) {
    const plan = await explained(command);
    expect(plan.sorts).toBe(false);
    expect(plan.looksAt).toBeLessThanOrEqual(command.limit);
    indexes.add(plan.index);
  }
  expect([...indexes].sort()).toEqual([
    'organizationId_1_action_1_time_1__id_1',
    'parent_1_organizationId_1_time_1__id_1',
  ]);
});

it('what an overview says reads by indexes, and of who ends soon those alone', async () => {
  const { services } = server;
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { founder: user._id });
  const others = Array.from({ length: 120 }, (_, n) => ({
    _id: `mem_overview_${n}`,
    organizationId: organization._id,
    userId: `usr_overview_${n}`,
    status: 'active',
    roles: n < 3 ? [{ roleId: 'rol_member', until: new Date(Date.now() + 86_400_000) }] : [{ roleId: 'rol_member' }],
  }));
  await services.models.Membership.collection.insertMany(others as never);
  recorded.clear();
  await overviewOfOrganization(services, SYSTEM, organization, [user._id]);
  expect(recorded.size).toBeGreaterThan(2);
  expect(await scanned()).toEqual([]);
  const [members] = [...recorded.values()].filter(({ command }) => command.find === 'memberships');
  const plan = await store.connection.db?.command({
    explain: { find: 'memberships', filter: members?.command.filter },
    verbosity: 'queryPlanner',
  });
  expect(JSON.stringify(plan?.queryPlanner.winningPlan)).toContain('organizationId_1_roles.until_1');
});

it('a page of the audit log reads what it shows alone, by an index, whatever it is narrowed to', async () => {
  const { services } = server;
  const organizationId = 'org_logged';
  const parent = 'evt_parent';
  const moment = services.clock.now();
  // All at one moment: what is left of it is the greater part of a page.
  const events = Array.from({ length: 30 }, () => ({
    ...eventOf(services, SYSTEM, 'odd', 'usr_x', { organizationId, parent }),
    time: moment,
  }));
  await recordAll(services, events);
  const [from, until] = [new Date(0), new Date(moment.getTime() + 1)];
  const queries: Record<string, [query: object, index: string]> = {
    all: [{ organizationId }, 'organizationId_1_time_1__id_1'],
    period: [{ organizationId, from, until }, 'organizationId_1_time_1__id_1'],
    actor: [{ organizationId, actor: 'system' }, 'organizationId_1_actor_1_time_1__id_1'],
    subject: [{ organizationId, subject: 'usr_x', until }, 'organizationId_1_subject_1_time_1__id_1'],
    action: [{ organizationId, action: 'odd', from }, 'organizationId_1_action_1_time_1__id_1'],
    actions: [{ organizationId, action: ['even', 'odd', 'never'], from }, 'organizationId_1_action_1_time_1__id_1'],
    parent: [{ organizationId, parent }, 'parent_1_organizationId_1_time_1__id_1'],
    everywhere: [{}, 'time_1__id_1'],
    'everywhere, for a period': [{ from, until }, 'time_1__id_1'],
  };
  for (const [name, [query, index]] of Object.entries(queries)) {
    recorded.clear();
    const { nextCursor } = await listEvents(services, SYSTEM, query, { limit: 3 });
    await listEvents(services, SYSTEM, query, { limit: 3, after: nextCursor as string });
    const paged = [...recorded.values()].filter(
      ({ command }) => command.find === 'events' && !('sealed' in command.filter),
    );
    expect(paged.length, name).toBeGreaterThan(1);
    for (const { command } of paged) {
      const plan = await explained(command);
      expect(plan, name).toMatchObject({ index, sorts: false });
      expect(plan.looksAt, name).toBeLessThanOrEqual(command.limit);
    }
  }
});

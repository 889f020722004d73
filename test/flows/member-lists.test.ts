import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Group, Organization, Role, User } from '../../src/models/index.js';
import { INSTANCE_ID } from '../../src/models/instance.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { changeUser } from '../../src/services/change-user.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { listMembers, type MemberQuery } from '../../src/services/list-members.js';
import { listOrganizations, listUsers } from '../../src/services/list-pages.js';
import { allMemberRows } from '../../src/services/lists/member-rows.js';
import { removeMember } from '../../src/services/remove-member.js';
import { startServices } from '../../src/services/start-services.js';
import { upgradeStore } from '../../src/services/upgrade-store.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let context: ServiceContext;
let sent: Document[] = [];

beforeAll(async () => {
  store = await testStore({ monitorCommands: true });
  store.connection.getClient().on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (['find', 'aggregate', 'count'].includes(commandName)) sent.push(command);
  });
  context = await startServices(store.connection, createLogger('silent'));
});
afterAll(() => store?.close());

/** An organization of its own with these people, by name; the first is its administrator. */
async function organizationOf(...names: (string | { name: string; email: string })[]) {
  const organization = await makeOrganization(context);
  const users: User[] = [];
  for (const one of names) {
    const user = await makeUser(context, typeof one === 'string' ? { name: one } : one);
    await makeMember(context, organization._id, user._id);
    users.push(user);
  }
  return { organization: await fresh(organization), users };
}

const fresh = async ({ _id }: Organization) => (await context.models.Organization.findById(_id).lean()) as Organization;

/** The names of all, page by page. */
async function namesOf(
  organization: Organization,
  query: MemberQuery = {},
  limit = 100,
  at: ServiceContext = context,
): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | undefined; ; ) {
    const { data, nextCursor } = await listMembers(at, SYSTEM, await fresh(organization), query, { limit, after });
    expect(data.length).toBeLessThanOrEqual(limit);
    names.push(...data.map((one) => one.user.name));
    if (nextCursor === null) return names;
    after = nextCursor;
  }
}

describe('members are listed', () => {
  it('by name, whatever case and accents, and by when they joined, either way round, page by page', async () => {
    const { organization } = await organizationOf('zoë', 'Ángel', 'angela', 'Bob', 'bob', 'Ánna', 'ZORA');
    const byName = ['Ángel', 'angela', 'Ánna', 'Bob', 'bob', 'zoë', 'ZORA'];
    for (const limit of [1, 2, 3, 7, 100]) expect(await namesOf(organization, {}, limit)).toEqual(byName);
    expect(await namesOf(organization, { order: 'descending' }, 2)).toEqual([...byName].reverse());
    const joined = ['zoë', 'Ángel', 'angela', 'Bob', 'bob', 'Ánna', 'ZORA'];
    expect(await namesOf(organization, { sort: 'joined' }, 3)).toEqual(joined);
    expect(await namesOf(organization, { sort: 'joined', order: 'descending' }, 3)).toEqual([...joined].reverse());
  });

  it('each once while others come and go between the pages', async () => {
    const names = Array.from({ length: 14 }, (_, n) => `Person ${String(n).padStart(2, '0')}`);
    const { organization, users } = await organizationOf(...names);
    for (const query of [{}, { search: 'pers' }] as MemberQuery[]) {
      const seen: string[] = [];
      let turn = 0;
      for (let after: string | undefined; ; turn += 1) {
        const page = await listMembers(context, SYSTEM, organization, query, { limit: 3, after });
        seen.push(...page.data.map((one) => one.user.name));
        if (page.nextCursor === null) break;
        after = page.nextCursor;
        const newcomer = await makeUser(context, { name: `Person ${turn % 2 ? '00' : '99'} new` });
        await makeMember(context, organization._id, newcomer._id);
        const gone = users.find((user) => user.name === page.data.at(-1)?.user.name && user._id !== users[0]?._id);
        if (gone) await removeMember(context, SYSTEM, { organizationId: organization._id, userId: gone._id });
      }
      expect(new Set(seen).size + seen.filter((name) => name.endsWith('new')).length).toBeGreaterThanOrEqual(
        seen.length,
      );
      const stayed = new Set(
        (await listMembers(context, SYSTEM, organization, {}, { limit: 100 })).data.map((one) => one.user.name),
      );
      for (const name of names.filter((one) => stayed.has(one)))
        expect(seen.filter((one) => one === name)).toEqual([name]);
    }
  });

  it('not where they have been removed, also while their row waits for its events', async () => {
    const { organization, users } = await organizationOf('Ada', 'Ben');
    await removeMember(context, SYSTEM, { organizationId: organization._id, userId: users[1]?._id as string });
    expect(await namesOf(organization)).toEqual(['Ada']);
    expect(await namesOf(organization, { search: 'ben' })).toEqual([]);
  });

  it('with a total that is counted up to 1,000 where it is asked for', async () => {
    const { organization } = await organizationOf('Ada', 'Ben');
    const count = async (query: MemberQuery) =>
      (await listMembers(context, SYSTEM, organization, { ...query, count: true }, { limit: 1 })).total;
    expect(await count({})).toEqual({ count: 2, more: false });
    expect(await count({ role: 'member' })).toEqual({ count: 1, more: false });
    expect(await count({ search: 'a' })).toEqual({ count: 1, more: false });
    expect(await count({ search: '.*' })).toEqual({ count: 0, more: false });
    await fill(organization, 1100, (n) => `Filler ${n}`);
    expect(await count({})).toEqual({ count: 1000, more: true });
    expect(await count({ search: 'fil' })).toEqual({ count: 1000, more: true });
    expect((await listMembers(context, SYSTEM, organization, {}, { limit: 1 })).total).toBeUndefined();
  });
});

/** Members straight into the store. */
async function fill(organization: Organization, number: number, nameOf: (n: number) => string, extra: object = {}) {
  const now = new Date();
  const rows = Array.from({ length: number }, (_, n) => {
    const userId = newId('usr');
    const name = nameOf(n);
    return {
      _id: newId('mem'),
      organizationId: organization._id,
      userId,
      status: 'active',
      roles: [{ roleId: 'rol_member' }],
      settled: true,
      sortName: `${name.toLowerCase()}\0${userId}`,
      words: name.toLowerCase().split(' '),
      name,
      email: `${userId}@example.test`.toLowerCase(),
      userStatus: 'active',
      createdAt: now,
      updatedAt: now,
      ...extra,
    };
  });
  await context.models.Membership.collection.insertMany(rows as never[]);
}

describe('a search', () => {
  let organization: Organization;
  const LONG = `${'Wolfeschlegel '.repeat(14)}Ende`.slice(0, 200);
  beforeAll(async () => {
    ({ organization } = await organizationOf(
      { name: 'José Núñez', email: 'jose@search.test' },
      { name: 'Josefine Adams', email: 'j.adams@search.test' },
      { name: 'Ada Adams', email: 'ada.adams@search.test' },
      { name: 'Adam Josephson', email: 'adam+home@search.test' },
      { name: '🦊 Fox', email: 'fox@search.test' },
      { name: 'مُحَمَّد علي', email: 'm1@search.test' },
      { name: 'שלום כהן', email: 'm2@search.test' },
      { name: '$gt .* {"a":1} \\', email: 'm3@search.test' },
      { name: LONG, email: 'm4@search.test' },
    ));
  });
  const found = (search: string, limit?: number) => namesOf(organization, { search }, limit);

  it('finds by the beginning of a word, with or without accents, in the order of the words found', async () => {
    expect(await found('jose')).toEqual(['José Núñez', 'Josefine Adams', 'Adam Josephson']);
    expect(await found('JOSÉ')).toEqual(['José Núñez', 'Josefine Adams', 'Adam Josephson']);
    expect(await found('osé')).toEqual([]);
    expect(await found('nun')).toEqual(['José Núñez']);
  });

  it('shows who has several such words once, on pages of any size', async () => {
    const all = ['Ada Adams', 'Adam Josephson', 'Josefine Adams'];
    for (const limit of [1, 2, 3, 50]) expect((await found('ad', limit)).sort()).toEqual(all);
  });

  it('finds by several words in any order, all of which have to begin a word', async () => {
    expect(await found('adam jos')).toEqual(expect.arrayContaining(['Adam Josephson', 'Josefine Adams']));
    expect(await found('jos adams')).toEqual(['Josefine Adams']);
    expect(await found('ada zz')).toEqual([]);
    for (const limit of [1, 2]) expect(await found('jos ad', limit)).toHaveLength(2);
  });

  it('finds by the beginning of the e-mail address and of its parts', async () => {
    expect(await found('ada.adams@se')).toEqual(['Ada Adams']);
    expect(await found('J.ADAMS@search.test')).toEqual(['Josefine Adams']);
    expect(await found('home')).toEqual(['Adam Josephson']);
    expect(await found('adam+h')).toEqual(['Adam Josephson']);
    expect(await found('fox 🦊 fox@')).toEqual(['🦊 Fox']);
  });

  it('finds pictures, scripts that are read from the right, and names of 200 characters', async () => {
    expect(await found('🦊')).toEqual(['🦊 Fox']);
    expect(await found('محم')).toEqual(['مُحَمَّد علي']);
    expect(await found('כה')).toEqual(['שלום כהן']);
    expect(await found('wolfe ende')).toEqual([LONG]);
    expect(await found('x'.repeat(200))).toEqual([]);
  });

  it('takes what means something elsewhere as text', async () => {
    expect(await found('$gt')).toEqual(['$gt .* {"a":1} \\']);
    expect(await found('.*')).toEqual([]);
    expect(await found('^a')).toEqual([]);
    expect(await found('\u0000')).toEqual([]);
    expect(await found('a\u{10ffff}')).toEqual([]);
    expect(await found('   ')).toHaveLength(9);
  });
});

describe('a filter', () => {
  it('by role shows who holds it today: directly, by a seat, by a group, by a deleted role that it replaces', async () => {
    const { organization, users } = await organizationOf('Ada', 'Ben', 'Cy', 'Di', 'Ed', 'Flo');
    const [, ben, cy, di, ed, flo] = users as [User, User, User, User, User, User];
    const key = (user: User) => ({ organizationId: organization._id, userId: user._id });
    const role = await makeRole(context, { key: `r${Date.now()}`, organizationId: organization._id });
    const old = await makeRole(context, { key: `o${Date.now()}`, organizationId: organization._id });
    const group = await makeGroup(context, organization._id, 'Crew', [role._id]);
    const soon = new Date(context.clock.now().getTime() + 60_000);
    // Two minutes on.
    const afterwards = { ...context, clock: { now: () => new Date(Date.now() + 120_000) } };
    const later = new Date(context.clock.now().getTime() + 3_600_000);
    await giveRole(context, SYSTEM, { ...key(ben), roleId: role._id });
    await addToGroup(context, SYSTEM, { ...key(cy), groupId: group._id });
    await giveRole(context, SYSTEM, { ...key(di), roleId: role._id, until: soon });
    await addToGroup(context, SYSTEM, { ...key(ed), groupId: group._id, until: soon });
    await giveRole(context, SYSTEM, { ...key(flo), roleId: old._id });
    await giveRole(context, SYSTEM, { ...key(cy), roleId: role._id, until: later });
    expect(await namesOf(organization, { role: role.key }, 2)).toEqual(['Ben', 'Cy', 'Di', 'Ed']);
    expect(await namesOf(organization, { group: 'crew' })).toEqual(['Cy', 'Ed']);
    expect(await namesOf(organization, { role: role._id }, 1, afterwards)).toEqual(['Ben', 'Cy']);
    expect(await namesOf(organization, { group: group._id }, 9, afterwards)).toEqual(['Cy']);
    await context.models.Role.updateOne(
      { _id: old._id },
      { $set: { key: old._id, deleted: { key: old.key, replacement: role._id, at: new Date() } } },
    );
    await context.models.Organization.updateOne({ _id: organization._id }, { $inc: { vocabulary: 1 } });
    expect(await namesOf(organization, { role: role.key }, 9, afterwards)).toEqual(['Ben', 'Cy', 'Flo']);
    expect(await namesOf(organization, { role: role.key, sort: 'joined', order: 'descending' }, 1, afterwards)).toEqual(
      ['Flo', 'Cy', 'Ben'],
    );
    expect(await namesOf(organization, { role: role.key, group: 'CREW' }, 9, afterwards)).toEqual(['Cy']);
    expect(await namesOf(organization, { role: role.key, search: 'f' }, 9, afterwards)).toEqual(['Flo']);
    expect(await namesOf(organization, { role: 'admin' })).toEqual(['Ada']);
    await giveRole(context, SYSTEM, { ...key(ed), roleId: 'rol_admin', until: later });
    expect(await namesOf(organization, { role: 'admin' }, 1)).toEqual(['Ada', 'Ed']);
    await setMemberStatus(context, SYSTEM, { ...key(ben), status: 'suspended' });
    expect(await namesOf(organization, { status: 'suspended' })).toEqual(['Ben']);
    expect(await namesOf(organization, { status: 'active', role: role.key }, 9, afterwards)).toEqual(['Cy', 'Flo']);
    expect(await namesOf(organization, { status: 'suspended', role: role.key })).toEqual(['Ben']);
  });

  it('by role in single mode shows the one that counts, the default role where somebody has none', async () => {
    const { organization, users } = await organizationOf('Ada', 'Ben', 'Cy');
    const role = await makeRole(context, { key: `s${Date.now()}` });
    await changeOrganization(context, SYSTEM, organization, { roleMode: 'single' });
    const set = (user: User | undefined, roles: string[]) =>
      context.models.Membership.updateOne(
        { organizationId: organization._id, userId: user?._id as string },
        { $set: { roles: roles.map((roleId) => ({ roleId })) } },
      );
    await set(users[1], [role._id, 'rol_member']);
    await set(users[2], []);
    expect(await namesOf(organization, { role: role.key })).toEqual([]);
    expect(await namesOf(organization, { role: 'member' })).toEqual(['Ben', 'Cy']);
    expect(await namesOf(organization, { role: 'admin' })).toEqual(['Ada']);
  });

  it('by a role or group that is unknown or another organization’s is refused, and so is a cursor of another query', async () => {
    const { organization } = await organizationOf('Ada', 'Ben', 'Cy');
    const other = await makeOrganization(context);
    const foreign = await makeRole(context, { key: `f${Date.now()}`, organizationId: other._id });
    const group = await makeGroup(context, other._id, 'Theirs');
    const list = (query: MemberQuery, after?: string) =>
      listMembers(context, SYSTEM, organization, query, { limit: 1, after });
    for (const query of [
      { role: 'nobody' },
      { role: foreign.key },
      { role: foreign._id },
      { group: group._id },
      { group: 'Theirs' },
    ])
      await expect(list(query)).rejects.toMatchObject({ code: 'invalid', status: 422 });
    const { nextCursor } = await list({});
    const after = nextCursor as string;
    expect((await list({}, after)).data).toHaveLength(1);
    for (const query of [
      { sort: 'joined' },
      { order: 'descending' },
      { search: 'a' },
      { status: 'active' },
    ] as MemberQuery[])
      await expect(list(query, after)).rejects.toMatchObject({ code: 'invalid', status: 422 });
    const ours = await fresh(other);
    await expect(listMembers(context, SYSTEM, ours, {}, { limit: 1, after })).rejects.toMatchObject({
      code: 'invalid',
    });
    for (const bad of ['', 'x', 'bnVsbA', Buffer.from('[1,{"$gt":""}]').toString('base64url'), 'A'.repeat(5000)])
      await expect(list({}, bad)).rejects.toMatchObject({ code: 'invalid', status: 422 });
  });

  it('is streamed whole, a batch at a time', async () => {
    const { organization } = await organizationOf('Ada');
    await fill(organization, 1200, (n) => `Filler ${n}`);
    for (const query of [{}, { search: 'filler' }, { role: 'member' }]) {
      const ids: string[] = [];
      for await (const rows of allMemberRows(context, organization, query)) ids.push(...rows.map((row) => row._id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBe('role' in query || 'search' in query ? 1200 : 1201);
    }
  });
});

describe('what lists hold of a user', () => {
  const nameOf = async (organization: Organization) => (await namesOf(organization))[0];

  it('follows a change of the name and of the status', async () => {
    const { organization, users } = await organizationOf('Ada');
    const [ada] = users as [User];
    await changeUser(context, SYSTEM, ada, { name: 'Zoé' });
    expect(await namesOf(organization, { search: 'zoe' })).toEqual(['Zoé']);
    expect(await namesOf(organization, { search: 'ada' })).toEqual([]);
    await setUserStatus(context, SYSTEM, { userId: ada._id, status: 'disabled', force: true });
    const { data } = await listMembers(context, SYSTEM, organization, {}, { limit: 1 });
    expect(data[0]).toMatchObject({ user: { status: 'disabled' }, effectiveRoles: [] });
    expect((await listUsers(context, { limit: 100, search: 'zoe' })).data.map((user) => user._id)).toContain(ada._id);
  });

  it('follows also where who changed it died before copying it', async () => {
    const { organization, users } = await organizationOf('Ada');
    await context.models.User.updateOne(
      { _id: users[0]?._id as string },
      {
        $set: { name: 'Grace' },
        $push: {
          pendingEvents: {
            id: newId('evt'),
            action: 'user.changed',
            actor: 'system',
            subject: users[0]?._id as string,
            organizationId: null,
            time: new Date(),
          },
        },
      },
    );
    expect(await nameOf(organization)).toBe('Ada');
    await moveEvents(context);
    expect(await nameOf(organization)).toBe('Grace');
  });

  it('is what the last of several changes at once left, also in a membership that is made meanwhile', async () => {
    const organization = await makeOrganization(context);
    for (let round = 0; round < 5; round += 1) {
      const user = await makeUser(context, { name: 'Start' });
      const changes = Array.from({ length: 6 }, (_, n) => changeUser(context, SYSTEM, user, { name: `Name ${n}` }));
      await Promise.all([...changes, makeMember(context, organization._id, user._id)]);
      const now = await context.models.User.findById(user._id).lean();
      const row = await context.models.Membership.findOne({ userId: user._id }).lean();
      expect(row?.name).toBe(now?.name);
      expect(now?.sortName).toBe(row?.sortName);
    }
  });

  it('is filled into a store of an earlier version, from where it was left off; until then lists come as people joined', async () => {
    const old = await testStore();
    try {
      const first = await startServices(old.connection, createLogger('silent'));
      const organization = await makeOrganization(first);
      for (const name of ['Zoé', 'Ada', 'Ben']) {
        const user = await makeUser(first, { name });
        await makeMember(first, organization._id, user._id);
      }
      const bare = { $unset: { sortName: 1, words: 1, name: 1, email: 1, userStatus: 1 } };
      await first.models.Membership.collection.updateMany({}, bare);
      await first.models.User.collection.updateMany({}, { $unset: { sortName: 1, words: 1 } });
      await first.models.Organization.collection.updateMany({}, { $unset: { sortName: 1, words: 1 } });
      await first.models.Instance.updateOne({ _id: INSTANCE_ID }, { $set: { upgraded: 1 }, $unset: { filledTo: 1 } });
      // Another process' view of it: what this one knows is that nothing is left.
      const { createModels } = await import('../../src/models/index.js');
      const { connectStore } = await import('../../src/store/connect.js');
      const other = await connectStore(old.config);
      const second: ServiceContext = { ...first, models: createModels(other.connection) };
      const names = async (query: MemberQuery) =>
        (await listMembers(second, SYSTEM, organization, query, { limit: 10 })).data.map((one) => one.user.name);
      expect(await names({})).toEqual(['Zoé', 'Ada', 'Ben']);
      await expect(names({ sort: 'name' })).rejects.toMatchObject({ code: 'upgrading', status: 503 });
      await expect(names({ search: 'a' })).rejects.toMatchObject({ code: 'upgrading', status: 503 });
      await upgradeStore(second, 0);
      await upgradeStore(second);
      expect(await names({})).toEqual(['Ada', 'Ben', 'Zoé']);
      expect(await names({ search: 'zoe' })).toEqual(['Zoé']);
      expect((await listOrganizations(second, { limit: 10, search: 'acme' })).data).toHaveLength(1);
      expect((await listUsers(second, { limit: 10, search: 'ben' })).data).toHaveLength(1);
      await other.close();
    } finally {
      await old.close();
    }
  });
});

describe('users and organizations', () => {
  it('are found by words of their names, the address and the slug', async () => {
    const user = await makeUser(context, { name: 'Xaver Quist', email: 'q.xaver@words.test' });
    const search = async (text: string) =>
      (await listUsers(context, { limit: 10, search: text })).data.map((one) => one._id);
    for (const text of ['xav', 'quist x', 'q.xaver@w']) expect(await search(text)).toEqual([user._id]);
    expect(await search('$ne')).toEqual([]);
    const organization = await makeOrganization(context, { name: 'Zürich Übersee', slug: 'swiss-overseas' });
    const find = async (text: string) =>
      (await listOrganizations(context, { limit: 10, search: text })).data.map((one) => one._id);
    for (const text of ['zur', 'swiss-over', 'overs']) expect(await find(text)).toEqual([organization._id]);
    await changeOrganization(context, SYSTEM, organization, { name: 'Genève' });
    expect(await find('zur')).toEqual([]);
    expect(await find('geneve')).toEqual([organization._id]);
  });
});

describe('a page', () => {
  let organization: Organization;
  let role: Role;
  let group: Group;
  beforeAll(async () => {
    organization = (await organizationOf('Ada')).organization;
    role = await makeRole(context, { key: `p${Date.now()}`, organizationId: organization._id });
    group = await makeGroup(context, organization._id, 'Pages', [role._id]);
    await fill(organization, 200, (n) => `Some ${n}`);
    await fill(organization, 100, (n) => `Other ${n}`, { roles: [{ roleId: role._id }] });
    await fill(organization, 100, (n) => `Grouped ${n}`, { groups: [{ groupId: group._id }] });
    await fill(organization, 100, (n) => `Away ${n}`, { status: 'suspended' });
    // For a minute after a change of its roles and groups a process keeps neither.
    await context.models.Organization.updateOne(
      { _id: organization._id },
      { $set: { vocabularyChangedAt: new Date(0) } },
    );
    organization = await fresh(organization);
  });
  beforeEach(() => {
    sent = [];
  });

  const CASES: [name: string, query: () => MemberQuery][] = [
    ['by name', () => ({})],
    ['by name, descending', () => ({ order: 'descending' })],
    ['by when they joined', () => ({ sort: 'joined' })],
    ['of a role', () => ({ role: role.key })],
    ['of a role, by when they joined', () => ({ role: role.key, sort: 'joined' })],
    ['of administrators', () => ({ role: 'admin' })],
    ['of a group', () => ({ group: group._id })],
    ['of a group, by when they joined', () => ({ group: group._id, sort: 'joined', order: 'descending' })],
    ['of who is suspended', () => ({ status: 'suspended' })],
    ['of who is suspended, by when they joined', () => ({ status: 'suspended', sort: 'joined' })],
    ['of what a word finds', () => ({ search: 'so' })],
    ['of what an address finds', () => ({ search: 'usr_@' })],
  ];

  it.each(CASES)('%s costs two queries at most, each of which an index answers in its order', async (_name, query) => {
    const first = await listMembers(context, SYSTEM, organization, query(), { limit: 10 });
    const after = first.nextCursor ?? undefined;
    sent = [];
    await listMembers(context, SYSTEM, organization, query(), { limit: 10, after });
    const queries = sent.filter((command) => command.find === 'memberships' || command.find === 'users');
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.length).toBeLessThanOrEqual(2);
    // What every decision reads besides: the catalog's number.
    expect(sent.length).toBeLessThanOrEqual(queries.length + 1);
    for (const { find, filter, sort, limit, hint, min, max } of queries) {
      const along = Object.fromEntries(Object.entries({ sort, limit, hint, min, max }).filter(([, one]) => one));
      const plan = await store.connection.db?.command({
        explain: { find, filter, ...along },
        verbosity: 'executionStats',
      });
      const stages = JSON.stringify(plan?.queryPlanner.winningPlan);
      expect(stages).toContain('IXSCAN');
      expect(stages).not.toContain('"SORT"');
      expect(stages).not.toContain('COLLSCAN');
      expect(plan?.executionStats.totalDocsExamined).toBeLessThanOrEqual(12);
    }
  });

  it('of two words reads along the one that fewer have', async () => {
    await fill(organization, 600, (n) => `Many ${n + 1000}`);
    sent = [];
    const { data } = await listMembers(context, SYSTEM, organization, { search: 'many 1234' }, { limit: 10 });
    expect(data.map((one) => one.user.name)).toEqual(['Many 1234']);
    const queries = sent.filter((command) => command.find === 'memberships');
    expect(queries).toHaveLength(2);
    expect(queries[1]?.min).toMatchObject({ words: '1234' });
  });

  it.runIf(ON_MONGODB)('counts its total by an index too', async () => {
    const { total } = await listMembers(context, SYSTEM, organization, { count: true }, { limit: 1 });
    expect(total?.count).toBeGreaterThan(100);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/services/authenticate.js';
import { changeUser } from '../../src/services/change-user.js';
import { SYSTEM } from '../../src/services/context.js';
import { createSignInLimits } from '../../src/services/sign-in-limits.js';
import { type ApiClient, freshSlug, machineClient, personClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
import { makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { type Member, makeAdministrator } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let machine: ApiClient;
let admin: Member;

beforeAll(async () => {
  server = await startServer();
  [machine, admin] = await Promise.all([machineClient(server), makeAdministrator(server)]);
});
afterAll(() => server?.close());

const org = () => `/organizations/${admin.slug}`;
const UNTIL = '2040-01-01T00:00:00.000Z';

async function newMember() {
  const user = await makeUser(server.services);
  await makeMember(server.services, admin.organizationId, user._id);
  return { user, path: `${org()}/members/${user._id}` };
}

describe('a member', () => {
  it('is found by membership, user and address, with direct roles, groups, effective roles and where they come from', async () => {
    const { user, path } = await newMember();
    const key = `k${freshSlug().slice(2, 8)}`;
    expect((await machine.post(`${org()}/roles`, { key, name: 'K' })).status).toBe(201);
    const made = await machine.post(`${org()}/groups`, { name: `G ${key}`, roles: [key] });
    expect(made.status).toBe(201);
    const set = await machine.put(`${path}/roles`, { roles: ['member', { role: key, until: UNTIL }] });
    expect([set.status, set.json.roles]).toEqual([200, [{ role: key, until: UNTIL }, 'member']]);
    await machine.put(`${path}/groups`, { groups: [{ group: `g ${key}`, until: UNTIL }] });
    const { json } = await machine.get(path);
    expect(json).toMatchObject({
      email: user.email,
      groups: [`G ${key}`],
      groupMemberships: [{ id: made.json.id, name: `G ${key}`, until: UNTIL }],
      effectiveRoles: [key, 'member'],
      origins: [
        { role: key, direct: { until: UNTIL }, groups: [{ group: `G ${key}`, until: UNTIL }] },
        { role: 'member', direct: { until: null }, groups: [] },
      ],
    });
    for (const reference of [json.id, encodeURIComponent(user.email)])
      expect((await machine.get(`${org()}/members/${reference}`)).json).toEqual(json);
    expect(await machine.all(`${org()}/members`, 2)).toContainEqual(json);
    expect(await machine.all(`${org()}/groups/${encodeURIComponent(`G ${key}`)}/members`)).toEqual([json]);
  });

  it('keeps the last administrator, with who it is; unknown roles and ends in the past are 422', async () => {
    const path = `${org()}/members/${admin.user._id}`;
    for (const refused of [
      await machine.put(`${path}/roles`, { roles: ['member'] }),
      await machine.patch(path, { status: 'suspended' }),
      await machine.delete(path),
      await machine.delete(`${path}/roles/admin`),
    ]) {
      expect([refused.status, refused.json.error]).toEqual([409, 'last_administrator']);
      expect(refused.json.details).toMatchObject([{ userId: admin.user._id, email: admin.user.email }]);
    }
    const unknown = await machine.put(`${path}/roles`, { roles: ['admin', 'nothing'] });
    expect([unknown.status, unknown.json.details[0].path]).toEqual([422, 'roles[1]']);
    const past = await machine.put(`${path}/roles`, {
      roles: ['admin', { role: 'member', until: '2001-01-01T00:00:00Z' }],
    });
    expect(past.status).toBe(422);
  });

  it('is suspended, removed and has sessions ended; a stale If-Match changes nothing, not even a seat', async () => {
    const { user, path } = await newMember();
    const person = await personClient(server, { user });
    const first = (await machine.get(path)).headers.get('etag') as string;
    await machine.put(`${path}/roles`, { roles: ['admin'] });
    for (const refused of [
      await machine.put(`${path}/roles`, { roles: [] }, { 'if-match': first }),
      await machine.patch(path, { status: 'suspended' }, { 'if-match': first }),
      await machine.delete(path, { 'if-match': first }),
      await machine.delete(path, { 'if-match': '"nonsense"' }),
    ])
      expect(refused.status).toBe(412);
    const now = await machine.get(path);
    expect(now.json.roles).toEqual(['admin']);
    const tag = now.headers.get('etag') as string;
    expect((await machine.get(path, { 'if-none-match': tag })).status).toBe(304);
    expect((await machine.get(`${path}/sessions`)).json.data).toHaveLength(1);
    expect((await machine.post(`${path}/revoke-sessions`)).status).toBe(204);
    expect((await person.get(org())).status).toBe(401);
    expect((await machine.get(`${path}/sessions`)).json.data).toEqual([]);
    expect((await machine.patch(path, { status: 'suspended' }, { 'if-match': '*' })).json).toMatchObject({
      status: 'suspended',
      effectiveRoles: [],
      roles: ['admin'],
    });
    expect((await machine.patch(path, { status: 'active', metadata: { a: 'b' } })).json).toMatchObject({
      effectiveRoles: ['admin'],
      metadata: { a: 'b' },
    });
    expect((await machine.delete(path)).status).toBe(204);
    expect((await machine.get(path)).status).toBe(404);
  });

  it('is changed under any of several tags that If-Match names, and under none that is weak', async () => {
    const { path } = await newMember();
    const tags: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const { headers } = await machine.patch(path, { metadata: { name } });
      tags.push(headers.get('etag') as string);
    }
    const [, second, third] = tags as [string, string, string];
    const under = async (header: string) =>
      (await machine.put(`${path}/roles`, { roles: ['member'] }, { 'if-match': header })).status;
    expect(await under(`${tags[0]}, ${second}`)).toBe(412);
    expect(await under(`"other", W/${third}`)).toBe(412);
    expect(await under(`${third} ${third}`)).toBe(412);
    const before = (await machine.get(path)).headers.get('etag');
    expect(before).toBe(third);
    expect(await under(`"other, or not",${second} , ${third}`)).toBe(200);
    // One that is to come isn't taken for the one that is.
    const now = (await machine.get(path)).headers.get('etag') as string;
    const later = now.replace(/\d+/, (revision) => String(Number(revision) + 1));
    expect(await under(later)).toBe(412);
    expect(await under(`${second}, ${later}, ${now}`)).toBe(200);
  });

  it('has groups by name, whether their membership ends or not, and with their ids and ends besides', async () => {
    const { path } = await newMember();
    const names = [freshSlug(), freshSlug()].sort();
    const [one, two] = names as [string, string];
    const ids: string[] = [];
    for (const name of names) ids.push((await machine.post(`${org()}/groups`, { name })).json.id);
    const groupMemberships = [
      { id: ids[0], name: one, until: null },
      { id: ids[1], name: two, until: UNTIL },
    ];
    const set = await machine.put(`${path}/groups`, { groups: [{ group: two, until: UNTIL }, one] });
    expect(set.json).toMatchObject({ groups: names, groupMemberships });
    const listed = (await machine.all(`${org()}/members?group=${two}`)) as object[];
    expect(listed).toMatchObject([{ groups: names, groupMemberships }]);
  });

  it('leaves by a person’s token, and is added by a machine’s', async () => {
    const { user } = await newMember();
    const person = await personClient(server, { user });
    expect((await person.post(`${org()}/leave`)).status).toBe(204);
    expect((await machine.post(`${org()}/members`, { user: user.email, roles: ['member'] })).status).toBe(201);
    expect((await machine.post(`${org()}/members`, { user: user._id })).json.error).toBe('already_member');
    expect((await machine.post(`${org()}/members`, { user: 'nobody@example.test' })).status).toBe(422);
  });
});

describe('an organization and its roles', () => {
  it('are made, changed under If-Match and refused by R4 and R5', async () => {
    const slug = freshSlug();
    const made = await machine.post('/organizations', { slug, name: 'O' });
    expect(made.json).toMatchObject({ defaultRoles: ['member'], roleMode: 'multiple', revokeOnDowngrade: false });
    expect((await machine.post('/organizations', { slug, name: 'O' })).json.error).toBe('slug_taken');
    expect((await machine.post('/organizations', { slug: 'invitation', name: 'O' })).json.error).toBe('slug_taken');
    const tag = { 'if-match': made.headers.get('etag') as string };
    const at = `/organizations/${slug}`;
    expect((await machine.patch(at, { name: 'P' }, tag)).status).toBe(200);
    expect((await machine.patch(at, { name: 'Q' }, tag)).status).toBe(412);
    const role = await machine.post(`${at}/roles`, { key: 'auditor', name: 'A', permissions: ['members:read'] });
    expect([role.status, role.json.permissions]).toEqual([201, ['members:read']]);
    expect((await machine.post(`${at}/roles`, { key: 'auditor', name: 'A' })).json.error).toBe('role_taken');
    expect((await machine.post(`${at}/roles`, { key: 'admin', name: 'A' })).json.error).toBe('role_taken');
    expect((await machine.post(`${at}/roles`, { key: 'Not A Key', name: 'A' })).status).toBe(422);
    expect((await machine.all(`${at}/roles`, 1)).map((one) => (one as { key: string }).key)).toEqual(
      expect.arrayContaining(['admin', 'auditor', 'member']),
    );
    const user = await makeUser(server.services);
    await makeMember(server.services, made.json.id, user._id);
    await machine.put(`${at}/members/${user._id}/roles/auditor`, {});
    expect((await machine.patch(at, { roleMode: 'single' })).json.error).toBe('role_mode');
    expect((await machine.delete(`${at}/roles/auditor`)).json.error).toBe('role_in_use');
    expect((await machine.delete(`${at}/roles/auditor?replacement=nothing`)).status).toBe(422);
    expect((await machine.delete(`${at}/roles/auditor?replacement=member&remove=true`)).status).toBe(422);
    expect((await machine.delete(`${at}/roles/admin`)).json.error).toBe('built_in');
    expect((await machine.delete(`${at}/roles/auditor?replacement=member`)).status).toBe(204);
    expect((await machine.get(`${at}/members/${user._id}`)).json.effectiveRoles).toEqual(['admin', 'member']);
  });
});

describe('the instance', () => {
  it('gives who joins the roles that it is told, where the organization tells none', async () => {
    const { json: role } = await machine.post('/roles', { key: 'newcomer', name: 'Newcomer' });
    const before = await machine.get('/instance');
    expect(before.json).toEqual({ defaultRoles: ['member'] });
    expect((await machine.patch('/instance', { defaultRoles: ['newcomer', 'member'] })).json).toEqual({
      defaultRoles: ['newcomer', 'member'],
    });
    const stale = { 'if-match': before.headers.get('etag') as string };
    expect((await machine.patch('/instance', { defaultRoles: ['member'] }, stale)).status).toBe(412);
    const organization = await makeOrganization(server.services, { founder: (await makeUser(server.services))._id });
    const joiner = await makeUser(server.services);
    await makeMember(server.services, organization._id, joiner._id);
    const at = `/organizations/${organization.slug}`;
    expect((await machine.get(`${at}/members/${joiner._id}`)).json.effectiveRoles).toEqual(['member', 'newcomer']);
    expect((await machine.get(at)).json).toMatchObject({
      defaultRoles: ['newcomer', 'member'],
      inheritsDefaultRoles: true,
    });
    for (const defaultRoles of [['admin'], [], ['nothing'], 'member'])
      expect((await machine.patch('/instance', { defaultRoles })).status).toBe(422);
    expect((await machine.delete('/roles/newcomer')).json.error).toBe('role_in_use');
    expect((await machine.delete('/roles/newcomer?replacement=member')).status).toBe(204);
    expect((await machine.get('/instance')).json).toEqual({ defaultRoles: ['member'] });
    const [changed] = await eventsOf(server.services, { action: 'instance.changed' });
    expect(changed?.subject).toBe('instance');
    expect(role.key).toBe('newcomer');
    const member = await personClient(server, await newMember());
    expect((await member.get('/instance')).status).toBe(403);
  });
});

describe('the permissions', () => {
  it('come in pages, by API and key, each once', async () => {
    const whole = (await machine.all('/permissions')) as { api: string; key: string }[];
    expect(whole.length).toBeGreaterThan(5);
    for (const limit of [1, 7]) expect(await machine.all('/permissions', limit)).toEqual(whole);
    const own = `${server.issuer}/api`;
    const keys = whole.filter(({ api }) => api === own).map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
    expect(keys).toContain('members:read');
  });
});

describe('nobody rises by an application’s token (R15)', () => {
  it('what the token doesn’t carry it gives to nobody', async () => {
    const { path } = await newMember();
    const narrow = await machineClient(server, ['members:read', 'members:write', 'roles:write', 'roles:read']);
    expect((await narrow.put(`${path}/roles/admin`, {})).status).toBe(403);
    const role = { key: 'riser', name: 'R', permissions: ['audit:read'] };
    expect((await narrow.post(`${org()}/roles`, role)).status).toBe(403);
  });
});

describe('a user', () => {
  it('is made with memberships and explicit roles, changed, disabled and enabled', async () => {
    const email = `${freshSlug()}@acme.test`;
    const body = { email, name: 'New', memberships: [{ organization: admin.slug, roles: ['member'] }] };
    const made = await machine.post('/users', body);
    expect([made.status, made.json.status]).toEqual([201, 'active']);
    const path = `/users/${encodeURIComponent(email)}`;
    expect((await machine.get(`${path}/memberships`)).json.data).toMatchObject([
      { organization: { slug: admin.slug }, member: { roles: ['member'] } },
    ]);
    expect((await machine.post('/users', body)).json.error).toBe('email_taken');
    const wrong = {
      email: `x${email}`,
      name: 'X',
      memberships: [{ organization: 'nobodys' }, { organization: admin.slug, roles: ['no'] }],
    };
    expect((await machine.post('/users', wrong)).json.details[0].path).toBe('memberships[0].organization');
    expect((await machine.get(`/users?email=${encodeURIComponent(`x${email}`)}`)).json.data).toEqual([]);
    expect((await machine.patch(path, { name: 'Changed', status: 'disabled' })).json).toMatchObject({
      name: 'Changed',
      status: 'disabled',
    });
    const stale = { 'if-match': made.headers.get('etag') as string };
    expect((await machine.patch(path, { status: 'active' }, stale)).status).toBe(412);
    expect((await machine.patch(path, { status: 'active' })).json.status).toBe('active');
    expect((await machine.patch(`/users/${admin.user._id}`, { status: 'disabled' })).json.error).toBe(
      'last_administrator',
    );
  });

  it('has memberships and sessions in pages, each row once', async () => {
    const user = await makeUser(server.services);
    const path = `/users/${user._id}`;
    const slugs = Array.from({ length: 4 }, freshSlug).sort();
    for (const slug of slugs) {
      await machine.post('/organizations', { slug, name: 'Paged' });
      expect((await machine.post(`/organizations/${slug}/members`, { user: user._id })).status).toBe(201);
    }
    type Row = { id: string; organization: { slug: string }; member: { userId: string } };
    for (const limit of [1, 2, 4, 100]) {
      const rows = (await machine.all(`${path}/memberships`, limit)) as Row[];
      expect(rows.map(({ organization }) => organization.slug)).toEqual(slugs);
      expect(new Set(rows.map(({ member }) => member.userId))).toEqual(new Set([user._id]));
    }
    for (let count = 0; count < 3; count += 1)
      await personClient(server, { user }, { parameters: { organization: slugs[0] as string } });
    for (const list of [`${path}/sessions`, `/organizations/${slugs[0]}/members/${user._id}/sessions`]) {
      const whole = (await machine.get(list)).json.data as (Row & { signedInAt: string })[];
      expect(new Set(whole.map(({ id }) => id)).size).toBe(3);
      expect(whole.map(({ signedInAt }) => signedInAt)).toEqual(
        whole
          .map(({ signedInAt }) => signedInAt)
          .sort()
          .reverse(),
      );
      for (const limit of [1, 2, 3]) expect(await machine.all(list, limit)).toEqual(whole);
    }
    const last = (await machine.get(`${path}/memberships?limit=3`)).json.nextCursor;
    expect((await machine.get(`/users/${admin.user._id}/memberships?cursor=${last}`)).status).toBe(422);
  });

  it('gets another address, by which they sign in from then on; the old one is free again', async () => {
    const [one, two] = [await makeUser(server.services), await makeUser(server.services)];
    const { user } = await newMember();
    const path = `/users/${user._id}`;
    const email = `${freshSlug()}@acme.test`;
    expect((await machine.patch(path, { email: 'nowhere' })).json.details[0].path).toBe('email');
    expect((await machine.patch(path, { email: one.email, name: 'X' })).json.error).toBe('email_taken');
    expect((await machine.get(path)).json).toMatchObject({ email: user.email, name: user.name });
    const stale = { 'if-match': (await machine.get(path)).headers.get('etag') as string };
    const changed = await machine.patch(path, { email: ` ${email.toUpperCase()}` });
    expect(changed.json).toMatchObject({ email, emailVerified: false, id: user._id });
    expect((await machine.patch(path, { email: `y${email}` }, stale)).status).toBe(412);
    // What is refused with the status leaves the address too.
    const refused = await machine.patch(`/users/${admin.user._id}`, { status: 'disabled', email: `z${email}` });
    expect(refused.json.error).toBe('last_administrator');
    expect((await machine.get(`/users/${admin.user._id}`)).json.email).toBe(admin.user.email);
    expect((await machine.get(path)).json.email).toBe(email);
    expect((await machine.get(`${org()}/members/${email}`)).json.email).toBe(email);
    expect((await machine.get(`${org()}/members/${user.email}`)).status).toBe(404);
    const limits = createSignInLimits(server.store.connection);
    const signIn = (address: string) =>
      authenticate(server.services, limits, { email: address, password: PASSWORD, address: '127.0.0.1' });
    expect([(await signIn(email))?._id, await signIn(user.email)]).toEqual([user._id, undefined]);
    // Of several who want the freed address at once, one gets it, the one who had it included.
    const wanted = { email: user.email, emailVerified: true };
    const answers = await Promise.all([user, one, two].map(({ _id }) => machine.patch(`/users/${_id}`, wanted)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const winner = answers.find(({ status }) => status === 200)?.json;
    expect(winner).toMatchObject(wanted);
    expect((await machine.get(`/users/${user.email}`)).json.id).toBe(winner.id);
    // Back and forth, it stays whose it is.
    for (const next of [`x${email}`, user.email, `x${email}`, user.email])
      expect((await machine.patch(`/users/${winner.id}`, { email: next })).status).toBe(200);
    expect((await machine.patch(`/users/${two._id === winner.id ? one._id : two._id}`, wanted)).status).toBe(409);
    const free = await machine.post('/users', { email: `x${email}`, name: 'Another' });
    expect(free.status).toBe(201);
  });

  it('has the address verified that was meant, not one that came meanwhile', async () => {
    const read = await makeUser(server.services);
    const verified = { email: `${freshSlug()}@acme.test`, emailVerified: false };
    expect((await machine.patch(`/users/${read._id}`, { email: verified.email })).status).toBe(200);
    await expect(changeUser(server.services, SYSTEM, read, { emailVerified: true })).rejects.toMatchObject({
      code: 'stale',
    });
    expect((await machine.get(`/users/${read._id}`)).json).toMatchObject(verified);
  });

  it('signs in with the hash of a password that came from elsewhere, which then is one of ours; sessions end where asked', async () => {
    const user = await makeUser(server.services);
    const path = `/users/${user._id}`;
    const passwordHash = '$pbkdf2-sha256$i=1000$c2FsdHNhbHRzYWx0c2FsdA$AAAA';
    expect((await machine.put(`${path}/password`, { passwordHash, password: PASSWORD })).status).toBe(422);
    expect((await machine.put(`${path}/password`, {})).status).toBe(422);
    expect((await machine.put(`${path}/password`, { passwordHash: 'md5' })).status).toBe(422);
    const other = 'another correct horse battery';
    const { pbkdf2Sync } = await import('node:crypto');
    const hash = pbkdf2Sync(other, 'saltsaltsaltsalt', 1000, 32, 'sha256').toString('base64').replace(/=+$/, '');
    const salt = Buffer.from('saltsaltsaltsalt').toString('base64').replace(/=+$/, '');
    const set = await machine.put(`${path}/password`, { passwordHash: `$pbkdf2-sha256$i=1000$${salt}$${hash}` });
    expect(set.status).toBe(204);
    const limits = createSignInLimits(server.store.connection);
    const tryIt = (password: string) =>
      authenticate(server.services, limits, { email: user.email, password, address: '127.0.0.1' });
    expect(await tryIt(PASSWORD)).toBeUndefined();
    expect((await tryIt(other))?._id).toBe(user._id);
    expect((await server.services.models.User.findById(user._id).lean())?.passwordHash).toMatch(/^\$argon2id/);
  });

  it('has sessions that an operator lists and ends, one or all, everywhere', async () => {
    const { user } = await newMember();
    const path = `/users/${user._id}`;
    await machine.put(`${path}/password`, { password: PASSWORD });
    const [one, two] = [await personClient(server, { user }), await personClient(server, { user })];
    const sessions = (await machine.get(`${path}/sessions`)).json.data;
    expect(sessions).toHaveLength(2);
    expect((await machine.delete(`${path}/sessions/${sessions[0].id}`)).status).toBe(204);
    expect((await machine.delete(`${path}/sessions/${sessions[0].id}`)).status).toBe(404);
    const statuses = [(await one.get(org())).status, (await two.get(org())).status];
    expect(statuses.sort()).toEqual([200, 401]);
    expect((await machine.post(`${path}/revoke-sessions`)).status).toBe(204);
    expect([(await one.get(org())).status, (await two.get(org())).status]).toEqual([401, 401]);
  });
});

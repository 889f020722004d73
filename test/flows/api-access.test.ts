import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { ApiClient, callAt, machineClient, machineToken, managementApplication, personClient } from '../support/api.js';
import { makeApi, makeApplication, makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { type Member, makeAdministrator, post, signIn } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());

const api = () => `${server.issuer}/api`;

/** A plain member of an administrator's organization. */
async function memberOf({ organizationId, slug }: Member): Promise<Member> {
  const user = await makeUser(server.services);
  await makeMember(server.services, organizationId, user._id);
  return { user, organizationId, slug };
}

async function operator(): Promise<Member> {
  const user = await makeUser(server.services);
  const system = await findOrganization(server.services, 'system');
  await makeMember(server.services, system?._id as string, user._id, ['rol_admin']);
  return { user, organizationId: system?._id as string, slug: 'system' };
}

describe('the management API as a resource server', () => {
  it('gives a machine all that it is allowed without a scope, and no more with one', async () => {
    const machine = await machineClient(server, ['members:read', 'roles:read']);
    const token = decodeJwt(machine.token as string);
    expect(token).toMatchObject({ aud: api(), permissions: ['members:read', 'roles:read'] });
    expect((token.scope as string).split(' ').sort()).toEqual(['members:read', 'roles:read']);
    const narrow = decodeJwt(await machineToken(server, machine.application._id, 'roles:read settings:write'));
    expect(narrow.permissions).toEqual(['roles:read']);
    const everything = await machineClient(server);
    expect(decodeJwt(everything.token as string).permissions).toContain('instance:users');
  });

  it('is refused to an application that no operator let ask for it (R15)', async () => {
    const application = await makeApplication(server.services, { type: 'machine', grantTypes: ['client_credentials'] });
    const body = { grant_type: 'client_credentials', resource: api() };
    const { status, json } = await post(server, '/oauth2/token', body, { clientId: application._id });
    expect([status, json.error]).toEqual([400, 'invalid_target']);
  });

  it('puts what a person’s roles carry into their token, and nothing of the instance', async () => {
    const admin = await makeAdministrator(server);
    const { tokens } = await personClient(server, admin);
    const { permissions } = decodeJwt(tokens.access_token) as { permissions: string[] };
    expect(permissions).toContain('members:write');
    expect(permissions.filter((key) => key.startsWith('instance:'))).toEqual([]);
    const plain = await personClient(server, await memberOf(admin));
    expect(decodeJwt(plain.tokens.access_token).permissions).toEqual([
      'groups:read',
      'members:read',
      'organization:leave',
      'roles:read',
    ]);
  });
});

describe('organization=system (R7)', () => {
  it('logs an operator in for this server’s own API, and the token reaches every organization', async () => {
    const { slug } = await makeAdministrator(server);
    const person = await personClient(server, await operator(), { parameters: { organization: 'system' } });
    expect(decodeJwt(person.tokens.access_token).permissions).toContain('instance:organizations');
    expect((await person.get(`/organizations/${slug}`)).status).toBe(200);
    expect((await person.get('/organizations')).status).toBe(200);
  });

  it('is refused where the login is for anything else, or who signs in is no operator', async () => {
    const someone = await operator();
    const other = await makeApi(server.services);
    const application = await managementApplication(server, { defaultApi: other._id });
    const refused = async (member: Pick<Member, 'user'>, parameters: Record<string, string>) => {
      const { flow } = await signIn(server, application._id, member, {
        scope: 'openid',
        organization: 'system',
        ...parameters,
      });
      return flow.callbackUrl().searchParams.get('error');
    };
    expect(await refused(someone, {})).toBe('access_denied');
    expect(await refused(someone, { resource: other._id })).toBe('access_denied');
    expect(await refused(await makeAdministrator(server), { resource: api() })).toBe('access_denied');
  });
});

describe('a call without a valid token for this API', () => {
  it('is 401 and says what is wanted, by any wrong kind of token', async () => {
    const admin = await makeAdministrator(server);
    const other = await makeApi(server.services);
    const opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
    const person = await personClient(server, admin);
    const elsewhere = async (defaultApi: string) => {
      const application = await makeApplication(server.services, { defaultApi });
      return (await (await signIn(server, application._id, admin)).flow.tokens()).access_token;
    };
    const wrong = {
      'an ID token': person.tokens.id_token,
      'another API’s': await elsewhere(other._id),
      'an opaque one': await elsewhere(opaque._id),
      nonsense: 'nonsense',
      unsigned: `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${person.token?.split('.')[1]}.`,
      'a changed signature': `${person.token?.slice(0, -6)}AAAAAA`,
    };
    for (const [kind, token] of Object.entries(wrong)) {
      const { status, json, headers } = await new ApiClient(server.issuer, token as string).get('/organizations');
      expect([kind, status, json.error]).toEqual([kind, 401, 'invalid_token']);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    const none = await new ApiClient(server.issuer, undefined).get('/organizations');
    expect([none.status, none.json.error]).toEqual([401, 'unauthorized']);
    expect(none.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+", DPoP realm="[^"]+", algs="/);
    expect(none.headers.get('www-authenticate')).not.toContain('error');
    const query = await fetch(`${server.issuer}/api/v1/organizations?access_token=${person.token}`);
    expect(query.status).toBe(401);
  });

  it('is 401 once the token has expired', async () => {
    const machine = await machineClient(server);
    const clock = { now: () => new Date(Date.now() + 301_000) };
    const { issuer, store, services } = server;
    const later = await startServer({ issuer, store, services: { ...services, clock } });
    const { status } = await callAt(later, { path: '/organizations', token: machine.token });
    await later.close();
    expect(status).toBe(401);
  });

  it('is 401 once what it was given for has ended: sign-out, revocation, the membership, the user, the application (R8)', async () => {
    const admin = await makeAdministrator(server);
    const someone = async () => {
      const member = await memberOf(admin);
      const person = await personClient(server, member);
      expect((await person.get(`/organizations/${admin.slug}`)).status).toBe(200);
      return { member, person, gone: async () => (await person.get(`/organizations/${admin.slug}`)).status };
    };
    const out = await someone();
    await out.person.browser.open('/account');
    await out.person.browser.submit('Sign out');
    await out.person.browser.submit('Sign out');
    expect(await out.gone()).toBe(401);

    const revoked = await someone();
    await client.tokenRevocation(revoked.person.rp.config, revoked.person.token as string);
    expect(await revoked.gone()).toBe(401);

    const suspended = await someone();
    const ids = { organizationId: admin.organizationId, userId: suspended.member.user._id };
    await setMemberStatus(server.services, SYSTEM, { ...ids, status: 'suspended' });
    expect(await suspended.gone()).toBe(401);

    const disabled = await someone();
    await setUserStatus(server.services, SYSTEM, { userId: disabled.member.user._id, status: 'disabled' });
    expect(await disabled.gone()).toBe(401);

    const deleted = await someone();
    const { _id } = deleted.person.application;
    await server.services.models.Application.updateOne({ _id }, { $set: { deletedAt: new Date() } });
    await server.services.catalog.changed();
    expect(await deleted.gone()).toBe(401);

    const machine = await machineClient(server, ['members:read']);
    await server.services.models.Application.updateOne(
      { _id: machine.application._id },
      { $unset: { permissions: 1 } },
    );
    await server.services.catalog.changed();
    expect((await machine.get(`/organizations/${admin.slug}`)).status).toBe(401);
  });
});

describe('what a call may do', () => {
  it('is what today’s roles carry, whatever the token says', async () => {
    const first = await makeAdministrator(server);
    const second = await memberOf(first);
    await makeMember(server.services, first.organizationId, second.user._id, ['rol_admin']);
    const person = await personClient(server, second);
    const rename = () => person.patch(`/organizations/${first.slug}`, { name: 'Renamed' });
    expect((await rename()).status).toBe(200);
    await makeMember(server.services, first.organizationId, second.user._id, ['rol_member']);
    expect((await rename()).status).toBe(404);
    await makeMember(server.services, first.organizationId, second.user._id, ['rol_admin']);
    expect((await rename()).status).toBe(200);
  });

  it('ends at the token’s organization: another is unknown, as one that isn’t there (R13)', async () => {
    const mine = await makeAdministrator(server);
    const theirs = await makeAdministrator(server);
    const person = await personClient(server, mine);
    const paths = [theirs.slug, theirs.organizationId, 'nobodys', 'org_01JX0000000000000000000000', 'system'];
    const answers = await Promise.all(paths.map((one) => person.get(`/organizations/${one}/members`)));
    const bodies = new Set(answers.map(({ status, json }) => JSON.stringify([status, json.error, json.message])));
    expect([...bodies]).toEqual([JSON.stringify([404, 'not_found', 'There is nothing here.'])]);
    const both = await memberOf(mine);
    await makeMember(server.services, theirs.organizationId, both.user._id, ['rol_admin']);
    const one = await personClient(server, both, { parameters: { organization: mine.slug } });
    expect((await one.get(`/organizations/${theirs.slug}/members`)).status).toBe(404);
  });

  it('ends at what the application is allowed, and for a third party’s at what the person allowed it: 403, and it is said', async () => {
    const admin = await makeAdministrator(server);
    const narrow = await managementApplication(server, {
      permissions: [{ api: 'management', permissions: ['members:read'] }],
    });
    const through = await personClient(server, admin, { application: narrow });
    expect((await through.get(`/organizations/${admin.slug}/members`)).status).toBe(200);
    const refused = await through.patch(`/organizations/${admin.slug}`, { name: 'No' });
    expect([refused.status, refused.json.error]).toEqual([403, 'insufficient_scope']);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"');

    const third = await managementApplication(server, { firstParty: false });
    const { browser, flow } = await signIn(server, third._id, admin, { scope: 'openid members:read', resource: api() });
    await browser.submit('Allow');
    const person = new ApiClient(server.issuer, (await flow.tokens()).access_token);
    expect((await person.get(`/organizations/${admin.slug}/members`)).status).toBe(200);
    expect((await person.get(`/organizations/${admin.slug}/roles`)).json.error).toBe('insufficient_scope');

    const machine = await machineClient(server, ['members:read']);
    expect((await machine.get(`/organizations/${admin.slug}/roles`)).status).toBe(403);
  });

  it('of a member ends at what members may: what their role doesn’t carry isn’t there (404), the operators’ is forbidden', async () => {
    const admin = await makeAdministrator(server);
    const person = await personClient(server, await memberOf(admin));
    expect((await person.get(`/organizations/${admin.slug}/members`)).status).toBe(200);
    expect(
      (await person.put(`/organizations/${admin.slug}/members/${admin.user._id}/roles`, { roles: [] })).status,
    ).toBe(404);
    expect((await person.patch(`/organizations/${admin.slug}`, { name: 'Mine' })).status).toBe(404);
    expect((await person.get('/organizations')).status).toBe(403);
    expect((await person.post('/organizations', { name: 'Mine' })).status).toBe(403);
  });

  it('where one of several permissions is enough, is by one that is both held and carried', async () => {
    const admin = await makeAdministrator(server);
    const application = await managementApplication(server, {
      permissions: [{ api: 'management', permissions: ['settings:write'] }],
    });
    const parameters = { organization: admin.slug };
    const member = await personClient(server, await memberOf(admin), { application, parameters });
    const refused = await member.get(`/organizations/${admin.slug}`);
    expect([refused.status, refused.json.error]).toEqual([403, 'insufficient_scope']);
    expect(refused.headers.get('www-authenticate')).toContain('scope="members:read"');
    const administrator = await personClient(server, admin, { application, parameters });
    expect((await administrator.get(`/organizations/${admin.slug}`)).status).toBe(200);
  });

  it('without an organization is nothing', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id, slug: 'without-one' });
    const application = await managementApplication(server, { organization: 'none' });
    const person = await personClient(server, { user }, { application });
    expect((await person.get('/organizations/without-one')).status).toBe(404);
    expect((await person.get('/permissions')).status).toBe(403);
  });
});

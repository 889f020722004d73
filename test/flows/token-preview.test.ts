import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application, Organization, User } from '../../src/models/index.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { type PreviewedClaim, previewTokens, type TokenPreview } from '../../src/oidc/preview.js';
import type { Runtime } from '../../src/oidc/runtime.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { SYSTEM } from '../../src/services/context.js';
import {
  makeApi,
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let runtime: Pick<Runtime, 'services' | 'issuer'>;
let user: User;
let organization: Organization;
const apis: Record<string, Api> = {};

beforeAll(async () => {
  server = await startServer();
  const { services, issuer } = server;
  runtime = { services, issuer };
  apis.jwt = await makeApi(services);
  apis.opaque = await makeApi(services, { tokenFormat: 'opaque' });
  const first = await makeUser(services);
  user = await makeUser(services, { name: 'Bea Holm' });
  organization = await makeOrganization(services, { name: 'Preview', founder: first._id });
  const billing = await makeRole(services, { key: 'billing', permissions: ['invoices:read'] });
  const own = await makeRole(services, { key: 'own', organizationId: organization._id, permissions: [] });
  await makeMember(services, organization._id, user._id, [billing._id, own._id]);
});
afterAll(() => server?.close());

/** The claims whose values don't depend on the one token. */
const valuesOf = (claims: PreviewedClaim[]) =>
  Object.fromEntries(claims.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]));
const namesOf = (claims: PreviewedClaim[]) => claims.map((claim) => claim.name);

/** Every claim of a real answer is foretold, with its value where that is known before, and nothing else is. */
function expectForetold(claims: PreviewedClaim[], real: Record<string, unknown>): void {
  expect(namesOf(claims)).toEqual(expect.arrayContaining(Object.keys(real)));
  expect(real).toMatchObject(valuesOf(claims));
  for (const { from } of claims) expect(from).not.toBe('');
}

const find = (claims: PreviewedClaim[], name: string) => claims.find((claim) => claim.name === name);

async function login(application: Application, parameters: Record<string, string>) {
  const rp = await relyingParty(server, application._id);
  const flow = await rp.begin(newBrowser(server), parameters);
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  return flow.tokens();
}

describe('a preview', () => {
  it.each([
    ['a JWT for an API', 'jwt'],
    ['an opaque token for an API', 'opaque'],
    ['a token for no API', undefined],
  ])('of %s is what a login then gives, claim by claim', async (_name, kind) => {
    const api = kind ? (apis[kind] as Api) : undefined;
    const application = await makeApplication(server.services, { defaultApi: api?._id });
    const scope = 'openid profile email invoices:read invoices:write nonsense';
    const preview = await previewTokens(runtime, { application, user, scope: scope.split(' ') });
    const tokens = await login(application, { scope });
    expectForetold(preview.idToken ?? [], tokens.claims() as Record<string, unknown>);
    expect((tokens.scope ?? scope).split(' ').sort()).toEqual(preview.scope.split(' ').sort());
    expect(preview.accessToken.format).toBe(kind ?? 'opaque');
    if (kind === 'jwt') expectForetold(preview.accessToken.claims, decodeJwt(tokens.access_token));
    const caller = await relyingParty(server, preview.introspection?.by as string);
    const answer = await client.tokenIntrospection(caller.config, tokens.access_token);
    expectForetold(preview.introspection?.claims ?? [], answer as Record<string, unknown>);
    expect(find(preview.idToken ?? [], 'roles')).toEqual({
      name: 'roles',
      value: ['billing', 'own'],
      from: 'billing: direct; own: direct, the organization’s own role',
    });
    if (kind) {
      expect(find(preview.introspection?.claims ?? [], 'permissions')).toMatchObject({
        value: ['invoices:read'],
        from: `invoices:read: role billing (at ${api?._id})`,
      });
      expect(preview.dropped).toEqual([
        { scope: 'invoices:write', reason: 'none of the user’s roles in preview gives it' },
        { scope: 'nonsense', reason: `it is unknown: the API ${api?._id} declares no such permission` },
      ]);
    }
  });

  it('tells of each role how it is held: directly, by which groups, until when (R3)', async () => {
    const { services } = server;
    const application = await makeApplication(services);
    const member = await makeUser(services);
    const organization = await makeOrganization(services, { founder: (await makeUser(services))._id });
    const key = { organizationId: organization._id, userId: member._id };
    const clerk = await makeRole(services, { key: 'clerk', organizationId: organization._id });
    const group = await makeGroup(services, organization._id, 'Finance', [clerk._id, MEMBER_ROLE_ID]);
    await makeMember(services, organization._id, member._id);
    const until = new Date('2100-01-01T00:00:00Z');
    await addToGroup(services, SYSTEM, { ...key, groupId: group._id, until });
    await giveRole(services, SYSTEM, { ...key, roleId: clerk._id });
    const preview = await previewTokens(runtime, { application, user: member, scope: ['openid'] });
    expect(find(preview.idToken ?? [], 'roles')?.from).toBe(
      'clerk: direct, by the group Finance until 2100-01-01T00:00:00.000Z, the organization’s own role; ' +
        'member: direct, by the group Finance until 2100-01-01T00:00:00.000Z',
    );
  });

  it('of a login in one role has that role, and is refused where it isn’t held (R9)', async () => {
    const application = await makeApplication(server.services, { defaultApi: apis.jwt?._id });
    const scope = 'openid role:own';
    const preview = await previewTokens(runtime, { application, user, scope: scope.split(' ') });
    const tokens = await login(application, { scope });
    expectForetold(preview.idToken ?? [], tokens.claims() as Record<string, unknown>);
    expectForetold(preview.accessToken.claims, decodeJwt(tokens.access_token));
    expect(find(preview.idToken ?? [], 'active_role')).toMatchObject({
      value: 'own',
      from: 'asked for by the scope role:own',
    });
    const refused = (roles: string) => previewTokens(runtime, { application, user, scope: roles.split(' ') });
    await expect(refused('openid role:admin')).rejects.toMatchObject({ code: 'access_denied' });
    await expect(refused('role:own role:billing')).rejects.toMatchObject({ code: 'invalid_scope' });
  });

  it('issues and stores nothing', async () => {
    const application = await makeApplication(server.services, { defaultApi: apis.opaque?._id });
    const count = async () =>
      Promise.all(Object.values(server.services.models.oidc).map((model) => model.countDocuments({})));
    const before = await count();
    await previewTokens(runtime, { application, user, scope: ['openid', 'offline_access'] });
    expect(await count()).toEqual(before);
  });

  it('leaves the ID token out without the scope openid, and the profile where the application wants it from userinfo', async () => {
    const application = await makeApplication(server.services, { profileClaimsIn: 'userinfo' });
    const request = { application, user, scope: ['openid', 'profile', 'email'] };
    const { idToken } = await previewTokens(runtime, request);
    expect(namesOf(idToken ?? [])).toEqual(expect.arrayContaining(['sub', 'roles', 'oid']));
    expect(namesOf(idToken ?? [])).not.toEqual(expect.arrayContaining(['email']));
    expect((await previewTokens(runtime, { ...request, scope: [] })).idToken).toBeNull();
  });

  it('is refused as a login would be, and tells an operator why', async () => {
    const { services } = server;
    const application = await makeApplication(services, { defaultApi: apis.jwt?._id });
    const preview = (more: Partial<Parameters<typeof previewTokens>[1]> = {}): Promise<TokenPreview> =>
      previewTokens(runtime, { application, user, scope: ['openid'], organization: organization.slug, ...more });
    const other = await makeOrganization(services, { name: 'Other' });
    const open = await makeOrganization(services, { name: 'Open', joinPolicy: 'open' });
    const refused = (code: string, message: string) =>
      expect.objectContaining({ code, message: expect.stringContaining(message) });
    await expect(preview({ organization: 'nowhere' })).rejects.toEqual(refused('access_denied', 'no organization'));
    await expect(preview({ organization: other.slug })).rejects.toEqual(refused('access_denied', 'isn’t a member'));
    await expect(preview({ organization: open._id })).rejects.toEqual(refused('interaction_required', 'join'));
    await expect(preview({ api: 'https://no.test' })).rejects.toEqual(refused('invalid_target', 'API'));
    const machine = await makeApplication(services, { type: 'machine' });
    await expect(preview({ application: machine })).rejects.toEqual(refused('unauthorized_client', 'machine'));

    const ids = { organizationId: organization._id, userId: user._id };
    await setMemberStatus(services, SYSTEM, { ...ids, status: 'suspended' });
    await expect(preview()).rejects.toEqual(refused('access_denied', 'the membership is suspended'));
    await setMemberStatus(services, SYSTEM, { ...ids, status: 'active' });
    await changeOrganization(services, SYSTEM, organization, { status: 'suspended' });
    await expect(preview()).rejects.toEqual(refused('access_denied', 'the organization is suspended'));
    await changeOrganization(services, SYSTEM, organization, { status: 'active' });
    await setUserStatus(services, SYSTEM, { userId: user._id, status: 'disabled' });
    const disabled = { ...user, status: 'disabled' as const };
    await expect(preview({ user: disabled })).rejects.toEqual(refused('access_denied', 'the user is disabled'));
    await setUserStatus(services, SYSTEM, { userId: user._id, status: 'active' });
    await expect(preview()).resolves.toBeDefined();
  });
});

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/models/index.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import { SYSTEM } from '../../src/services/context.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { BrowserClient } from '../support/browser-client.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
  SECRET,
} from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
});
afterAll(() => server?.close());

/** A user who is the only member of an organization, and a browser that has their session at an application. */
const signedIn = (clientId: string, parameters: Record<string, string> = {}, secret: string | null = SECRET) =>
  newSignedIn(server, clientId, parameters, secret);

const asApi = async (one: Api) => (await relyingParty(server, one.introspection?.clientId as string)).config;

describe('an API with opaque tokens', () => {
  it('introspects today’s roles, scope and permissions, with the token left the same', async () => {
    const opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
    const role = await makeRole(server.services, { key: 'billing', permissions: ['invoices:read', 'invoices:write'] });
    const application = await makeApplication(server.services, { defaultApi: opaque._id });
    const { user, organization, flow } = await signedIn(application._id, { scope: 'openid email invoices:read' });
    await makeMember(server.services, organization._id, user._id, ['rol_admin', role._id]);
    const again = await (await relyingParty(server, application._id)).begin(flow.browser, {
      scope: 'openid email invoices:read',
    });
    const tokens = await again.tokens();
    expect(tokens.access_token).not.toContain('.');
    expect(tokens.claims()).toMatchObject({ roles: ['admin', 'billing'] });
    const config = await asApi(opaque);
    const before = await client.tokenIntrospection(config, tokens.access_token);
    expect(before).toMatchObject({
      active: true,
      sub: user._id,
      client_id: application._id,
      username: user.email,
      aud: opaque._id,
      iss: server.issuer,
      token_type: 'Bearer',
      oid: organization._id,
      roles: ['admin', 'billing'],
      active_role: 'admin',
      permissions: ['invoices:read', 'invoices:write'],
      scope: 'openid email invoices:read',
    });
    for (const name of ['exp', 'iat', 'jti', 'sid']) expect(before, name).toHaveProperty(name);
    expect(before).not.toHaveProperty('gid');
    const rp = await relyingParty(server, application._id);
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id)).toMatchObject({ email: user.email });
    const second = await makeUser(server.services);
    await makeMember(server.services, organization._id, second._id, ['rol_admin']);
    await setMemberRoles(server.services, SYSTEM, {
      organizationId: organization._id,
      userId: user._id,
      roles: [MEMBER_ROLE_ID].map((roleId) => ({ roleId })),
    });
    const after = await client.tokenIntrospection(config, tokens.access_token);
    expect(after).toMatchObject({ active: true, roles: ['member'], active_role: 'member', permissions: [] });
    expect(after.scope ?? '').not.toContain('invoices:read');
    expect(after).not.toHaveProperty('stale');
  });
});

describe('an application without a default API', () => {
  it('gets an opaque token for userinfo alone, which it introspects itself', async () => {
    const application = await makeApplication(server.services);
    const { user, rp, flow } = await signedIn(application._id);
    const tokens = await flow.tokens();
    expect(tokens.access_token).not.toContain('.');
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id)).toMatchObject({
      email: user.email,
      roles: ['admin'],
    });
    expect(await client.tokenIntrospection(rp.config, tokens.access_token)).toMatchObject({
      active: true,
      roles: ['admin'],
    });
    expect(await client.tokenIntrospection(await asApi(api), tokens.access_token)).toEqual({ active: false });
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    expect(refreshed.claims()).toMatchObject({ roles: ['admin'] });
    await client.tokenRevocation(rp.config, refreshed.refresh_token as string);
    await expect(client.refreshTokenGrant(rp.config, refreshed.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('scopes', () => {
  it('that nobody knows, and permissions that no role backs, are dropped without an error', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const { flow } = await signedIn(application._id, { scope: 'openid invoices:read nonsense profile' });
    const tokens = await flow.tokens();
    expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: 'openid profile', permissions: [] });
  });

  it('a refresh may ask for fewer, and gets roles and an ID token', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const { rp, flow } = await signedIn(application._id);
    const tokens = await flow.tokens();
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string, { scope: 'openid' });
    expect(decodeJwt(refreshed.access_token).scope).toBe('openid');
    expect(refreshed.claims()).toMatchObject({ roles: ['admin'] });
    expect(refreshed.claims()).not.toHaveProperty('email');
  });
});

describe('resource indicators', () => {
  it('give a token for the API that is named, with its permissions and algorithm', async () => {
    const other = await makeApi(server.services, { accessTokenSigningAlg: 'EdDSA', accessTokenTtl: 60 });
    const application = await makeApplication(server.services, {
      defaultApi: api._id,
      permissions: [{ api: other._id, permissions: ['*'] }],
    });
    const { rp, flow } = await signedIn(application._id, { resource: other._id });
    const tokens = await flow.tokens();
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: other._id, roles: ['admin'] });
    expect(tokens.expires_in).toBe(60);
    expect(await client.tokenIntrospection(await asApi(other), tokens.access_token)).toMatchObject({ active: true });
    expect(await client.tokenIntrospection(await asApi(api), tokens.access_token)).toEqual({ active: false });
    const unknown = await rp.begin(flow.browser, { resource: 'https://unknown.example.test' });
    expect(unknown.callbackUrl().searchParams.get('error')).toBe('invalid_target');
  });
});

describe('what the operator lets an application ask for (R15)', () => {
  it('bounds what its tokens carry, whatever the person may; taking it back counts at once', async () => {
    const role = await makeRole(server.services, {
      key: 'bookkeeper',
      permissions: ['invoices:read', 'invoices:write'],
    });
    const application = await makeApplication(server.services, {
      defaultApi: api._id,
      permissions: [{ api: api._id, permissions: ['invoices:read'] }],
    });
    const user = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { founder: user._id });
    await makeMember(server.services, organization._id, user._id, ['rol_admin', role._id]);
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(newBrowser(server), { scope: 'openid invoices:read invoices:write' });
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    const carried = { permissions: ['invoices:read'], scope: 'openid invoices:read' };
    expect(decodeJwt(tokens.access_token)).toMatchObject(carried);
    expect(tokens.claims()).toMatchObject({ permissions: ['invoices:read'] });
    const config = await asApi(api);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, ...carried });
    const other = await makeApi(server.services);
    const foreign = await rp.begin(flow.browser, { resource: other._id });
    expect(foreign.callbackUrl().searchParams.get('error')).toBe('invalid_target');
    await server.services.models.Application.updateOne(
      { _id: application._id },
      { $set: { defaultApi: other._id, permissions: [] } },
    );
    await server.services.catalog.changed();
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });
});

describe('a public application', () => {
  it('of the type spa signs in without a secret, and its pages may read the answers', async () => {
    const application = await makeApplication(server.services, {
      type: 'spa',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
      defaultApi: api._id,
    });
    const { flow } = await signedIn(application._id, {}, null);
    expect((await flow.tokens()).claims()).toMatchObject({ roles: ['admin'] });
    const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id: application._id });
    const ask = (origin: string) =>
      fetch(`${server.issuer}/oauth2/token`, { method: 'POST', body, headers: { origin } });
    const own = await ask('https://app.example.test');
    expect(own.status).toBe(400);
    expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example.test');
    expect((await ask('https://evil.example.test')).headers.get('access-control-allow-origin')).toBeNull();
    for (const path of ['/.well-known/openid-configuration', '/oauth2/jwks']) {
      const answer = await fetch(server.issuer + path, { headers: { origin: 'https://app.example.test' } });
      expect(answer.headers.get('access-control-allow-origin'), path).toMatch(/^(\*|https:\/\/app.example.test)$/);
    }
  });

  it('of the type native comes back to any port of the loopback address', async () => {
    const application = await makeApplication(server.services, {
      type: 'native',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['http://127.0.0.1/callback', 'com.example.app:/callback'],
    });
    const rp = await relyingParty(server, application._id, null);
    for (const redirect_uri of ['http://127.0.0.1:51234/callback', 'com.example.app:/callback']) {
      const user = await makeUser(server.services);
      await makeOrganization(server.services, { founder: user._id });
      const flow = await rp.begin(new BrowserClient(server.issuer), { redirect_uri });
      await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
      expect(flow.browser.location).toMatch(new RegExp(`^${redirect_uri}\\?code=`));
      // Silently too, for it is a first-party application.
      const silent = await rp.begin(flow.browser, { redirect_uri, prompt: 'none' });
      expect(silent.browser.location).toMatch(/\?code=/);
    }
    const elsewhere = await rp.begin(newBrowser(server), { redirect_uri: 'http://127.0.0.1:51234/other' });
    expect(elsewhere.browser.status).toBe(400);
  });
});

describe('client authentication', () => {
  it('works only in the registered way', async () => {
    const application = await makeApplication(server.services, {
      tokenEndpointAuthMethod: 'client_secret_post',
      grantTypes: ['client_credentials'],
      defaultApi: api._id,
      permissions: [{ api: api._id, permissions: ['invoices:read'] }],
    });
    const ask = (body: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${server.issuer}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', ...body }),
        headers,
      });
    const post = await ask({ client_id: application._id, client_secret: SECRET });
    expect(post.status).toBe(200);
    expect(await post.json()).toMatchObject({ scope: 'invoices:read' });
    const basic = await ask({}, { authorization: `Basic ${btoa(`${application._id}:${SECRET}`)}` });
    expect(basic.status).toBe(401);
    expect(await basic.json()).toMatchObject({ error: 'invalid_client' });
    const wrong = await ask({ client_id: application._id, client_secret: `${SECRET}x` });
    expect(wrong.status).toBe(401);
    const none = await ask({ client_id: application._id });
    expect(none.status).toBe(401);
  });

  it('decodes what Basic credentials are encoded as', async () => {
    const application = await makeApplication(server.services, {
      _id: 'app with:colon%',
      grantTypes: ['client_credentials'],
      defaultApi: api._id,
    });
    const answer = await fetch(`${server.issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      headers: { authorization: `Basic ${btoa(`${encodeURIComponent(application._id)}:${SECRET}`)}` },
    });
    expect(answer.status).toBe(200);
  });

  it('of a machine asks for no more than it may have', async () => {
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      redirectUris: [],
      defaultApi: api._id,
      permissions: [{ api: api._id, permissions: ['invoices:read'] }],
    });
    const { config } = await relyingParty(server, machine._id);
    expect((await client.clientCredentialsGrant(config)).scope).toBe('invoices:read');
    const asked = await client.clientCredentialsGrant(config, { scope: 'invoices:read invoices:write' });
    expect(asked.scope).toBe('invoices:read');
    await expect(
      client.clientCredentialsGrant(config, { resource: 'https://unknown.example.test' }),
    ).rejects.toMatchObject({ error: 'invalid_target' });
    const other = await makeApi(server.services);
    await expect(client.clientCredentialsGrant(config, { resource: other._id })).rejects.toMatchObject({
      error: 'invalid_target',
    });
  });
});

describe('re-authentication', () => {
  it('is asked by prompt=login and by max_age, and auth_time tells it', async () => {
    const application = await makeApplication(server.services);
    const { user, rp, flow } = await signedIn(application._id);
    const first = (await flow.tokens()).claims();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = await rp.begin(flow.browser, { prompt: 'login' });
    expect(again.browser.has('Sign in')).toBe(true);
    await again.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const second = (await again.tokens()).claims();
    expect(Number(second?.auth_time)).toBeGreaterThan(Number(first?.auth_time));
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const silent = await rp.begin(flow.browser, { prompt: 'none', max_age: '1' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('login_required');
    const fresh = await rp.begin(flow.browser, { prompt: 'none', max_age: '1000' });
    expect((await fresh.tokens()).claims()).toMatchObject({ auth_time: second?.auth_time });
  });

  it('as somebody else ends the first one’s session and their tokens', async () => {
    const application = await makeApplication(server.services);
    const { rp, flow } = await signedIn(application._id);
    const tokens = await flow.tokens();
    const other = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { founder: other._id });
    const next = await rp.begin(flow.browser, { prompt: 'login' });
    await next.browser.submit('Sign in', { email: other.email, password: PASSWORD });
    expect((await next.tokens()).claims()).toMatchObject({ sub: other._id, oid: organization._id });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('login_hint is typed in already', async () => {
    const application = await makeApplication(server.services);
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(newBrowser(server), { login_hint: 'ada@acme.test' });
    expect(flow.browser.html).toMatch(/name="email"[^>]*value="ada@acme.test"|value="ada@acme.test"[^>]*name="email"/);
  });
});

describe('where profile claims go', () => {
  it('is userinfo alone for an application that says so; roles stay in the ID token', async () => {
    const application = await makeApplication(server.services, { profileClaimsIn: 'userinfo' });
    const { user, rp, flow } = await signedIn(application._id);
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ roles: ['admin'], sub: user._id });
    for (const name of ['email', 'name', 'org_slug', 'updated_at']) expect(tokens.claims()).not.toHaveProperty(name);
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id)).toMatchObject({
      email: user.email,
      name: user.name,
    });
  });
});

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { SYSTEM } from '../../src/services/context.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, PASSWORD, SECRET } from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

async function signUp(email: string, name = 'Ada Byron', parameters = {}) {
  const rp = await relyingParty(server, application._id);
  const flow = await rp.begin(newBrowser(server), parameters);
  await flow.browser.follow('Create account');
  await flow.browser.submit('Create account', { name, email, password: PASSWORD });
  return { rp, flow };
}

const asApi = async () => (await relyingParty(server, api.introspection?.clientId as string)).config;

describe('a person comes from an application', () => {
  it('signs up, creates an organization and arrives as its admin', async () => {
    const { flow } = await signUp('ada@acme.test');
    await flow.browser.submit('Create organization', { name: 'Acme' });
    const tokens = await flow.tokens();
    const claims = tokens.claims();
    expect(claims).toMatchObject({
      iss: server.issuer,
      aud: application._id,
      azp: application._id,
      amr: ['pwd'],
      roles: ['admin'],
      active_role: 'admin',
      email: 'ada@acme.test',
      email_verified: false,
      name: 'Ada Byron',
      org_slug: 'acme',
      acr: 'urn:rollcall:acr:password',
    });
    expect(claims?.oid).toMatch(/^org_/);
    expect(claims?.sub).toMatch(/^usr_/);
    for (const name of ['nonce', 'sid', 'auth_time', 'at_hash', 'iat', 'exp']) expect(claims).toHaveProperty(name);
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(300);
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      aud: api._id,
      client_id: application._id,
      roles: ['admin'],
      oid: claims?.oid,
      scope: 'openid profile email',
    });
    const rp = await relyingParty(server, application._id);
    const userinfo = await client.fetchUserInfo(rp.config, tokens.access_token, claims?.sub as string);
    expect(userinfo).toMatchObject({ sub: claims?.sub, name: 'Ada Byron', email: 'ada@acme.test' });
  });

  it('a colleague joins an open organization within the login and gets member; a role change shows at once', async () => {
    await server.services.models.Organization.updateOne({ slug: 'acme' }, { joinPolicy: 'open' });
    const { rp, flow } = await signUp('ben@acme.test', 'Ben', { organization: 'acme' });
    await flow.browser.submit('Join');
    const tokens = await flow.tokens();
    const claims = tokens.claims();
    expect(claims?.roles).toEqual(['member']);

    const seen = await client.tokenIntrospection(await asApi(), tokens.access_token);
    expect(seen).toMatchObject({
      active: true,
      roles: ['member'],
      username: 'ben@acme.test',
      oid: claims?.oid,
      sub: claims?.sub,
    });
    expect(seen.stale).toBeUndefined();
    await setMemberRoles(server.services, SYSTEM, {
      organizationId: claims?.oid as string,
      userId: claims?.sub as string,
      roles: [ADMIN_ROLE_ID, MEMBER_ROLE_ID].map((roleId) => ({ roleId })),
    });
    expect(await client.tokenIntrospection(await asApi(), tokens.access_token)).toMatchObject({
      active: true,
      roles: ['admin', 'member'],
      stale: true,
      roles_in_token: ['member'],
    });
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    expect(refreshed.claims()?.roles).toEqual(['admin', 'member']);
    expect(decodeJwt(refreshed.access_token).roles).toEqual(['admin', 'member']);
    // The application itself isn't the audience.
    expect(await client.tokenIntrospection(rp.config, tokens.access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(rp.config, refreshed.refresh_token as string)).toMatchObject({
      active: true,
      roles: ['admin', 'member'],
    });
  });
});

describe('client credentials', () => {
  it('carry what the application is allowed, and no organization', async () => {
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      defaultApi: api._id,
      redirectUris: [],
    });
    const rp = await relyingParty(server, machine._id, SECRET);
    const tokens = await client.clientCredentialsGrant(rp.config);
    const payload = decodeJwt(tokens.access_token);
    expect(payload).toMatchObject({
      scope: 'invoices:read invoices:write',
      permissions: ['invoices:read', 'invoices:write'],
      aud: api._id,
    });
    expect(payload).not.toHaveProperty('roles');
    expect(payload).not.toHaveProperty('oid');
    expect(await client.tokenIntrospection(await asApi(), tokens.access_token)).toMatchObject({
      active: true,
      scope: 'invoices:read invoices:write',
    });
  });
});

describe('switching and signing out', () => {
  it('switches by prompt=none; the first organization’s refresh token lives on; signing out ends both', async () => {
    const { rp, flow } = await signUp('cleo@acme.test', 'Cleo');
    await flow.browser.submit('Create organization', { name: 'First' });
    const first = await flow.tokens();
    const sub = first.claims()?.sub as string;
    const second = await makeOrganization(server.services, { name: 'Second', founder: sub });
    const silent = await rp.begin(flow.browser, { prompt: 'none', organization: second.slug });
    const switched = await silent.tokens();
    expect(switched.claims()).toMatchObject({ oid: second._id, sub });
    expect(first.claims()?.oid).not.toBe(second._id);
    const refreshed = await client.refreshTokenGrant(rp.config, first.refresh_token as string);
    expect(refreshed.claims()?.oid).toBe(first.claims()?.oid);

    const several = await rp.begin(flow.browser, { prompt: 'none' });
    expect(several.callbackUrl().searchParams.get('error')).toBe('interaction_required');
    const unknown = await rp.begin(flow.browser, { organization: 'no-such' });
    const closed = await makeOrganization(server.services, { name: 'Closed' });
    const foreign = await rp.begin(newBrowserLike(flow.browser), { organization: closed.slug });
    expect(foreign.callbackUrl().searchParams.get('error')).toBe('access_denied');
    expect(unknown.callbackUrl().searchParams.get('error_description')).toBe(
      foreign.callbackUrl().searchParams.get('error_description'),
    );

    const out = client.buildEndSessionUrl(rp.config, {
      post_logout_redirect_uri: 'https://app.example.test/',
      id_token_hint: switched.id_token as string,
      state: 'bye',
    });
    await flow.browser.open(out.href);
    expect(flow.browser.location).toBe('https://app.example.test/?state=bye');
    for (const token of [refreshed.refresh_token, switched.refresh_token]) {
      await expect(client.refreshTokenGrant(rp.config, token as string)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }
    expect(await client.tokenIntrospection(await asApi(), switched.access_token)).toEqual({ active: false });
  });

  it('a refresh token used again within ten seconds is refused and its family lives', async () => {
    const { rp, flow } = await signUp('dora@acme.test', 'Dora');
    await flow.browser.submit('Create organization', { name: 'Third' });
    const tokens = await flow.tokens();
    const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(client.refreshTokenGrant(rp.config, next.refresh_token as string)).resolves.toBeDefined();
  });

  it('revoking a JWT access token ends it alone', async () => {
    const { rp, flow } = await signUp('emil@acme.test', 'Emil');
    await flow.browser.submit('Create organization', { name: 'Fourth' });
    const tokens = await flow.tokens();
    await client.tokenRevocation(rp.config, tokens.access_token);
    expect(await client.tokenIntrospection(await asApi(), tokens.access_token)).toEqual({ active: false });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).resolves.toBeDefined();
  });
});

const newBrowserLike = (browser: BrowserClient) => browser;

describe('consent', () => {
  it('asks for a third-party application once per organization, offline access included', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const rp = await relyingParty(server, third._id);
    const scope = 'openid profile email offline_access invoices:read';
    const flow = await rp.begin(newBrowser(server), { scope });
    await flow.browser.follow('Create account');
    await flow.browser.submit('Create account', { name: 'Fay', email: 'fay@acme.test', password: PASSWORD });
    await flow.browser.submit('Create organization', { name: 'Fifth' });
    await flow.browser.submit('Allow');
    const tokens = await flow.tokens();
    expect(tokens.refresh_token).toBeDefined();
    const again = await rp.begin(flow.browser, { scope, prompt: 'none' });
    const silent = await again.tokens();
    expect(silent.refresh_token).toBeDefined();
    const denied = await rp.begin(flow.browser, { scope, prompt: 'consent' });
    await denied.browser.submit('Deny');
    expect(denied.callbackUrl().searchParams.get('error')).toBe('access_denied');
  });

  it('gives no refresh token without offline_access', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const rp = await relyingParty(server, third._id);
    const flow = await rp.begin(newBrowser(server));
    await flow.browser.submit('Sign in', { email: 'fay@acme.test', password: PASSWORD });
    await flow.browser.submit('Allow');
    expect((await flow.tokens()).refresh_token).toBeUndefined();
  });
});

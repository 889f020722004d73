import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application, Role } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeRole } from '../support/factories.js';
import { type Member, makeAdministrator, post, signIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let opaque: Api;
let billing: Role;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
  billing = await makeRole(server.services, { key: 'billing', name: 'Billing', permissions: ['invoices:read'] });
  application = await makeApplication(server.services, {
    defaultApi: api._id,
    permissions: [{ api: opaque._id, permissions: ['*'] }],
  });
});
afterAll(() => server?.close());

const SCOPE = 'openid profile role:billing';
const asApi = async (one: Api) => (await relyingParty(server, one.introspection?.clientId as string)).config;
const setRoles = ({ user, organizationId }: Member, roleIds: string[]) =>
  setMemberRoles(server.services, SYSTEM, {
    organizationId,
    userId: user._id,
    roles: roleIds.map((roleId) => ({ roleId })),
  });

const VERIFIER = client.randomPKCECodeVerifier();
const REQUEST = {
  response_type: 'code',
  redirect_uri: 'https://app.example.test/callback',
  prompt: 'none',
  code_challenge_method: 'S256',
  code_challenge: await client.calculatePKCECodeChallenge(VERIFIER),
};

/** A silent request that was pushed (RFC 9126). */
async function pushed(browser: BrowserClient, scope: string) {
  const clientId = application._id;
  const { json } = await post(server, '/oauth2/par', { ...REQUEST, client_id: clientId, scope }, { clientId });
  const query = new URLSearchParams({ client_id: clientId, request_uri: json.request_uri });
  await browser.open(`/oauth2/authorize?${query}`);
  const answer = new URL(browser.location as string).searchParams;
  const redeem = () =>
    post(
      server,
      '/oauth2/token',
      {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        code_verifier: VERIFIER,
        redirect_uri: REQUEST.redirect_uri,
      },
      { clientId },
    );
  return { error: answer.get('error'), redeem };
}

describe('the scope role:KEY (R9)', () => {
  it('makes the role that is held the active one in the ID token, a JWT access token, introspection and userinfo', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE });
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ active_role: 'billing', roles: ['admin', 'billing'] });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ active_role: 'billing', roles: ['admin', 'billing'] });
    expect(tokens.scope?.split(' ')).toContain('role:billing');
    expect(await client.tokenIntrospection(await asApi(api), tokens.access_token)).toMatchObject({
      active: true,
      active_role: 'billing',
      scope: SCOPE,
    });
    expect(await client.tokenIntrospection(rp.config, tokens.refresh_token as string)).toMatchObject({
      active_role: 'billing',
    });
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, member.user._id)).toMatchObject({
      active_role: 'billing',
    });
    const without = await rp.begin(flow.browser, { prompt: 'none' });
    expect((await without.tokens()).claims()).toMatchObject({ active_role: 'admin' });
    const silent = await rp.begin(flow.browser, { prompt: 'none', scope: SCOPE });
    expect((await silent.tokens()).claims()).toMatchObject({ active_role: 'billing' });
  });

  it('works with an API that is named, and without any', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE, resource: opaque._id });
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ active_role: 'billing' });
    expect(await client.tokenIntrospection(await asApi(opaque), tokens.access_token)).toMatchObject({
      active_role: 'billing',
    });
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, member.user._id)).toMatchObject({
      active_role: 'billing',
    });
    const plain = await makeApplication(server.services);
    const alone = await signIn(server, plain._id, member, { scope: SCOPE });
    const own = await alone.flow.tokens();
    expect(own.claims()).toMatchObject({ active_role: 'billing' });
    expect(await client.fetchUserInfo(alone.rp.config, own.access_token, member.user._id)).toMatchObject({
      active_role: 'billing',
    });
    expect(await client.tokenIntrospection(alone.rp.config, own.access_token)).toMatchObject({
      active_role: 'billing',
      scope: SCOPE,
    });
  });

  it('works in a pushed authorization request, which refuses several roles at once', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { browser } = await signIn(server, application._id, member);
    const { error, redeem } = await pushed(browser, SCOPE);
    expect(error).toBeNull();
    expect(decodeJwt((await redeem()).json.id_token)).toMatchObject({ active_role: 'billing' });
    expect((await pushed(browser, 'openid role:auditor')).error).toBe('access_denied');
    const body = { ...REQUEST, client_id: application._id, scope: 'openid role:billing role:admin' };
    const refused = await post(server, '/oauth2/par', body, { clientId: application._id });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
  });

  it('that the person does not hold fails the request with access_denied, with prompt=none too', async () => {
    const member = await makeAdministrator(server);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE });
    expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
    for (const scope of [SCOPE, 'openid role:no-such-role', 'openid role:', 'openid role:__proto__']) {
      const silent = await rp.begin(flow.browser, { prompt: 'none', scope });
      expect(silent.callbackUrl().searchParams.get('error'), scope).toBe('access_denied');
    }
  });

  it('asks for one role at once; several are an invalid_scope', async () => {
    const rp = await relyingParty(server, application._id);
    const { browser } = await signIn(server, application._id, await makeAdministrator(server, [billing._id]));
    const flow = await rp.begin(browser, { scope: 'openid role:billing role:admin' });
    expect(flow.callbackUrl().searchParams.get('error')).toBe('invalid_scope');
    const twice = await rp.begin(browser, { scope: 'openid role:billing role:billing' });
    expect((await twice.tokens()).claims()).toMatchObject({ active_role: 'billing' });
  });

  it('of an application that uses no organization is held by nobody', async () => {
    const none = await makeApplication(server.services, { organization: 'none' });
    const { flow } = await signIn(server, none._id, await makeAdministrator(server, [billing._id]), { scope: SCOPE });
    expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
  });

  it('means nothing to a machine', async () => {
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      redirectUris: [],
      defaultApi: api._id,
    });
    const body = { grant_type: 'client_credentials', scope: 'invoices:read role:admin' };
    const { json } = await post(server, '/oauth2/token', body, { clientId: machine._id });
    expect(json.scope).toBe('invoices:read');
    expect(decodeJwt(json.access_token)).not.toHaveProperty('active_role');
  });
});

describe('a role that was asked for and is lost', () => {
  it('fails the refresh with invalid_grant without costing the refresh token', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE });
    const { refresh_token: refresh } = await flow.tokens();
    await setRoles(member, ['rol_admin']);
    for (const parameters of [new URLSearchParams(), new URLSearchParams({ scope: 'openid' })]) {
      await expect(client.refreshTokenGrant(rp.config, refresh as string, parameters)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }
    await setRoles(member, ['rol_admin', billing._id]);
    const again = await client.refreshTokenGrant(rp.config, refresh as string);
    expect(again.claims()).toMatchObject({ active_role: 'billing' });
  });

  it('fails the redemption of a code from before', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { flow } = await signIn(server, application._id, member, { scope: SCOPE });
    await setRoles(member, ['rol_admin']);
    await expect(flow.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('is no longer in introspection and userinfo, and no other role takes its place', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    for (const [one, resource] of [
      [api, {}],
      [opaque, { resource: opaque._id }],
    ] as const) {
      await setRoles(member, ['rol_admin', billing._id]);
      const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE, ...resource });
      const tokens = await flow.tokens();
      await setRoles(member, ['rol_admin']);
      const seen = await client.tokenIntrospection(await asApi(one), tokens.access_token);
      expect(seen).toMatchObject({ active: true, roles: ['admin'], scope: 'openid profile' });
      expect(seen).not.toHaveProperty('active_role');
      if (one === api) expect(seen).toMatchObject({ stale: true, roles_in_token: ['admin', 'billing'] });
      const userinfo = await client.fetchUserInfo(rp.config, tokens.access_token, member.user._id);
      expect(userinfo).not.toHaveProperty('active_role');
    }
  });

  it('stays the active one in a refresh that asks for a narrower scope', async () => {
    const member = await makeAdministrator(server, [billing._id]);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE });
    const tokens = await flow.tokens();
    const narrow = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string, { scope: 'openid' });
    expect(narrow.claims()).toMatchObject({ active_role: 'billing' });
    expect(decodeJwt(narrow.access_token)).toMatchObject({ active_role: 'billing', scope: 'openid role:billing' });
    await expect(
      client.refreshTokenGrant(rp.config, narrow.refresh_token as string, { scope: 'openid role:admin' }),
    ).rejects.toMatchObject({ error: 'invalid_scope' });
  });
});

describe('consent to act in a role', () => {
  it('is asked of the person in words, once, by a third-party application', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const member = await makeAdministrator(server, [billing._id]);
    const { rp, browser, flow } = await signIn(server, third._id, member, { scope: SCOPE });
    expect(browser.has('Act as Billing')).toBe(true);
    await browser.submit('Allow');
    expect((await flow.tokens()).claims()).toMatchObject({ active_role: 'billing' });
    const silent = await rp.begin(browser, { prompt: 'none', scope: SCOPE });
    expect((await silent.tokens()).claims()).toMatchObject({ active_role: 'billing' });
    const other = await rp.begin(browser, { prompt: 'none', scope: 'openid profile role:admin' });
    expect(other.callbackUrl().searchParams.get('error')).toBe('consent_required');
  });
});

import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Role } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { makeApi, makeApplication, makeRole } from '../support/factories.js';
import { authorize, type Member, makeAdministrator, signIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let reader: Role;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  reader = await makeRole(server.services, { key: 'reader', permissions: ['invoices:read'] });
});
afterAll(() => server?.close());

const SCOPE = 'openid invoices:read invoices:write nonsense';
const asApi = async (one: Api) => (await relyingParty(server, one.introspection?.clientId as string)).config;
const setRoles = ({ user, organizationId }: Member, roleIds: string[]) =>
  setMemberRoles(server.services, SYSTEM, {
    organizationId,
    userId: user._id,
    roles: roleIds.map((roleId) => ({ roleId })),
  });

describe('a permission as scope', () => {
  it('is granted as far as today’s roles give it, at login, at refresh and in introspection, and the answer says so', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const member = await makeAdministrator(server, [reader._id]);
    const { rp, flow } = await signIn(server, application._id, member, { scope: SCOPE });
    const first = await flow.tokens();
    expect(first.scope).toBe('openid invoices:read');
    expect(decodeJwt(first.access_token)).toMatchObject({
      scope: 'openid invoices:read',
      permissions: ['invoices:read'],
    });
    await setRoles(member, ['rol_admin']);
    const introspected = await client.tokenIntrospection(await asApi(api), first.access_token);
    expect(introspected).toMatchObject({ scope: 'openid', permissions: [] });
    const gone = await client.refreshTokenGrant(rp.config, first.refresh_token as string);
    expect(gone.scope).toBe('openid');
    expect(decodeJwt(gone.access_token)).toMatchObject({ scope: 'openid', permissions: [] });
    await setRoles(member, ['rol_admin', reader._id]);
    const back = await client.refreshTokenGrant(rp.config, gone.refresh_token as string);
    expect(back.scope).toBe('openid invoices:read');
    expect(await client.tokenIntrospection(rp.config, back.refresh_token as string)).toMatchObject({
      scope: 'openid invoices:read',
    });
  });

  it('that no role backs leaves a token with nothing in it, which is no error', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const member = await makeAdministrator(server);
    const { browser } = await signIn(server, application._id, member);
    const { redeem } = await authorize(server, browser, application._id, { scope: 'invoices:write', prompt: 'none' });
    const { status, json } = await redeem();
    expect(status).toBe(200);
    expect(json.scope ?? '').toBe('');
    expect(json).not.toHaveProperty('id_token');
    expect(decodeJwt(json.access_token)).toMatchObject({ permissions: [], aud: api._id });
    expect(decodeJwt(json.access_token)).not.toHaveProperty('scope');
  });

  it('is gone from introspection when its API declares it no longer', async () => {
    const own = await makeApi(server.services, {
      permissions: [
        { key: 'notes:read', operatorsOnly: false },
        { key: 'notes:write', operatorsOnly: false },
      ],
    });
    const role = await makeRole(server.services, { key: 'writer', permissions: ['notes:read', 'notes:write'] });
    const application = await makeApplication(server.services, { defaultApi: own._id });
    const member = await makeAdministrator(server, [role._id]);
    const { flow } = await signIn(server, application._id, member, { scope: 'openid notes:read notes:write' });
    const tokens = await flow.tokens();
    expect(tokens.scope).toBe('openid notes:read notes:write');
    await server.services.models.Api.updateOne(
      { _id: own._id },
      { $set: { permissions: [{ key: 'notes:read', operatorsOnly: false }] } },
    );
    await server.services.catalog.changed();
    expect(await client.tokenIntrospection(await asApi(own), tokens.access_token)).toMatchObject({
      scope: 'openid notes:read',
      permissions: ['notes:read'],
    });
  });

  it('for operators only comes by an instance-wide role, never by a custom one that has its key from before (R15)', async () => {
    const own = await makeApi(server.services, { permissions: [{ key: 'ledger:close', operatorsOnly: true }] });
    const application = await makeApplication(server.services, { defaultApi: own._id });
    const member = await makeAdministrator(server);
    const custom = await makeRole(server.services, {
      key: 'closer',
      permissions: ['ledger:close'],
      organizationId: member.organizationId,
    });
    await setRoles(member, ['rol_admin', custom._id]);
    const scope = 'openid ledger:close';
    const { rp, browser, flow } = await signIn(server, application._id, member, { scope });
    const tokens = await flow.tokens();
    expect(tokens.scope).toBe('openid');
    expect(tokens.claims()).toMatchObject({ roles: ['admin', 'closer'], permissions: [] });
    const wide = await makeRole(server.services, { key: 'wide', permissions: ['ledger:close'] });
    await setRoles(member, ['rol_admin', wide._id]);
    const again = await rp.begin(browser, { scope, prompt: 'none' });
    expect((await again.tokens()).scope).toBe(scope);
  });
});

describe('consent to permissions', () => {
  it('is asked for what the person’s roles back alone, and again when they back more', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const member = await makeAdministrator(server);
    const { rp, browser, flow } = await signIn(server, third._id, member, { scope: SCOPE });
    expect(browser.has('Read invoices')).toBe(false);
    await browser.submit('Allow');
    expect((await flow.tokens()).scope).toBe('openid');
    const same = await rp.begin(browser, { scope: SCOPE, prompt: 'none' });
    expect((await same.tokens()).scope).toBe('openid');
    await setRoles(member, ['rol_admin', reader._id]);
    const silent = await rp.begin(browser, { scope: SCOPE, prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('consent_required');
    const asked = await rp.begin(browser, { scope: SCOPE });
    expect(browser.has('Read invoices')).toBe(true);
    expect(browser.has('Write invoices')).toBe(false);
    await browser.submit('Allow');
    expect((await asked.tokens()).scope).toBe('openid invoices:read');
    await setRoles(member, ['rol_admin']);
    const lost = await rp.begin(browser, { scope: SCOPE, prompt: 'none' });
    expect((await lost.tokens()).scope).toBe('openid');
  });

  it('to one API says nothing about another’s permission with the same key', async () => {
    const other = await makeApi(server.services, { name: 'Other API' });
    const third = await makeApplication(server.services, {
      firstParty: false,
      defaultApi: api._id,
      permissions: [{ api: other._id, permissions: ['*'] }],
    });
    const member = await makeAdministrator(server, [reader._id]);
    const { rp, browser } = await signIn(server, third._id, member, { scope: 'openid invoices:read' });
    await browser.submit('Allow');
    const scope = 'openid invoices:read';
    const silent = await rp.begin(browser, { scope, resource: other._id, prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('consent_required');
    const asked = await rp.begin(browser, { scope, resource: other._id });
    expect(browser.has('Read invoices')).toBe(true);
    await browser.submit('Deny');
    expect(asked.callbackUrl().searchParams.get('error')).toBe('access_denied');
  });
});

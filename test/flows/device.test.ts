import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { ADMIN_ROLE_ID } from '../../src/models/role.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { allow, askedAbout, DEVICE_CODE_GRANT, makeDeviceApplication, startDevice } from '../support/device.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let television: Application;

beforeAll(async () => {
  server = await startServer();
  // An administrator may read invoices, so that a device can be asked for it.
  await server.services.models.Role.updateOne({ _id: ADMIN_ROLE_ID }, { permissions: ['invoices:read'] });
  await server.services.catalog.changed();
  api = await makeApi(server.services);
  television = await makeDeviceApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const asApi = async () => (await relyingParty(server, api.introspection?.clientId as string)).config;
const introspect = async (token: unknown) => client.tokenIntrospection(await asApi(), token as string);

async function allowed(application = television, parameters = {}) {
  const device = await startDevice(server, application, parameters);
  const person = await allow(server, device);
  return { device, ...person };
}

async function connected(application = television, parameters = {}) {
  const { device, ...person } = await allowed(application, parameters);
  const { status, body } = await device.poll();
  expect(status, JSON.stringify(body)).toBe(200);
  const rp = await relyingParty(server, application._id, application.secretHash ? undefined : null);
  return { device, ...person, rp, tokens: body as Record<string, string> };
}

describe('a device', () => {
  it('is published in discovery, and openid-client gets its tokens by it', async () => {
    const { config } = await relyingParty(server, television._id, null);
    expect(config.serverMetadata()).toMatchObject({
      device_authorization_endpoint: `${server.issuer}/oauth2/device_authorization`,
      grant_types_supported: expect.arrayContaining([DEVICE_CODE_GRANT]),
    });
    const started = await client.initiateDeviceAuthorization(config, { scope: 'openid profile email' });
    expect(started).toMatchObject({ verification_uri: `${server.issuer}/oauth2/device`, expires_in: 600, interval: 5 });
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const polling = client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 });
    const { user, organization } = await allow(server, { userCode: started.user_code });
    const tokens = await polling;
    expect(tokens.claims()).toMatchObject({
      sub: user._id,
      aud: television._id,
      oid: organization._id,
      roles: ['admin'],
      email: user.email,
      amr: ['pwd'],
      acr: 'urn:rollcall:acr:password',
      auth_time: expect.any(Number),
      at_hash: expect.any(String),
    });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: api._id, oid: organization._id, roles: ['admin'] });
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true, username: user.email });
    expect(await client.fetchUserInfo(config, tokens.access_token, user._id)).toMatchObject({ email: user.email });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token as string);
    expect(refreshed.claims()).toMatchObject({ sub: user._id, oid: organization._id, roles: ['admin'] });
  });

  it('of a confidential application authenticates as that is registered', async () => {
    const kiosk = await makeApplication(server.services, { grantTypes: [DEVICE_CODE_GRANT], redirectUris: [] });
    const { tokens, user } = await connected(kiosk);
    expect(decodeJwt(tokens.id_token as string).sub).toBe(user._id);
    expect(tokens.refresh_token).toBeUndefined();
  });

  it('may bind its tokens to a key of its own (DPoP)', async () => {
    const { config } = await relyingParty(server, television._id, null);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const started = await client.initiateDeviceAuthorization(config, { scope: 'openid' });
    const polling = client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 }, undefined, { DPoP });
    await allow(server, { userCode: started.user_code });
    const tokens = await polling;
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)).toHaveProperty('cnf.jkt');
    await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toBeDefined();
    await expect(
      client.refreshTokenGrant(config, tokens.refresh_token as string, undefined, { DPoP }),
    ).resolves.toBeDefined();
  });

  it('gets today’s roles with each refresh', async () => {
    const owner = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { founder: owner._id });
    const user = await makeUser(server.services);
    await makeMember(server.services, organization._id, user._id);
    const role = await makeRole(server.services, { key: 'operator', permissions: ['invoices:read'] });
    const device = await startDevice(server, television, { scope: 'openid invoices:read' });
    await allow(server, device, { user });
    const { body } = await device.poll();
    expect(decodeJwt(body.access_token as string)).toMatchObject({ roles: ['member'], permissions: [] });
    await setMemberRoles(server.services, SYSTEM, {
      organizationId: organization._id,
      userId: user._id,
      roles: [role._id].map((roleId) => ({ roleId })),
    });
    const { config } = await relyingParty(server, television._id, null);
    const refreshed = await client.refreshTokenGrant(config, body.refresh_token as string);
    expect(decodeJwt(refreshed.access_token)).toMatchObject({ roles: ['operator'], permissions: ['invoices:read'] });
  });
});

describe('a person', () => {
  it('who opens the link with the code is asked to compare it, and has allowed nothing by that', async () => {
    const device = await startDevice(server, television);
    const browser = await newBrowser(server).open(device.answer.verification_uri_complete as string);
    expect(browser.status).toBe(200);
    expect(browser.has('Is this the code on your device?')).toBe(true);
    const [, filledIn] = /<input[^>]*name="user_code"[^>]*value="([^"]*)"/.exec(browser.html) ?? [];
    expect(filledIn).toBe(device.userCode);
    expect(browser.html).not.toContain('<script');
    expect((await device.poll()).body.error).toBe('authorization_pending');
    await browser.submit('Continue', { user_code: filledIn as string });
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.has('Allow Television on your device?')).toBe(true);
    expect(browser.has(device.userCode)).toBe(true);
    await browser.submit('Allow');
    expect((await device.poll()).status).toBe(200);
  });

  it('types the code in any case, with or without its dash', async () => {
    for (const typed of [
      (code: string) => code.toLowerCase(),
      (code: string) => ` ${code.replace('-', ' ')} `,
      (code: string) => code.replace('-', ''),
    ]) {
      const device = await startDevice(server, television);
      const { browser } = await askedAbout(server, { userCode: typed(device.userCode) });
      expect(browser.has(device.userCode)).toBe(true);
    }
  });

  it('who is signed in and has allowed the same application before is asked again, with the code, also for a first-party one', async () => {
    const { user, browser } = await connected();
    const again = await startDevice(server, television);
    await askedAbout(server, again, { user, browser });
    for (const text of ['Allow Television on your device?', again.userCode, 'Acme', user.email])
      expect(browser.has(text), text).toBe(true);
    expect((await again.poll()).body.error).toBe('authorization_pending');
  });

  it('who denies is told so, and the device gets access_denied each time it asks', async () => {
    const device = await startDevice(server, television);
    const { browser } = await askedAbout(server, device);
    await browser.submit('Deny');
    expect(browser.has('No access given')).toBe(true);
    for (let poll = 0; poll < 3; poll += 1)
      expect((await device.poll()).body).toMatchObject({ error: 'access_denied' });
    await browser.open('/oauth2/device');
    await browser.submit('Continue', { user_code: device.userCode });
    expect(browser.status).toBe(422);
  });

  it('signs up and creates an organization on the way', async () => {
    const device = await startDevice(server, television);
    const browser = await newBrowser(server).open('/oauth2/device');
    await browser.submit('Continue', { user_code: device.userCode });
    await browser.follow('Create account');
    const email = `${device.userCode.toLowerCase()}@acme.test`;
    await browser.submit('Create account', { name: 'Ada', email, password: PASSWORD });
    await browser.submit('Create organization', { name: 'Acme' });
    await browser.submit('Allow');
    const { body } = await device.poll();
    expect(decodeJwt(body.id_token as string)).toMatchObject({ email, roles: ['admin'] });
  });

  it('uses another account: the code is kept, the first one’s session ends, and the tokens are the second one’s', async () => {
    const device = await startDevice(server, television);
    const { browser } = await askedAbout(server, device);
    const second = await makeUser(server.services);
    await makeOrganization(server.services, { founder: second._id });
    await browser.submit('Use another account');
    expect(browser.has('Password')).toBe(true);
    await browser.submit('Sign in', { email: second.email, password: PASSWORD });
    expect(browser.has(device.userCode)).toBe(true);
    expect(browser.has(second.email)).toBe(true);
    await browser.submit('Allow');
    expect(decodeJwt((await device.poll()).body.id_token as string).sub).toBe(second._id);
  });

  it('who goes away in the middle leaves the code as it is, for another browser too', async () => {
    const device = await startDevice(server, television);
    const left = await newBrowser(server).open('/oauth2/device');
    await left.submit('Continue', { user_code: device.userCode });
    await askedAbout(server, device);
    await allow(server, device);
    expect((await device.poll()).status).toBe(200);
  });

  it('of two who decide about one device at the same moment, one decides', async () => {
    const device = await startDevice(server, television);
    const [one, two] = await Promise.all([askedAbout(server, device), askedAbout(server, device)]);
    await Promise.all([one, two].map(({ browser }) => browser.submit('Allow')));
    const winners = [one, two].filter(({ browser }) => browser.has('Your device is connected'));
    expect(winners).toHaveLength(1);
    const loser = [one, two].find((person) => person !== winners[0]);
    expect(loser?.browser.status).toBe(422);
    expect(decodeJwt((await device.poll()).body.id_token as string).sub).toBe(winners[0]?.user._id);
    expect(await server.services.models.oidc.Grant.countDocuments({ accountId: loser?.user._id })).toBe(0);
  });
});

it('a sign-out that was asked about and left open doesn’t end the session of who allows a device meanwhile', async () => {
  const { user, browser } = await connected();
  const web = await makeApplication(server.services);
  const query = new URLSearchParams({
    client_id: web._id,
    post_logout_redirect_uri: web.postLogoutRedirectUris[0] as string,
  });
  await browser.open(`/oauth2/logout?${query}`);
  expect(browser.has('Sign out?')).toBe(true);
  await allow(server, await startDevice(server, television), { user, browser });
  await browser.open('/account');
  expect(browser.has(user.email)).toBe(true);
});

describe('the organization', () => {
  it('is the one that the device names', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const named = await makeOrganization(server.services, { name: 'Globex', founder: user._id });
    const device = await startDevice(server, television, { organization: named.slug });
    const { browser } = await askedAbout(server, device, { user });
    expect(browser.has('Globex')).toBe(true);
    await browser.submit('Allow');
    expect(decodeJwt((await device.poll()).body.id_token as string).oid).toBe(named._id);
  });

  it('is picked by a person of several, and only then they are asked', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const picked = await makeOrganization(server.services, { name: 'Hollis', founder: user._id });
    const device = await startDevice(server, television);
    const { browser } = await askedAbout(server, device, { user });
    expect(browser.has('Choose an organization')).toBe(true);
    await browser.submit('Hollis');
    expect(browser.has('Allow Television on your device?')).toBe(true);
    expect(browser.has('Hollis')).toBe(true);
    await browser.submit('Allow');
    expect(decodeJwt((await device.poll()).body.id_token as string).oid).toBe(picked._id);
  });

  it('is joined on the way where anybody may', async () => {
    const user = await makeUser(server.services);
    const open = await makeOrganization(server.services, { name: 'Open House', joinPolicy: 'open' });
    const device = await startDevice(server, television, { organization: open._id });
    const { browser } = await askedAbout(server, device, { user });
    await browser.submit('Join');
    await browser.submit('Allow');
    expect(decodeJwt((await device.poll()).body.id_token as string)).toMatchObject({ oid: open._id, roles: ['admin'] });
  });

  it('that a person isn’t in refuses the device with access_denied, and so does one that doesn’t exist', async () => {
    const closed = await makeOrganization(server.services, { name: 'Closed' });
    for (const organization of [closed.slug, 'no-such-organization']) {
      const device = await startDevice(server, television, { organization });
      const { browser } = await askedAbout(server, device);
      expect(browser.has('No access given')).toBe(true);
      expect((await device.poll()).body.error).toBe('access_denied');
    }
  });

  it('isn’t needed by an application that uses none', async () => {
    const none = await makeDeviceApplication(server.services, { organization: 'none' });
    const device = await startDevice(server, none);
    await allow(server, device, { user: await makeUser(server.services) });
    const claims = decodeJwt((await device.poll()).body.id_token as string);
    for (const name of ['oid', 'roles', 'permissions']) expect(claims).not.toHaveProperty(name);
  });
});

describe('a third-party application', () => {
  it('says what it gets, and has a refresh token only with offline_access', async () => {
    const thirdParty = await makeDeviceApplication(server.services, { firstParty: false, defaultApi: api._id });
    const device = await startDevice(server, thirdParty, { scope: 'openid email invoices:read' });
    const { user, organization, browser } = await askedAbout(server, device);
    for (const text of [user.email, 'See your roles at Acme', 'Read invoices']) expect(browser.has(text)).toBe(true);
    await browser.submit('Allow');
    expect((await device.poll()).body.refresh_token).toBeUndefined();
    const consents = await server.services.models.Consent.find({ userId: user._id }).lean();
    expect(consents).toMatchObject([{ applicationId: thirdParty._id, organizationId: organization._id }]);

    const lasting = await startDevice(server, thirdParty, { scope: 'openid offline_access' });
    await askedAbout(server, lasting, { user, browser });
    expect(browser.has('Keep access while you are away')).toBe(true);
    await browser.submit('Allow');
    expect((await lasting.poll()).body.refresh_token).toEqual(expect.any(String));
  });
});

describe('the device’s grant', () => {
  it('is its own: neither signing out of the browser nor the tokens’ session ends it', async () => {
    const { browser, tokens, rp } = await connected();
    expect(decodeJwt(tokens.id_token as string)).not.toHaveProperty('sid');
    await browser.open('/account');
    await browser.submit('Sign out');
    await browser.submit('Sign out');
    expect(browser.has('Signed out')).toBe(true);
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).resolves.toBeDefined();
  });

  it('is another one for each device of a person: ending one leaves the other', async () => {
    const { user, browser, tokens, rp } = await connected();
    const second = await startDevice(server, television);
    await allow(server, second, { user, browser });
    const other = (await second.poll()).body;
    await client.tokenRevocation(rp.config, tokens.refresh_token as string);
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(client.refreshTokenGrant(rp.config, other.refresh_token as string)).resolves.toBeDefined();
  });

  it('is found by its person, and with it ends everything that was given under it', async () => {
    const { user, organization, tokens, rp } = await connected();
    const { Grant } = server.services.models.oidc;
    const grants = await Grant.find({ accountId: user._id }).lean();
    expect(grants.map((grant) => grant.payload.organizationId)).toEqual([organization._id]);
    await Grant.deleteMany({ accountId: user._id });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('that ended before the code was redeemed gives nothing', async () => {
    const { device, user } = await allowed();
    await server.services.models.oidc.Grant.deleteMany({ accountId: user._id });
    expect((await device.poll()).body.error).toBe('invalid_grant');
  });
});

describe('gone between allowing and redeeming', () => {
  const second = async (organizationId: string) =>
    makeMember(server.services, organizationId, (await makeUser(server.services))._id, ['rol_admin']);

  it('a disabled user’s device gets nothing', async () => {
    const { device, user, organization } = await allowed();
    await second(organization._id);
    await setUserStatus(server.services, SYSTEM, { userId: user._id, status: 'disabled' });
    expect((await device.poll()).body.error).toBe('invalid_grant');
  });

  it('a suspended member’s device gets nothing', async () => {
    const { device, user, organization } = await allowed();
    await second(organization._id);
    const ids = { organizationId: organization._id, userId: user._id };
    await setMemberStatus(server.services, SYSTEM, { ...ids, status: 'suspended' });
    expect((await device.poll()).body.error).toBe('invalid_grant');
  });

  it('a deleted application’s device gets nothing', async () => {
    const gone = await makeDeviceApplication(server.services);
    const { device } = await allowed(gone);
    await server.services.models.Application.deleteOne({ _id: gone._id });
    await server.services.catalog.changed();
    expect((await device.poll()).body.error).toBe('invalid_client');
  });
});

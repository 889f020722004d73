import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { eventsOf } from '../support/audit.js';
import { askedAbout, makeDeviceApplication, startDevice } from '../support/device.js';
import { makeApi, makeApplication, makeUser, PASSWORD, SECRET } from '../support/factories.js';
import { makeAdministrator, newSignedIn, post, signIn } from '../support/login.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;
/** Whatever opens something, of all that happens here. */
const secrets = new Set<string>([PASSWORD, SECRET]);

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const system = () => server.services.systemOrganizationId;
const happened = async (filter: object) =>
  (await eventsOf(server.services, filter)).map(({ action, organizationId, actor, subject, after }) => ({
    action,
    organizationId,
    actor,
    subject,
    after,
  }));

/** Somebody who has signed in, with their tokens. */
async function withTokens(parameters: Record<string, string> = {}, of = application) {
  const person = await newSignedIn(server, of._id, parameters);
  if (person.browser.has('Allow')) await person.browser.submit('Allow');
  const code = person.flow.callbackUrl().searchParams.get('code') as string;
  const tokens = await person.flow.tokens();
  for (const secret of [code, person.flow.verifier, tokens.access_token, tokens.refresh_token, tokens.id_token])
    if (secret) secrets.add(secret);
  for (const line of person.browser.setCookies) secrets.add(line.split(/[=;]/)[1] as string);
  return { ...person, tokens, code };
}

describe('a sign-in', () => {
  it('is in the log of system, with where it came from, and in that of the organization whose application it was for', async () => {
    const { user, organization } = await withTokens();
    const events = (await eventsOf(server.services, { actor: user._id })).filter(
      ({ action }) => action === 'user.signed_in',
    );
    expect(events).toMatchObject([
      { organizationId: system(), subject: user._id, after: { application: application._id, amr: ['pwd'] } },
      { organizationId: organization._id, subject: user._id, after: { application: application._id } },
    ]);
    for (const event of events)
      expect(event).toMatchObject({
        requestId: expect.stringMatching(/^req_/),
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        userAgent: 'node',
      });
  });

  it('is in the organization’s log once for a session and application, however often that asks', async () => {
    const { user, organization, rp, browser } = await withTokens();
    for (let round = 0; round < 3; round += 1) await (await rp.begin(browser, { prompt: 'none' })).tokens();
    const filter = { organizationId: organization._id, action: 'user.signed_in', subject: user._id };
    expect(await happened(filter)).toHaveLength(1);
  });

  it('that fails is in the log with the account where there is one, never with what was typed', async () => {
    const user = await makeUser(server.services);
    const rp = await relyingParty(server, application._id);
    const { browser } = await rp.begin(newBrowser(server));
    const before = (await happened({ action: 'user.sign_in_failed' })).length;
    for (const email of [user.email, 'nobody-knows@example.test']) {
      await browser.submit('Sign in', { email, password: 'a wrong password that was typed' });
      expect(browser.status).toBe(422);
    }
    const failed = (await happened({ action: 'user.sign_in_failed' })).slice(before);
    const anonymous = { actor: 'anonymous', organizationId: system(), action: 'user.sign_in_failed' };
    expect(failed).toEqual([
      expect.objectContaining({ ...anonymous, subject: user._id }),
      expect.objectContaining({ ...anonymous, subject: null }),
    ]);
    const log = JSON.stringify(await eventsOf(server.services));
    expect(log).not.toContain('nobody-knows');
    expect(log).not.toContain('a wrong password');
  });

  it('that fails adds nothing to the log once the account is locked', async () => {
    const user = await makeUser(server.services);
    const rp = await relyingParty(server, application._id);
    const { browser } = await rp.begin(newBrowser(server));
    for (let guess = 0; guess < 13; guess += 1)
      await browser.submit('Sign in', { email: user.email, password: `guess ${guess}` });
    expect(await happened({ action: 'user.sign_in_failed', subject: user._id })).toHaveLength(10);
  });
});

describe('consent', () => {
  it('is in the log of the organization that it was given in', async () => {
    const third = await makeApplication(server.services, { firstParty: false, defaultApi: api._id });
    const { user, organization } = await withTokens({ scope: 'openid email' }, third);
    const given = { actor: user._id, subject: user._id, organizationId: organization._id };
    expect(await happened({ action: 'consent.given', actor: user._id })).toMatchObject([
      { ...given, after: { application: third._id, scopes: expect.arrayContaining(['openid', 'email']) } },
    ]);
  });
});

describe('a token', () => {
  const revoked = (actor: string) => happened({ action: 'token.revoked', actor: `application:${actor}` });

  it('that is revoked is in the log of its grant’s organization, once', async () => {
    const { user, organization, tokens, rp } = await withTokens();
    for (const token of [tokens.access_token, tokens.access_token, tokens.refresh_token, tokens.refresh_token, 'no'])
      await client.tokenRevocation(rp.config, token as string);
    const event = { organizationId: organization._id, subject: user._id };
    expect((await revoked(application._id)).filter(({ subject }) => subject === user._id)).toMatchObject([
      { ...event, after: { kind: 'access_token' } },
      { ...event, after: { kind: 'refresh_token' } },
    ]);
  });

  it('that is opaque, or a machine’s, is there too; another application’s is not', async () => {
    const opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
    const asking = await makeApplication(server.services, { defaultApi: opaque._id });
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      defaultApi: opaque._id,
    });
    const { user, organization, tokens, rp } = await withTokens({}, asking);
    const asMachine = await relyingParty(server, machine._id);
    const own = await client.clientCredentialsGrant(asMachine.config);
    secrets.add(own.access_token);
    await expect(client.tokenRevocation(asMachine.config, tokens.access_token)).rejects.toThrow();
    await client.tokenRevocation(rp.config, tokens.access_token);
    await client.tokenRevocation(asMachine.config, own.access_token);
    expect(await revoked(asking._id)).toMatchObject([{ organizationId: organization._id, subject: user._id }]);
    expect(await revoked(machine._id)).toMatchObject([{ organizationId: system(), subject: machine._id }]);
  });

  it('or code that comes a second time is in the log of its grant’s organization', async () => {
    const one = await withTokens();
    const redeem = (code: string, verifier: string) =>
      post(
        server,
        '/oauth2/token',
        {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: application.redirectUris[0] as string,
        },
        { clientId: application._id },
      );
    expect((await redeem(one.code, one.flow.verifier)).json.error).toBe('invalid_grant');
    const two = await withTokens();
    const first = two.tokens.refresh_token as string;
    const next = await client.refreshTokenGrant(two.rp.config, first);
    for (const token of [next.access_token, next.refresh_token]) secrets.add(token as string);
    const used = { consumed: { $exists: true } };
    await server.services.models.oidc.RefreshToken.updateMany(used, { $inc: { consumed: -60 } });
    await expect(client.refreshTokenGrant(two.rp.config, first)).rejects.toMatchObject({ error: 'invalid_grant' });
    const reused = await happened({ action: 'token.reused' });
    const actor = `application:${application._id}`;
    expect(reused).toMatchObject([
      { actor, subject: one.user._id, organizationId: one.organization._id, after: { kind: 'authorization_code' } },
      { actor, subject: two.user._id, organizationId: two.organization._id, after: { kind: 'refresh_token' } },
    ]);
  });
});

describe('signing out', () => {
  it('is in the log of system, and of the organizations in which something ends, whether it was asked about or not', async () => {
    const [asked, unasked] = [await withTokens(), await withTokens()];
    await asked.browser.open('/account');
    await asked.browser.submit('Sign out');
    await asked.browser.submit('Sign out');
    await unasked.browser.open(`/oauth2/logout?id_token_hint=${unasked.tokens.id_token}`);
    for (const { user, organization } of [asked, unasked]) {
      const events = await happened({ action: 'user.signed_out', actor: user._id });
      expect(events.map(({ organizationId }) => organizationId).sort()).toEqual([system(), organization._id].sort());
    }
  });

  it('of nobody is in no log', async () => {
    const before = await happened({ action: 'user.signed_out' });
    await newBrowser(server).open('/oauth2/logout');
    expect(await happened({ action: 'user.signed_out' })).toEqual(before);
  });
});

describe('a device', () => {
  it('that was allowed is in the log of the organization, one that was denied in that of system', async () => {
    const television = await makeDeviceApplication(server.services, { defaultApi: api._id });
    const [allowed, denied] = [await startDevice(server, television), await startDevice(server, television)];
    for (const { deviceCode, userCode } of [allowed, denied])
      for (const one of [deviceCode, userCode]) secrets.add(one);
    const { user, organization, browser } = await askedAbout(server, allowed);
    await browser.submit('Allow');
    const other = await askedAbout(server, denied);
    await other.browser.submit('Deny');
    const { body } = await allowed.poll();
    secrets.add(body.access_token as string);
    const after = { application: television._id };
    expect(await happened({ action: /^device\./ })).toEqual([
      { action: 'device.allowed', actor: user._id, subject: user._id, organizationId: organization._id, after },
      { action: 'device.denied', actor: other.user._id, subject: other.user._id, organizationId: system(), after },
    ]);
  });
});

it('no token, code, cookie, password or secret is in any event', async () => {
  const { user } = await makeAdministrator(server);
  await signIn(server, application._id, { user });
  const { AuditEvent } = server.services.models;
  const log = JSON.stringify(await eventsOf(server.services)) + JSON.stringify(await AuditEvent.find().lean());
  expect(secrets.size).toBeGreaterThan(40);
  for (const secret of secrets) if (secret.length > 5) expect(log.includes(secret), secret).toBe(false);
  expect(log).not.toMatch(/\$argon2|secretHash|tokenHash/);
});

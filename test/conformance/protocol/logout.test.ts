/** OpenID Connect RP-Initiated Logout 1.0 and Back-Channel Logout 1.0, beyond what their flows test. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { applyProvisioning } from '../../../src/services/provisioning/index.js';
import { makeApplication, PASSWORD, SECRET } from '../../support/factories.js';
import { authorize, type Member, makeAdministrator, signIn } from '../../support/login.js';
import { type LogoutTarget, logoutTarget } from '../../support/logout-target.js';
import { startServer, type TestServer } from '../../support/server.js';

const AFTER = 'https://app.example.test/out?from=rollcall';

let server: TestServer;
let application: Application;
let ada: Member;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services, { postLogoutRedirectUris: [AFTER] });
  ada = await makeAdministrator(server);
});
afterAll(() => server?.close());

const logout = (parameters: Record<string, string>) => `/oauth2/logout?${new URLSearchParams(parameters)}`;

describe('signing out', () => {
  it('ends the sign-in at every application: each silent request afterwards is login_required', async () => {
    const other = await makeApplication(server.services);
    const { browser, flow } = await signIn(server, application._id, ada);
    const hint = (await flow.tokens()).id_token as string;
    const silent = (clientId: string) =>
      authorize(server, browser, clientId, { scope: 'openid', prompt: 'none' }).then(({ error }) => error);
    expect([await silent(application._id), await silent(other._id)]).toEqual([null, null]);
    await browser.open(logout({ id_token_hint: hint }));
    expect([await silent(application._id), await silent(other._id)]).toEqual(['login_required', 'login_required']);
  });

  it('keeps the query of the registered address, and adds state to it unchanged', async () => {
    const { browser, flow } = await signIn(server, application._id, ada);
    const state = 'ä &=+"\'<>%20';
    const hint = (await flow.tokens()).id_token as string;
    await browser.open(logout({ id_token_hint: hint, post_logout_redirect_uri: AFTER, state }));
    const { origin, pathname, searchParams } = new URL(browser.location as string);
    expect(`${origin}${pathname}`).toBe('https://app.example.test/out');
    expect(Object.fromEntries(searchParams)).toEqual({ from: 'rollcall', state });
  });

  it('with state alone asks the person, and sends nobody anywhere', async () => {
    const { browser } = await signIn(server, application._id, ada);
    await browser.open(logout({ state: 'the-state' }));
    expect([browser.status, browser.location]).toEqual([200, undefined]);
    await browser.submit('Sign out');
    expect([browser.status, browser.location]).toEqual([200, undefined]);
    expect(browser.has('Signed out')).toBe(true);
    expect(browser.html).not.toContain('the-state');
  });
});

describe('signing out with a hint', () => {
  it('sends nobody to an address that is not registered letter by letter, and the session goes on', async () => {
    const { browser, flow } = await signIn(server, application._id, ada);
    const hint = (await flow.tokens()).id_token as string;
    const wrong = [
      'https://app.example.test/out',
      `${AFTER}&more=x`,
      `${AFTER}#x`,
      'https://app.example.test/OUT?from=rollcall',
      'https://app.example.test:443/out?from=rollcall',
      'https://evil.example.test/out?from=rollcall',
      'javascript:alert(1)',
      'x',
    ];
    for (const post_logout_redirect_uri of wrong) {
      await browser.open(logout({ id_token_hint: hint, post_logout_redirect_uri, state: 's' }));
      expect([browser.status, browser.location], post_logout_redirect_uri).toEqual([400, undefined]);
      expect(browser.html).toContain('invalid_request');
    }
    expect((await authorize(server, browser, application._id, { scope: 'openid', prompt: 'none' })).error).toBeNull();
  });
});

describe('an application’s endpoint for back-channel logout', () => {
  it('that is silent or fails holds up neither the person nor the other applications', async () => {
    const targets = await Promise.all([logoutTarget(), logoutTarget(), logoutTarget()]);
    const [silent, failing, fine] = targets as [LogoutTarget, LogoutTarget, LogoutTarget];
    silent.answer = () => {};
    failing.answer = (response) => response.writeHead(500).end();
    try {
      const told: Application[] = [];
      for (const { url } of [silent, failing, fine])
        told.push(
          await makeApplication(server.services, { backchannelLogoutUri: url, postLogoutRedirectUris: [AFTER] }),
        );
      const { browser, flow } = await signIn(server, (told[0] as Application)._id, ada);
      const hint = (await flow.tokens()).id_token as string;
      for (const { _id } of told.slice(1)) {
        const { redeem } = await authorize(server, browser, _id, { scope: 'openid', prompt: 'none' });
        expect((await redeem()).status).toBe(200);
      }
      // The silent one never answers: only a sign-out that waits for nobody comes to its end.
      await browser.open(logout({ id_token_hint: hint, post_logout_redirect_uri: AFTER }));
      expect(browser.location).toBe(AFTER);
      await Promise.all(targets.map((target) => target.received(1)));
      expect(await server.services.models.Delivery.exists({ kind: 'backchannel-logout' })).toBeTruthy();
    } finally {
      await server.services.models.Delivery.deleteMany({});
      await Promise.all(targets.map((target) => target.close()));
    }
  });
});

describe('the sid of a session towards an application', () => {
  it('is in each of its ID tokens and in the logout token, and another session’s or application’s is another', async () => {
    const target = await logoutTarget();
    try {
      const told = await makeApplication(server.services, { backchannelLogoutUri: target.url });
      const { browser, flow } = await signIn(server, told._id, ada);
      const first = (await flow.tokens()).id_token as string;
      const sidAt = async (clientId: string) => {
        const { redeem } = await authorize(server, browser, clientId, { scope: 'openid', prompt: 'none' });
        return decodeJwt((await redeem()).json.id_token).sid;
      };
      const { sid } = decodeJwt(first);
      expect(sid).toEqual(expect.any(String));
      expect(await sidAt(told._id)).toBe(sid);
      expect(await sidAt(application._id)).not.toBe(sid);
      await browser.open(logout({ id_token_hint: first }));
      expect(decodeJwt((await target.received(1))[0] as string).sid).toBe(sid);
      const again = await authorize(server, browser, told._id, { scope: 'openid' });
      expect(again.error).toBeNull();
      await browser.submit('Sign in', { email: ada.user.email, password: PASSWORD });
      expect(await sidAt(told._id)).not.toBe(sid);
    } finally {
      await target.close();
    }
  });
});

describe('an address for back-channel logout', () => {
  it('is an http or https URL without a fragment, by its path in the file', async () => {
    const apply = (backchannelLogoutUri: string) =>
      applyProvisioning(server.services, {
        applications: [{ clientId: 'told', clientSecret: SECRET, name: 'Told', backchannelLogoutUri }],
      });
    for (const wrong of [
      'https://app.example.test/#x',
      'javascript:alert(1)',
      'ftp://app.example.test/',
      '/logout',
      'x',
    ])
      await expect(apply(wrong), wrong).rejects.toMatchObject({
        faults: expect.arrayContaining([expect.objectContaining({ path: 'applications[0].backchannelLogoutUri' })]),
      });
    await expect(apply('https://app.example.test/logout')).resolves.toBeDefined();
  });
});

/** Where somebody is signed in, as they see and end it themselves (security.md 30). */
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { digest } from '../../src/lib/ids.js';
import type { User } from '../../src/models/index.js';
import { endOtherSessions, endOwnSession, listOwnSessions } from '../../src/services/own-sessions.js';
import { eventsOf } from '../support/audit.js';
import type { BrowserClient } from '../support/browser-client.js';
import { allow, makeDeviceApplication, startDevice } from '../support/device.js';
import { makeApi, makeApplication, makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

const actionsOf = async ({ _id: subject }: User) =>
  (await eventsOf(server.services, { subject })).map(({ action }) => action);

/** Somebody in an organization, whose application is there for offline use too. */
async function world(values: Parameters<typeof makeApplication>[1] = {}) {
  const { services } = server;
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { founder: user._id });
  const application = await makeApplication(services, values);
  return { user, organization, application };
}

describe('one’s own sessions', () => {
  it('show each browser with when and from where it signed in, and which applications it has been to', async () => {
    const { user, application } = await world({ name: 'Invoices <b>' });
    const here = await signedIn(server, user);
    const elsewhere = await signIn(server, application._id, { user });
    await elsewhere.flow.tokens();
    const listed = await listOwnSessions(server.services, themselves(user._id), await uidOf(here));
    const [current, other] = [true, false].map((is) => listed.find((one) => one.current === is));
    expect(listed).toHaveLength(2);
    expect(current).toMatchObject({ current: true, kind: 'browser', applications: [] });
    expect(other).toMatchObject({ current: false, address: expect.stringMatching(/127\.0\.0\.1|::1/) });
    expect(other?.applications).toEqual(['Invoices <b>']);
    expect(other?.userAgent).toBe('node');
    for (const one of [current, other]) {
      expect(Date.now() - (one?.signedInAt.getTime() ?? 0)).toBeLessThan(60_000);
      expect(Date.now() - (one?.seenAt?.getTime() ?? 0)).toBeLessThan(60_000);
    }
    await here.open('/account/sessions');
    expect(here.status).toBe(200);
    expect(here.has('This browser')).toBe(true);
    expect(here.html).toContain('Invoices &lt;b&gt;');
    expect(await htmlFaults(here.html)).toEqual([]);
  });

  it('end one by one, wholly: the browser is signed out at its next request, and what was given in it for offline use ends', async () => {
    const { user, application } = await world({ firstParty: false });
    const here = await signedIn(server, user);
    const there = await signIn(server, application._id, { user }, { scope: 'openid offline_access' });
    await there.browser.submit('Allow');
    const { refresh_token: refresh = '' } = await there.flow.tokens();
    await there.browser.open('/account/sessions');
    expect(there.browser.has('This browser')).toBe(true);

    await here.open('/account/sessions');
    await here.submit('End');
    expect(here.has('That session has ended.')).toBe(true);
    expect(here.has('End all other sessions')).toBe(false);
    await there.browser.open('/account');
    expect(new URL(there.browser.url).pathname).toMatch(/^\/interaction\//);
    await expect(client.refreshTokenGrant(there.rp.config, refresh)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await actionsOf(user)).toContain('user.session_ended');
    await here.open('/account');
    expect(here.status).toBe(200);
  });

  it('end all others at once, devices too, and the one that asks goes on', async () => {
    const { user, application } = await world();
    const here = await signIn(server, application._id, { user });
    const kept = await here.flow.tokens();
    const others = [await signedIn(server, user), await signedIn(server, user)];
    await here.browser.open('/account/sessions');
    await here.browser.submit('End all other sessions');
    expect(here.browser.has('All your other sessions have ended.')).toBe(true);
    for (const other of others) {
      await other.open('/account');
      expect(other.has('Sign in')).toBe(true);
    }
    await client.refreshTokenGrant(here.rp.config, kept.refresh_token ?? '');
    await here.browser.open('/account');
    expect(here.browser.status).toBe(200);
    expect(await actionsOf(user)).toContain('user.other_sessions_ended');
  });

  it('end what a signed-out browser left for offline use, where all others are ended', async () => {
    const { user, application } = await world({ firstParty: false });
    const gone = await signIn(server, application._id, { user }, { scope: 'openid offline_access' });
    await gone.browser.submit('Allow');
    const { refresh_token: refresh = '' } = await gone.flow.tokens();
    await gone.browser.open('/account');
    await gone.browser.submit('Sign out');
    await gone.browser.submit('Sign out');
    const again = await client.refreshTokenGrant(gone.rp.config, refresh);
    const here = await signedIn(server, user);
    await endOtherSessions(server.services, themselves(user._id), await uidOf(here));
    await expect(client.refreshTokenGrant(gone.rp.config, again.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('list a device that was allowed, and end it', async () => {
    const { services } = server;
    const television = await makeDeviceApplication(services, { defaultApi: (await makeApi(services))._id });
    const device = await startDevice(server, television);
    const { user } = await allow(server, device);
    expect((await device.poll()).status).toBe(200);
    const own = await listOwnSessions(services, themselves(user._id), 'none');
    const found = own.find(({ kind }) => kind === 'device');
    expect(found).toMatchObject({ address: null, seenAt: null, applications: [television.name] });
    await endOwnSession(services, themselves(user._id), found?.id ?? '');
    expect((await listOwnSessions(services, themselves(user._id), 'none')).map(({ kind }) => kind)).not.toContain(
      'device',
    );
  });

  it('are nobody else’s: another person’s id is as unknown as one that is nothing', async () => {
    const [{ user }, { user: stranger }] = [await world(), await world()];
    await signedIn(server, user);
    const [theirs] = await listOwnSessions(server.services, themselves(user._id), 'none');
    const browser = await signedIn(server, stranger);
    await browser.open('/account/sessions');
    await signedIn(server, stranger);
    await browser.open('/account/sessions');
    for (const session of [theirs?.id ?? '', 'nothing', '']) {
      await browser.open('/account/sessions');
      await browser.submit('End', { session });
      expect(browser.status).toBe(404);
    }
    expect(await listOwnSessions(server.services, themselves(user._id), 'none')).toHaveLength(1);
  });

  it('keep a login from coming through that was under way in a session as it ended', async () => {
    const { user, application } = await world();
    const { flow, browser, rp } = await signIn(server, application._id, { user });
    await flow.tokens();
    const under = await rp.begin(browser, { prompt: 'login' });
    expect(under.browser.has('Sign in')).toBe(true);
    await endOtherSessions(server.services, themselves(user._id), 'none');
    await browser.open('/account');
    expect(browser.has('Sign in')).toBe(true);
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.status).toBe(200);
  });

  it('are a bounded number of queries, however many there are', async () => {
    const { user, organization } = await world();
    await makeMember(server.services, organization._id, user._id);
    const expiresAt = new Date(Date.now() + 60_000);
    const { Session, Grant } = server.services.models.oidc;
    const ids = Array.from({ length: 60 }, (_, at) => `${user._id}-${at}`);
    await Session.insertMany(
      ids.map((id) => ({ _id: id, uid: id, accountId: user._id, expiresAt, payload: { loginTs: 1, uid: id } })),
    );
    await Grant.insertMany(
      ids.map((id) => ({ _id: id, sessionUid: id, accountId: user._id, expiresAt, payload: { clientId: 'x' } })),
    );
    const browser = await signedIn(server, user);
    await browser.open('/account/sessions');
    expect(browser.has('50 of 61')).toBe(true);
    await browser.follow('Next');
    expect(browser.has('11 of 61')).toBe(true);
    expect(browser.html).not.toContain('>This browser<');
  });
});

/** Of the session that a browser is signed in by. */
async function uidOf(browser: BrowserClient): Promise<string> {
  const id = browser.cookie('rollcall_session') ?? '';
  const session = await server.services.models.oidc.Session.findById(digest('Session', id)).lean();
  return session?.uid ?? '';
}

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createOutbound } from '../../src/lib/outbound.js';
import type { Application } from '../../src/models/index.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { endMemberSessions } from '../../src/services/end-member-sessions.js';
import { removeMember } from '../../src/services/remove-member.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { type LogoutTarget, logoutTarget } from '../support/logout-target.js';
import { type Flow, newBrowser, type RelyingParty, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
const targets: LogoutTarget[] = [];

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
});

interface Party {
  application: Application;
  target: LogoutTarget;
  rp: RelyingParty;
}

/** An application with a back-channel logout endpoint. */
async function party(values: Partial<Application> = {}): Promise<Party> {
  const target = await logoutTarget();
  targets.push(target);
  const application = await makeApplication(server.services, {
    backchannelLogoutUri: target.url,
    organization: 'none',
    ...values,
  });
  return { application, target, rp: await relyingParty(server, application._id) };
}

async function signIn({ rp }: Party, browser: BrowserClient, parameters: Record<string, string> = {}) {
  const user = await makeUser(server.services);
  const flow = await rp.begin(browser, parameters);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  return { user, flow };
}

async function tokensOf(flow: Flow) {
  const tokens = await flow.tokens();
  return { ...tokens, idToken: tokens.id_token as string, claims: tokens.claims() as client.IDToken };
}

const logout = (browser: BrowserClient, parameters: Record<string, string>) =>
  browser.open(`/oauth2/logout?${new URLSearchParams(parameters)}`);

/** Does away with the waits between attempts until something is so. */
async function hurry(until: () => unknown): Promise<void> {
  while (!(await until())) {
    await server.services.models.Delivery.updateMany(
      { kind: 'backchannel-logout', dueAt: { $gt: new Date() }, lease: { $exists: false } },
      { $set: { dueAt: new Date() } },
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until nothing is queued any more. */
const delivered = () =>
  hurry(async () => !(await server.services.models.Delivery.exists({ kind: 'backchannel-logout' })));

it.each(['RS256', 'ES256'] as const)('a logout token is what the specification says (%s)', async (alg) => {
  const one = await party({ idTokenSigningAlg: alg });
  const browser = newBrowser(server);
  const { user, flow } = await signIn(one, browser);
  const { idToken, claims } = await tokensOf(flow);
  await logout(browser, { id_token_hint: idToken });

  const [token] = await one.target.received(1);
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
  const { payload, protectedHeader } = await jwtVerify(token as string, keys, {
    issuer: server.issuer,
    audience: one.application._id,
    typ: 'logout+jwt',
  });
  expect(protectedHeader.alg).toBe(alg);
  expect(payload).toMatchObject({
    sub: user._id,
    sid: claims.sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    jti: expect.stringMatching(/^[\w-]{20,}$/),
  });
  expect(claims.sid).toBeTruthy();
  expect((payload.exp as number) - (payload.iat as number)).toBe(120);
  expect(payload).not.toHaveProperty('nonce');
  expect(one.target.types[0]).toMatch(/^application\/x-www-form-urlencoded/);
  await delivered();
  expect(one.target.tokens).toHaveLength(1);
});

it('every application of the ended session is told, with offline access too, and none of another browser', async () => {
  const [first, offline, elsewhere] = [await party(), await party({ firstParty: false }), await party()];
  const [browser, other] = [newBrowser(server), newBrowser(server)];
  const { user, flow } = await signIn(first, browser);
  const { idToken } = await tokensOf(flow);
  const second = await offline.rp.begin(browser, { scope: 'openid offline_access' });
  await browser.submit('Allow');
  const kept = await tokensOf(second);
  await elsewhere.rp.begin(other);
  await other.submit('Sign in', { email: user.email, password: PASSWORD });

  await logout(browser, { id_token_hint: idToken });
  const tokens = [...(await first.target.received(1)), ...(await offline.target.received(1))].map((one) =>
    decodeJwt(one),
  );
  await delivered();
  expect(tokens.map((token) => token.aud)).toEqual([first.application._id, offline.application._id]);
  expect(tokens[1]?.sid).toBe(kept.claims.sid);
  expect(elsewhere.target.tokens).toEqual([]);
  await expect(client.refreshTokenGrant(offline.rp.config, kept.refresh_token as string)).resolves.toBeDefined();
});

it('applications hear of it when an administrator ends a member’s sessions, suspends or removes them, there alone', async () => {
  const { services } = server;
  const [admin, user] = [await makeUser(services), await makeUser(services)];
  const [here, there] = await Promise.all(
    ['Here', 'There'].map((name) => makeOrganization(services, { name, founder: admin._id })),
  );
  const one = await party({ organization: 'required' });
  const elsewhere = await party({ organization: 'required' });
  for (const organization of [here, there]) await makeMember(services, organization?._id as string, user._id);
  const key = { organizationId: here?._id as string, userId: user._id };
  const endings = [
    () => endMemberSessions(services, SYSTEM, key),
    () => setMemberStatus(services, SYSTEM, { ...key, status: 'suspended' }),
    () => removeMember(services, SYSTEM, key),
  ];
  for (const [index, end] of endings.entries()) {
    if (index > 0) await setMemberStatus(services, SYSTEM, { ...key, status: 'active' });
    const browser = newBrowser(server);
    const flow = await one.rp.begin(browser, { organization: key.organizationId });
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const { claims } = await tokensOf(flow);
    await elsewhere.rp.begin(browser, { organization: there?._id as string });
    await end();
    const tokens = (await one.target.received(index + 1)).map((token) => decodeJwt(token));
    expect(tokens[index]).toMatchObject({ sub: user._id, sid: claims.sid });
  }
  await delivered();
  expect(elsewhere.target.tokens).toEqual([]);
});

it('all applications are told that the session used at the same moment', async () => {
  const first = await party();
  const browser = newBrowser(server);
  const { flow } = await signIn(first, browser);
  const { idToken } = await tokensOf(flow);
  const others = await Promise.all([1, 2, 3, 4].map(() => party()));
  await Promise.all(
    others.map(async ({ rp }) => {
      const parallel = new BrowserClient(server.issuer);
      parallel.plant('rollcall_session', browser.cookie('rollcall_session') as string);
      parallel.plant('rollcall_session.sig', browser.cookie('rollcall_session.sig') as string);
      return tokensOf(await rp.begin(parallel, { prompt: 'none' }));
    }),
  );
  await logout(browser, { id_token_hint: idToken });
  await Promise.all([first, ...others].map(({ target }) => target.received(1)));
});

it('an application that the person did not allow anything learns nothing', async () => {
  const [first, refused] = [await party(), await party({ firstParty: false })];
  const browser = newBrowser(server);
  const { flow } = await signIn(first, browser);
  const { idToken } = await tokensOf(flow);
  await refused.rp.begin(browser);
  await browser.submit('Deny');
  await logout(browser, { id_token_hint: idToken });
  await first.target.received(1);
  await delivered();
  expect(refused.target.tokens).toEqual([]);
});

it('the sign-out button of the account page tells the applications', async () => {
  const one = await party();
  const browser = newBrowser(server);
  await tokensOf((await signIn(one, browser)).flow);
  await browser.open('/account');
  await browser.submit('Sign out');
  await browser.submit('Sign out');
  expect(browser.html).toContain('Signed out');
  await one.target.received(1);
});

it('another account that signs in in the same browser ends the first session and tells its applications', async () => {
  const one = await party();
  const browser = newBrowser(server);
  const { user, flow } = await signIn(one, browser);
  await tokensOf(flow);
  await one.rp.begin(browser, { prompt: 'login' });
  const second = await makeUser(server.services);
  await browser.submit('Sign in', { email: second.email, password: PASSWORD });
  const [token] = await one.target.received(1);
  expect(decodeJwt(token as string).sub).toBe(user._id);
});

it('staying signed in at the question tells nobody', async () => {
  const [asking, one] = [await party(), await party()];
  const browser = newBrowser(server);
  await tokensOf((await signIn(asking, browser)).flow);
  await tokensOf(await one.rp.begin(browser));
  await logout(browser, { client_id: asking.application._id });
  await browser.submit('Stay signed in');
  expect(browser.html).toContain('Still signed in');
  expect(await server.services.models.Delivery.countDocuments({ kind: 'backchannel-logout' })).toBe(0);
  expect([...asking.target.tokens, ...one.target.tokens]).toEqual([]);
});

it('a target that fails is asked again, with a new token each time, until it answers 200 or 204', async () => {
  const one = await party();
  one.target.answer = (response, count) => response.writeHead(count === 1 ? 500 : 204).end();
  const browser = newBrowser(server);
  const { idToken } = await tokensOf((await signIn(one, browser)).flow);
  await logout(browser, { id_token_hint: idToken });
  await hurry(() => one.target.tokens.length >= 2);
  const [failed, taken] = one.target.tokens.map((token) => decodeJwt(token));
  expect(failed?.jti).not.toBe(taken?.jti);
  expect(failed?.sid).toBe(taken?.sid);
  await delivered();
});

it('a redirect is not followed: the logout token stays with the registered address', async () => {
  const [one, other] = [await party(), await party()];
  one.target.answer = (response, count) =>
    count === 1 ? response.writeHead(307, { Location: other.target.url }).end() : response.writeHead(200).end();
  const browser = newBrowser(server);
  const { idToken } = await tokensOf((await signIn(one, browser)).flow);
  await logout(browser, { id_token_hint: idToken });
  await hurry(() => one.target.tokens.length >= 2);
  expect(other.target.tokens).toEqual([]);
});

it('an application that was deleted or has no address any more is told nothing, and nothing stays queued', async () => {
  const one = await party();
  one.target.answer = (response) => response.writeHead(500).end();
  const browser = newBrowser(server);
  const { idToken } = await tokensOf((await signIn(one, browser)).flow);
  await logout(browser, { id_token_hint: idToken });
  await one.target.received(1);
  await server.services.models.Application.deleteOne({ _id: one.application._id });
  await server.services.catalog.changed();
  const before = one.target.tokens.length;
  await delivered();
  expect(one.target.tokens).toHaveLength(before);
});

it('a private address is not called unless OUTBOUND_ALLOW names it', async () => {
  const closed = await startServer({ outbound: createOutbound([]) });
  const target = await logoutTarget();
  targets.push(target);
  const application = await makeApplication(closed.services, {
    backchannelLogoutUri: target.url,
    organization: 'none',
  });
  const user = await makeUser(closed.services);
  const flow = await (await relyingParty(closed, application._id)).begin(newBrowser(closed));
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const { idToken } = await tokensOf(flow);
  await logout(flow.browser, { id_token_hint: idToken });
  const waiting = () => closed.services.models.Delivery.findOne({ attempts: { $gte: 1 } }).lean();
  while ((await waiting())?.lease !== undefined || !(await waiting())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(target.tokens).toEqual([]);
  await closed.close();
});

it('an application of an organization is told once, however many organizations the session used', async () => {
  const one = await party({ organization: 'required' });
  const browser = newBrowser(server);
  const user = await makeUser(server.services);
  const organizations = [
    await makeOrganization(server.services, { name: 'One', founder: user._id }),
    await makeOrganization(server.services, { name: 'Two', founder: user._id }),
  ];
  const flow = await one.rp.begin(browser, { organization: organizations[0]?.slug as string });
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const { idToken } = await tokensOf(flow);
  await tokensOf(await one.rp.begin(browser, { organization: organizations[1]?.slug as string, prompt: 'none' }));
  await logout(browser, { id_token_hint: idToken });
  await one.target.received(1);
  await delivered();
  expect(one.target.tokens).toHaveLength(1);
});

it('discovery says that back-channel logout is there, with sid', async () => {
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: `${server.issuer}/oauth2/logout`,
  });
});

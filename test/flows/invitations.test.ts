import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { resendInvitation, revokeInvitation } from '../../src/services/invitations/change-invitation.js';
import { invite, type NewInvitation } from '../../src/services/invitations/invite.js';
import { loadActor } from '../../src/services/load-actor.js';
import { removeMember } from '../../src/services/remove-member.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import type { BrowserClient } from '../support/browser-client.js';
import {
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let mailbox: Mailbox;
let server: TestServer;
let closed: TestServer;
let ada: User;
let acme: Organization;
let count = 0;

beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
  closed = await startServer({ mailTransport: mailbox.transport, signUp: 'closed' });
  await makeRole(server.services, { key: 'billing', name: 'Billing' });
});
afterAll(async () => {
  await closed?.close();
  await server?.close();
  await mailbox?.close();
});
beforeEach(async () => {
  ada = await makeUser(server.services, { name: 'Ada Byron' });
  acme = await makeOrganization(server.services, { name: 'Acme', founder: ada._id });
});

const fresh = () => `invited-${++count}@invited.test`;
const roleId = async (key: string) => (await server.services.models.Role.findOne({ key }).lean())?._id as string;

/** Invites as the organization's administrator. @returns both links */
async function invited(email: string, input: Partial<NewInvitation> = {}) {
  const actor = await loadActor(server.services, ada._id, acme._id);
  const organization = (await server.services.models.Organization.findById(acme._id).lean()) as Organization;
  const where = { organization, issuer: server.issuer };
  const made = await invite(server.services, actor, where, { email, ...input });
  const mailed = linkIn(await mailbox.mailTo(email), server.issuer);
  return { ...made, mailed, shown: made.url };
}

/** An account that somebody has made by themselves, whose address nobody has proved. */
async function unproved(email: string): Promise<void> {
  const user = await makeUser(server.services, { email });
  await server.services.models.User.updateOne({ _id: user._id }, { $set: { emailVerified: false } });
}

const userOf = (email: string) => server.services.models.User.findOne({ email }).lean();
async function memberOf(email: string) {
  const userId = (await userOf(email))?._id ?? '';
  return server.services.models.Membership.findOne({ organizationId: acme._id, userId }).lean();
}
const rolesOf = async (email: string) => (await memberOf(email))?.roles.map((one) => one.roleId);

async function signUp(browser: BrowserClient, email: string): Promise<void> {
  await browser.follow('Create account');
  await browser.submit('Create account', { name: 'Bo', email, password: PASSWORD });
}

describe('an invitation', () => {
  it('leads somebody new by the mailed link to an account whose address is proved, and to its roles and groups', async () => {
    const email = fresh();
    const group = await makeGroup(server.services, acme._id, 'Finance');
    const { mailed, shown } = await invited(email, { roleIds: [await roleId('billing')], groupIds: [group._id] });
    expect(mailed).not.toBe(shown);
    const browser = newBrowser(server);
    await browser.open(mailed);
    expect(browser.has('Ada Byron invites you to join Acme')).toBe(true);
    expect(browser.html).toContain(`value="${email}"`);
    await signUp(browser, email);
    expect(browser.url).toBe(mailed);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(browser.has('You get Billing')).toBe(true);
    await browser.submit('Join');
    expect(new URL(browser.url).pathname).toBe('/account');
    expect(browser.has('You are a member of Acme now.')).toBe(true);
    expect(await userOf(email)).toMatchObject({ emailVerified: true });
    expect(await memberOf(email)).toMatchObject({
      status: 'active',
      settled: true,
      roles: [{ roleId: await roleId('billing') }],
      groups: [{ groupId: group._id }],
    });
    expect(await memberOf(email)).not.toHaveProperty('invited');
  });

  it('by the shown link makes a member too, and proves nothing', async () => {
    const email = fresh();
    const { shown } = await invited(email);
    const browser = newBrowser(server);
    await browser.open(shown);
    await signUp(browser, email);
    await browser.submit('Join');
    expect(await rolesOf(email)).toEqual(['rol_member']);
    expect(await userOf(email)).toMatchObject({ emailVerified: false });
  });

  it('by the mailed link asks who has an account of before for its password, unless it was given a moment ago', async () => {
    const email = fresh();
    await unproved(email);
    const { mailed } = await invited(email);
    const browser = await signedIn(server, { email });
    // The sign-in is older than what counts as a moment ago.
    await server.services.models.oidc.Session.updateMany(
      { accountId: (await userOf(email))?._id as string },
      { $set: { 'payload.loginTs': Math.floor(Date.now() / 1000) - 3600 } },
    );
    await browser.open(mailed);
    await browser.submit('Join');
    expect(browser.status).toBe(422);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Join', { password: 'something else entirely' });
    expect(browser.status).toBe(422);
    expect(browser.html).not.toContain('something else entirely');
    expect(await memberOf(email)).toBeNull();
    await browser.submit('Join', { password: PASSWORD });
    expect(new URL(browser.url).pathname).toBe('/account');
    expect(await userOf(email)).toMatchObject({ emailVerified: true });
    expect(await memberOf(email)).toMatchObject({ status: 'active' });
  });

  it('is for its address: somebody else is told, may sign in as who it is for, and comes back', async () => {
    const other = await makeUser(server.services);
    const email = fresh();
    await makeUser(server.services, { email });
    const { mailed } = await invited(email);
    const browser = await signedIn(server, other);
    await browser.open(mailed);
    expect(browser.status).toBe(403);
    expect(browser.has('This invitation is for another address')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.follow('Sign in as somebody else');
    await browser.submit('Sign in', { email, password: PASSWORD });
    // The library asks a browser that signs in as somebody else to send its form on.
    if (!browser.has('Join Acme')) await browser.submit('Continue').catch(() => browser.open(mailed));
    await browser.submit('Join');
    expect(await memberOf(email)).toMatchObject({ status: 'active' });
    expect(await server.services.models.Membership.exists({ organizationId: acme._id, userId: other._id })).toBeNull();
  });

  it('answers one and the same 404 once it is used, declined, revoked, expired, replaced or unknown', async () => {
    const { services } = server;
    const [used, declined, revoked, expired, replaced] = [fresh(), fresh(), fresh(), fresh(), fresh()];
    const viewer = await makeUser(services);
    const where = { organization: acme, issuer: server.issuer };
    const links: string[] = [`${server.issuer}/join/invitation/${'x'.repeat(43)}`, '/join/invitation/%24ne'];
    for (const [email, answer] of [
      [used, 'Join'],
      [declined, 'Decline'],
    ] as const) {
      const person = await makeUser(services, { email });
      const { mailed, shown } = await invited(email);
      const browser = await signedIn(server, person);
      await browser.open(shown);
      await browser.submit(answer);
      expect(new URL(browser.url).pathname).toBe('/account');
      await browser.open(mailed);
      expect(browser.status).toBe(404);
      links.push(mailed, shown);
    }
    expect(await memberOf(declined)).toBeNull();
    const gone = await invited(revoked);
    await revokeInvitation(services, SYSTEM, acme._id, gone.invitation._id);
    const old = await invited(expired);
    await services.models.Invitation.updateOne({ _id: old.invitation._id }, { $set: { expiresAt: new Date(1000) } });
    const again = await invited(replaced);
    await resendInvitation(services, SYSTEM, where, again.invitation._id);
    links.push(gone.mailed, gone.shown, old.mailed, old.shown, again.mailed);
    const browser = await signedIn(server, viewer);
    const pages = new Set<string>();
    for (const link of links) {
      await browser.open(link);
      expect(browser.status, link).toBe(404);
      pages.add(browser.html.replace(/req_\w+/g, ''));
    }
    expect(pages.size).toBe(1);
    await browser.open(again.shown);
    expect(browser.status).toBe(403);
  });

  it('opens nothing while its organization is suspended', async () => {
    const email = fresh();
    const { mailed } = await invited(email);
    await server.services.models.Organization.updateOne({ _id: acme._id }, { $set: { status: 'suspended' } });
    expect((await newBrowser(server).open(mailed)).status).toBe(404);
  });

  it('adds nothing for a member, says so, and lets nobody back who was suspended', async () => {
    const { services } = server;
    const email = fresh();
    const { shown } = await invited(email, { roleIds: [await roleId('billing')] });
    const person = await makeUser(services, { email });
    await makeMember(services, acme._id, person._id);
    const key = { organizationId: acme._id, userId: person._id };
    await setMemberStatus(services, SYSTEM, { ...key, status: 'suspended' });
    const browser = await signedIn(server, person);
    await browser.open(shown);
    await browser.submit('Join');
    expect(browser.status).toBe(403);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(await memberOf(email)).toMatchObject({ status: 'suspended' });
    await setMemberStatus(services, SYSTEM, { ...key, status: 'active' });
    await browser.open(shown);
    expect(browser.has('You are a member of Acme already')).toBe(true);
    expect(browser.has('Billing')).toBe(false);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Join');
    expect(browser.has('You are a member of Acme already.')).toBe(true);
    expect(await rolesOf(email)).toEqual(['rol_member']);
  });

  it('lets nobody back who was removed after they had accepted it', async () => {
    const { services } = server;
    const email = fresh();
    const person = await makeUser(services, { email });
    const { shown } = await invited(email);
    const [browser, tab] = [await signedIn(server, person), await signedIn(server, person)];
    await tab.open(shown);
    await browser.open(shown);
    await browser.submit('Join');
    await removeMember(services, SYSTEM, { organizationId: acme._id, userId: person._id });
    await tab.submit('Join');
    expect(tab.status).toBe(404);
    expect((await memberOf(email))?.status ?? 'removed').toBe('removed');
  });

  it('ends with the removal of a member who never needed it', async () => {
    const { services } = server;
    const email = fresh();
    const person = await makeUser(services, { email });
    const { invitation, shown } = await invited(email, { roleIds: ['rol_admin'] });
    await makeMember(services, acme._id, person._id);
    await removeMember(services, SYSTEM, { organizationId: acme._id, userId: person._id });
    const browser = await signedIn(server, person);
    expect((await browser.open(shown)).status).toBe(404);
    expect((await browser.open(`/join/${acme.slug}`)).status).toBe(404);
    expect(await services.models.Invitation.findById(invitation._id).lean()).toMatchObject({ status: 'revoked' });
  });

  it('gives what its inviter may still give', async () => {
    const { services } = server;
    const [founder, email] = [await makeUser(services), fresh()];
    await makeMember(services, acme._id, founder._id, ['rol_admin']);
    const { shown } = await invited(email, { roleIds: ['rol_admin', await roleId('billing')] });
    const key = { organizationId: acme._id, userId: ada._id };
    await setMemberRoles(services, SYSTEM, { ...key, roles: [{ roleId: 'rol_member' }] });
    const browser = await signedIn(server, await makeUser(services, { email }));
    await browser.open(shown);
    expect((await browser.submit('Join')).status).toBe(200);
    expect(await rolesOf(email)).toEqual([await roleId('billing')]);
    const organization = await services.models.Organization.findById(acme._id).lean();
    expect(organization?.administrators).toEqual([founder._id]);
  });

  it('makes an administrator where one has invited, and the first member of an empty organization in any case', async () => {
    const { services } = server;
    const [email, first] = [fresh(), fresh()];
    const { shown } = await invited(email, { roleIds: ['rol_admin'] });
    const person = await makeUser(services, { email });
    const browser = await signedIn(server, person);
    await browser.open(shown);
    await browser.submit('Join');
    const empty = await makeOrganization(services, { name: 'Empty' });
    const where = { organization: empty, issuer: server.issuer };
    const { url } = await invite(services, SYSTEM, where, { email: first, roleIds: [await roleId('billing')] });
    const founder = await makeUser(services, { email: first });
    const another = await signedIn(server, founder);
    await another.open(url);
    await another.submit('Join');
    const [ours, theirs] = [
      await services.models.Organization.findById(acme._id).lean(),
      await services.models.Organization.findById(empty._id).lean(),
    ];
    expect(ours?.administrators).toEqual([ada._id, person._id]);
    expect(theirs?.administrators).toEqual([founder._id]);
  });

  it('lets its browser sign up where sign-up is closed, for its address alone', async () => {
    const { services, issuer } = closed;
    const email = fresh();
    const organization = await makeOrganization(services, { name: 'Acme' });
    await invite(services, SYSTEM, { organization, issuer }, { email });
    const mailed = linkIn(await mailbox.mailTo(email), issuer);
    const browser = newBrowser(closed);
    await browser.open('/account');
    expect(browser.has('Create account')).toBe(false);
    await browser.open(mailed);
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Bo', email: 'else@invited.test', password: PASSWORD });
    expect(browser.status).toBe(422);
    expect(await services.models.User.exists({ email: 'else@invited.test' })).toBeNull();
    await browser.submit('Create account', { name: 'Bo', email, password: PASSWORD });
    await browser.submit('Join');
    expect(await services.models.User.findOne({ email }).lean()).toMatchObject({ emailVerified: true });
    expect(new URL(browser.url).pathname).toBe('/account');
  });
});

describe('an invitation in an application’s login', () => {
  it('ends in that application, with its roles in the token, and also where the form is sent twice', async () => {
    const email = fresh();
    const application = await makeApplication(server.services);
    const { mailed } = await invited(email, { roleIds: [await roleId('billing')] });
    const rp = await relyingParty(server, application._id);
    // The sign-in on the way is the one that the request asks for.
    const flow = await rp.begin(newBrowser(server), { prompt: 'login' });
    const { browser } = flow;
    await browser.open(mailed);
    await signUp(browser, email);
    const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] as string;
    await browser.submit('Join');
    expect((await flow.tokens()).claims()).toMatchObject({
      roles: ['billing'],
      oid: acme._id,
      email,
      email_verified: true,
    });
    const again = await fetch(mailed, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: browser.cookies('/join/invitation/x'), origin: server.issuer },
      body: new URLSearchParams({ csrf, answer: 'join' }),
    });
    expect(again.status).toBe(303);
    expect(new URL(again.headers.get('location') as string, server.issuer).pathname).toBe('/oauth2/authorize');
    // Another invitation isn't about that login any more.
    const other = await makeOrganization(server.services, { name: 'Other' });
    const { url } = await invite(server.services, SYSTEM, { organization: other, issuer: server.issuer }, { email });
    await browser.open(url);
    await browser.submit('Join');
    expect(new URL(browser.url).pathname).toBe('/account');
  });

  it('counts as “may join” for who has proved the address, and for nobody else', async () => {
    const { services } = server;
    const application = await makeApplication(services);
    const rp = await relyingParty(server, application._id);
    const [email, unknown] = [fresh(), fresh()];
    await makeUser(services, { email });
    await unproved(unknown);
    await invited(email, { roleIds: [await roleId('billing')] });
    await invited(unknown);
    const parameters = { organization: acme.slug };
    const refused = await rp.begin(newBrowser(server), parameters);
    await refused.browser.submit('Sign in', { email: unknown, password: PASSWORD });
    expect(refused.callbackUrl().searchParams.get('error')).toBe('access_denied');
    const flow = await rp.begin(newBrowser(server), parameters);
    await flow.browser.submit('Sign in', { email, password: PASSWORD });
    expect(flow.browser.has('With what your invitation gives.')).toBe(true);
    const silent = await rp.begin(flow.browser, { ...parameters, prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('interaction_required');
    const again = await rp.begin(flow.browser, parameters);
    await again.browser.submit('Join');
    expect((await again.tokens()).claims()?.roles).toEqual(['billing']);
  });

  it('lets who has proved the address join at the organization’s own address too, with its roles', async () => {
    const { services } = server;
    const [email, unknown] = [fresh(), fresh()];
    const given = await roleId('billing');
    await invited(email, { roleIds: [given] });
    await invited(unknown, { roleIds: [given] });
    await unproved(unknown);
    const stranger = await signedIn(server, (await userOf(unknown)) as User);
    expect((await stranger.open(`/join/${acme.slug}`)).status).toBe(404);
    const browser = await signedIn(server, await makeUser(services, { email }));
    await browser.open(`/join/${acme.slug}`);
    expect(browser.has('With what your invitation gives.')).toBe(true);
    await browser.submit('Join');
    expect(await rolesOf(email)).toEqual([given]);
    await setMemberStatus(services, SYSTEM, {
      organizationId: acme._id,
      userId: (await userOf(email))?._id ?? '',
      status: 'suspended',
    });
    await services.models.Organization.updateOne({ _id: acme._id }, { $set: { joinPolicy: 'open' } });
    expect((await browser.open(`/join/${acme.slug}`)).status).toBe(404);
  });

  it('is offered to who is in no organization, beside creating one', async () => {
    const { services } = server;
    const application = await makeApplication(services);
    const rp = await relyingParty(server, application._id);
    const email = fresh();
    await makeUser(services, { email });
    await invited(email, { roleIds: [await roleId('billing')] });
    const flow = await rp.begin(newBrowser(server));
    await flow.browser.submit('Sign in', { email, password: PASSWORD });
    expect(flow.browser.has('Create organization')).toBe(true);
    expect(await htmlFaults(flow.browser.html)).toEqual([]);
    await flow.browser.submit('Join Acme');
    expect((await flow.tokens()).claims()).toMatchObject({ roles: ['billing'], oid: acme._id });
  });

  it('from a mail alone ends where the application that it names begins a login', async () => {
    const { services } = server;
    const application = await makeApplication(services, {
      initiateLoginUri: 'https://app.example.test/login?tenant=a',
    });
    const email = fresh();
    const { mailed } = await invited(email, { applicationId: application._id });
    const browser = await signedIn(server, await makeUser(services, { email }));
    await browser.open(mailed);
    await browser.submit('Join');
    const address = new URL(browser.location as string);
    expect(address.origin + address.pathname).toBe('https://app.example.test/login');
    expect(Object.fromEntries(address.searchParams)).toEqual({ tenant: 'a', iss: server.issuer });
  });

  it('waits on the page of one’s organizations too', async () => {
    const email = fresh();
    const { invitation } = await invited(email);
    const browser = await signedIn(server, await makeUser(server.services, { email }));
    await browser.open('/account/organizations');
    expect(browser.has('Ada Byron invites you')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Join');
    expect(browser.has('You are a member of Acme now.')).toBe(true);
    expect(await server.services.models.Invitation.findById(invitation._id).lean()).toMatchObject({
      status: 'accepted',
    });
  });
});

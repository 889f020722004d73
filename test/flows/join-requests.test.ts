import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { Application, Organization, User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { acceptInvitation } from '../../src/services/invitations/answer-invitation.js';
import { invite } from '../../src/services/invitations/invite.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { askToJoin } from '../../src/services/join-requests/ask-to-join.js';
import { acceptJoinRequest, declineJoinRequest } from '../../src/services/join-requests/decide.js';
import { tellAdministrators } from '../../src/services/join-requests/tell-administrators.js';
import { removeMember } from '../../src/services/remove-member.js';
import { personClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
import { makeUnproved } from '../support/domains.js';
import { makeApplication, makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { signIn } from '../support/login.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const DAY = 24 * 60 * 60 * 1000;

let mailbox: Mailbox;
let server: TestServer;
let application: Application;
let count = 0;

beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
  application = await makeApplication(server.services);
});
afterAll(async () => {
  await server?.close();
  await mailbox?.close();
});
// All come from one network here.
afterEach(() => server.services.models.RateLimit.deleteMany({ key: /^join-request/ }));

/** An organization that may be asked, its administrator, and somebody who might ask. */
async function world(values: Partial<Organization> = {}) {
  const { services } = server;
  const number = ++count;
  const admin = await makeUser(services, { name: 'Ada Byron' });
  const organization = await makeOrganization(services, {
    name: `Acme ${number}`,
    slug: `asked-${number}`,
    founder: admin._id,
    joinRequests: true,
    ...(values as object),
  });
  const person = await makeUser(services, { name: `Chiara Vitale ${number}` });
  return { admin, organization, person, path: `/join/${organization.slug}` };
}

const ask = ({ organization, person }: { organization: Organization; person: User }, message = '') =>
  askToJoin(server.services, themselves(person._id), {
    organization,
    userId: person._id,
    message,
    address: '192.0.2.1',
  });

const requestOf = ({ organization, person }: { organization: Organization; person: User }) =>
  server.services.models.JoinRequest.findOne({ organizationId: organization._id, userId: person._id }).lean();

const isMember = async ({ organization, person }: { organization: Organization; person: User }) =>
  (await server.services.models.Membership.exists({ organizationId: organization._id, userId: person._id })) !== null;

async function waiting(one: Awaited<ReturnType<typeof world>>, message?: string) {
  await ask(one, message);
  const request = await requestOf(one);
  if (!request) throw new Error('the request is missing');
  return request;
}

describe('asking to join', () => {
  it('tells the administrators, who let the person in with the default roles; both hear of it by mail', async () => {
    const one = await world();
    const { admin, organization, person, path } = one;
    const browser = await signedIn(server, person);
    await browser.open(path);
    expect(browser.has(`Ask to join ${organization.name}?`)).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Ask to join', { message: 'I work in <b>Finance</b>.' });
    expect(browser.has('We told the administrators')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);

    const told = await mailbox.mailTo(admin.email, organization.name);
    expect(told.text).toContain('One person asks to join');
    // What people write themselves is for the page.
    expect(told.text).not.toContain('Finance');
    const asAdmin = await signedIn(server, admin);
    await asAdmin.open(linkIn(told, server.issuer));
    expect(asAdmin.html).toContain('I work in &lt;b&gt;Finance&lt;/b&gt;.');
    for (const text of [person.name, person.email]) expect(asAdmin.has(text)).toBe(true);
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    await asAdmin.open(`/organizations/${organization.slug}`);
    expect(asAdmin.has('One person asks to join')).toBe(true);
    await asAdmin.follow('See requests');
    await asAdmin.submit('Accept');
    expect(asAdmin.has(`${person.name} is a member now.`)).toBe(true);
    expect(asAdmin.has('Nobody is waiting')).toBe(true);
    const membership = await server.services.models.Membership.findOne({ userId: person._id }).lean();
    expect(membership?.roles).toMatchObject([{ roleId: 'rol_member' }]);
    const welcome = await mailbox.mailTo(person.email, 'You are a member');
    expect(linkIn(welcome, server.issuer)).toBe(`${server.issuer}/account/organizations`);
    expect((await requestOf(one))?.message).toBeUndefined();

    await asAdmin.open(`/organizations/${organization.slug}/audit`);
    expect(asAdmin.has(`${person.name} asked to join`)).toBe(true);
    expect(asAdmin.has(`accepted that ${person.name} joins`)).toBe(true);
    const events = await eventsOf(server.services, { organizationId: organization._id });
    expect(JSON.stringify(events)).not.toContain('Finance');
  });

  it('is for who has proved their address, knows the slug, and is no member; to others it is an unknown page', async () => {
    const { services } = server;
    const unproved = await makeUnproved(services);
    const { path, organization } = await world();
    const closed = await world({ joinRequests: false });
    const suspended = await world();
    await changeOrganization(services, SYSTEM, suspended.organization, { status: 'suspended' });
    const member = await makeUser(services);
    await makeMember(services, organization._id, member._id);
    await services.models.Membership.updateOne({ userId: member._id }, { $set: { status: 'suspended' } });
    for (const [user, to] of [
      [unproved, path],
      [closed.person, closed.path],
      [suspended.person, suspended.path],
      [member, path],
    ] as const) {
      const browser = await signedIn(server, user);
      await browser.open(to);
      expect([browser.status, browser.has('Ask to join')]).toEqual([404, false]);
    }
    const system = (await findOrganization(services, 'system')) as Organization;
    await expect(changeOrganization(services, SYSTEM, system, { joinRequests: true })).rejects.toMatchObject({
      code: 'built_in',
    });
  });

  it('is possible where one joins by domain and has no address there, and goes on as joining once that is open', async () => {
    const one = await world({ joinPolicy: 'domain' });
    const browser = await signedIn(server, one.person);
    await browser.open(one.path);
    await changeOrganization(server.services, SYSTEM, one.organization, { joinPolicy: 'open' });
    await browser.submit('Ask to join');
    // The page is shown as it is now: nobody has asked, nobody has joined.
    expect(browser.has(`Join ${one.organization.name}?`)).toBe(true);
    expect([await requestOf(one), await isMember(one)]).toEqual([null, false]);
  });

  it('says what is wrong with a message, and keeps it', async () => {
    const one = await world();
    const browser = await signedIn(server, one.person);
    await browser.open(one.path);
    const long = 'ä'.repeat(501);
    await browser.submit('Ask to join', { message: long });
    expect([browser.status, browser.has('Write 500 characters at most.')]).toEqual([422, true]);
    expect(browser.html).toContain(`>${long}</textarea>`);
    expect(browser.html).toMatch(/aria-describedby="[^"]*message-error"/);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(await requestOf(one)).toBeNull();
    await browser.submit('Ask to join', { message: long.slice(1) });
    expect(browser.has('We told the administrators')).toBe(true);
  });

  it('many times at once is one request', async () => {
    const one = await world();
    await Promise.all(Array.from({ length: 6 }, () => ask(one)));
    const found = await server.services.models.JoinRequest.find({ userId: one.person._id }).lean();
    expect(found).toHaveLength(1);
    expect(await requestOf(one)).toMatchObject({ status: 'pending', waiting: true });
  });

  it('is bounded for each person', async () => {
    const { services } = server;
    const { person } = await world();
    for (let i = 0; i < 10; i += 1)
      await ask({ person, organization: await makeOrganization(services, { joinRequests: true }) });
    const next = await world();
    const browser = await signedIn(server, person);
    await browser.open(next.path);
    await browser.submit('Ask to join', { message: 'Kept' });
    expect([browser.status, browser.has('Too many requests were made lately')]).toEqual([422, true]);
    expect(browser.html).toContain('>Kept</textarea>');
    expect(await services.models.JoinRequest.countDocuments({ userId: person._id })).toBe(10);
  });

  it('again is possible a week after it was declined, and no sooner', async () => {
    const one = await world();
    const { services } = server;
    const request = await waiting(one, 'Please');
    await declineJoinRequest(services, SYSTEM, one.organization, request._id);
    expect(await requestOf(one)).toMatchObject({ status: 'declined', waiting: false });
    const browser = await signedIn(server, one.person);
    await browser.open(one.path);
    expect(browser.has('Your request was declined')).toBe(true);
    expect(browser.has('Message')).toBe(false);
    await expect(ask(one)).rejects.toMatchObject({ code: 'asked_lately' });
    await services.models.JoinRequest.updateOne({ _id: request._id }, { decidedAt: new Date(Date.now() - 8 * DAY) });
    await ask(one);
    expect(await requestOf(one)).toMatchObject({ _id: request._id, status: 'pending', waiting: true });
    expect((await requestOf(one))?.message).toBeUndefined();
  });
});

describe('a request of somebody who joins otherwise', () => {
  it('is over where they are let in at the moment at which they ask', async () => {
    const one = await world();
    const { organization, person } = one;
    const key = { organizationId: organization._id, userId: person._id };
    inBetween(server.services.models.JoinRequest, 'create', () => joinOrganization(server.services, SYSTEM, key));
    await ask(one);
    expect(await requestOf(one)).toMatchObject({ status: 'accepted', waiting: false });
  });

  it('is over where the process died that let them in', async () => {
    const one = await world();
    const { organization, person } = one;
    await waiting(one);
    const key = { organizationId: organization._id, userId: person._id };
    const died = async () => Promise.reject(new Error('died'));
    const theirs = ({ userId }: { userId?: string }) => userId === person._id;
    inBetween(server.services.models.Membership, 'findOneAndUpdate', died, { when: theirs, after: true });
    await expect(joinOrganization(server.services, SYSTEM, key)).rejects.toThrow('died');
    await moveEvents(server.services);
    expect(await requestOf(one)).toMatchObject({ status: 'accepted', waiting: false });
  });

  it('waits where they have gone again and ask anew', async () => {
    const one = await world();
    const { organization, person } = one;
    const key = { organizationId: organization._id, userId: person._id };
    await joinOrganization(server.services, SYSTEM, key);
    await removeMember(server.services, SYSTEM, key);
    await ask(one);
    await moveEvents(server.services);
    expect(await requestOf(one)).toMatchObject({ status: 'pending', waiting: true });
  });
});

describe('answering', () => {
  it('is heard once: of accepting and declining at the same moment one happens', async () => {
    const { services } = server;
    for (let round = 0; round < 6; round += 1) {
      const one = await world();
      const { _id } = await waiting(one);
      const answers = await Promise.allSettled([
        acceptJoinRequest(services, SYSTEM, one.organization, _id, server.issuer),
        declineJoinRequest(services, SYSTEM, one.organization, _id),
        acceptJoinRequest(services, SYSTEM, one.organization, _id, server.issuer),
      ]);
      const [accepted, declined] = answers.map(({ status }) => status === 'fulfilled');
      const request = await requestOf(one);
      expect(request?.status).toBe(declined ? 'declined' : 'accepted');
      expect(await isMember(one)).toBe(!declined);
      if (declined) expect(accepted).toBe(false);
      expect(request?.waiting).toBe(false);
    }
  });

  it('declining between the decision and the joining is too late', async () => {
    const { services } = server;
    const one = await world();
    const { _id } = await waiting(one);
    let declined: unknown;
    inBetween(services.models.Membership, 'findOneAndUpdate', async () => {
      declined = await declineJoinRequest(services, SYSTEM, one.organization, _id).catch((error) => error.code);
    });
    await acceptJoinRequest(services, SYSTEM, one.organization, _id, server.issuer);
    expect([declined, await isMember(one)]).toEqual(['not_found', true]);
  });

  it('is completed by accepting again where a process died before the person was a member', async () => {
    const { services } = server;
    const one = await world();
    const { _id } = await waiting(one);
    await services.models.JoinRequest.updateOne({ _id }, { $set: { status: 'accepted', decidedAt: new Date() } });
    const asAdmin = await signedIn(server, one.admin);
    await asAdmin.open(`/organizations/${one.organization.slug}/requests`);
    await asAdmin.submit('Accept');
    expect([await isMember(one), (await requestOf(one))?.waiting]).toEqual([true, false]);
  });

  it('isn’t waited for by who has become a member otherwise, let in or invited', async () => {
    const { services } = server;
    const another = await world();
    await waiting(another);
    const where = { organization: another.organization, issuer: server.issuer };
    const { invitation } = await invite(services, SYSTEM, where, { email: another.person.email });
    await acceptInvitation(services, { invitation, userId: another.person._id });
    expect(await requestOf(another)).toMatchObject({ status: 'accepted', waiting: false });
    const one = await world();
    await waiting(one, 'Hello');
    await makeMember(services, one.organization._id, one.person._id);
    expect(await requestOf(one)).toMatchObject({ status: 'accepted', waiting: false });
    expect((await requestOf(one))?.message).toBeUndefined();
    const asAdmin = await signedIn(server, one.admin);
    await asAdmin.open(`/organizations/${one.organization.slug}/requests`);
    expect(asAdmin.has('Nobody is waiting')).toBe(true);
    await asAdmin.open(`/organizations/${one.organization.slug}`);
    expect(asAdmin.has('asks to join')).toBe(false);
  });

  it('is refused for whose account is disabled, and nothing has changed', async () => {
    const { services } = server;
    const one = await world();
    const { _id, forgetAt } = await waiting(one);
    await services.models.User.updateOne({ _id: one.person._id }, { $set: { status: 'disabled' } });
    await expect(acceptJoinRequest(services, SYSTEM, one.organization, _id, server.issuer)).rejects.toMatchObject({
      code: 'not_active',
    });
    expect(await requestOf(one)).toMatchObject({ status: 'pending', waiting: true, forgetAt });
    expect(await isMember(one)).toBe(false);
  });

  it('is for who may change members there: others find nothing, in pages and by the API', async () => {
    const { services } = server;
    const [one, other] = [await world(), await world()];
    const request = await waiting(one, 'Hello');
    const plain = await makeUser(services);
    await makeMember(services, one.organization._id, plain._id);
    const of = `/organizations/${one.organization.slug}`;
    const asPlain = await signedIn(server, plain);
    await asPlain.open(`${of}/requests`);
    expect(asPlain.status).toBe(404);

    const parameters = { organization: other.organization.slug };
    const foreign = await personClient(server, { user: other.admin }, { parameters });
    for (const verb of ['accept', 'decline'])
      expect(
        (await foreign.post(`/organizations/${other.organization.slug}/join-requests/${request._id}/${verb}`)).status,
      ).toBe(404);
    const api = await personClient(
      server,
      { user: one.admin },
      { parameters: { organization: one.organization.slug } },
    );
    expect(await api.all(`${of}/join-requests`)).toMatchObject([
      { id: request._id, userId: one.person._id, email: one.person.email, message: 'Hello' },
    ]);
    const accepted = await api.post(`${of}/join-requests/${request._id}/accept`);
    expect(accepted.json).toMatchObject({ userId: one.person._id, roles: ['member'] });
    expect((await api.post(`${of}/join-requests/${request._id}/decline`)).status).toBe(404);
    expect(await api.all(`${of}/join-requests`)).toEqual([]);
    expect((await api.get(of)).json).toMatchObject({ joinPolicy: 'invite', joinRequests: true });
  });
});

describe('the mail to administrators', () => {
  it('comes once an hour at most, and then tells of everybody who came meanwhile', async () => {
    const { services } = server;
    const one = await world();
    const unproved = await makeUnproved(services);
    await makeMember(services, one.organization._id, unproved._id, ['rol_admin']);
    await waiting(one);
    await mailbox.mailTo(one.admin.email, one.organization.name);
    for (let i = 0; i < 2; i += 1) await ask({ organization: one.organization, person: await makeUser(services) });
    await tellAdministrators(services, server.issuer);
    expect(
      await services.models.JoinRequest.countDocuments({ untold: true, organizationId: one.organization._id }),
    ).toBe(2);
    expect(mailbox.mailsTo(one.admin.email)).toHaveLength(1);
    await services.models.Organization.updateOne(
      { _id: one.organization._id },
      { $set: { toldOfRequestsAt: new Date(Date.now() - 61 * 60 * 1000) } },
    );
    // By two processes at once.
    await Promise.all([1, 2].map(() => tellAdministrators(services, server.issuer)));
    const { text } = await mailbox.mailTo(one.admin.email, /people ask/);
    expect(text).toBeDefined();
    await expect.poll(() => mailbox.mailsTo(one.admin.email).length).toBe(2);
    expect(mailbox.mailsTo(one.admin.email).at(-1)?.text).toContain('3 people ask to join');
    // An address that isn't proved may be anybody's.
    expect(mailbox.mailsTo(unproved.email)).toHaveLength(0);
  });

  it('isn’t sent of an organization in which nobody can answer', async () => {
    const { services } = server;
    const one = await world();
    const { _id } = one.organization;
    const toldAt = (ago: number, values = {}) =>
      services.models.Organization.updateOne(
        { _id },
        { $set: { toldOfRequestsAt: new Date(Date.now() - ago), ...values } },
      );
    await toldAt(0);
    await waiting(one);
    await toldAt(61 * 60 * 1000, { status: 'suspended' });
    await tellAdministrators(services, server.issuer);
    await expect.poll(async () => (await requestOf(one))?.untold).toBeUndefined();
    await toldAt(61 * 60 * 1000, { status: 'active' });
    await ask({ organization: one.organization, person: await makeUser(services) });
    await tellAdministrators(services, server.issuer);
    expect((await mailbox.mailTo(one.admin.email, /people ask/)).text).toContain('2 people ask to join');
    expect(mailbox.mailsTo(one.admin.email)).toHaveLength(1);
  });
});

describe('in an application’s login that names the organization', () => {
  it('one asks, and goes back with access_denied; once let in, the next login comes through', async () => {
    const one = await world();
    const named = { organization: one.organization.slug };
    const { rp, flow, browser } = await signIn(server, application._id, { user: one.person }, named);
    expect(browser.has(`Ask to join ${one.organization.name}?`)).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Ask to join', { message: 'Hello' });
    expect(browser.has('We told the administrators')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Back to Example');
    expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');

    const silent = await rp.begin(browser, { ...named, prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('access_denied');

    // Somebody lets them in while the page is open: it goes on.
    const again = await rp.begin(browser, named);
    expect(again.browser.has('We told the administrators')).toBe(true);
    const request = await requestOf(one);
    await acceptJoinRequest(server.services, SYSTEM, one.organization, request?._id as string, server.issuer);
    await browser.open(browser.url);
    expect((await again.tokens()).claims()).toMatchObject({ oid: one.organization._id, roles: ['member'] });
  });

  it('where it is closed meanwhile, the login is refused as for an unknown organization', async () => {
    const one = await world();
    const named = { organization: one.organization.slug };
    const { flow, browser } = await signIn(server, application._id, { user: one.person }, named);
    await changeOrganization(server.services, SYSTEM, one.organization, { joinRequests: false });
    await browser.submit('Ask to join');
    expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
    expect(await requestOf(one)).toBeNull();
  });
});

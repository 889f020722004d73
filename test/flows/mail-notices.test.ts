import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/access/can.js';
import { newId } from '../../src/lib/ids.js';
import { withRequestFacts } from '../../src/lib/request-facts.js';
import type { PendingEvent } from '../../src/models/event.js';
import type { User } from '../../src/models/index.js';
import { addMember } from '../../src/services/add-member.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole, takeRole } from '../../src/services/change-member-role.js';
import { setUserPassword } from '../../src/services/change-user.js';
import { SYSTEM } from '../../src/services/context.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { loadActor } from '../../src/services/load-actor.js';
import { noteRolesGiven, ROLES_GIVEN_QUEUE } from '../../src/services/mail/note-roles-given.js';
import { passwordChanged } from '../../src/services/mail/password-changed.js';
import { eventsOf } from '../support/audit.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser, PASSWORD } from '../support/factories.js';
import { withinOneHour } from '../support/hours.js';
import { htmlFaults } from '../support/html.js';
import { type Mailbox, startMailbox } from '../support/mailbox.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let mailbox: Mailbox;
let server: TestServer;
beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
});
afterAll(async () => {
  await server?.close();
  await mailbox?.close();
});

const signIn = async (browser: BrowserClient, { email }: Pick<User, 'email'>) => {
  await browser.open('/account');
  return browser.submit('Sign in', { email, password: PASSWORD });
};
/** Until whatever was queued has been sent. */
const allSent = () =>
  expect.poll(() => server.services.models.Delivery.countDocuments({ kind: 'mail' }), { timeout: 10_000 }).toBe(0);
const subjectsTo = async ({ email }: Pick<User, 'email'>) => {
  await allSent();
  return mailbox.mailsTo(email).map(({ subject }) => subject);
};

describe('a sign-in', () => {
  it('in a browser that the account doesn’t know is told by mail, with when and from where; the next one there isn’t', async () => {
    const user = await makeUser(server.services);
    const browser = await signedIn(server, user);
    const mail = await mailbox.mailTo(user.email, 'New sign-in');
    expect(mail.text).toMatch(/When: .*20\d\d.* UTC\nBrowser: .+\nNetwork address: (::ffff:)?(127\.0\.0\.1|::1)\n/);
    expect(mail.text).toContain(`${server.issuer}/account/sessions`);
    expect(mail.html).toContain(`href="${server.issuer}/account/notifications"`);
    await browser.submit('Sign out');
    await browser.submit('Sign out');
    await signIn(browser, user);
    expect(browser.has(user.email)).toBe(true);
    await signedIn(server, user);
    expect(await subjectsTo(user)).toHaveLength(2);
  });

  it('of two people in turn in one browser is new once for each', async () => {
    const [ada, bo] = [await makeUser(server.services), await makeUser(server.services)];
    const browser = new BrowserClient(server.issuer);
    for (const person of [ada, bo, ada, bo]) {
      await signIn(browser, person);
      await browser.submit('Sign out');
      await browser.submit('Sign out');
    }
    expect(await subjectsTo(ada)).toHaveLength(1);
    expect(await subjectsTo(bo)).toHaveLength(1);
  });

  it('that follows signing up is no news, nor is a wrong password', async () => {
    const browser = new BrowserClient(server.issuer);
    await browser.open('/account');
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'New', email: 'new@example.test', password: PASSWORD });
    const other = new BrowserClient(server.issuer);
    await other.open('/account');
    await other.submit('Sign in', { email: 'new@example.test', password: 'wrong' });
    await allSent();
    expect(mailbox.mailsTo('new@example.test').filter(({ subject }) => subject?.includes('sign-in'))).toEqual([]);
  });

  it('again and again from new browsers doesn’t fill a mailbox', async () => {
    const user = await makeUser(server.services);
    for (let time = 0; time < 7; time += 1) await signedIn(server, user);
    expect(await subjectsTo(user)).toHaveLength(5);
  });
});

describe('a changed password', () => {
  it('is told in the language of the person’s own, by their clocks', async () => {
    const user = await makeUser(server.services);
    const own = { ...user, profile: { locale: 'en-GB', zoneinfo: 'Asia/Tokyo' } };
    await withRequestFacts(
      {
        requestId: 'req_1',
        address: '192.0.2.7',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0',
      },
      () => passwordChanged(server.services, own),
    );
    const mail = await mailbox.mailTo(user.email, 'Your password');
    expect(mail.text).toMatch(/When: .* GMT\+9\nBrowser: Firefox on Linux\nNetwork address: 192\.0\.2\.7\n/);
  });

  it('by an operator is told without where they are', async () => {
    const user = await makeUser(server.services);
    await withRequestFacts({ requestId: 'req_2', address: '192.0.2.8' }, () =>
      setUserPassword(
        server.services,
        SYSTEM,
        user,
        { password: 'another long password of theirs' },
        { endSessions: true },
      ),
    );
    const mail = await mailbox.mailTo(user.email, 'Your password');
    expect(mail.text).toContain('An operator');
    expect(mail.raw).not.toContain('192.0.2.8');
  });
});

it('of whatever kind, told again and again, doesn’t fill a mailbox', async () => {
  const user = await makeUser(server.services);
  for (let time = 0; time < 22; time += 1) await passwordChanged(server.services, user);
  expect(await subjectsTo(user)).toHaveLength(20);
});

const notes = () => server.services.models.Delivery.find({ kind: ROLES_GIVEN_QUEUE }).lean();
/** Until the server moves events no more either: it would note anew what is told meanwhile. */
const allMoved = () => expect.poll(() => server.services.eventsWait?.()).toBe(false);
/** The hour is over. */
async function passHour(): Promise<void> {
  await moveEvents(server.services);
  await allMoved();
  await server.services.models.Delivery.updateMany({ kind: ROLES_GIVEN_QUEUE }, { $set: { dueAt: new Date(0) } });
  await expect.poll(async () => (await notes()).length, { timeout: 10_000 }).toBe(0);
  await allSent();
}

describe('given roles', () => {
  let admin: User;
  let organizationId: string;
  let actor: Actor;
  const role: Record<'billing' | 'travel' | 'support', string> = { billing: '', travel: '', support: '' };
  const member = async () => {
    const user = await makeUser(server.services);
    await makeMember(server.services, organizationId, user._id);
    return { user, key: { organizationId, userId: user._id } };
  };
  const mailsAbout = ({ email }: User) => mailbox.mailsTo(email).filter(({ subject }) => /given/.test(subject ?? ''));

  beforeAll(async () => {
    admin = await makeUser(server.services, { name: 'Admin' });
    organizationId = (await makeOrganization(server.services, { name: 'Acme & Söhne', founder: admin._id }))._id;
    actor = await loadActor(server.services, admin._id, organizationId);
    for (const key of ['billing', 'travel', 'support'] as const)
      role[key] = (await makeRole(server.services, { key, name: key[0]?.toUpperCase() + key.slice(1) }))._id;
  });

  beforeEach(withinOneHour);

  it('of an hour come in one mail, by organization, and only those that are still held', async () => {
    const { user, key } = await member();
    const other = await makeOrganization(server.services, { name: 'Other', founder: admin._id });
    await makeMember(server.services, other._id, user._id);
    const elsewhere = await loadActor(server.services, admin._id, other._id);
    const group = await makeGroup(server.services, organizationId, 'Desk', [role.support]);
    await giveRole(server.services, actor, { ...key, roleId: role.billing });
    await giveRole(server.services, actor, { ...key, roleId: role.travel });
    await addToGroup(server.services, actor, { ...key, groupId: group._id });
    await takeRole(server.services, actor, { ...key, roleId: role.billing });
    await giveRole(server.services, elsewhere, { organizationId: other._id, userId: user._id, roleId: 'rol_admin' });
    await passHour();
    const mails = mailsAbout(user);
    expect(mails.map(({ subject }) => subject)).toEqual(['You were given new roles']);
    expect(mails[0]?.text).toContain('\nAcme & Söhne: Support and Travel\n');
    expect(mails[0]?.text).toMatch(/\nOther: Admin/);
    expect(mails[0]?.text).not.toContain('Billing');
  });

  it('of one are named in the subject; what is gone at the end of the hour is no mail, nor goes one to an unproved address', async () => {
    const [kept, lost, unproved] = [await member(), await member(), await member()];
    await server.services.models.User.updateOne({ _id: unproved.user._id }, { $set: { emailVerified: false } });
    await giveRole(server.services, actor, { ...unproved.key, roleId: role.travel });
    await giveRole(server.services, actor, { ...kept.key, roleId: role.travel });
    await giveRole(server.services, actor, { ...lost.key, roleId: role.travel });
    await takeRole(server.services, actor, { ...lost.key, roleId: role.travel });
    await passHour();
    expect(mailsAbout(kept.user).map(({ subject }) => subject)).toEqual(['You were given Travel in Acme & Söhne']);
    expect(mailsAbout(lost.user)).toEqual([]);
    expect(mailsAbout(unproved.user)).toEqual([]);
  });

  it('are no news where they come with joining, from an operator’s files, from oneself, or with another end alone', async () => {
    const organization = await server.services.models.Organization.findById(organizationId).lean();
    const joining = await makeUser(server.services);
    await withRequestFacts({ requestId: 'req_join', address: '192.0.2.1' }, async () => {
      const roles = [{ roleId: role.billing }];
      await addMember(server.services, actor, { organization: organization as never, userId: joining._id, roles });
    });
    // The events of one request may be moved in two goes.
    const split = await makeUser(server.services);
    await withRequestFacts({ requestId: 'req_split', address: '192.0.2.1' }, async () => {
      await joinOrganization(server.services, actor, { organizationId, userId: split._id });
      await moveEvents(server.services);
      await giveRole(server.services, actor, { organizationId, userId: split._id, roleId: role.billing });
    });
    const provisioned = await member();
    await giveRole(server.services, SYSTEM, { ...provisioned.key, roleId: role.billing });
    await giveRole(server.services, actor, {
      ...provisioned.key,
      roleId: role.billing,
      until: new Date(Date.now() + 86_400_000),
    });
    await giveRole(server.services, actor, { organizationId, userId: admin._id, roleId: role.travel });
    await moveEvents(server.services);
    expect(await notes()).toEqual([]);
  });

  it('by a bulk operation are told like others, to whoever wants to hear of it', async () => {
    const [wants, not] = [await member(), await member()];
    const browser = await signedIn(server, not.user);
    await browser.open('/account/notifications');
    await browser.submit('Save', { newSignIn: 'yes' });
    const operation = await previewBulk(server.services, actor, {
      organizationId,
      action: { kind: 'give_role', roleId: role.support },
      members: { references: [wants.user._id, not.user._id] },
    });
    await applyBulk(server.services, actor, organizationId, operation._id);
    await expect
      .poll(async () => (await server.services.models.BulkOperation.findById(operation._id).lean())?.status, {
        timeout: 10_000,
      })
      .toBe('done');
    await passHour();
    expect(mailsAbout(wants.user)).toHaveLength(1);
    expect(mailsAbout(not.user)).toEqual([]);
  });

  it('are noted once however often and by however many they are noted, and go to the next hour while a mail is being made', async () => {
    const { user, key } = await member();
    await giveRole(server.services, actor, { ...key, roleId: role.travel });
    await Promise.all([moveEvents(server.services), moveEvents(server.services), moveEvents(server.services)]);
    await allMoved();
    const [note, ...more] = await notes();
    expect(more).toEqual([]);
    expect(note?.payload).toEqual({ id: note?._id, userId: user._id, given: [`${organizationId} ${role.travel}`] });
    // Another process is telling it at this moment.
    await server.services.models.Delivery.updateOne(
      { _id: note?._id },
      { $set: { dueAt: new Date(Date.now() + 50_000) } },
    );
    await giveRole(server.services, actor, { ...key, roleId: role.support });
    await expect(moveEvents(server.services)).rejects.toThrow(/duplicate/i);
    expect((await server.services.models.Delivery.findById(note?._id).lean())?.payload).toEqual(note?.payload);
    await server.services.models.Delivery.deleteOne({ _id: note?._id });
    // Nothing is lost by that: its event waits still.
    await moveEvents(server.services);
    expect((await notes())[0]?.payload).toMatchObject({ given: [`${organizationId} ${role.support}`] });
    await passHour();
  });

  it('are noted by many at the same moment, and none of them fails', async () => {
    for (let round = 0; round < 10; round += 1) {
      const subject = newId('usr');
      const given = { roles: [{ roleId: role.travel }] };
      const event = {
        id: newId('evt'),
        time: new Date(),
        action: 'member.role_given',
        actor: admin._id,
        subject,
        organizationId,
        after: given,
      };
      const noting = Array.from({ length: 8 }, () =>
        noteRolesGiven(server.services, [{ pendingEvents: [event as unknown as PendingEvent] }]),
      );
      await Promise.all(noting);
      const made = await server.services.models.Delivery.find({ 'payload.userId': subject }).lean();
      expect(made.map(({ payload }) => payload.given)).toEqual([[`${organizationId} ${role.travel}`]]);
      await server.services.models.Delivery.deleteMany({ 'payload.userId': subject });
    }
  });
});

describe('the page of notifications', () => {
  it('keeps what is chosen, says so in the log, and is nobody else’s', async () => {
    const user = await makeUser(server.services);
    const browser = await signedIn(server, user);
    await browser.follow('Notifications');
    expect(browser.status).toBe(200);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(browser.html.match(/ checked/g)).toHaveLength(2);
    await browser.submit('Save', { rolesGiven: 'yes' });
    expect(browser.has('Your choice of mails is saved')).toBe(true);
    expect(browser.html.match(/name="(\w+)" value="yes" checked/)?.[1]).toBe('rolesGiven');
    expect((await server.services.models.User.findById(user._id).lean())?.notices).toEqual({ newSignIn: false });
    await browser.submit('Save', { rolesGiven: 'yes' });
    const events = await eventsOf(server.services, { action: 'user.notices_changed', subject: user._id });
    expect(events).toMatchObject([{ actor: user._id, after: { rolesGiven: true, newSignIn: false } }]);
    await allSent();
    const before = mailbox.mailsTo(user.email).length;
    await signedIn(server, user);
    await allSent();
    expect(mailbox.mailsTo(user.email)).toHaveLength(before);
    const stranger = new BrowserClient(server.issuer);
    await stranger.open('/account/notifications');
    expect(stranger.has('Sign in')).toBe(true);
  });
});

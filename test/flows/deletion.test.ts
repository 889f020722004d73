import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { createEncryption } from '../../src/lib/encryption.js';
import type { Organization, User } from '../../src/models/index.js';
import { ensureChainKey } from '../../src/services/audit/chain-key.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { sealEvents } from '../../src/services/audit/seal-events.js';
import { verifyChain } from '../../src/services/audit/verify-chain.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { allowScopes } from '../../src/services/consents.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { deleteAccount, finishDeletions, restoreAccount } from '../../src/services/delete-account.js';
import { deleteOrganization, restoreOrganization } from '../../src/services/delete-organization.js';
import { eraseDeleted } from '../../src/services/erase/index.js';
import { acceptWaiting } from '../../src/services/invitations/answer-invitation.js';
import { invite } from '../../src/services/invitations/invite.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { machineClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
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
import { inBetween } from '../support/in-between.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { newBrowser } from '../support/relying-party.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';

const DAY = 24 * 60 * 60 * 1000;

let server: TestServer;
let services: ServiceContext;
let clientId: string;
beforeAll(async () => {
  server = await startServer();
  services = server.services;
  clientId = (await makeApplication(services))._id;
});
afterAll(() => server?.close());
afterEach(() => void vi.restoreAllMocks());

const code = (name: string) => expect.objectContaining({ code: name });
const userNow = async ({ _id }: Pick<User, '_id'>) => services.models.User.findById(_id).lean<User>();
const organizationNow = ({ _id }: Pick<Organization, '_id'>) =>
  services.models.Organization.findById(_id).lean<Organization>();

/** The same store, so many days from now. */
const later = (days: number): ServiceContext => ({
  ...services,
  clock: { ...services.clock, now: () => new Date(Date.now() + days * DAY) },
});

async function deleteByPage(browser: BrowserClient, page: string, name: string) {
  await browser.open(page);
  return browser.submit('Confirm', { confirm: name });
}

/** Somebody who was invited, and has accepted. */
async function invitedTo(organization: Organization, { _id: userId, email }: User) {
  const { invitation } = await invite(services, SYSTEM, { organization, issuer: server.issuer }, { email });
  await acceptWaiting(services, { invitation, userId });
  return invitation;
}

/** Somebody in a new organization beside its administrator. */
async function makeTwo() {
  const [admin, member] = [await makeUser(services), await makeUser(services)];
  const organization = await makeOrganization(services, { founder: admin._id });
  await makeMember(services, organization._id, member._id);
  return { admin, member, organization };
}

describe('deleting an account', () => {
  it('asks for the name, and begins with what stands in the way', async () => {
    const { admin, organization } = await makeTwo();
    const browser = await signedIn(server, admin);
    await browser.open('/account/delete');
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(browser.html).toContain(`/organizations/${organization.slug}/members`);
    expect(browser.html).not.toContain('name="confirm"');

    const { member } = await makeTwo();
    const other = await signedIn(server, member);
    await deleteByPage(other, '/account/delete', 'Somebody else');
    expect(other.status).toBe(422);
    expect(await htmlFaults(other.html)).toEqual([]);
    expect(other.has('This is not the name.')).toBe(true);
    expect((await userNow(member))?.status).toBe('active');
  });

  it('ends at once all that was signed in with it, and a sign-in gives it back as it was', async () => {
    const { member, organization } = await makeTwo();
    const { rp, flow } = await signIn(server, clientId, { user: member }, { scope: 'openid offline_access' });
    const { refresh_token: refreshToken = '' } = await flow.tokens();
    expect(refreshToken).not.toBe('');
    const pages = await signedIn(server, member);
    await deleteByPage(pages, '/account/delete', member.name);
    expect(pages.has('Your account is deleted')).toBe(true);
    expect(await htmlFaults(pages.html)).toEqual([]);
    await pages.open('/account');
    expect(pages.has('Password')).toBe(true);
    await expect(client.refreshTokenGrant(rp.config, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await services.models.oidc.Grant.countDocuments({ accountId: member._id })).toBe(0);
    // Held meanwhile: the address is nobody else's.
    expect(await services.models.Claim.findById(`email:${member.email}`).lean()).toMatchObject({ owner: member._id });

    const wrong = newBrowser(server);
    await wrong.open('/account');
    await wrong.submit('Sign in', { email: member.email, password: `${PASSWORD}!` });
    expect((await userNow(member))?.status).toBe('disabled');

    const back = await signedIn(server, member);
    expect(new URL(back.url).pathname).toBe('/account');
    const restored = await userNow(member);
    expect(restored?.status).toBe('active');
    expect(restored?.deletion).toBeUndefined();
    expect(
      await services.models.Membership.findOne({ organizationId: organization._id, userId: member._id }).lean(),
    ).toMatchObject({ status: 'active', userStatus: 'active' });
    const actions = await eventsOf(services, { subject: member._id });
    expect(actions.map(({ action }) => action)).toEqual(expect.arrayContaining(['user.deleted', 'user.restored']));
  });

  it('is refused to the last administrator, with nothing changed, and gives the seat back with the account', async () => {
    const { admin, member, organization } = await makeTwo();
    await expect(deleteAccount(services, themselves(admin._id))).rejects.toEqual(code('last_administrator'));
    expect((await userNow(admin))?.status).toBe('active');
    expect((await organizationNow(organization))?.administrators).toEqual([admin._id]);

    await makeMember(services, organization._id, member._id, ['rol_admin']);
    await deleteAccount(services, themselves(admin._id));
    expect((await organizationNow(organization))?.administrators).toEqual([member._id]);
    await signedIn(server, admin);
    expect((await organizationNow(organization))?.administrators.sort()).toEqual([admin._id, member._id].sort());
  });

  it('of two who are the only administrators, deleting at once, one stays', async () => {
    const { admin, member, organization } = await makeTwo();
    await makeMember(services, organization._id, member._id, ['rol_admin']);
    const done = await Promise.allSettled([admin, member].map(({ _id }) => deleteAccount(services, themselves(_id))));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [left] = (await organizationNow(organization))?.administrators ?? [];
    expect((await userNow({ _id: left ?? '' }))?.status).toBe('active');
  });

  it('goes before an organization that is deleted already', async () => {
    const { admin, organization } = await makeTwo();
    await deleteOrganization(services, SYSTEM, organization);
    await deleteAccount(services, themselves(admin._id));
    expect((await userNow(admin))?.status).toBe('disabled');
    expect((await organizationNow(organization))?.administrators).toEqual([]);
  });

  it('isn’t taken back by signing in where an operator has disabled it, before, meanwhile or after', async () => {
    const before = await makeUser(services);
    await setUserStatus(services, SYSTEM, { userId: before._id, status: 'disabled' });
    const after = await makeUser(services);
    await deleteAccount(services, themselves(after._id));
    expect(await setUserStatus(services, SYSTEM, { userId: after._id, status: 'disabled' })).toBe(true);
    expect(await setUserStatus(services, SYSTEM, { userId: after._id, status: 'disabled' })).toBe(false);
    const meanwhile = await makeUser(services);
    inBetween(
      services.models.User,
      'updateOne',
      () => setUserStatus(services, SYSTEM, { userId: meanwhile._id, status: 'disabled' }),
      { when: (...[, update]) => JSON.stringify(update).includes('user.deleted') },
    );
    await deleteAccount(services, themselves(meanwhile._id));
    for (const user of [before, after, meanwhile]) {
      const browser = await signedIn(server, user);
      expect(browser.has('Password')).toBe(true);
      expect((await userNow(user))?.status).toBe('disabled');
      await setUserStatus(services, SYSTEM, { userId: user._id, status: 'active' });
      expect((await userNow(user))?.deletion).toBeUndefined();
    }
  });
});

describe('a deletion in the middle of something else', () => {
  it.each(['"status":"disabling"', 'user.disabled'])('doesn’t undo an operator’s disabling: %s', async (written) => {
    const user = await makeUser(services);
    inBetween(services.models.User, 'updateOne', () => deleteAccount(services, themselves(user._id)), {
      when: (...[, update]) => JSON.stringify(update).includes(written),
    });
    await setUserStatus(services, SYSTEM, { userId: user._id, status: 'disabled' });
    expect((await userNow(user))?.deletion).toMatchObject({ barred: true });
    await signedIn(server, user);
    expect((await userNow(user))?.status).toBe('disabled');
  });

  it('of somebody whom an operator has disabled a moment before is kept', async () => {
    const user = await makeUser(services);
    inBetween(
      services.models.User,
      'updateOne',
      () => setUserStatus(services, SYSTEM, { userId: user._id, status: 'disabled' }),
      { when: (...[, update]) => JSON.stringify(update).includes('"status":"disabling"') },
    );
    await deleteAccount(services, themselves(user._id));
    expect((await userNow(user))?.deletion).toMatchObject({ barred: true });
  });

  it('is gone on with where its process has died', async () => {
    const { admin, member, organization } = await makeTwo();
    await makeMember(services, organization._id, member._id, ['rol_admin']);
    const { User } = services.models;
    const update = User.updateOne.bind(User) as (...args: unknown[]) => never;
    const stop = vi.spyOn(User, 'updateOne').mockImplementation(((...args: unknown[]) => {
      if (JSON.stringify(args[1]).includes('user.deleted')) throw new Error('stopped');
      return update(...args);
    }) as never);
    await expect(deleteAccount(services, themselves(admin._id))).rejects.toThrow('stopped');
    stop.mockRestore();
    await finishDeletions(services);
    expect((await userNow(admin))?.status).toBe('disabling');
    await finishDeletions(later(1));
    expect(await userNow(admin)).toMatchObject({ status: 'disabled', deletion: { eraseAt: expect.any(Date) } });
    await signedIn(server, admin);
    expect((await userNow(admin))?.status).toBe('active');
    expect((await organizationNow(organization))?.administrators.sort()).toEqual([admin._id, member._id].sort());
  });

  it('taken back gives a seat back also where the process has died before it did', async () => {
    const { admin, member, organization } = await makeTwo();
    await makeMember(services, organization._id, member._id, ['rol_admin']);
    await deleteAccount(services, themselves(admin._id));
    inBetween(services.models.Organization, 'updateOne', () => Promise.reject(new Error('stopped')), {
      when: (...[filter]) => JSON.stringify(filter).includes(organization._id),
    });
    await expect(restoreAccount(services, admin._id)).rejects.toThrow('stopped');
    await moveEvents(services);
    expect((await organizationNow(organization))?.administrators.sort()).toEqual([admin._id, member._id].sort());
  });

  it('stays where a file says that somebody is disabled, or an organization suspended, and once is enough', async () => {
    const { member, organization } = await makeTwo();
    await deleteAccount(services, themselves(member._id));
    await deleteOrganization(services, SYSTEM, organization);
    const file: Parameters<typeof applyProvisioning>[1] = {
      organizations: [{ slug: organization.slug, name: organization.name, status: 'suspended' }],
      users: [{ email: member.email, name: member.name, status: 'disabled' }],
    };
    await applyProvisioning(services, file);
    expect((await userNow(member))?.deletion?.barred).toBe(true);
    expect((await organizationNow(organization))?.deletion?.barred).toBe(true);
    expect(await applyProvisioning(services, file)).toEqual({ applied: [] });
  });
});

describe('deleting an organization', () => {
  it('asks an administrator for its name; nothing is given in it from then on, until one of them gets it back', async () => {
    const { admin, member, organization } = await makeTwo();
    const [asAdmin, asMember] = [await signedIn(server, admin), await signedIn(server, member)];
    const page = `/organizations/${organization.slug}/settings/delete`;
    await asMember.open(page);
    expect(asMember.status).toBe(404);
    await deleteByPage(asAdmin, page, 'Nothing');
    expect(asAdmin.status).toBe(422);
    const { rp, flow } = await signIn(server, clientId, { user: member });
    const { access_token: token } = await flow.tokens();
    const isActive = async () => (await client.tokenIntrospection(rp.config, token)).active;
    expect(await isActive()).toBe(true);

    await deleteByPage(asAdmin, page, ` ${organization.name} `);
    expect(new URL(asAdmin.url).pathname).toBe('/account/organizations');
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    expect(await isActive()).toBe(false);
    await asMember.open(`/organizations/${organization.slug}`);
    expect(asMember.status).toBe(404);
    await asMember.open('/account/organizations');
    expect(asMember.has(organization.name)).toBe(false);
    expect(await restoreOrganization(services, themselves(member._id), organization._id).catch((e) => e)).toEqual(
      code('not_found'),
    );

    await asAdmin.submit('Get back');
    expect(new URL(asAdmin.url).pathname).toBe(`/organizations/${organization.slug}`);
    expect(await organizationNow(organization)).toMatchObject({ status: 'active', administrators: [admin._id] });
    expect((await organizationNow(organization))?.deletion).toBeUndefined();
    await asMember.open('/account/organizations');
    expect(asMember.has(organization.name)).toBe(true);
    // What ended stays ended.
    expect(await isActive()).toBe(false);
  });

  it('by the API, by whoever may; the operators’ own never; an operator gives it back', async () => {
    const { admin, organization } = await makeTwo();
    const operators = await machineClient(server, ['instance:organizations']);
    const readers = await machineClient(server, ['members:read']);
    const path = `/organizations/${organization.slug}`;
    expect((await readers.delete(path)).status).toBe(403);
    expect((await operators.delete('/organizations/system')).json.error).toBe('built_in');
    expect((await operators.delete(path)).status).toBe(204);
    const gone = await operators.get(path);
    expect(gone.json).toMatchObject({ status: 'suspended', eraseAt: expect.any(String) });
    // The slug is held.
    expect((await operators.post('/organizations', { slug: organization.slug, name: 'Other' })).json.error).toBe(
      'slug_taken',
    );
    expect((await operators.patch(path, { status: 'active' })).json).toMatchObject({ status: 'active', eraseAt: null });
    // Suspended before, it comes back by an operator alone.
    await changeOrganization(services, SYSTEM, organization, { status: 'suspended' });
    await deleteOrganization(services, SYSTEM, organization);
    const refused = await restoreOrganization(services, themselves(admin._id), organization._id).catch((e) => e);
    expect(refused).toEqual(code('not_found'));
    // And suspended afterwards too.
    const second = await makeOrganization(services, { founder: admin._id });
    await deleteOrganization(services, SYSTEM, second);
    await changeOrganization(services, SYSTEM, second, { status: 'suspended' });
    expect(await restoreOrganization(services, themselves(admin._id), second._id).catch((e) => e)).toEqual(
      code('not_found'),
    );
  });

  it('and getting it back, at once, end in one of the two', async () => {
    const { admin, organization } = await makeTwo();
    await deleteOrganization(services, SYSTEM, organization);
    inBetween(services.models.Organization, 'updateOne', () =>
      changeOrganization(services, SYSTEM, organization, { status: 'suspended' }),
    );
    expect(await restoreOrganization(services, themselves(admin._id), organization._id).catch((e) => e)).toEqual(
      code('not_found'),
    );
    expect(await organizationNow(organization)).toMatchObject({ status: 'suspended', deletion: { barred: true } });
  });
});

describe('after two weeks', () => {
  it('nothing of a person is left but what they did, and their address is free', async () => {
    const { member, organization } = await makeTwo();
    await allowScopes(services, { userId: member._id, applicationId: clientId, organizationId: organization._id }, [
      'openid',
    ]);
    const { organization: other } = await makeTwo();
    const invitation = await invitedTo(other, member);
    const wrong = newBrowser(server);
    await wrong.open('/account');
    await wrong.submit('Sign in', { email: member.email, password: 'wrong' });
    const browser = await signedIn(server, member);
    await deleteByPage(browser, '/account/delete', member.name);
    await moveEvents(services);
    const key = await ensureChainKey(services, createEncryption(KEYS));
    await sealEvents(services, { key, holder: 'test' });

    await eraseDeleted(later(13));
    expect((await userNow(member))?.deletion).toBeDefined();
    await eraseDeleted(later(15));

    expect(await userNow(member)).toBeNull();
    expect(await services.models.Claim.findById(`email:${member.email}`).lean()).toBeNull();
    expect(await services.models.Membership.countDocuments({ userId: member._id })).toBe(0);
    expect(await services.models.Consent.countDocuments({ userId: member._id })).toBe(0);
    expect(await services.models.Invitation.countDocuments({ email: member.email })).toBe(0);
    const told = await services.models.AuditEvent.find({
      $or: [{ subject: { $in: [member._id, invitation._id] } }, { actor: member._id }],
    }).lean();
    expect(told.filter(({ subject }) => subject === invitation._id).length).toBeGreaterThan(1);
    expect(told.filter(({ action }) => action === 'user.erased')).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain(member.email);
    expect(told.filter(({ actor, address }) => [member._id, 'anonymous'].includes(actor) && address)).toEqual([]);
    expect(told.map(({ action }) => action)).toContain('user.sign_in_failed');
    // What is left still verifies.
    await sealEvents(services, { key, holder: 'test' });
    for (const chain of [organization._id, other._id, services.systemOrganizationId])
      expect((await verifyChain(services, key, chain)).faults).toEqual([]);
    expect(await makeUser(services, { email: member.email })).toMatchObject({ email: member.email });
  });

  it('nothing of an organization is left, and its slug is free', async () => {
    const { organization, member } = await makeTwo();
    const role = await makeRole(services, { key: 'own', organizationId: organization._id });
    await makeGroup(services, organization._id, 'Everyone', [role._id]);
    const { email } = await invitedTo(organization, await makeUser(services));
    await deleteOrganization(services, SYSTEM, organization);
    await eraseDeleted(later(15));
    const { Membership, Role, Group, Claim } = services.models;
    for (const model of [Membership, Role, Group] as (typeof Membership)[])
      expect(await model.countDocuments({ organizationId: organization._id })).toBe(0);
    expect(await organizationNow(organization)).toBeNull();
    const log = await services.models.AuditEvent.find({
      organizationId: organization._id,
      action: /^invitation/,
    }).lean();
    expect(log.length).toBeGreaterThan(1);
    expect(JSON.stringify(log)).not.toContain(email);
    expect(await Claim.findById(`slug:${organization.slug}`).lean()).toBeNull();
    expect((await userNow(member))?.status).toBe('active');
    expect(await findOrganization(services, organization.slug)).toBeUndefined();
    expect(await makeOrganization(services, { slug: organization.slug })).toMatchObject({ slug: organization.slug });
  });

  it.each([
    ['a person', 'as it ends'],
    ['a person', 'while they are being let in'],
    ['an organization', 'as it ends'],
    ['an organization', 'while they are being let in'],
  ])('of %s leaves no member behind whom an operator lets in %s', async (what, when) => {
    const { Membership, Organization, User } = services.models;
    const { organization } = await makeTwo();
    const person = await makeUser(services);
    if (what === 'a person') await deleteAccount(services, themselves(person._id));
    else await deleteOrganization(services, SYSTEM, organization);
    const key = { organizationId: organization._id, userId: person._id };
    const join = () => joinOrganization(services, SYSTEM, key);
    if (when === 'as it ends') {
      let joined = false;
      const last = (filter: { _id?: string }, update: { $set?: object }) =>
        Object.values(key).includes(filter._id ?? '') && 'deletion.erased' in (update.$set ?? {});
      inBetween(what === 'a person' ? User : Organization, 'updateOne', async () => (joined = !!(await join())), {
        when: last,
      });
      await eraseDeleted(later(15));
      expect(joined).toBe(true);
    } else {
      const theirs = ({ userId }: { userId?: string }) => userId === person._id;
      inBetween(Membership, 'findOneAndUpdate', () => eraseDeleted(later(15)), { when: theirs });
      await expect(join()).rejects.toEqual(code('not_found'));
    }
    expect(await Membership.find(key).lean()).toEqual([]);
  });

  it('whoever comes back while it begins is too late, and whoever came before is kept', async () => {
    const [late, early] = [await makeUser(services), await makeUser(services)];
    for (const { _id } of [late, early]) await deleteAccount(services, themselves(_id));
    await signedIn(server, early);
    await services.models.User.updateOne({ _id: late._id }, { $set: { 'deletion.erasing': true } });
    await signedIn(server, late);
    expect((await userNow(late))?.status).toBe('disabled');
    await expect(setUserStatus(services, SYSTEM, { userId: late._id, status: 'active' })).rejects.toEqual(
      code('not_found'),
    );
    await eraseDeleted(later(15));
    expect(await userNow(late)).toBeNull();
    expect((await userNow(early))?.status).toBe('active');
  });

  it('what can’t be erased keeps nothing else from it', async () => {
    const [stuck, due] = [await makeUser(services), await makeUser(services)];
    for (const { _id } of [stuck, due]) await deleteAccount(services, themselves(_id));
    const stop = vi.spyOn(services.models.Picture, 'deleteMany').mockImplementation(((filter: object) => {
      if (JSON.stringify(filter).includes(stuck._id)) throw new Error('stuck');
      return { deletedCount: 0 };
    }) as never);
    await expect(eraseDeleted(later(15))).rejects.toThrow('stuck');
    stop.mockRestore();
    expect(await userNow(due)).toBeNull();
    await eraseDeleted(later(15));
    expect(await userNow(stuck)).toBeNull();
  });

  it('what stopped half-way is gone on with, and said once', async () => {
    const { member } = await makeTwo();
    await deleteAccount(services, themselves(member._id));
    const stop = vi.spyOn(services.models.User, 'deleteOne').mockImplementationOnce(() => {
      throw new Error('stopped');
    });
    await expect(eraseDeleted(later(15))).rejects.toThrow('stopped');
    stop.mockRestore();
    await eraseDeleted(later(15));
    expect(await userNow(member)).toBeNull();
    expect(await services.models.AuditEvent.countDocuments({ subject: member._id, action: 'user.erased' })).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { Application } from '../../src/models/index.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { removeDomain } from '../../src/services/domains/remove-domain.js';
import { joinOrganization } from '../../src/services/join-organization.js';
import { makeDomain, makeUnproved } from '../support/domains.js';
import { makeApplication, makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;
let count = 0;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
});
afterAll(() => server?.close());

/** An organization that is joined by its domain, and somebody with an address there. */
async function world({ founded = true } = {}) {
  const { services } = server;
  const domain = `j${++count}.acme.test`;
  const founder = founded ? (await makeUser(services, { name: 'Ada Byron' }))._id : undefined;
  const organization = await makeOrganization(services, {
    name: `Acme ${count}`,
    slug: `acme-${count}`,
    joinPolicy: 'domain',
    ...(founder ? { founder } : {}),
  });
  const proved = await makeDomain(services, organization, domain);
  const user = await makeUser(services, { name: 'Chiara Vitale', email: `chiara@${domain}` });
  return { organization, domain, proved, user, named: { organization: organization.slug } };
}

const isMember = async (organizationId: string, userId: string) =>
  (await server.services.models.Membership.exists({ organizationId, userId, status: 'active' })) !== null;

describe('joining by domain (R10)', () => {
  it('is for who has a proved address in exactly that domain; to everybody else the organization is unknown', async () => {
    const { services } = server;
    const { organization, domain, user } = await world();
    const path = `/join/${organization.slug}`;
    const outsiders = [
      await makeUnproved(services, { email: `dan@${domain}` }),
      await makeUser(services, { email: `eve@sub.${domain}` }),
      await makeUser(services, { email: `fay@not${domain}` }),
      await makeUser(services, { email: `gil@elsewhere.test` }),
    ];
    const unknown = await (await signedIn(server, user)).open('/join/no-such-slug');
    for (const one of outsiders) {
      const browser = await signedIn(server, one);
      await browser.open(path);
      expect([one.email, browser.status]).toEqual([one.email, unknown.status]);
      expect(browser.has(organization.name)).toBe(false);
      await expect(
        joinOrganization(services, themselves(one._id), { organizationId: organization._id, userId: one._id }),
      ).rejects.toMatchObject({ code: 'not_found' });
    }
    const browser = await signedIn(server, user);
    await browser.open(path);
    await browser.submit('Join');
    expect(await isMember(organization._id, user._id)).toBe(true);
  });

  it('comes first in an application’s login that names the organization, and ends there with its roles', async () => {
    const { organization, user, named, domain } = await world();
    const { flow, browser } = await signIn(server, application._id, { user }, named);
    expect(browser.has(`Join ${organization.name}?`)).toBe(true);
    await browser.submit('Join');
    expect((await flow.tokens()).claims()).toMatchObject({ oid: organization._id, roles: ['member'] });
    const outsider = await makeUnproved(server.services, { email: `hal@${domain}` });
    const refused = await signIn(server, application._id, { user: outsider }, named);
    expect(refused.flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
  });

  it('makes the first who comes administrator (R1)', async () => {
    const { organization, user, named } = await world({ founded: false });
    const { flow, browser } = await signIn(server, application._id, { user }, named);
    expect(browser.has('You become its administrator')).toBe(true);
    await browser.submit('Join');
    expect((await flow.tokens()).claims()?.roles).toEqual(['admin']);
    expect(await isMember(organization._id, user._id)).toBe(true);
  });

  it('is offered at sign-in to who has no organization, and joining there goes on to the application', async () => {
    const { organization, user, domain } = await world();
    const { flow, browser } = await signIn(server, application._id, { user });
    for (const text of ['Organizations you may join', organization.name, domain]) expect(browser.has(text)).toBe(true);
    expect(browser.has('Create organization')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Join');
    expect((await flow.tokens()).claims()).toMatchObject({ oid: organization._id, roles: ['member'] });
  });

  it('is offered in the picker and on the account’s page, and not to who is in already, or may not', async () => {
    const { services } = server;
    const { organization, user, domain } = await world();
    for (const name of ['One', 'Two']) await makeOrganization(services, { name, founder: user._id });
    const { browser } = await signIn(server, application._id, { user });
    expect(browser.has('Organizations you may join')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    const account = await signedIn(server, user);
    await account.open('/account/organizations');
    expect(account.has(organization.name)).toBe(true);
    expect(await htmlFaults(account.html)).toEqual([]);
    await account.follow('Join');
    await account.submit('Join');
    await account.open('/account/organizations');
    expect([account.has(organization.name), account.has('Organizations you may join')]).toEqual([true, false]);

    const unproved = await makeUnproved(services, { email: `ida@${domain}` });
    const suspended = await makeUser(services, { email: `jan@${domain}` });
    await makeMember(services, organization._id, suspended._id);
    await services.models.Membership.updateOne({ userId: suspended._id }, { $set: { status: 'suspended' } });
    for (const one of [unproved, suspended]) {
      const theirs = await signedIn(server, one);
      await theirs.open('/account/organizations');
      expect(theirs.has('Organizations you may join')).toBe(false);
    }
  });

  it('isn’t offered, and is refused, where the policy is another, the organization is suspended, or the domain is gone', async () => {
    const { services } = server;
    const changes = [
      (one: Awaited<ReturnType<typeof world>>) =>
        changeOrganization(services, SYSTEM, one.organization, { joinPolicy: 'invite' }),
      (one: Awaited<ReturnType<typeof world>>) =>
        changeOrganization(services, SYSTEM, one.organization, { status: 'suspended' }),
      (one: Awaited<ReturnType<typeof world>>) => removeDomain(services, SYSTEM, one.proved),
      (one: Awaited<ReturnType<typeof world>>) =>
        services.models.User.updateOne({ _id: one.user._id }, { $set: { emailVerified: false } }),
    ];
    for (const change of changes) {
      const one = await world();
      const { organization, user } = one;
      const browser = await signedIn(server, user);
      await browser.open(`/join/${organization.slug}`);
      // Between the page and its button.
      await change(one);
      await browser.submit('Join');
      expect([browser.status, await isMember(organization._id, user._id)]).toEqual([404, false]);
      await browser.open('/account/organizations');
      expect(browser.has(organization.name)).toBe(false);
    }
  });

  it('is refused in a login whose offer has ended meanwhile, or was never made', async () => {
    const { services } = server;
    const { organization, user } = await world();
    const { browser } = await signIn(server, application._id, { user });
    await changeOrganization(services, SYSTEM, organization, { joinPolicy: 'invite' });
    await browser.submit('Join');
    expect(await isMember(organization._id, user._id)).toBe(false);
    // The login goes on: they can still make one.
    expect(browser.has('Create organization')).toBe(true);
    expect(browser.has('Organizations you may join')).toBe(false);
    const foreign = await world();
    const other = await world();
    const { browser: forging } = await signIn(server, application._id, { user: other.user });
    await forging.submit('Join', { organization: foreign.organization._id });
    expect(await isMember(foreign.organization._id, other.user._id)).toBe(false);
  });

  it('and switching the policy at the same moment come one after the other: who joins later is refused', async () => {
    const { services } = server;
    const { organization, user, domain } = await world();
    const key = (userId: string) => ({ organizationId: organization._id, userId });
    const late = await makeUser(services, { email: `kim@${domain}` });
    let refused: unknown;
    // Right when the first one’s row is written the policy is switched, and somebody else comes.
    inBetween(services.models.Membership, 'findOneAndUpdate', async () => {
      await changeOrganization(services, SYSTEM, organization, { joinPolicy: 'invite' });
      refused = await joinOrganization(services, themselves(late._id), key(late._id)).catch((error) => error.code);
    });
    await joinOrganization(services, themselves(user._id), key(user._id));
    expect(refused).toBe('not_found');
    expect(await isMember(organization._id, late._id)).toBe(false);
    const rows = await services.models.Membership.find(key(user._id)).lean();
    expect(rows).toMatchObject([{ status: 'active', settled: true }]);
  });

  it('leaves members members when the domain goes', async () => {
    const { services } = server;
    const { organization, user, proved, named } = await world();
    await joinOrganization(services, themselves(user._id), { organizationId: organization._id, userId: user._id });
    await removeDomain(services, SYSTEM, proved);
    const { flow } = await signIn(server, application._id, { user }, named);
    expect((await flow.tokens()).claims()?.oid).toBe(organization._id);
  });
});

describe('the settings', () => {
  it('offer joining by domain always, and say where no domain is verified', async () => {
    const { services } = server;
    const admin = await makeUser(services, { name: 'Ada Byron' });
    const organization = await makeOrganization(services, { founder: admin._id });
    const browser = await signedIn(server, admin);
    const settings = `/organizations/${organization.slug}/settings`;
    await browser.open(settings);
    expect(browser.has('No domain is verified yet')).toBe(true);
    await browser.submit('Save', { part: 'joining', joinPolicy: 'domain', joinRequests: 'yes' });
    expect(browser.has('Saved.')).toBe(true);
    const stored = await services.models.Organization.findById(organization._id).lean();
    expect(stored).toMatchObject({ joinPolicy: 'domain', joinRequests: true });
    const domain = `s${++count}.acme.test`;
    await makeDomain(services, organization, domain);
    await browser.open(settings);
    expect([browser.has(domain), browser.has('No domain is verified yet')]).toEqual([true, false]);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });
});

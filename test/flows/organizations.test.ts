import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../src/models/index.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import { askedAbout, makeDeviceApplication, startDevice } from '../support/device.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
});
afterAll(() => server?.close());

/** A browser at an application's sign-in page. */
async function begin(clientId: string, parameters: Record<string, string> = {}, at: TestServer = server) {
  const rp = await relyingParty(at, clientId);
  const flow = await rp.begin(newBrowser(at), parameters);
  return { rp, flow };
}

const signIn = { password: PASSWORD };

describe('the organization of a login (R7)', () => {
  it('is picked by who has several, shown with their roles there; the request wins over the pick', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const user = await makeUser(server.services);
    const first = await makeOrganization(server.services, { name: 'First <b>&', founder: user._id });
    const second = await makeOrganization(server.services, { name: 'Second' });
    await makeMember(server.services, second._id, (await makeUser(server.services))._id);
    await makeMember(server.services, second._id, user._id);
    const { rp, flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    expect(flow.browser.has('First <b>&')).toBe(true);
    expect(flow.browser.html).not.toContain('<b>&');
    expect(flow.browser.has('Member')).toBe(true);
    await flow.browser.submit('Second');
    expect((await flow.tokens()).claims()).toMatchObject({ oid: second._id, roles: ['member'] });
    const named = await rp.begin(flow.browser, { organization: first._id });
    expect((await named.tokens()).claims()).toMatchObject({ oid: first._id, org_name: 'First <b>&', roles: ['admin'] });
    const asked = await rp.begin(flow.browser);
    expect(asked.browser.has('Second')).toBe(true);
  });

  it('isn’t made in a login whose application was deleted meanwhile, nor is anybody signed in there', async () => {
    const { Application, Organization } = server.services.models;
    const [signingIn, creating] = [await makeApplication(server.services), await makeApplication(server.services)];
    const user = await makeUser(server.services);
    const [{ flow: first }, { flow: second }] = [await begin(signingIn._id), await begin(creating._id)];
    await second.browser.submit('Sign in', { email: user.email, ...signIn });
    await Application.updateMany({ _id: { $in: [signingIn._id, creating._id] } }, { $set: { deletedAt: new Date() } });
    await server.services.catalog.changed();
    await first.browser.submit('Sign in', { email: user.email, ...signIn });
    await second.browser.submit('Create organization', { name: 'Of a login that is over' });
    for (const { browser } of [first, second]) {
      expect(browser.status).toBe(400);
      expect(browser.has('This page has ended')).toBe(true);
    }
    expect(await Organization.exists({ name: 'Of a login that is over' })).toBeNull();
  });

  it('picked by a forged form is refused where one is not a member', async () => {
    const application = await makeApplication(server.services);
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { name: 'Mine', founder: user._id });
    await makeOrganization(server.services, { name: 'Mine too', founder: user._id });
    const foreign = await makeOrganization(server.services, { name: 'Foreign' });
    const { flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    await flow.browser.submit('Mine too', { organization: foreign._id });
    expect(flow.browser.location).toBeUndefined();
    expect(flow.browser.has('Mine')).toBe(true);
    expect(flow.browser.has('Foreign')).toBe(false);
  });

  it('may be none where the application says so', async () => {
    const application = await makeApplication(server.services, { organization: 'optional', defaultApi: api._id });
    const user = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { name: 'Mine', founder: user._id });
    await makeOrganization(server.services, { name: 'Mine too', founder: user._id });
    const { rp, flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    await flow.browser.submit('Continue without an organization');
    const tokens = await flow.tokens();
    for (const name of ['oid', 'roles', 'active_role', 'permissions', 'org_slug'])
      expect(tokens.claims(), name).not.toHaveProperty(name);
    for (const name of ['oid', 'roles', 'permissions'])
      expect(decodeJwt(tokens.access_token), name).not.toHaveProperty(name);
    const introspected = await client.tokenIntrospection(
      (await relyingParty(server, api.introspection?.clientId as string)).config,
      tokens.access_token,
    );
    expect(introspected).toMatchObject({ active: true, sub: user._id });
    expect(introspected).not.toHaveProperty('roles');
    const named = await rp.begin(flow.browser, { organization: organization.slug });
    expect((await named.tokens()).claims()).toMatchObject({ oid: organization._id });
  });

  it('is none for an application without organizations, whatever the request says', async () => {
    const application = await makeApplication(server.services, { organization: 'none' });
    const user = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { founder: user._id });
    const { flow } = await begin(application._id, { organization: organization.slug });
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    const claims = (await flow.tokens()).claims();
    for (const name of ['oid', 'roles', 'active_role', 'permissions']) expect(claims, name).not.toHaveProperty(name);
  });

  it('is refused in the same words for one that is unknown, closed, suspended, or left', async () => {
    const application = await makeApplication(server.services);
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const closed = await makeOrganization(server.services, { name: 'Closed' });
    const suspended = await makeOrganization(server.services, { name: 'Suspended', joinPolicy: 'open' });
    await makeMember(server.services, suspended._id, user._id);
    await server.services.models.Organization.updateOne({ _id: suspended._id }, { status: 'suspended' });
    const left = await makeOrganization(server.services, { name: 'Left', joinPolicy: 'open' });
    await makeMember(server.services, left._id, (await makeUser(server.services))._id);
    await makeMember(server.services, left._id, user._id);
    await server.services.models.Membership.updateOne(
      { organizationId: left._id, userId: user._id },
      { status: 'suspended' },
    );
    const { rp, flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    await flow.tokens();
    const answers = new Set<string>();
    for (const organization of [
      'no-such',
      closed.slug,
      closed._id,
      suspended.slug,
      left.slug,
      'system',
      '$ne',
      'a.b',
    ]) {
      const refused = await rp.begin(flow.browser, { organization });
      const { searchParams } = refused.callbackUrl();
      answers.add(`${searchParams.get('error')}: ${searchParams.get('error_description')}`);
      expect(searchParams.get('iss')).toBe(server.issuer);
    }
    expect([...answers]).toEqual(['access_denied: you are not a member of the organization that was asked for']);
  });
});

describe('joining', () => {
  it('by /join/SLUG comes after signing in, and gives the default roles', async () => {
    const organization = await makeOrganization(server.services, { name: 'Joinable', joinPolicy: 'open' });
    const auditor = await makeRole(server.services, { key: 'auditor', name: 'Auditor' });
    const joining = async () => {
      const browser = newBrowser(server);
      await browser.open(`/join/${organization.slug}`);
      await browser.follow('Create account');
      const email = `joiner-${Math.random()}@example.test`;
      await browser.submit('Create account', { name: 'Joiner', email, password: PASSWORD });
      expect(browser.has('Joinable')).toBe(true);
      await browser.submit('Join');
      return browser;
    };
    const first = await joining();
    expect(new URL(first.url).pathname).toBe('/account');
    expect(first.has('Joinable')).toBe(true);
    expect(first.has('Admin')).toBe(true);
    await server.services.models.Organization.updateOne({ _id: organization._id }, { defaultRoles: [auditor._id] });
    const second = await joining();
    expect(second.has('Auditor')).toBe(true);
    expect(second.has('Admin')).toBe(false);
    // Once in, the same link leads to the account, and says why.
    await second.open(`/join/${organization.slug}`);
    expect(new URL(second.url).pathname).toBe('/account');
    expect(second.has('You are a member of Joinable already.')).toBe(true);
    // To who is in it too, one that is suspended isn't there.
    await server.services.models.Organization.updateOne({ _id: organization._id }, { status: 'suspended' });
    await second.open(`/join/${organization.slug}`);
    expect(second.status).toBe(404);
  });

  it('where it is not allowed answers like an unknown slug', async () => {
    const closed = await makeOrganization(server.services, { name: 'By invitation' });
    const user = await makeUser(server.services);
    const browser = newBrowser(server);
    await browser.open('/account');
    await browser.submit('Sign in', { email: user.email, ...signIn });
    const pages = [];
    for (const slug of [closed.slug, 'no-such-slug', closed._id, 'system']) {
      await browser.open(`/join/${slug}`);
      expect(browser.status, slug).toBe(404);
      pages.push(browser.html.replace(/req_\w+/g, ''));
    }
    expect(new Set(pages).size).toBe(1);
  });

  it('declined within a login is told to the application', async () => {
    const application = await makeApplication(server.services);
    const organization = await makeOrganization(server.services, { name: 'Unwanted', joinPolicy: 'open' });
    const user = await makeUser(server.services);
    const { flow } = await begin(application._id, { organization: organization.slug });
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    await flow.browser.submit('Not now');
    expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
    const silent = await (await relyingParty(server, application._id)).begin(flow.browser, {
      prompt: 'none',
      organization: organization.slug,
    });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('interaction_required');
  });
});

describe('a new organization', () => {
  it('has random letters in its slug where many have its name, as all have that are written in other letters', async () => {
    const { models } = server.services;
    const now = new Date();
    const taken = Array.from({ length: 999 }, (_, n) => (n === 0 ? 'organization' : `organization-${n + 1}`));
    const { _id: owner } = await makeOrganization(server.services);
    await models.Claim.collection.insertMany(
      taken.map((slug) => ({ _id: `slug:${slug}`, owner, createdAt: now })) as never[],
    );
    const claims = vi.spyOn(models.Claim, 'create');
    const made = await Promise.all([1, 2].map(() => makeOrganization(server.services, { name: '株式会社テスト' })));
    expect(claims.mock.calls.length).toBeLessThan(50);
    claims.mockRestore();
    for (const { slug } of made) expect(slug).toMatch(/^organization-[a-z0-9]{7}$/);
    expect(made[0]?.slug).not.toBe(made[1]?.slug);
  });

  it('has a slug made of its name, with a number where that is taken', async () => {
    const application = await makeApplication(server.services);
    const slugs = [];
    for (const name of ['Žluťoučký & Söhne', 'Žluťoučký & Söhne', '東京', 'System', '  New  ']) {
      const user = await makeUser(server.services);
      const { flow } = await begin(application._id);
      await flow.browser.submit('Sign in', { email: user.email, ...signIn });
      await flow.browser.submit('Create organization', { name });
      slugs.push((await flow.tokens()).claims()?.org_slug);
    }
    expect(slugs.slice(0, 2)).toEqual(['zlutoucky-sohne', 'zlutoucky-sohne-2']);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(slugs).not.toContain('system');
    expect(slugs).not.toContain('new');
  });

  it('needs a name: the page again with what is wrong, and what was typed', async () => {
    const application = await makeApplication(server.services);
    const user = await makeUser(server.services);
    const { flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    await flow.browser.submit('Create organization', { name: '   ' });
    expect(flow.browser.status).toBe(422);
    await flow.browser.submit('Create organization', { name: 'x'.repeat(101) });
    expect(flow.browser.status).toBe(422);
    expect(flow.browser.html).toContain('x'.repeat(101));
  });
});

describe('who has no organization', () => {
  it('and may not create one is told to ask for an invitation, and the application gets access_denied', async () => {
    const strict = await startServer({
      store: server.store,
      services: server.services,
      createOrganizations: 'operators',
    });
    try {
      const application = await makeApplication(server.services);
      const user = await makeUser(server.services);
      const { flow } = await begin(application._id, {}, strict);
      await flow.browser.submit('Sign in', { email: user.email, ...signIn });
      expect(flow.browser.has('invitation')).toBe(true);
      expect(flow.browser.html).not.toContain('Create organization');
      const forged = flow.browser.html.match(/\/interaction\/[\w-]+/)?.[0];
      await flow.browser.open(`${forged}/create-organization`);
      expect(flow.browser.has('invitation')).toBe(true);
      await flow.browser.submit('Back to Example');
      expect(flow.callbackUrl().searchParams.get('error')).toBe('access_denied');
    } finally {
      await strict.close();
    }
  });

  it('and may not create one goes on without where the application says so', async () => {
    const strict = await startServer({
      store: server.store,
      services: server.services,
      createOrganizations: 'operators',
    });
    try {
      const application = await makeApplication(server.services, { organization: 'optional' });
      const user = await makeUser(server.services);
      const { flow } = await begin(application._id, {}, strict);
      await flow.browser.submit('Sign in', { email: user.email, ...signIn });
      expect(flow.browser.has('invitation')).toBe(true);
      expect(await htmlFaults(flow.browser.html)).toEqual([]);
      await flow.browser.submit('Continue without an organization');
      const claims = (await flow.tokens()).claims();
      expect(claims).toMatchObject({ sub: user._id });
      expect(claims).not.toHaveProperty('oid');
      const television = await makeDeviceApplication(server.services, { organization: 'optional' });
      const device = await startDevice(strict, television);
      const { browser } = await askedAbout(strict, device, { user, browser: flow.browser });
      // Its button to do without access would read alike.
      expect(browser.has('Go on without')).toBe(false);
      await browser.submit('Continue without an organization');
      await browser.submit('Allow');
      expect((await device.poll()).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});

describe('sign-up that is closed', () => {
  it('shows no way to make an account, and there is none', async () => {
    const strict = await startServer({ store: server.store, services: server.services, signUp: 'closed' });
    try {
      const application = await makeApplication(server.services);
      const { flow } = await begin(application._id, {}, strict);
      expect(flow.browser.html).not.toContain('Create account');
      const page = flow.browser.html.match(/\/interaction\/[\w-]+/)?.[0];
      await flow.browser.open(`${page}/sign-up`);
      expect(flow.browser.status).toBe(404);
    } finally {
      await strict.close();
    }
  });
});

describe('another account', () => {
  it('can be used from the picker', async () => {
    const application = await makeApplication(server.services);
    const [one, other] = [await makeUser(server.services), await makeUser(server.services)];
    await makeOrganization(server.services, { name: 'One', founder: one._id });
    await makeOrganization(server.services, { name: 'One more', founder: one._id });
    const theirs = await makeOrganization(server.services, { name: 'Theirs', founder: other._id });
    const { flow } = await begin(application._id);
    await flow.browser.submit('Sign in', { email: one.email, ...signIn });
    expect(flow.browser.has(one.email)).toBe(true);
    await flow.browser.submit('Use another account');
    await flow.browser.submit('Sign in', { email: other.email, ...signIn });
    expect((await flow.tokens()).claims()).toMatchObject({ sub: other._id, oid: theirs._id });
  });
});

describe('custom roles', () => {
  it('of one organization count there alone', async () => {
    const application = await makeApplication(server.services, { defaultApi: api._id });
    const user = await makeUser(server.services);
    const here = await makeOrganization(server.services, { name: 'Here', founder: user._id });
    const there = await makeOrganization(server.services, { name: 'There', founder: user._id });
    const role = await makeRole(server.services, {
      key: 'clerk',
      permissions: ['invoices:read'],
      organizationId: here._id,
    });
    const giveIn = (organization: { _id: string }) =>
      giveRole(server.services, SYSTEM, { organizationId: organization._id, userId: user._id, roleId: role._id });
    await giveIn(here);
    await expect(giveIn(there)).rejects.toMatchObject({ code: 'invalid' });
    // Whatever got in there by another way.
    await server.services.models.Membership.updateOne(
      { organizationId: there._id, userId: user._id },
      { $push: { roles: { roleId: role._id } } },
    );
    const { rp, flow } = await begin(application._id, { organization: here.slug, scope: 'openid invoices:read' });
    await flow.browser.submit('Sign in', { email: user.email, ...signIn });
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ roles: ['admin', 'clerk'], permissions: ['invoices:read'] });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: 'openid invoices:read' });
    const elsewhere = await rp.begin(flow.browser, { organization: there.slug, scope: 'openid invoices:read' });
    expect((await elsewhere.tokens()).claims()).toMatchObject({ roles: ['admin'], permissions: [] });
  });
});

import { refreshTokenGrant } from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization, Role, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID } from '../../src/models/role.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { listMembers } from '../../src/services/list-members.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeCrowd } from '../support/bulk.js';
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
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let admin: User;
let adminsBrowser: BrowserClient;
let organization: Organization;
let auditor: Role;
let base: string;

beforeAll(async () => {
  server = await startServer();
  const { services } = server;
  admin = await makeUser(services, { name: 'Ada Byron' });
  organization = await makeOrganization(services, { name: 'Acme', founder: admin._id });
  base = `/organizations/${organization.slug}`;
  auditor = await makeRole(services, { key: 'auditor', name: 'Auditor', organizationId: organization._id });
  adminsBrowser = await signedIn(server, admin);
});
afterAll(() => server?.close());

let user: User;
let path: string;
beforeEach(async () => {
  user = await makeUser(server.services, { name: 'Chiara Vitale' });
  await makeMember(server.services, organization._id, user._id);
  path = `${base}/members/${user._id}`;
});

/** Who they are in the organization by now. */
async function member() {
  const fresh = await server.services.models.Organization.findById(organization._id).lean();
  const { data } = await listMembers(
    server.services,
    SYSTEM,
    fresh as Organization,
    { search: user.email },
    { limit: 1 },
  );
  return data[0];
}
const directRoles = async () => (await member())?.roles;

describe('on the page of a member', () => {
  it('a role is added by its key and by its name, until the end of a day, and removed after a question', async () => {
    await adminsBrowser.open(path);
    await adminsBrowser.submit('Add role', { role: 'Auditor', until: '2040-06-30' });
    expect(adminsBrowser.has('Chiara Vitale has Auditor now.')).toBe(true);
    const held = (await member())?.held.find(({ role }) => role.key === 'auditor');
    expect(held?.direct?.until?.toISOString()).toBe('2040-06-30T23:59:59.000Z');
    await adminsBrowser.submit('Add role', { role: 'auditor' });
    expect((await member())?.held.find(({ role }) => role.key === 'auditor')?.direct).toEqual({});
    await adminsBrowser.open(`${path}/roles/remove?remove=auditor`);
    expect(adminsBrowser.has('Remove Auditor from Chiara Vitale?')).toBe(true);
    expect(await directRoles()).toEqual(['auditor', 'member']);
    await adminsBrowser.submit('Confirm');
    expect(await directRoles()).toEqual(['member']);
  });

  it('the day ends by the clocks of who chooses it', async () => {
    await adminsBrowser.open(path);
    await adminsBrowser.submit('Add role', { role: 'auditor', until: '2040-06-30', zone: 'America/New_York' });
    const held = (await member())?.held.find(({ role }) => role.key === 'auditor');
    expect(held?.direct?.until?.toISOString()).toBe('2040-07-01T03:59:59.000Z');
  });

  it.each([
    [{ role: 'nothing' }, 'There is no such role here.'],
    [{ role: '' }, 'Choose a role.'],
    [{ role: 'auditor', until: '2020-01-01' }, 'This day has passed.'],
    [{ role: 'auditor', until: 'tomorrow' }, 'Enter a day like'],
    [{ role: 'auditor', until: '2040-02-31' }, 'Enter a day like'],
  ])('%j is refused in words, and nothing changes', async (fields, words) => {
    await adminsBrowser.open(path);
    await adminsBrowser.submit('Add role', fields);
    expect(adminsBrowser.status).toBe(422);
    expect(adminsBrowser.has(words)).toBe(true);
    expect(adminsBrowser.html).toMatch(/role="alert"/);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    expect(await directRoles()).toEqual(['member']);
  });

  it('taking a role can end the sessions in the same step: the next refresh fails', async () => {
    const application = await makeApplication(server.services);
    await giveRole(server.services, SYSTEM, {
      organizationId: organization._id,
      userId: user._id,
      roleId: auditor._id,
    });
    const { rp, flow } = await signIn(server, application._id, { user });
    const tokens = await flow.tokens();
    await adminsBrowser.open(`${path}/roles/remove?remove=auditor`);
    await adminsBrowser.submit('Confirm', { end_sessions: '1' });
    expect(adminsBrowser.has('their sessions here have ended')).toBe(true);
    await expect(refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(await directRoles()).toEqual(['member']);
  });

  it('a session is seen and ended, by itself and with all', async () => {
    const application = await makeApplication(server.services, { name: 'Northwind Invoices' });
    const { rp, flow } = await signIn(server, application._id, { user });
    const tokens = await flow.tokens();
    await adminsBrowser.open(`${path}/sessions`);
    expect(adminsBrowser.has('Northwind Invoices')).toBe(true);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    const session = /name="session" value="([^"]+)"/.exec(adminsBrowser.html)?.[1] ?? '';
    await post(adminsBrowser, `${path}/sessions/end`, { session });
    await expect(refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const again = await signIn(server, application._id, { user });
    const more = await again.flow.tokens();
    await adminsBrowser.open(`${path}/end-sessions`);
    await adminsBrowser.submit('Confirm');
    await expect(refreshTokenGrant(rp.config, more.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('suspending asks first, and is lifted', async () => {
    await adminsBrowser.open(path);
    await adminsBrowser.submit('Suspend');
    expect((await member())?.membership.status).toBe('active');
    await adminsBrowser.submit('Confirm');
    expect((await member())?.membership.status).toBe('suspended');
    expect(adminsBrowser.has('Chiara Vitale is suspended.')).toBe(true);
    for (const text of ['no tokens for Acme until you reactivate them.', 'No token now', 'Counts once reactivated.'])
      expect(adminsBrowser.html.replace(/<\/?bdi>/g, '')).toContain(text);
    await adminsBrowser.submit('Reactivate');
    expect((await member())?.membership.status).toBe('active');
  });

  it('removing asks first, and then nobody is there', async () => {
    await adminsBrowser.open(path);
    await adminsBrowser.submit('Remove from organization');
    expect(adminsBrowser.has('Remove Chiara Vitale from Acme?')).toBe(true);
    await adminsBrowser.submit('Confirm');
    expect(adminsBrowser.url).toBe(`${server.issuer}${base}/members`);
    expect(await member()).toBeUndefined();
    expect((await adminsBrowser.open(path)).status).toBe(404);
  });

  it('the only administrator’s controls are off and say why, and asking all the same is refused (R2)', async () => {
    const own = `${base}/members/${admin._id}`;
    await adminsBrowser.open(own);
    expect(adminsBrowser.has('Ada Byron is the only administrator.')).toBe(true);
    for (const name of ['Remove Admin', 'Suspend', 'Remove from organization'])
      expect(adminsBrowser.html).toMatch(
        new RegExp(`<button[^>]*disabled[^>]*>(?:<svg[^]*?</svg>)?(?:${name})?</button>`),
      );
    for (const step of ['suspend', 'remove', 'roles/remove?remove=admin']) {
      await adminsBrowser.open(`${own}/${step}`);
      expect(adminsBrowser.has('Ada Byron is the only administrator. Make someone else one first.')).toBe(true);
      expect(adminsBrowser.html).not.toContain('Confirm</button>');
      expect(adminsBrowser.has('See members')).toBe(true);
      expect(adminsBrowser.html).not.toMatch(/role="alert"|<title>Error/);
      expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
      const refused = await post(adminsBrowser, `${own}/${step.split('?')[0]}`, { remove: 'admin' });
      expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('<title>Error: ')]);
    }
    const now = await server.services.models.Organization.findById(organization._id).lean();
    expect(now?.administrators).toEqual([admin._id]);
  });

  it('a group is joined and left, with the roles that go told before', async () => {
    const group = await makeGroup(server.services, organization._id, `Finance ${user._id}`, [auditor._id]);
    await adminsBrowser.open(`${path}/groups`);
    await adminsBrowser.submit('Add to group', { group: group._id });
    expect((await member())?.effectiveRoles.map((role) => role.key)).toEqual(['auditor', 'member']);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    await adminsBrowser.open(path);
    expect(adminsBrowser.has(`via ${group.name}`)).toBe(true);
    await adminsBrowser.open(`${path}/groups/remove?group=${group._id}`);
    expect(adminsBrowser.has('Goes with it')).toBe(true);
    expect(adminsBrowser.html).toContain('Auditor');
    await adminsBrowser.submit('Confirm');
    expect((await member())?.groups).toEqual([]);
  });

  it('in single mode a role replaces the other and can’t be taken (R4)', async () => {
    const only = await makeOrganization(server.services, { name: 'Single', founder: admin._id });
    await makeMember(server.services, only._id, user._id);
    await changeOrganization(server.services, SYSTEM, only, { roleMode: 'single' });
    const own = `/organizations/${only.slug}/members/${user._id}`;
    await adminsBrowser.open(own);
    expect(adminsBrowser.has('exactly one role')).toBe(true);
    expect(adminsBrowser.html).not.toContain('Remove Member');
    expect(adminsBrowser.html).not.toContain('name="until"');
    const role = await makeRole(server.services, { key: 'one', name: 'One', organizationId: only._id });
    await adminsBrowser.open(own);
    await adminsBrowser.submit('Add role', { role: role.key });
    // What was first given counts for nobody any more, in lists and their numbers too.
    await adminsBrowser.open(`/organizations/${only.slug}/members?role=member`);
    expect(adminsBrowser.has('Nobody is found')).toBe(true);
    await adminsBrowser.open(`/organizations/${only.slug}/members?role=one`);
    expect(adminsBrowser.has('1 of 1')).toBe(true);
    const row = await server.services.models.Membership.findOne({ organizationId: only._id, userId: user._id }).lean();
    expect(row?.roles.map((one) => one.roleId)).toEqual([role._id]);
  });
});

/** A form that a page doesn't offer as it stands. */
async function post(browser: BrowserClient, to: string, fields: Record<string, string>) {
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
  return fetch(server.issuer + to, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: server.issuer, cookie: browser.cookies(to), accept: 'text/html' },
    body: new URLSearchParams({ csrf, ...fields }),
  });
}

describe('who is the only administrator', () => {
  it('is told why they can’t leave, and asked nothing', async () => {
    const only = await makeOrganization(server.services, { founder: admin._id });
    const leaving = `/account/organizations/${only.slug}/leave`;
    await adminsBrowser.open('/account/organizations');
    expect(adminsBrowser.html).toMatch(new RegExp(`<button[^>]*disabled[^>]*aria-describedby="kept-${only.slug}"`));
    expect(adminsBrowser.html).not.toContain(leaving);
    await adminsBrowser.open(leaving);
    expect(adminsBrowser.has('You are the only member, so you can’t leave.')).toBe(true);
    expect(adminsBrowser.html).not.toContain('Confirm</button>');
    await makeMember(server.services, only._id, user._id);
    await adminsBrowser.open(leaving);
    expect(adminsBrowser.has('You are its only administrator. Make someone else one first.')).toBe(true);
    expect(adminsBrowser.html).toContain(`/organizations/${only.slug}/members"`);
    expect(adminsBrowser.html).not.toMatch(/role="alert"|<title>Error/);
    const refused = await post(adminsBrowser, leaving, {});
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('<title>Error: ')]);
  });
});

describe('who may', () => {
  const POSTS = [
    'roles',
    'roles/remove',
    'groups',
    'groups/remove',
    'suspend',
    'reactivate',
    'remove',
    'end-sessions',
    'sessions/end',
  ];
  const GETS = ['sessions', 'end-sessions', 'suspend', 'remove', 'roles/remove?remove=member', 'groups/remove?group=x'];

  it('a member sees members and what they hold, and nothing that changes them; the rest is as if it weren’t there', async () => {
    const browser = await signedIn(server, user);
    const other = `${base}/members/${admin._id}`;
    await browser.open(`${base}/members`);
    expect(browser.status).toBe(200);
    expect(browser.html).not.toContain('type="checkbox"');
    await browser.open(other);
    expect(browser.status).toBe(200);
    for (const word of ['Add role', 'Suspend', 'Remove ', 'End all', 'Sessions', 'Activity'])
      expect(browser.has(word), word).toBe(false);
    for (const page of GETS) expect((await browser.open(`${other}/${page}`)).status, page).toBe(404);
    await browser.open('/account/organizations/new');
    for (const step of POSTS)
      expect((await post(browser, `${other}/${step}`, { role: 'admin' })).status, step).toBe(404);
    for (const step of ['bulk/new?action=suspend&everyone=1', 'bulk/blk_x'])
      expect((await browser.open(`${base}/${step}`)).status, step).toBe(404);
    await browser.open('/account/organizations/new');
    expect((await post(browser, `${base}/bulk`, { action: 'suspend', everyone: '1' })).status).toBe(404);
  });

  it('somebody of another organization, or signed out, learns nothing', async () => {
    const stranger = await makeUser(server.services);
    const theirs = await makeOrganization(server.services, { founder: stranger._id });
    const browser = await signedIn(server, stranger);
    for (const page of ['members', `members/${user._id}`, 'members/nobody'])
      expect((await browser.open(`${base}/${page}`)).status).toBe(404);
    const unknown = browser.html.replace(/Request \S+/, '');
    await browser.open('/organizations/there-is-none/members/nobody');
    expect(browser.html.replace(/Request \S+/, '')).toBe(unknown);
    // A member of this organization isn't reached through theirs.
    expect((await browser.open(`/organizations/${theirs.slug}/members/${user._id}`)).status).toBe(404);
    const out = await fetch(`${server.issuer}${path}`, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect(out.status).toBe(303);
    expect(out.headers.get('location')).toContain('/oauth2/authorize');
  });

  it('a form that didn’t come from a page of ours is refused', async () => {
    await adminsBrowser.open(path);
    expect((await post(adminsBrowser, `${path}/roles`, { csrf: 'x', role: 'auditor' })).status).toBe(403);
    expect(await directRoles()).toEqual(['member']);
  });

  it('who may manage members but isn’t administrator isn’t offered that role, and can’t give it (R15)', async () => {
    const key = `manager-${user._id.slice(-6).toLowerCase()}`;
    const manager = await makeRole(server.services, {
      key,
      name: key,
      organizationId: organization._id,
      management: ['members:read', 'members:write'],
    });
    await giveRole(server.services, SYSTEM, {
      organizationId: organization._id,
      userId: user._id,
      roleId: manager._id,
    });
    const browser = await signedIn(server, user);
    const other = await makeUser(server.services, { name: 'Emeka Mbah' });
    await makeMember(server.services, organization._id, other._id);
    await browser.open(`${base}/members/${other._id}`);
    expect(browser.html).not.toContain('value="admin"');
    expect((await post(browser, `${base}/members/${other._id}/roles`, { role: ADMIN_ROLE_ID })).status).toBe(422);
    await browser.open(`${base}/members/${admin._id}`);
    expect(browser.html).not.toContain('Remove Admin');
  });
});

describe('a change of many', () => {
  it('is about those who are ticked, or everyone in the list', async () => {
    const crowd = await makeOrganization(server.services, { name: 'Crowd', founder: admin._id });
    const at = `/organizations/${crowd.slug}`;
    const people = [];
    for (let count = 0; count < 4; count += 1) {
      const one = await makeUser(server.services, { name: `Person ${count}` });
      people.push(await makeMember(server.services, crowd._id, one._id));
    }
    const ticked = people
      .slice(0, 2)
      .map((one) => `member=${one._id}`)
      .join('&');
    await adminsBrowser.open(`${at}/bulk/new?action=suspend&${ticked}`);
    expect(adminsBrowser.has('Suspend 2 people')).toBe(true);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    const csrf = /name="csrf" value="([^"]+)"/.exec(adminsBrowser.html)?.[1] ?? '';
    const sent = await fetch(`${server.issuer}${at}/bulk`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.issuer, cookie: adminsBrowser.cookies('/'), accept: 'text/html' },
      body: new URLSearchParams([
        ['csrf', csrf],
        ['action', 'suspend'],
        ...people.slice(0, 2).map((one): [string, string] => ['member', one._id]),
      ]),
    });
    await adminsBrowser.open(sent.headers.get('location') ?? '');
    expect(adminsBrowser.has('Apply to 2 people')).toBe(true);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    await adminsBrowser.submit('Cancel');
    expect(adminsBrowser.has('Called off. Nothing has changed.')).toBe(true);
    // Everyone, the only administrator among them, who is refused by name of the rule.
    await adminsBrowser.open(`${at}/bulk/new?action=suspend&everyone=1`);
    await adminsBrowser.submit('Preview');
    expect(adminsBrowser.has('Apply to 4 people')).toBe(true);
    expect(adminsBrowser.has('An organization needs an administrator.')).toBe(true);
  });

  it('is for a role or a group that was named before who, through filters, pages and sorting', async () => {
    const { services } = server;
    const crowd = await makeOrganization(services, { name: 'Choir', founder: admin._id });
    const group = await makeGroup(services, crowd._id, 'Altos & <co>');
    const reader = await makeRole(services, { key: 'reader', name: 'Reader', organizationId: crowd._id });
    await makeCrowd(services, 60, { into: crowd });
    const at = `/organizations/${crowd.slug}`;
    const bar = () => /<div class="bulk-actions">[\s\S]*?<\/div>/.exec(adminsBrowser.html)?.[0] ?? '';
    const options = [
      { query: `give=${reader.key}`, heading: 'Choose who gets Reader', kind: 'give_role', chosen: reader.key },
      { query: `add=${group._id}`, heading: 'Choose who joins Altos', kind: 'add_to_group', chosen: group._id },
    ];
    for (const { query, heading, kind, chosen } of options) {
      const [name] = query.split('=');
      await adminsBrowser.open(`${at}/members?${query}&status=active`);
      expect(adminsBrowser.html.replace(/<bdi>/g, '')).toContain(heading);
      expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
      // In the form that narrows the list, and in that which goes on.
      expect(adminsBrowser.html.split(`type="hidden" name="${name}" value="${chosen}"`)).toHaveLength(3);
      for (const link of ['sort=name', 'after='])
        expect(adminsBrowser.html).toMatch(new RegExp(`href="[^"]*members\\?${query}&amp;[^"]*${link}`));
      expect(bar().match(/<button/g)).toHaveLength(1);
      expect(bar()).toContain(`value="${kind}"`);
      await adminsBrowser.open(`${at}/members?${query}&q=nobody-at-all`);
      expect(adminsBrowser.html).toContain(`href="${at}/members?${query}">Show all members`);
      await adminsBrowser.open(`${at}/bulk/new?${query}&action=${kind}&everyone=1`);
      expect(adminsBrowser.html).toMatch(new RegExp(`<option value="${chosen}"[^>]* selected>`));
      // Nobody was ticked: what it is for is still known.
      await adminsBrowser.open(`${at}/bulk/new?${query}&action=${kind}`);
      expect(adminsBrowser.url).toBe(`${server.issuer}${at}/members?${query}`);
      await adminsBrowser.follow('Stop choosing');
      expect(adminsBrowser.html).not.toContain('Stop choosing');
    }
    for (const query of ['give=nothing', 'give=', 'add=grp_01JX0000000000000000000000', 'add=x&give=x']) {
      await adminsBrowser.open(`${at}/members?${query}`);
      expect(adminsBrowser.status).toBe(200);
      expect(adminsBrowser.html).not.toContain('Stop choosing');
      expect(bar().match(/<button/g)?.length).toBeGreaterThan(3);
    }
    // Who may change nobody chooses nobody.
    await makeMember(services, crowd._id, user._id);
    const asMember = await signedIn(server, user);
    await asMember.open(`${at}/members?give=${reader.key}`);
    expect(asMember.status).toBe(200);
    expect(asMember.html).not.toContain('Stop choosing');
  });

  it('says what it does when it undoes, and when that is undone', async () => {
    const { services } = server;
    const choir = await makeOrganization(services, { name: 'Band', founder: admin._id });
    const group = await makeGroup(services, choir._id, 'Brass');
    const player = await makeRole(services, { key: 'player', name: 'Player', organizationId: choir._id });
    await makeCrowd(services, 3, { into: choir });
    const at = `/organizations/${choir.slug}`;
    const heading = () => /<h1>([\s\S]*?)<\/h1>/.exec(adminsBrowser.html)?.[1];
    const said = (words: string) => adminsBrowser.html.replace(/<\/?bdi>/g, '').includes(words);
    const settled = async () => {
      for (let tries = 0; tries < 200 && !adminsBrowser.has('people were changed'); tries += 1)
        await adminsBrowser.open(adminsBrowser.url.slice(server.issuer.length));
      expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    };
    type Words = Record<'first' | 'undone' | 'again' | 'effect', string>;
    const tell = async (action: string, about: Record<string, string>, words: Words) => {
      await adminsBrowser.open(`${at}/bulk/new?action=${action}&everyone=1&in_role=member`);
      await adminsBrowser.submit('Preview', about);
      expect(heading()).toBe(words.first);
      await adminsBrowser.submit('Apply to 3 people');
      await settled();
      expect(adminsBrowser.has(words.effect), words.effect).toBe(true);
      const first = adminsBrowser.url.slice(server.issuer.length);
      await adminsBrowser.submit('Undo for 3 people');
      await settled();
      expect(heading()).toBe(`Undoing “${words.first}”`);
      expect(adminsBrowser.html).toContain(`href="${first}"`);
      expect(said(`Undoes “${words.first}”`)).toBe(true);
      const undo = adminsBrowser.url.slice(server.issuer.length);
      await adminsBrowser.submit(words.again);
      await settled();
      expect(heading()).toBe(words.again);
      expect(said(`Undoes “${words.undone}”`)).toBe(true);
      await adminsBrowser.open(undo);
      expect(said(`Undone in turn: “${words.again}”`)).toBe(true);
      await adminsBrowser.open(first);
      expect(said('This was undone')).toBe(true);
      return { first, undo };
    };
    const { first, undo } = await tell(
      'add_to_group',
      { group: group._id },
      {
        first: 'Add 3 people to Brass',
        undone: 'Remove 3 people from Brass',
        again: 'Add 3 people to Brass again',
        effect: 'What Brass gives counts from the next token, at most 5 minutes after the change.',
      },
    );
    await tell(
      'give_role',
      { role: player.key },
      {
        first: 'Give Player to 3 people',
        undone: 'Take Player from 3 people',
        again: 'Give Player back to 3 people',
        effect: 'Player counts from the next token, at most 5 minutes after the change.',
      },
    );
    await tell(
      'suspend',
      {},
      {
        first: 'Suspend 3 people',
        undone: 'Reactivate 3 people',
        again: 'Suspend 3 people again',
        effect: 'They get no tokens here until you reactivate them.',
      },
    );
    // What was undone is tidied away before its undo.
    await services.models.BulkOperation.deleteOne({ _id: first.split('/').at(-1) });
    await adminsBrowser.open(undo);
    expect(heading()).toBe('Undo for 3 people');
    expect(adminsBrowser.html).not.toContain(first);
  });

  it('needs a role that is there, and somebody to be about', async () => {
    await adminsBrowser.open(`${base}/bulk/new?action=give_role&everyone=1`);
    await adminsBrowser.submit('Preview', { role: 'nothing' });
    expect(adminsBrowser.status).toBe(422);
    expect(adminsBrowser.has('There is no such role here.')).toBe(true);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
    await adminsBrowser.open(`${base}/bulk/new?action=give_role`);
    expect(adminsBrowser.url).toBe(`${server.issuer}${base}/members`);
    expect((await adminsBrowser.open(`${base}/bulk/blk_unknown`)).status).toBe(404);
  });
});

describe('somebody', () => {
  it('whose session has ended comes back to the page of the form, with what they had asked for', async () => {
    const browser = new BrowserClient(server.issuer);
    await browser.open(`${base}/members?role=auditor`);
    await browser.submit('Sign in', { email: admin.email, password: PASSWORD });
    expect(browser.url).toBe(`${server.issuer}${base}/members?role=auditor`);
    const out = await fetch(`${server.issuer}${path}/roles`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.issuer, referer: server.issuer + path, cookie: csrfAlone(browser) },
      body: new URLSearchParams({
        csrf: /name="csrf" value="([^"]+)"/.exec((await browser.open(path)).html)?.[1] ?? '',
      }),
    });
    expect(new URL(out.headers.get('location') ?? '', server.issuer).searchParams.get('state')).toBe(path);
  });

  it('else’s notice is nobody’s', async () => {
    const mine = await signedIn(server, user);
    await adminsBrowser.open(path);
    const sent = await post(adminsBrowser, `${path}/roles`, {
      role: 'auditor',
      revision: /name="revision" value="(\d+)"/.exec(adminsBrowser.html)?.[1] ?? '',
    });
    const cookie = sent.headers.getSetCookie().find((one) => one.startsWith('rollcall_notice='));
    mine.plant('rollcall_notice', /=([^;]*)/.exec(cookie ?? '')?.[1] ?? '');
    await mine.open('/account');
    expect(mine.has('has Auditor now')).toBe(false);
    expect(mine.status).toBe(200);
  });

  it('who sends the character 0 is refused', async () => {
    await adminsBrowser.open(path);
    expect((await post(adminsBrowser, `${path}/roles`, { role: 'a\0' })).status).toBe(400);
  });

  it('else’s end of a role isn’t undone unseen', async () => {
    const key = { organizationId: organization._id, userId: user._id };
    await giveRole(server.services, SYSTEM, { ...key, roleId: auditor._id });
    await adminsBrowser.open(path);
    const until = new Date('2040-01-01T00:00:00Z');
    await giveRole(server.services, SYSTEM, { ...key, roleId: auditor._id, until });
    await adminsBrowser.submit('Add role', { role: 'auditor' });
    expect(adminsBrowser.status).toBe(422);
    expect(adminsBrowser.has('Somebody else has changed this meanwhile')).toBe(true);
    expect((await member())?.held.find(({ role }) => role.key === 'auditor')?.direct?.until).toEqual(until);
    await adminsBrowser.submit('Add role', { role: 'auditor' });
    expect((await member())?.held.find(({ role }) => role.key === 'auditor')?.direct).toEqual({});
  });

  it('who may end no session takes no role with that', async () => {
    const key = `mgr-${user._id.slice(-6).toLowerCase()}`;
    const { _id } = await makeRole(server.services, {
      key,
      name: key,
      organizationId: organization._id,
      management: ['members:read', 'members:write', 'roles:read'],
    });
    await giveRole(server.services, SYSTEM, { organizationId: organization._id, userId: user._id, roleId: _id });
    const browser = await signedIn(server, user);
    const other = await makeUser(server.services);
    await makeMember(server.services, organization._id, other._id, ['rol_member', auditor._id]);
    await browser.open(`${base}/members/${other._id}`);
    const sent = await post(browser, `${base}/members/${other._id}/roles/remove`, {
      remove: 'auditor',
      end_sessions: '1',
    });
    expect(sent.status).toBe(404);
    const row = await server.services.models.Membership.findOne({ userId: other._id }).lean();
    expect(row?.roles.map((one) => one.roleId)).toContain(auditor._id);
  });

  it('who chose by a role that is gone changes nobody', async () => {
    const gone = await makeRole(server.services, { key: 'gone', name: 'Gone', organizationId: organization._id });
    await adminsBrowser.open(`${base}/bulk/new?action=suspend&everyone=1&in_role=gone`);
    await server.services.models.Role.deleteOne({ _id: gone._id });
    await changeOrganization(server.services, SYSTEM, organization, { name: 'Acme' });
    await server.services.models.Organization.updateOne({ _id: organization._id }, { $inc: { vocabulary: 1 } });
    await adminsBrowser.submit('Preview');
    expect(adminsBrowser.status).toBe(422);
    expect(adminsBrowser.has('isn’t there any more')).toBe(true);
    expect(await htmlFaults(adminsBrowser.html)).toEqual([]);
  });
});

/** The cookie of forms, without a session. */
const csrfAlone = (browser: BrowserClient) => `rollcall_csrf=${browser.cookie('rollcall_csrf')}`;

describe('every page here', () => {
  it('is valid HTML, whatever people are called', async () => {
    const odd = await makeUser(server.services, { name: `<u>"'&amp; ${'x'.repeat(180)} 👩‍🚀` });
    await makeMember(server.services, organization._id, odd._id);
    const group = await makeGroup(server.services, organization._id, `<u>Odd ${odd._id}`, [auditor._id]);
    await addToGroup(server.services, SYSTEM, {
      organizationId: organization._id,
      userId: odd._id,
      groupId: group._id,
    });
    const own = `${base}/members/${odd._id}`;
    for (const page of [
      `${base}/members`,
      `${base}/members?q=nobody-at-all`,
      own,
      `${own}/groups`,
      `${own}/sessions`,
      `${own}/suspend`,
      `${own}/remove`,
      `${own}/roles/remove?remove=member`,
      `${own}/groups/remove?group=${group._id}`,
      `${base}/bulk/new?action=add_to_group&everyone=1`,
      '/account',
      '/account/organizations',
      '/account/organizations/new',
      `/account/organizations/${organization.slug}/leave`,
    ]) {
      await adminsBrowser.open(page);
      expect(adminsBrowser.status, page).toBe(200);
      expect(await htmlFaults(adminsBrowser.html), page).toEqual([]);
      expect(adminsBrowser.html).not.toContain('<u>');
    }
  });
});

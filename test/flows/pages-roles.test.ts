import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Group, Organization, Role, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID } from '../../src/models/role.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { changeRole, createRole } from '../../src/services/create-role.js';
import { findRole } from '../../src/services/find-role.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let ada: User;
let bob: User;

beforeAll(async () => {
  server = await startServer();
  ada = await makeUser(server.services, { name: 'Ada Byron' });
  bob = await makeUser(server.services, { name: 'Bob Marsh' });
  await createRole(server.services, SYSTEM, { key: 'auditor', name: 'Auditor', organizationId: null });
  await makeApi(server.services, {
    name: 'Northwind Invoices',
    permissions: [
      { key: 'invoices:read', description: 'Read invoices', operatorsOnly: false },
      { key: 'invoices:write', description: 'Write invoices', operatorsOnly: false },
      { key: 'invoices:purge', description: 'Purge invoices', operatorsOnly: true },
    ],
  });
});
afterAll(async () => {
  await server?.close();
});

/** An organization of its own: Ada its administrator, Bob a member, and a role `billing`. */
async function world(values: Partial<Organization> = {}) {
  const { services } = server;
  const { _id, slug } = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  const membership = await makeMember(services, _id, bob._id, []);
  if (values.roleMode === 'single') await makeMember(services, _id, bob._id, ['rol_member']);
  const organization = (await services.models.Organization.findById(_id).lean()) as Organization;
  if (Object.keys(values).length) await changeOrganization(services, SYSTEM, organization, values as never);
  const role = await createRole(services, SYSTEM, { key: 'billing', name: 'Billing', organizationId: _id });
  return { organizationId: _id, role, base: `/organizations/${slug}/roles`, member: membership._id };
}

/** What a member holds directly. */
const held = async (organizationId: string, { _id: userId }: User) =>
  (await server.services.models.Membership.findOne({ organizationId, userId }).lean())?.roles ?? [];
const carried = async ({ _id }: Pick<Group, '_id'>) =>
  (await server.services.models.Group.findById(_id).lean())?.roles ?? [];
const today = ({ _id, organizationId }: Role) => findRole(server.services, organizationId, _id);

async function expectPage(browser: BrowserClient, status = 200): Promise<void> {
  expect(await htmlFaults(browser.html)).toEqual([]);
  expect(browser.status).toBe(status);
}

/** Sends a form of a page with fields that may come several times. */
async function post(browser: BrowserClient, path: string, pairs: [string, string][], token?: string) {
  const csrf = token ?? /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
  const response = await fetch(server.issuer + path, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      cookie: browser.cookies(path),
      origin: server.issuer,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams([['csrf', csrf], ...pairs]).toString(),
  });
  return { status: response.status, html: await response.text() };
}

describe('the roles of an organization', () => {
  it('are listed with where they come from and how much they allow', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(base);
    await expectPage(browser);
    for (const text of ['Billing', 'Auditor', 'Custom', 'Everywhere on this server', 'Built in', 'admin'])
      expect(browser.has(text)).toBe(true);
    await browser.follow('Billing');
    expect(browser.url).toBe(`${server.issuer}${base}/billing`);
  });

  it('are listed a page at a time', async () => {
    const { base, organizationId } = await world();
    for (let n = 10; n < 62; n += 1)
      await createRole(server.services, SYSTEM, { key: `r${n}`, name: `R${n}`, organizationId });
    const browser = await signedIn(server, ada);
    await browser.open(base);
    expect(browser.has('50 of 56')).toBe(true);
    await browser.follow('Next');
    await expectPage(browser);
    expect(browser.has('R61')).toBe(true);
    await browser.follow('First');
    expect(browser.has('R61')).toBe(false);
  });

  it('are seen by a member, who is offered no change and finds none', async () => {
    const { base, member } = await world();
    await giveRole(server.services, SYSTEM, { ...(await keyOf(base)), roleId: 'rol_member' });
    const browser = await signedIn(server, bob);
    await browser.open(base);
    await expectPage(browser);
    expect(browser.html).not.toContain('Create role');
    await browser.open(`${base}/billing`);
    await expectPage(browser);
    for (const text of ['Give to people', 'Delete role', 'Remove Billing']) expect(browser.html).not.toContain(text);
    await browser.open(`${base}/billing/permissions`);
    await expectPage(browser);
    expect(browser.html).not.toContain('type="checkbox"');
    const forbidden = ['give', 'edit', 'delete', `members/${member}/remove`];
    for (const path of [`${base}/new`, ...forbidden.map((one) => `${base}/billing/${one}`)]) {
      await browser.open(path);
      expect(`${path} ${browser.status}`).toBe(`${path} 404`);
    }
    const token = /name="csrf" value="([^"]+)"/.exec((await browser.open('/account/organizations/new')).html)?.[1];
    for (const path of ['give', 'give/group', 'edit', 'delete', 'permissions', `members/${member}/remove`])
      expect((await post(browser, `${base}/billing/${path}`, [], token)).status).toBe(404);
    expect((await post(browser, `${base}/new`, [['name', 'Mine']], token)).status).toBe(404);
  });

  it('are nothing to whoever is no member, nor is a role of another organization', async () => {
    const [one, other] = [await world(), await world()];
    await createRole(server.services, SYSTEM, { key: 'treasury', name: 'T', organizationId: other.organizationId });
    const stranger = await signedIn(server, await makeUser(server.services));
    for (const path of ['', '/billing', '/billing/permissions', '/new'])
      expect((await stranger.open(one.base + path)).status).toBe(404);
    const browser = await signedIn(server, ada);
    for (const path of ['/treasury', `/${other.role._id}`, `/${other.role._id}/permissions`, '/nothing'])
      expect((await browser.open(one.base + path)).status).toBe(404);
    expect((await browser.open(`${one.base}/billing/members/${other.member}/remove`)).status).toBe(404);
  });

  it('are changed by no form that isn’t from here', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    for (const path of ['/new', '/billing/give', '/billing/edit', '/billing/delete', '/billing/permissions'])
      expect((await post(browser, base + path, [['name', 'X']], 'forged')).status).toBe(403);
    expect((await today(role)).name).toBe('Billing');
  });
});

const keyOf = async (base: string) => {
  const slug = base.split('/')[2] as string;
  const organization = await server.services.models.Organization.findOne({ slug }).lean();
  return { organizationId: organization?._id as string, userId: bob._id };
};

describe('a role is made', () => {
  it('with a key of its name, and shown', async () => {
    const { base, organizationId } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/new`);
    await expectPage(browser);
    await browser.submit('Create role', { name: 'Éditeur en chef (2nd)', key: '', description: 'Says <yes>' });
    await expectPage(browser);
    expect(browser.url).toBe(`${server.issuer}${base}/editeur-en-chef-2nd`);
    expect(browser.has('Éditeur en chef (2nd) is there.')).toBe(true);
    const made = await findRole(server.services, organizationId, 'editeur-en-chef-2nd');
    expect(made).toMatchObject({ name: 'Éditeur en chef (2nd)', description: 'Says <yes>', organizationId });
  });

  it('not without a name, nor with a key that is malformed, taken or reserved: what was typed stays', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/new`);
    await browser.submit('Create role', { name: '', description: 'Kept' });
    await expectPage(browser, 422);
    expect(browser.has('Enter a name.')).toBe(true);
    expect(browser.html).toContain('value="Kept"');
    await browser.submit('Create role', { name: '宛先' });
    expect(browser.has('no letters')).toBe(true);
    await browser.submit('Create role', { name: 'X', key: 'Bad Key' });
    expect(browser.html).toMatch(/aria-describedby="key-hint key-error"/);
    for (const key of ['billing', 'auditor', 'admin', 'rol_admin']) {
      await browser.submit('Create role', { name: 'X', key });
      await expectPage(browser, 422);
      expect(browser.has(`The key ${key} is taken.`)).toBe(true);
    }
  });

  it('also with the key new, whose page is found by its id', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/new`);
    await browser.submit('Create role', { name: 'New' });
    await expectPage(browser);
    expect(browser.url).toContain(`${base}/rol_`);
    await browser.follow('Edit');
    await browser.submit('Save', { name: 'Newest', description: '' });
    expect(browser.has('Newest is saved.')).toBe(true);
  });
});

describe('a role is given', () => {
  it('to a member by address, with an end or without', async () => {
    const { base, organizationId, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing`);
    expect(browser.has('Nobody has it yet')).toBe(true);
    await browser.follow('Give to people or groups');
    await expectPage(browser);
    await browser.submit('Give role', { person: bob.email.toUpperCase(), until: '2999-12-31' });
    await expectPage(browser);
    expect(browser.has('Bob Marsh has Billing now.')).toBe(true);
    expect(browser.has('until 31 Dec 2999')).toBe(true);
    expect(await held(organizationId, bob)).toEqual([{ roleId: role._id, until: new Date('2999-12-31T23:59:59Z') }]);
    await browser.open(`${base}/billing/give`);
    await browser.submit('Give role', { person: bob.email });
    expect(browser.has('has Billing already')).toBe(true);
    // Another end is given where the present one is seen.
    expect(await held(organizationId, bob)).toEqual([{ roleId: role._id, until: new Date('2999-12-31T23:59:59Z') }]);
  });

  it('to nobody else, in the same words whether the address has an account or not', async () => {
    const { base } = await world();
    const elsewhere = await makeUser(server.services);
    const browser = await signedIn(server, ada);
    const words: string[] = [];
    for (const person of [elsewhere.email, 'nobody@example.test']) {
      await browser.open(`${base}/billing/give`);
      await browser.submit('Give role', { person });
      await expectPage(browser, 422);
      expect(browser.html).toContain(`value="${person}"`);
      words.push(browser.html.replaceAll(person, '').replace(/name="csrf" value="[^"]*"/g, ''));
    }
    expect(words[0]).toBe(words[1]);
    for (const fields of [
      { person: '' },
      { person: bob.email, until: '2001-01-01' },
      { person: bob.email, until: 'soon' },
    ] as Record<string, string>[]) {
      await browser.open(`${base}/billing/give`);
      await browser.submit('Give role', fields);
      await expectPage(browser, 422);
    }
    expect(browser.has('Enter a day')).toBe(true);
  });

  it('to a member by name, where one alone is meant', async () => {
    const { base, organizationId, role } = await world();
    const { services } = server;
    const [cleo, rayner, twin, sam] = await Promise.all(
      ['Cleo Ray', 'Cleo Rayner', 'Cleo Rayner', 'Sam Ohm'].map((name) => makeUser(services, { name })),
    );
    for (const one of [cleo, rayner, twin]) await makeMember(services, organizationId, (one as User)._id, []);
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/give`);
    expect(browser.has('Name or email address of a member.')).toBe(true);
    // The one who is called exactly so, whatever others' names begin with.
    await browser.submit('Give role', { person: 'cléo ray' });
    expect(browser.has('Cleo Ray has Billing now.')).toBe(true);
    expect(await held(organizationId, cleo as User)).toEqual([{ roleId: role._id }]);
    // The only one whose name begins so.
    await browser.open(`${base}/billing/give`);
    await browser.submit('Give role', { person: 'Bob' });
    expect(browser.has('Bob Marsh has Billing now.')).toBe(true);
    for (const [person, words] of [
      ['Cleo', 'Several people are called so. Choose one by their email address.'],
      ['Cleo Rayner', 'Several people are called so.'],
      ['Sam Ohm', 'No member is found by this.'],
      [(sam as User)._id, 'No member is found by this.'],
      [(rayner as User).email.slice(0, -1), 'No member is found by this.'],
      ['', 'Say who is meant.'],
    ] as const) {
      await browser.open(`${base}/billing/give`);
      await browser.submit('Give role', { person });
      await expectPage(browser, 422);
      expect(browser.has(words), person).toBe(true);
      expect(browser.html).toContain(`value="${person}"`);
    }
    expect(await held(organizationId, rayner as User)).toEqual([]);
    expect(await held(organizationId, twin as User)).toEqual([]);
    await browser.open(`${base}/billing/give?person=Cleo+Rayner`);
    for (const one of [rayner, twin]) expect(browser.html).toContain(`<option value="${(one as User).email}">`);
  });

  it('by who may not see members to an address alone', async () => {
    const { base, organizationId, role } = await world();
    const { services } = server;
    const giver = await createRole(services, SYSTEM, {
      key: 'giver',
      name: 'Giver',
      organizationId,
      permissions: ['roles:read', 'members:write'],
    });
    const person = await makeUser(services, { name: 'Gil Giver' });
    await makeMember(services, organizationId, person._id, [giver._id]);
    const browser = await signedIn(server, person);
    await browser.open(`${base}/billing/give?person=Bob`);
    await expectPage(browser);
    for (const text of ['Email address of a member.', '<label for="person">']) expect(browser.html).toContain(text);
    for (const text of ['hx-get', 'Choose many people', bob.email]) expect(browser.html).not.toContain(text);
    await browser.submit('Give role', { person: 'Bob Marsh' });
    await expectPage(browser, 422);
    expect(browser.has('No member is found by this.')).toBe(true);
    await browser.submit('Give role', { person: bob.email });
    expect(await held(organizationId, bob)).toEqual([{ roleId: role._id }]);
  });

  it('to many people, chosen in the list of members', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/give`);
    await browser.follow('Choose many people');
    await expectPage(browser);
    expect(browser.url).toBe(`${server.issuer}${base.replace('/roles', '/members?give=billing')}`);
    expect(browser.html.replace(/<\/?bdi>/g, '')).toContain('Choose who gets Billing');
  });

  it('to everyone in a group, and taken from the group after a question', async () => {
    const { base, organizationId, role } = await world();
    const group = await makeGroup(server.services, organizationId, 'Finance', ['rol_member']);
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/give`);
    await browser.submit('Give to group', { group: '' });
    await expectPage(browser, 422);
    await browser.submit('Give to group', { group: 'grp_01JX0000000000000000000000' });
    await expectPage(browser, 422);
    await browser.submit('Give to group', { group: group._id });
    await expectPage(browser);
    expect(await carried(group)).toEqual(['rol_member', role._id]);
    expect(browser.html).toContain('aria-label="Remove Billing from Finance"');
    await browser.open(`${base}/billing/groups/${group._id}/remove`);
    await expectPage(browser);
    expect(browser.has('Nobody is in it.')).toBe(true);
    expect(await carried(group)).toEqual(['rol_member', role._id]);
    await browser.submit('Confirm');
    expect(browser.has('Finance doesn’t carry Billing any more.')).toBe(true);
    expect(await carried(group)).toEqual(['rol_member']);
  });

  it('not by who lacks what it carries', async () => {
    const { base, organizationId } = await world();
    const manager = await createRole(server.services, SYSTEM, {
      key: 'manager',
      name: 'Manager',
      organizationId,
      permissions: ['members:read', 'members:write', 'roles:read', 'roles:write', 'groups:read'],
    });
    await giveRole(server.services, SYSTEM, { organizationId, userId: bob._id, roleId: manager._id });
    const browser = await signedIn(server, bob);
    await browser.open(`${base}/admin`);
    await expectPage(browser);
    expect(browser.has('permissions that you don’t have yourself')).toBe(true);
    expect((await browser.open(`${base}/admin/give`)).status).toBe(404);
    await browser.open(`${base}/billing/permissions`);
    await expectPage(browser);
    expect(browser.html).toMatch(/value="audit:read" disabled/);
    expect(browser.has('You don’t have this yourself')).toBe(true);
    const refused = await post(browser, `${base}/billing/permissions`, [
      ['revision', '0'],
      ['permission', 'audit:read'],
    ]);
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('role="alert"');
    await browser.open(`${base}/billing/give`);
    const token = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1];
    const given = await post(browser, `${base}/admin/give`, [['person', bob.email]], token);
    expect(given.status).toBe(422);
    expect((await post(browser, `${base}/billing/give/group`, [], token)).status).toBe(404);
  });

  it('where each has one role without an end, in place of the other', async () => {
    const { base, organizationId, role } = await world({ roleMode: 'single' });
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/give`);
    await expectPage(browser);
    expect(browser.html).not.toContain('name="until"');
    expect(browser.html).not.toContain('Give to group');
    await browser.submit('Give role', { person: bob.email });
    await expectPage(browser);
    expect(await held(organizationId, bob)).toEqual([{ roleId: role._id }]);
    expect(browser.has('give them another')).toBe(true);
    expect(browser.html).not.toContain('Remove Billing from');
    const { member } = await memberOf(organizationId);
    await browser.open(`${base}/billing/members/${member}/remove`);
    await browser.submit('Confirm');
    await expectPage(browser, 422);
    expect(await held(organizationId, bob)).toEqual([{ roleId: role._id }]);
  });

  it('to who is suggested while somebody types', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/give?person=bob`);
    await expectPage(browser);
    expect(browser.html).toContain(`<option value="${bob.email}">Bob Marsh</option>`);
  });
});

const memberOf = async (organizationId: string) => ({
  member: (await server.services.models.Membership.findOne({ organizationId, userId: bob._id }).lean())?._id as string,
});

describe('a role is taken', () => {
  it('after a question that says when it counts, with the sessions where wanted', async () => {
    const { base, organizationId, role, member } = await world();
    const key = { organizationId, userId: bob._id, roleId: role._id };
    await signedIn(server, bob);
    const browser = await signedIn(server, ada);
    for (const end of [false, true]) {
      await giveRole(server.services, SYSTEM, key);
      await browser.open(`${base}/billing`);
      expect(browser.html).toContain('aria-label="Remove Billing from Bob Marsh"');
      await browser.open(`${base}/billing/members/${member}/remove`);
      await expectPage(browser);
      expect(browser.has('They lose it with their next token, within 5 minutes.')).toBe(true);
      expect(await held(organizationId, bob)).toHaveLength(1);
      await browser.submit('Confirm', end ? { end_sessions: '1' } : {});
      await expectPage(browser);
      expect(await held(organizationId, bob)).toEqual([]);
      expect(browser.has('their sessions here have ended')).toBe(end);
    }
    const membership = await server.services.models.Membership.findById(member).lean();
    expect(membership?.endedSignIns?.length).toBeGreaterThan(0);
    expect((await browser.open(`${base}/billing/members/${member}/remove`)).status).toBe(404);
  });

  it('not from the last administrator', async () => {
    const { base, organizationId } = await world();
    const membership = await server.services.models.Membership.findOne({ organizationId, userId: ada._id }).lean();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/admin`);
    await expectPage(browser);
    expect(browser.has('The only administrator. Make someone else one first.')).toBe(true);
    expect(browser.html).not.toContain(`${membership?._id}/remove`);
    await browser.open(`${base}/admin/members/${membership?._id}/remove`);
    await browser.submit('Confirm');
    await expectPage(browser, 422);
    expect(browser.has('Ada Byron is the only administrator.')).toBe(true);
    await giveRole(server.services, SYSTEM, { organizationId, userId: bob._id, roleId: ADMIN_ROLE_ID });
    await browser.open(`${base}/admin`);
    expect(browser.html).toContain(`${membership?._id}/remove`);
  });
});

describe('what a role allows', () => {
  it('is what was ticked, of what can be given', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/permissions`);
    await expectPage(browser);
    for (const text of ['Northwind Invoices', 'This organization', 'See the members and their roles'])
      expect(browser.has(text)).toBe(true);
    for (const text of ['invoices:purge', 'administrators:write']) expect(browser.html).not.toContain(text);
    const saved = await post(browser, `${base}/billing/permissions`, [
      ['revision', '0'],
      ['permission', 'invoices:read'],
      ['permission', 'members:read'],
    ]);
    expect(saved.status).toBe(303);
    expect(await today(role)).toMatchObject({ permissions: ['invoices:read'], management: ['members:read'] });
    await browser.open(`${base}/billing/permissions`);
    expect(browser.html).toMatch(/value="invoices:read" checked/);
    for (const impossible of ['invoices:purge', 'administrators:write', 'instance:users', 'nothing:here']) {
      const pairs: [string, string][] = [
        ['revision', '1'],
        ['permission', impossible],
      ];
      expect((await post(browser, `${base}/billing/permissions`, pairs)).status).toBe(422);
    }
  });

  it('is not overwritten unseen: what was ticked stays, and is marked where the role differs by now', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/permissions`);
    await changeRole(server.services, SYSTEM, await today(role), { permissions: ['invoices:write'] });
    const mine: [string, string][] = [['permission', 'invoices:read']];
    const { status, html } = await post(browser, `${base}/billing/permissions`, [['revision', '0'], ...mine]);
    expect(status).toBe(422);
    expect(await htmlFaults(html)).toEqual([]);
    expect(html).toContain('Somebody else has changed this role meanwhile.');
    expect(html).toMatch(/value="invoices:read" checked[\s\S]*?now off/);
    expect(html).toMatch(/value="invoices:write"(?! checked)[\s\S]*?now on/);
    expect((await today(role)).permissions).toEqual(['invoices:write']);
    expect((await post(browser, `${base}/billing/permissions`, mine)).status).toBe(422);
    const again = await post(browser, `${base}/billing/permissions`, [['revision', '1'], ...mine]);
    expect(again.status).toBe(303);
    expect((await today(role)).permissions).toEqual(['invoices:read']);
  });

  it('is shown and not changed where the role is of every organization', async () => {
    const { base } = await world();
    const browser = await signedIn(server, ada);
    for (const key of ['admin', 'member', 'auditor']) {
      await browser.open(`${base}/${key}/permissions`);
      await expectPage(browser);
      expect(browser.html).not.toContain('type="checkbox"');
      expect(browser.html).not.toContain('Delete role');
      await browser.open(`${base}/new`);
      const token = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1];
      for (const path of ['permissions', 'edit', 'delete'])
        expect((await post(browser, `${base}/${key}/${path}`, [['name', 'X']], token)).status).toBe(409);
    }
  });

  it('stays as it is where who saves lacks it themselves: those boxes are locked (R15)', async () => {
    const { base, organizationId, role } = await world();
    const { services } = server;
    const management = ['members:read', 'roles:read', 'roles:write'];
    const manager = await makeRole(services, { key: 'manager', organizationId, management });
    await giveRole(services, SYSTEM, { organizationId, userId: bob._id, roleId: manager._id });
    await changeRole(services, SYSTEM, role, { permissions: ['members:write', 'members:read'] });
    const browser = await signedIn(server, bob);
    await browser.open(`${base}/billing/permissions`);
    await expectPage(browser);
    const lockedAs = (ticked: string) => new RegExp(`value="members:write"${ticked} disabled`);
    expect(browser.html).toMatch(lockedAs(' checked'));
    expect(browser.has('You don’t have this yourself')).toBe(true);
    const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1];
    const saved = await post(browser, `${base}/billing/permissions`, [['revision', '1']], csrf);
    expect(saved.status).toBe(303);
    expect((await today(role)).management).toEqual(['members:write']);
    await changeRole(services, SYSTEM, await today(role), { permissions: [] });
    const late = await post(browser, `${base}/billing/permissions`, [['revision', '2']], csrf);
    expect(late.status).toBe(422);
    expect(late.html).toMatch(lockedAs(''));
    expect((await today(role)).management).toEqual([]);
  });

  it('tells what can’t be given any more, and saving takes it out', async () => {
    const { base, role } = await world();
    await server.services.models.Role.updateOne({ _id: role._id }, { $set: { permissions: ['gone:away'] } });
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/permissions`);
    await expectPage(browser);
    expect(browser.has('gone:away')).toBe(true);
    await browser.submit('Save');
    expect((await today(role)).permissions).toEqual([]);
  });
});

describe('a role is edited', () => {
  it('by name and description', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/edit`);
    await expectPage(browser);
    await browser.submit('Save', { name: '', description: 'Typed' });
    await expectPage(browser, 422);
    expect(browser.html).toContain('value="Typed"');
    await browser.submit('Save', { name: 'Invoicing', description: 'Sees invoices' });
    await expectPage(browser);
    expect(await today(role)).toMatchObject({ name: 'Invoicing', description: 'Sees invoices', key: 'billing' });
  });

  it('not over what somebody else has written meanwhile, unless that was seen', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/edit`);
    await changeRole(server.services, SYSTEM, role, { name: 'Theirs' });
    await browser.submit('Save', { name: 'Mine', description: '' });
    await expectPage(browser, 422);
    expect(browser.has('Now it is “Theirs”.')).toBe(true);
    expect(browser.html).toContain('value="Mine"');
    expect((await today(role)).name).toBe('Theirs');
    await browser.submit('Save', { name: 'Mine', description: '' });
    expect((await today(role)).name).toBe('Mine');
  });
});

describe('a role is deleted', () => {
  it('after a question; where it is in use, only with what becomes of that', async () => {
    const { base, organizationId, role } = await world();
    const browser = await signedIn(server, ada);
    const other = await createRole(server.services, SYSTEM, { key: 'support', name: 'Support', organizationId });
    await giveRole(server.services, SYSTEM, { organizationId, userId: bob._id, roleId: role._id });
    await browser.open(`${base}/billing`);
    await browser.follow('Delete role');
    await expectPage(browser);
    expect(browser.has('One person has it.')).toBe(true);
    await browser.submit('Confirm');
    await expectPage(browser, 422);
    expect(browser.has('It is in use. Choose what becomes of it.')).toBe(true);
    await browser.submit('Confirm', { becomes: 'replace', replacement: '' });
    await expectPage(browser, 422);
    await browser.submit('Confirm', { becomes: 'replace', replacement: 'admin' });
    await expectPage(browser, 422);
    await browser.submit('Confirm', { becomes: 'replace', replacement: 'support' });
    await expectPage(browser);
    expect(browser.url).toBe(`${server.issuer}${base}`);
    expect(browser.has('Billing is deleted. Who had it has Support now.')).toBe(true);
    await expect(today(role)).rejects.toThrow();
    await browser.open(`${base}/support`);
    expect(browser.has('Bob Marsh')).toBe(true);
    await browser.open(`${base}/support/delete`);
    await browser.submit('Confirm', { becomes: 'remove' });
    expect(browser.has('Support is deleted.')).toBe(true);
    await expect(today(other)).rejects.toThrow();
  });

  it('at once where nobody has it', async () => {
    const { base, role } = await world();
    const browser = await signedIn(server, ada);
    await browser.open(`${base}/billing/delete`);
    await expectPage(browser);
    expect(browser.html).not.toContain('Replacement');
    await browser.submit('Confirm');
    expect(browser.has('Billing is deleted.')).toBe(true);
    await expect(today(role)).rejects.toThrow();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { ADMIN_ROLE_ID, MEMBER_ROLE_ID } from '../../src/models/role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let billing: string;
let admin: User;
let member: User;
let asAdmin: BrowserClient;
let asMember: BrowserClient;
let asOperator: BrowserClient;
let organization: Organization;
let path: string;

beforeAll(async () => {
  server = await startServer();
  const { services } = server;
  billing = (await makeRole(services, { key: 'billing', name: 'Billing' }))._id;
  admin = await makeUser(services, { name: 'Ada Byron' });
  member = await makeUser(services, { name: 'Goran Stanić' });
  const operator = await makeUser(services, { name: 'Olga Operator' });
  const system = (await findOrganization(services, 'system')) as Organization;
  await makeMember(services, system._id, operator._id);
  [asAdmin, asMember, asOperator] = await Promise.all([
    signedIn(server, admin),
    signedIn(server, member),
    signedIn(server, operator),
  ]);
});
afterAll(() => server?.close());

beforeEach(async () => {
  const { services } = server;
  organization = await makeOrganization(services, { founder: admin._id });
  await makeMember(services, organization._id, member._id);
  path = `/organizations/${organization.slug}/settings`;
});

const stored = async () => (await findOrganization(server.services, organization._id)) as Organization;

/** A form sent as it is, whatever page it would be on. */
async function post(browser: BrowserClient, to: string, fields: Record<string, string>) {
  await browser.open('/account/organizations/new');
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
  return fetch(browser.origin + to, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: browser.cookies(to), origin: browser.origin },
    body: new URLSearchParams({ csrf, ...fields }),
  });
}

const said = ({ html }: BrowserClient) => html.replace(/<\/?(?:bdi|strong)>/g, '');

describe('the settings', () => {
  it('hold a name, whose faults are said at its field', async () => {
    await asAdmin.open(path);
    expect(asAdmin.has(organization.slug)).toBe(true);
    await asAdmin.submit('Save', { part: 'name', name: ' Acme  Industries ' });
    expect(asAdmin.has('Saved.')).toBe(true);
    expect((await stored()).name).toBe('Acme Industries');
    await asAdmin.submit('Save', { part: 'name', name: ' ' });
    expect(asAdmin.status).toBe(422);
    expect(asAdmin.html).toMatch(/id="name-error"[\s\S]*Enter a name\./);
    expect((await stored()).name).toBe('Acme Industries');
  });

  it('open an organization to who has the link, and close it again', async () => {
    const link = `${server.issuer}/join/${organization.slug}`;
    await asAdmin.open(path);
    expect(asAdmin.html).not.toContain(link);
    await asAdmin.submit('Save', { part: 'joining', joinPolicy: 'open' });
    expect((await stored()).joinPolicy).toBe('open');
    expect(asAdmin.html).toContain(`value="${link}"`);
    await asAdmin.submit('Save', { part: 'joining', joinPolicy: 'invite' });
    expect((await stored()).joinPolicy).toBe('invite');
  });

  it('say what who joins gets: roles of its own but never admin, or the server’s', async () => {
    await asAdmin.open(path);
    expect(asAdmin.has('Those of the server (Member)')).toBe(true);
    expect(asAdmin.html).not.toMatch(/name="roles" value="admin"/);
    await asAdmin.submit('Save', { part: 'defaults', defaults: 'own', roles: 'billing' });
    expect((await stored()).defaultRoles).toEqual([billing]);
    expect(asAdmin.html).toMatch(/name="roles" value="billing" checked/);
    await asAdmin.submit('Save', { part: 'defaults', defaults: 'own' });
    expect([asAdmin.status, asAdmin.has('Tick at least one role')]).toEqual([422, true]);
    expect(
      (await post(asAdmin, path, { part: 'defaults', revision: '1', defaults: 'own', roles: 'admin' })).status,
    ).toBe(422);
    expect((await stored()).defaultRoles).toEqual([billing]);
    await asAdmin.open(path);
    await asAdmin.submit('Save', { part: 'defaults', defaults: 'inherited' });
    expect((await stored()).defaultRoles).toBeUndefined();
  });

  it('give by default only what who sets them may give (R15)', async () => {
    const { services } = server;
    const organizationId = organization._id;
    const clerk = await makeRole(services, { key: 'clerk', organizationId, management: ['settings:write'] });
    const chief = await makeRole(services, {
      key: 'chief',
      name: 'Chief',
      organizationId,
      management: ['members:write'],
    });
    const person = await makeUser(services);
    await makeMember(services, organizationId, person._id, [clerk._id]);
    const asClerk = await signedIn(server, person);
    await asClerk.open(path);
    expect(asClerk.html).not.toContain('value="chief"');
    const refused = await post(asClerk, path, { part: 'defaults', revision: '0', defaults: 'own', roles: 'chief' });
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining('Your roles don’t allow this.'),
    ]);
    await changeOrganization(services, SYSTEM, organization, { defaultRoles: [chief._id] });
    await asClerk.open(path);
    await asClerk.submit('Save', { part: 'name', name: 'Still theirs' });
    expect(await stored()).toMatchObject({ name: 'Still theirs', defaultRoles: [chief._id] });
  });

  it('end tokens where a role is lost, if that is ticked', async () => {
    await asAdmin.open(path);
    await asAdmin.submit('Save', { part: 'downgrade', revoke: 'yes' });
    expect((await stored()).revokeOnDowngrade).toBe(true);
    await asAdmin.submit('Save', { part: 'downgrade' });
    expect((await stored()).revokeOnDowngrade).toBe(false);
  });

  it('switch to one role once nobody is in the way, and name who is', async () => {
    const { services } = server;
    const second = await makeUser(services, { name: 'Zoë <b>' });
    await makeMember(services, organization._id, second._id, [billing, MEMBER_ROLE_ID]);
    const group = await makeGroup(services, organization._id, 'Finance', [billing]);
    await changeOrganization(services, SYSTEM, organization, { defaultRoles: [billing, MEMBER_ROLE_ID] });
    const named = (html: string) => {
      expect(html).toContain(`/members/${second._id}"><bdi>Zoë &lt;b&gt;</bdi>`);
      expect(html).toContain(`/groups/${group._id}/roles"><bdi>Finance</bdi>`);
      expect(html).toContain(`${path}#defaults"`);
    };
    await asAdmin.open(path);
    await asAdmin.submit('Save', { part: 'mode', roleMode: 'single' });
    expect(asAdmin.status).toBe(422);
    named(asAdmin.html);
    expect((await stored()).roleMode).toBeUndefined();
    await asAdmin.open(path);
    await asAdmin.follow('See who is in the way of one role');
    named(asAdmin.html);
    const free = await makeOrganization(services, { founder: admin._id });
    await asAdmin.open(`/organizations/${free.slug}/settings/role-mode`);
    expect(asAdmin.has('Nothing is in the way')).toBe(true);
    await asAdmin.submit('Switch to one role');
    expect(asAdmin.has('Saved.')).toBe(true);
    expect((await findOrganization(services, free._id))?.roleMode).toBe('single');
    await asAdmin.open(`/organizations/${free.slug}/settings/role-mode`);
    expect(asAdmin.has('Each member has exactly one role already.')).toBe(true);
    await asAdmin.open(`/organizations/${free.slug}/settings`);
    expect(asAdmin.has('See who is in the way')).toBe(false);
    await asAdmin.submit('Save', { part: 'mode', roleMode: 'multiple' });
    expect((await findOrganization(services, free._id))?.roleMode).toBe('multiple');
  });

  it.each([
    ['name', { name: 'Mine' }, { name: 'Theirs' }, 'By now it is called Theirs.', { name: 'Mine' }],
    [
      'joining',
      { joinPolicy: 'invite' },
      { joinPolicy: 'open' as const },
      'By now it is open.',
      { joinPolicy: 'invite' },
    ],
    [
      'defaults',
      { defaults: 'own', roles: 'billing' },
      { defaultRoles: [MEMBER_ROLE_ID] },
      'By now they are Member.',
      {},
    ],
    ['downgrade', {}, { revokeOnDowngrade: true }, 'By now tokens end at once.', { revokeOnDowngrade: false }],
    ['mode', { roleMode: 'multiple' }, { roleMode: 'multiple' as const }, 'By now members have several roles.', {}],
  ] as const)(
    '%s isn’t done over what somebody else did: it says what it is by now, and is done when sent again',
    async (part, fields, theirs, words, mine) => {
      await asAdmin.open(path);
      await changeOrganization(server.services, SYSTEM, organization, theirs as object);
      await asAdmin.submit('Save', { part, ...fields });
      expect(asAdmin.status).toBe(422);
      expect(asAdmin.has('Somebody else has changed this meanwhile.')).toBe(true);
      expect(said(asAdmin)).toContain(words);
      expect(await stored()).toMatchObject(theirs);
      if ('name' in fields) expect(asAdmin.html).toContain('value="Mine"');
      await asAdmin.submit('Save', { part, ...fields });
      expect(asAdmin.has('Saved.')).toBe(true);
      expect(await stored()).toMatchObject(mine);
    },
  );

  it('lead to leaving, and to nothing that isn’t theirs', async () => {
    await asAdmin.open(path);
    expect(asAdmin.html).toContain(`/account/organizations/${organization.slug}/leave`);
    expect(asAdmin.has('Suspend organization')).toBe(false);
    await asOperator.open(path);
    expect(asOperator.html).not.toContain('/leave"');
  });
});

describe('who may', () => {
  it('not change settings finds nothing, nor does who isn’t there (R13)', async () => {
    const foreign = await makeOrganization(server.services);
    for (const page of ['', '/role-mode', '/suspend', '/activate']) {
      await asMember.open(path + page);
      expect(asMember.status, page).toBe(404);
      await asAdmin.open(`/organizations/${foreign.slug}/settings${page}`);
      expect(asAdmin.status, page).toBe(404);
    }
    const name = { part: 'name', name: 'Taken', revision: '0' };
    expect((await post(asMember, path, name)).status).toBe(404);
    expect((await post(asAdmin, `/organizations/${foreign.slug}/settings`, name)).status).toBe(404);
    expect([(await stored()).name, (await findOrganization(server.services, foreign._id))?.name]).toEqual([
      'Acme',
      'Acme',
    ]);
  });

  it('run the server suspends and activates an organization, once asked; an administrator doesn’t', async () => {
    for (const [page, status] of [
      ['suspend', 'suspended'],
      ['activate', 'active'],
    ] as const) {
      await asAdmin.open(`${path}/${page}`);
      expect(asAdmin.status).toBe(404);
      expect((await post(asAdmin, `${path}/${page}`, {})).status).toBe(404);
      await asOperator.open(path);
      await asOperator.follow(page === 'suspend' ? 'Suspend organization' : 'Activate organization');
      expect(said(asOperator)).toContain(page === 'suspend' ? 'Suspend Acme?' : 'Activate Acme?');
      expect((await stored()).status).not.toBe(status);
      await asOperator.submit('Confirm');
      expect((await stored()).status).toBe(status);
    }
  });

  it('run the server has an organization that is joined by invitation alone, and is never suspended', async () => {
    await asOperator.open('/organizations/system/settings');
    expect(asOperator.has('Who runs this server joins by invitation alone.')).toBe(true);
    expect(asOperator.html.includes('name="joinPolicy"')).toBe(false);
    expect(asOperator.has('Suspend organization')).toBe(false);
    await asOperator.open('/organizations/system/settings/suspend');
    expect(asOperator.status).toBe(404);
    const revision = String((await findOrganization(server.services, 'system'))?.revision ?? 0);
    const open = await post(asOperator, '/organizations/system/settings', {
      part: 'joining',
      joinPolicy: 'open',
      revision,
    });
    expect(open.status).toBe(422);
    expect((await findOrganization(server.services, 'system'))?.joinPolicy).toBe('invite');
  });

  it('send a form only from a page of ours, and one that there is', async () => {
    for (const page of ['', '/suspend', '/activate'])
      expect((await post(asOperator, path + page, { csrf: 'forged', part: 'name', name: 'x' })).status, page).toBe(403);
    expect((await post(asAdmin, path, { part: 'status', status: 'suspended', revision: '0' })).status).toBe(400);
    expect(await stored()).toMatchObject({ name: 'Acme', status: 'active' });
  });
});

it('every page is sound HTML, also with what it refuses', async () => {
  await makeGroup(server.services, organization._id, 'Finance', [ADMIN_ROLE_ID]);
  for (const browser of [asAdmin, asOperator])
    for (const page of [path, `${path}/role-mode`]) {
      await browser.open(page);
      expect(browser.status, page).toBe(200);
      expect(await htmlFaults(browser.html), page).toEqual([]);
    }
  await asOperator.open(`${path}/suspend`);
  expect(await htmlFaults(asOperator.html)).toEqual([]);
  const refused: Record<string, string>[] = [
    { part: 'name', name: '', revision: '0' },
    { part: 'name', name: 'x', revision: '99' },
    { part: 'mode', roleMode: 'single', revision: '0' },
    { part: 'defaults', defaults: 'own', revision: '0' },
  ];
  for (const fields of refused) {
    const answer = await post(asAdmin, path, fields);
    expect(answer.status).toBe(422);
    expect(await htmlFaults(await answer.text()), fields.part).toEqual([]);
  }
});

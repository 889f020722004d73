import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.js';
import { listEvents } from '../../src/services/audit/list-events.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { recordAll } from '../../src/services/audit/record.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { changeUser } from '../../src/services/change-user.js';
import { eventOf, SYSTEM } from '../../src/services/context.js';
import { loadActor } from '../../src/services/load-actor.js';
import { removeMember } from '../../src/services/remove-member.js';
import { setMemberRoles } from '../../src/services/set-member-roles.js';
import { visitOrganization } from '../../src/services/visit-organization.js';
import { eventsOf } from '../support/audit.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { makeAdministrator } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';
import { twoServices } from '../support/two-services.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());

const plain = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
/** The sentences of a page, without times. */
const sentences = ({ html }: BrowserClient) =>
  [...html.matchAll(/<span class="what">([\s\S]*?)<\/span>\s*<span class="where">/g)].map(([, one]) =>
    plain(one ?? '').trim(),
  );
const at = (slug: string, more = '') => `/organizations/${slug}/audit${more}`;

/** An organization with an administrator, their browser, and a member. */
async function team() {
  const { user, organizationId, slug } = await makeAdministrator(server);
  const bo = await makeUser(server.services, { name: 'Bo Diddley' });
  await makeMember(server.services, organizationId, bo._id);
  const as = await loadActor(server.services, user._id, organizationId);
  const browser = await signedIn(server, user);
  return { user, organizationId, slug, bo, as, browser, key: { organizationId, userId: bo._id } };
}

async function operatorBrowser() {
  const operator = await makeUser(server.services, { name: 'Olga Operator' });
  await makeMember(server.services, server.services.systemOrganizationId, operator._id, ['rol_admin']);
  return { operator, browser: await signedIn(server, operator) };
}

describe('an organization’s activity', () => {
  it('tells what was changed right before, as sentences with links to people, roles and groups', async () => {
    const { services } = server;
    const { slug, organizationId, as, browser, key, bo } = await team();
    const role = await makeRole(services, { key: 'travel', name: 'Travel <b>', organizationId });
    await giveRole(services, as, { ...key, roleId: role._id, until: new Date('2030-05-04T00:00:00Z') });
    await browser.open(at(slug));
    expect(sentences(browser)[0]).toBe('Ada Byron gave Travel &lt;b&gt; to Bo Diddley until 4 May 2030');
    const membership = await services.models.Membership.findOne(key).lean();
    expect(browser.html).toContain(`href="/organizations/${slug}/members/${membership?._id}"`);
    expect(browser.html).toContain(`href="/organizations/${slug}/roles/travel"`);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(sentences(browser)).toContain(`Rollcall added Bo Diddley`);
    await removeMember(services, as, key);
    await browser.open(at(slug));
    expect(sentences(browser)[0]).toBe('Ada Byron removed Bo Diddley');
    expect(browser.html).not.toContain(`/members/${membership?._id}`);
    await moveEvents(services);
    await services.models.User.deleteOne({ _id: bo._id });
    await browser.open(at(slug));
    expect(sentences(browser)[0]).toBe('Ada Byron removed Bo Diddley');
  });

  it('doesn’t tell what who has left is called today (R13), but who acted from elsewhere as an operator', async () => {
    const { services } = server;
    const { slug, organizationId, as, browser, key, bo } = await team();
    const { operator } = await operatorBrowser();
    const byOperator = await loadActor(services, operator._id);
    await changeOrganization(services, byOperator, { _id: organizationId }, { joinPolicy: 'open' });
    await removeMember(services, as, key);
    await changeUser(services, SYSTEM, bo, { name: 'Bo Elsewhere' });
    for (const path of ['', '/audit', `/audit?as=happened&person=${bo._id}`]) {
      await browser.open(`/organizations/${slug}${path}`);
      expect(sentences(browser)[0], path).toBe('Ada Byron removed Bo Diddley');
      expect(browser.html).not.toMatch(/Elsewhere/);
    }
    await browser.open(at(slug));
    expect(sentences(browser)).toContain('Olga Operator changed the settings Operator');
    const { browser: operators } = await operatorBrowser();
    await operators.open(at('system', `?as=happened&person=${bo._id}`));
    expect(operators.has('Bo Elsewhere')).toBe(true);
  });

  it('goes from the newest to the oldest in pages, each event once', async () => {
    const { slug, organizationId, browser, user } = await team();
    await recordAll(
      server.services,
      Array.from({ length: 120 }, (_, n) => ({
        ...eventOf(server.services, SYSTEM, `odd.n${n}`, user._id, { organizationId }),
        time: new Date(Date.now() - 10_000 - Math.floor(n / 2) * 1000),
      })),
    );
    await browser.open(at(slug));
    const seen = [...sentences(browser)];
    expect(seen).toHaveLength(50);
    for (let page = 0; page < 2; page += 1) {
      await browser.follow('Older');
      seen.push(...sentences(browser));
    }
    expect(seen.filter((one) => one.startsWith('Rollcall: odd.n'))).toHaveLength(120);
    expect(new Set(seen).size).toBe(seen.length);
    expect(browser.has('Older')).toBe(false);
    await browser.follow('Newest');
    expect(sentences(browser)).toEqual(seen.slice(0, 50));
    await browser.open(at(slug, '?after=nonsense'));
    expect([browser.status, browser.has('Nothing happened that fits')]).toEqual([200, true]);
  });

  it('answers a time that no date has as it answers what is no place in it', async () => {
    const { slug, organizationId, browser } = await team();
    const [made] = await eventsOf(server.services, { organizationId, action: 'organization.created' });
    for (const place of ['9999999999999999', '-9999999999999999', '9999999999999999 evt_x']) {
      const listing = listEvents(server.services, SYSTEM, { organizationId }, { limit: 5, after: place });
      await expect(listing).rejects.toMatchObject({ code: 'invalid' });
      const after = `?after=${encodeURIComponent(place)}`;
      await browser.open(at(slug, after));
      expect([browser.status, browser.has('Nothing happened that fits')]).toEqual([200, true]);
      expect((await browser.open(at(slug, `/${made?._id}${after}`))).status).toBe(200);
    }
  });

  it('is narrowed by who did it or whom it happened to, by kind, and by day, the last one included', async () => {
    const { slug, organizationId, as, browser, key, bo, user } = await team();
    const { services } = server;
    const role = await makeRole(services, { key: 'travel', name: 'Travel', organizationId });
    await giveRole(services, as, { ...key, roleId: role._id });
    await changeOrganization(services, as, { _id: organizationId }, { joinPolicy: 'open' });
    await recordAll(services, [
      {
        ...eventOf(services, as, 'member.changed', bo._id, { organizationId }),
        time: new Date('2026-01-02T23:59:59Z'),
      },
    ]);
    const given = 'Ada Byron gave Travel to Bo Diddley';
    const [settings, details] = ['Ada Byron changed the settings', 'Ada Byron changed the details of Bo Diddley'];
    const found = async (query: string) => sentences(await browser.open(at(slug, `?${query}`)));
    for (const person of [user._id, user.email, 'ada'])
      expect(await found(`person=${encodeURIComponent(person)}`), person).toEqual([settings, given, details]);
    expect(browser.has('What Ada Byron did')).toBe(true);
    const membership = await services.models.Membership.findOne(key).lean();
    for (const person of [bo._id, membership?._id, bo.email, 'didd'])
      expect(await found(`as=happened&person=${encodeURIComponent(person ?? '')}`)).toEqual([
        given,
        'Rollcall added Bo Diddley',
        details,
      ]);
    expect(await found('kind=roles')).toEqual([given]);
    expect(await found('kind=settings')).toEqual([settings, 'Rollcall made the organization']);
    expect(await found('kind=members&from=2026-01-02&to=2026-01-02')).toEqual([details]);
    expect(await found('to=2026-01-01')).toEqual([]);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(browser.has('Nothing happened that fits')).toBe(true);
    expect(await found('person=nobody')).toEqual([]);
    expect(browser.has('Nobody here has this name or address')).toBe(true);
    expect(await found('kind=odd&from=yesterday&as=x')).toContain(given);
  });

  it('exports what it shows as CSV and as JSON lines, with the same filters', async () => {
    const { slug, as, organizationId, browser } = await team();
    await changeOrganization(server.services, as, { _id: organizationId }, { name: 'Renamed' });
    await browser.open(at(slug, '?kind=settings&person=ada'));
    const [csv, jsonl] = ['csv', 'jsonl'].map((format) => `/export?kind=settings&person=ada&format=${format}`);
    for (const path of [csv, jsonl]) expect(browser.html).toContain(at(slug, path).replaceAll('&', '&amp;'));
    await browser.open(at(slug, jsonl));
    const rows = browser.html
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ action, after }) => [action, after.name])).toEqual([['organization.changed', 'Renamed']]);
    await browser.open(at(slug, csv));
    expect(browser.html.split('\r\n')).toHaveLength(3);
    const cookie = browser.cookies('/organizations');
    const { headers } = await fetch(`${server.issuer}${at(slug, csv)}`, { headers: { cookie } });
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="${slug}-activity-\\d{4}-\\d\\d-\\d\\d.csv"$`),
    );
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    await browser.open(at(slug, '/export?person=nobody'));
    expect(browser.status).toBe(404);
  });

  it('folds the parts of a bulk operation under it, and shows them with the event, and one by one where it is narrowed', async () => {
    const { services } = server;
    const { slug, organizationId, as, browser, key, user } = await team();
    const role = await makeRole(services, { key: 'travel', name: 'Travel', organizationId });
    const { _id } = await previewBulk(services, as, {
      organizationId,
      action: { kind: 'give_role', roleId: role._id },
      members: { references: [user._id, key.userId] },
    });
    const { eventId } = await applyBulk(services, as, organizationId, _id);
    while (!(await services.models.BulkOperation.findById(_id).lean())?.endedAt) await runBatch(services);
    await browser.open(at(slug));
    expect(sentences(browser)[0]).toBe('Ada Byron gave Travel to 2 people See each');
    expect(sentences(browser).filter((one) => /^Ada Byron gave Travel to (Ada|Bo)/.test(one))).toEqual([]);
    await browser.follow('See each person');
    expect(browser.url).toContain(at(slug, `/${eventId}`));
    expect(sentences(browser).sort()).toEqual([
      'Ada Byron gave Travel to Ada Byron',
      'Ada Byron gave Travel to Bo Diddley',
    ]);
    expect(browser.html).toContain(`href="/organizations/${slug}/bulk/${_id}"`);
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.open(at(slug, '?kind=roles'));
    expect(sentences(browser)).toHaveLength(2);
    await browser.follow('part of a larger change');
    expect(browser.url).toContain(at(slug, `/${eventId}`));
  });

  it('tells of somebody who becomes administrator once, and never folds it away', async () => {
    const { services } = server;
    const { slug, as, browser, key, bo, organizationId } = await team();
    await giveRole(services, as, { ...key, roleId: 'rol_admin' });
    await browser.open(at(slug));
    expect(sentences(browser).slice(0, 2)).toEqual(['Ada Byron gave Admin to Bo Diddley', 'Rollcall added Bo Diddley']);
    await recordAll(services, [
      eventOf(services, as, 'administrator.removed', bo._id, { organizationId, parent: 'evt_elsewhere' }),
    ]);
    await browser.open(at(slug));
    expect(sentences(browser)[0]).toContain('Ada Byron ended that Bo Diddley is an administrator');
  });

  it('shows one event with all that was recorded, also of an action that nobody has words for', async () => {
    const { slug, as, organizationId, browser } = await team();
    await changeOrganization(server.services, as, { _id: organizationId }, { name: 'Second', joinPolicy: 'open' });
    const [changed] = await eventsOf(server.services, { organizationId, action: 'organization.changed' });
    await browser.open(at(slug, `/${changed?._id}`));
    for (const text of [
      'organization.changed',
      'Who may join',
      'By invitation',
      'Open',
      'Second',
      changed?._id as string,
    ])
      expect(browser.has(text), text).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
    const odd = eventOf(server.services, SYSTEM, 'odd.one', '<script>', {
      organizationId,
      after: { deep: { er: ['<i>'] }, none: [] },
    });
    await recordAll(server.services, [odd]);
    await browser.open(at(slug, `/${odd.id}`));
    expect(browser.has('Rollcall: odd.one')).toBe(true);
    expect(browser.html).not.toMatch(/<i>|<script>[^<]/);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });

  it('isn’t there for who may not read it, nor another organization’s event', async () => {
    const { slug, bo } = await team();
    const foreign = await makeAdministrator(server);
    const [theirs] = await eventsOf(server.services, { organizationId: foreign.organizationId });
    const { browser } = await team();
    const plainBrowser = await signedIn(server, bo);
    for (const more of ['', '/export', `/${theirs?._id}`]) {
      expect((await plainBrowser.open(at(slug, more))).status).toBe(404);
      expect((await browser.open(at(foreign.slug, more))).status).toBe(404);
    }
    const own = await team();
    expect((await own.browser.open(at(own.slug, `/${theirs?._id}`))).status).toBe(404);
    expect((await own.browser.open(at(own.slug, '/evt_none'))).status).toBe(404);
    expect((await own.browser.open(at('system'))).status).toBe(404);
  });

  it('is the operators’ alone where it is everybody’s: a role in their organization doesn’t open it', async () => {
    const { services } = server;
    const { systemOrganizationId: organizationId } = services;
    const management = ['members:read', 'roles:read', 'groups:read', 'audit:read'];
    const reader = await makeRole(services, { key: 'reader', organizationId, management });
    const group = await makeGroup(services, organizationId, 'Night shift');
    const user = await makeUser(services);
    const member = await makeMember(services, organizationId, user._id, [reader._id]);
    const browser = await signedIn(server, user);
    for (const path of ['', `/members/${member._id}`, '/roles/reader', `/groups/${group._id}/roles`]) {
      await browser.open(`/organizations/system${path}`);
      expect([browser.status, browser.has('Activity'), browser.has('What happened last')], path).toEqual([
        200,
        false,
        false,
      ]);
    }
    const closed = ['/audit', '/audit/export', '/audit/evt_none'];
    const tabs = [`/members/${member._id}/activity`, '/roles/reader/activity', `/groups/${group._id}/activity`];
    for (const path of [...closed, ...tabs])
      expect((await browser.open(`/organizations/system${path}`)).status, path).toBe(404);
    await expect(
      listEvents(services, await loadActor(services, user._id, organizationId), { organizationId }, { limit: 1 }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('an organization’s overview', () => {
  it('says what needs attention: a single administrator, roles that end soon, a bulk operation under way', async () => {
    const { services } = server;
    const { slug, organizationId, as, browser, key } = await team();
    const role = await makeRole(services, { key: 'travel', name: 'Travel', organizationId });
    const later = await makeRole(services, { key: 'later', name: 'Later', organizationId });
    await giveRole(services, as, { ...key, roleId: role._id, until: new Date(Date.now() + 3 * DAY_MS) });
    await giveRole(services, as, { ...key, roleId: later._id, until: new Date(Date.now() + 30 * DAY_MS) });
    await browser.open(`/organizations/${slug}`);
    for (const text of [
      'Ada Byron is the only administrator',
      'Roles that end within seven days',
      'Bo Diddley',
      'Travel',
    ])
      expect(browser.has(text), text).toBe(true);
    expect(plain(browser.html).split('What happened last')[0]).not.toContain('Later');
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(sentences(browser)).toHaveLength(5);
    const { _id } = await previewBulk(services, as, {
      organizationId,
      action: { kind: 'suspend' },
      members: { references: [key.userId] },
    });
    await services.models.BulkOperation.updateOne({ _id }, { status: 'running' });
    await browser.open(`/organizations/${slug}`);
    expect(browser.has('A bulk operation is changing 1 person')).toBe(true);
    expect(browser.html).toContain(`/organizations/${slug}/bulk/${_id}`);
  });

  it('names who runs it and who acted, and the next that end, where many roles end soon', async () => {
    const { services } = server;
    const { slug, organizationId, as, browser, key } = await team();
    const role = await makeRole(services, { key: 'temp', name: 'Temp', organizationId });
    await giveRole(services, as, { ...key, roleId: role._id });
    const now = Date.now();
    const order = Array.from({ length: 260 }, (_, index) => (index * 101) % 260);
    const rows = order.map((hours) => ({
      _id: newId('mem'),
      organizationId,
      userId: newId('usr'),
      name: `End ${hours}`,
      status: 'active',
      // Of some a role that ended long ago, and one that ends later.
      roles: [
        ...(hours % 3 ? [] : [{ roleId: 'rol_member', until: new Date(now - DAY_MS) }]),
        { roleId: role._id, until: new Date(now + (hours + 1) * 1_800_000) },
        ...(hours % 2 ? [{ roleId: 'rol_member', until: new Date(now + 30 * DAY_MS) }] : []),
      ],
      settled: true,
      createdAt: new Date(),
      updatedAt: new Date(),
    }));
    await services.models.Membership.collection.insertMany(rows as never[]);
    await browser.open(`/organizations/${slug}`);
    const shown = [...plain(browser.html).matchAll(/End (\d+)/g)].map(([, hours]) => Number(hours));
    expect(shown).toEqual(Array.from({ length: 10 }, (_, index) => index));
    expect(browser.has('Ada Byron is the only administrator')).toBe(true);
    expect(sentences(browser)[0]).toBe('Ada Byron gave Temp to Bo Diddley');
  });

  it('is calm where nothing needs attention, and shows who lacks the right to read it no activity', async () => {
    const { slug, as, key, bo, browser } = await team();
    // Who can’t make somebody administrator isn’t asked to.
    const members = await signedIn(server, bo);
    await members.open(`/organizations/${slug}`);
    expect(members.has('Nothing needs your attention.')).toBe(true);
    await giveRole(server.services, as, { ...key, roleId: 'rol_admin' });
    await browser.open(`/organizations/${slug}`);
    expect(browser.has('Nothing needs your attention.')).toBe(true);
    const plainMember = await makeUser(server.services);
    await makeMember(server.services, key.organizationId, plainMember._id);
    const theirs = await signedIn(server, plainMember);
    await theirs.open(`/organizations/${slug}`);
    expect([theirs.status, theirs.has('What happened last'), theirs.has('Members')]).toEqual([200, false, true]);
    expect(await htmlFaults(theirs.html)).toEqual([]);
    const foreign = await makeAdministrator(server);
    const outside = await signedIn(server, bo);
    expect((await outside.open(`/organizations/${foreign.slug}`)).status).toBe(404);
  });

  it('says what comes next where there is one member, with the link where it is open', async () => {
    const user = await makeUser(server.services);
    const { slug, _id } = await makeOrganization(server.services, { founder: user._id });
    const browser = await signedIn(server, user);
    await browser.open(`/organizations/${slug}`);
    expect(browser.has('Say who may join')).toBe(true);
    await changeOrganization(server.services, SYSTEM, { _id }, { joinPolicy: 'open' });
    await browser.open(`/organizations/${slug}`);
    expect(browser.has(`${server.issuer}/join/${slug}`)).toBe(true);
    await makeGroup(server.services, _id, 'Finance');
  });
});

describe('an operator’s visit', () => {
  it('stands in the organization’s log when the page is shown, once however many pages they see', async () => {
    const { slug, organizationId, browser: admins, user } = await team();
    const { operator, browser } = await operatorBrowser();
    for (const path of ['', '/members', '/audit', '/audit/export']) {
      expect((await browser.open(`/organizations/${slug}${path}`)).status, path).toBe(200);
      const visits = await server.services.models.AuditEvent.find({ organizationId, action: 'organization.visited' });
      expect(visits.length).toBeLessThanOrEqual(2);
      expect(visits[0]).toMatchObject({ actor: operator._id, subject: organizationId, requestId: expect.any(String) });
    }
    await browser.open(`/organizations/${slug}`);
    expect(browser.has('as an operator of this server. The visit is in its activity.')).toBe(true);
    await admins.open(at(slug));
    expect(sentences(admins)[0]).toBe(
      'Olga Operator looked at the organization as an operator of this server Operator',
    );
    expect(
      await eventsOf(server.services, { organizationId, action: 'organization.visited', actor: user._id }),
    ).toEqual([]);
  });

  it('isn’t one where their roles let them in, and a page that isn’t there has none', async () => {
    const { slug, organizationId } = await team();
    const { operator, browser } = await operatorBrowser();
    await browser.open('/organizations/system');
    expect(browser.status).toBe(200);
    await browser.open('/organizations/not-there');
    expect(browser.status).toBe(404);
    expect(await eventsOf(server.services, { action: 'organization.visited', actor: operator._id })).toEqual([]);
    await makeMember(server.services, organizationId, operator._id, ['rol_admin']);
    await browser.open(at(slug));
    expect(await eventsOf(server.services, { action: 'organization.visited', actor: operator._id })).toEqual([]);
    // A member like others sees less than they do, whatever the page.
    await setMemberRoles(server.services, SYSTEM, {
      organizationId,
      userId: operator._id,
      roles: [{ roleId: 'rol_member' }],
    });
    await browser.open(`/organizations/${slug}/members`);
    expect(browser.has('as an operator of this server')).toBe(true);
    expect(await eventsOf(server.services, { action: 'organization.visited', actor: operator._id })).toHaveLength(1);
  });

  it('is one event where two processes are asked at once, another one for another hour, organization or operator', async () => {
    const { one, two, close } = await twoServices();
    try {
      let now = new Date('2026-05-04T10:20:00Z');
      const at = { ...one, clock: { now: () => now } };
      const other = { ...two, clock: { now: () => new Date(now.getTime() + 60_000) } };
      const as = (userId: string) => ({ kind: 'user', userId, permissions: new Map() }) as const;
      const visit = () =>
        Promise.all([at, other, at, other].map((context) => visitOrganization(context, as('usr_a'), 'org_a')));
      const visits = () => one.models.AuditEvent.find({ action: 'organization.visited' }).sort({ _id: 1 }).lean();
      await visit();
      await visit();
      expect(await visits()).toHaveLength(1);
      now = new Date('2026-05-04T11:20:00Z');
      await visit();
      expect(await visits()).toHaveLength(2);
      await visitOrganization(at, as('usr_b'), 'org_a');
      await visitOrganization(other, as('usr_a'), 'org_b');
      const all = await visits();
      expect(all).toHaveLength(4);
      for (const { _id } of all) expect(_id).toMatch(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(all[0]?.time.toISOString()).toContain('T10:2');
    } finally {
      await close();
    }
  });

  it('that can’t be stored is no page', async () => {
    const { slug } = await team();
    const { browser } = await operatorBrowser();
    const { collection } = server.services.models.AuditEvent;
    const insertMany = collection.insertMany.bind(collection);
    collection.insertMany = () => Promise.reject(Object.assign(new Error('away'), { name: 'MongoNetworkError' }));
    try {
      expect((await browser.open(`/organizations/${slug}`)).status).toBeGreaterThanOrEqual(500);
      expect(browser.has('Bo Diddley')).toBe(false);
    } finally {
      collection.insertMany = insertMany;
    }
    expect((await browser.open(`/organizations/${slug}`)).status).toBe(200);
  });
});

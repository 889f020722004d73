/** A copy of what is stored about a person, for them alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import {
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

const download = (browser: { cookies(path: string): string }) =>
  fetch(`${server.issuer}/account/export`, {
    redirect: 'manual',
    headers: { accept: 'text/html', cookie: browser.cookies('/account/export') },
  });

describe('a copy of one’s own data', () => {
  it('has the profile, memberships with where roles come from, sessions, applications and what happened', async () => {
    const { services } = server;
    const [user, boss] = [await makeUser(services), await makeUser(services, { name: 'The Boss' })];
    const organization = await makeOrganization(services, { name: 'Acme', founder: boss._id });
    const role = await makeRole(services, { key: 'own-data-role', organizationId: organization._id, name: 'Reader' });
    const group = await makeGroup(services, organization._id, 'Finance', [role._id]);
    await makeMember(services, organization._id, user._id);
    await services.models.Membership.updateOne(
      { organizationId: organization._id, userId: user._id },
      { $set: { groups: [{ groupId: group._id }] } },
    );
    await giveRole(services, SYSTEM, { organizationId: organization._id, userId: user._id, roleId: role._id });
    const application = await makeApplication(services, { name: 'Invoices' });
    const { flow, browser } = await signIn(server, application._id, { user });
    await flow.tokens();
    await browser.open('/account');
    await browser.submit('Save', { name: 'Ada Changed', locale: 'en', zoneinfo: '' });

    const answer = await download(browser);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="rollcall-account-[\d-]+\.json"$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    const data = JSON.parse(text);
    expect(data).toMatchObject({
      issuer: server.issuer,
      profile: { id: user._id, email: user.email, name: 'Ada Changed', claims: { locale: 'en' } },
      memberships: [
        {
          organization: { slug: organization.slug, name: 'Acme' },
          roles: expect.arrayContaining([
            expect.objectContaining({
              key: 'own-data-role',
              direct: true,
              through: [{ group: 'Finance', until: null }],
            }),
          ]),
          groups: [{ name: 'Finance', until: null }],
        },
      ],
      sessions: [{ kind: 'browser', current: true, applications: ['Invoices'] }],
      applications: [{ clientId: application._id, organizationId: organization._id }],
    });
    const actions = data.activity.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['user.changed', 'user.signed_in', 'member.role_given']));
    expect(new Set(data.activity.map(({ id }: { id: string }) => id)).size).toBe(actions.length);
    // Nothing secret, and nobody else.
    const stored = await services.models.User.findById(user._id).lean();
    for (const word of [
      stored?.passwordHash ?? '',
      'passwordHash',
      '$argon2',
      boss._id,
      boss.email,
      'The Boss',
      PASSWORD,
    ])
      expect(text.includes(word), word).toBe(false);
  });

  it('is whole where there are more events than are read at once, and bounded', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const time = new Date(Date.now() - 1000);
    const { systemOrganizationId } = services;
    await services.models.AuditEvent.insertMany(
      Array.from({ length: 1300 }, (_, at) => ({
        _id: `evt_own_data_${String(at).padStart(6, '0')}`,
        organizationId: systemOrganizationId,
        action: 'user.changed',
        actor: user._id,
        subject: user._id,
        // Many of one moment.
        time: new Date(time.getTime() - Math.floor(at / 250)),
        sealed: true,
        number: 1_000_000 + at,
      })),
    );
    const data = JSON.parse(await (await download(await signedIn(server, user))).text());
    const ids = data.activity.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(1000);
    expect(ids.length).toBeLessThan(1300);
  });

  it('is asked for signed in, and not again and again', async () => {
    const away = await download(newBrowser(server));
    expect([away.status, new URL(away.headers.get('location') ?? '', server.issuer).pathname]).toEqual([
      303,
      '/oauth2/authorize',
    ]);
    const browser = await signedIn(server, await makeUser(server.services));
    const statuses = [];
    for (let count = 0; count < 7; count += 1) {
      const answer = await download(browser);
      statuses.push(answer.status);
      await answer.text();
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
  });
});

/** How an organization looks at its logins, and which one comes first where somebody chooses. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { lastOrganizationOf, rememberOrganization } from '../../src/services/last-organization.js';
import { setOrganizationPicture } from '../../src/services/pictures/index.js';
import { machineClient } from '../support/api.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

const dot = () =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

describe('an organization’s look', () => {
  it('is at its logins, where it has given itself one: else nobody learns that it is there', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const organization = await makeOrganization(services, { name: 'Hollis <b>', founder: user._id });
    const application = await makeApplication(services, { firstParty: false });
    const rp = await relyingParty(server, application._id);
    const begin = async (slug: string) => (await rp.begin(newBrowser(server), { organization: slug })).browser;
    const before = await begin(organization.slug);
    expect(before.has('Hollis')).toBe(false);
    const withoutIds = (html: string) => html.replace(/[\w-]{20,}/g, '…');
    expect(withoutIds(before.html)).toBe(withoutIds((await begin('nobody-is-here')).html));

    await changeOrganization(services, SYSTEM, organization, { color: 'violet' });
    await setOrganizationPicture(services, SYSTEM, organization._id, await dot());
    const { picture } = (await services.models.Organization.findById(organization._id).lean()) ?? {};
    const browser = await begin(organization.slug);
    expect(browser.html).toContain('card-look tone-6');
    expect(browser.html).toContain(`/pictures/${picture}-96.webp`);
    expect(browser.html).toContain('Hollis &lt;b&gt;');
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.has('Allow Example?')).toBe(true);
    expect(browser.html).toContain('card-look tone-6');
    expect(await htmlFaults(browser.html)).toEqual([]);
    await changeOrganization(services, SYSTEM, organization, { status: 'suspended' });
    expect((await begin(organization.slug)).has('Hollis')).toBe(false);
  });

  it('is a form of its settings: a colour of those that can be read, or none of its own', async () => {
    const user = await makeUser(server.services);
    const organization = await makeOrganization(server.services, { founder: user._id });
    const browser = await signedIn(server, user);
    const save = async (color: string) => {
      await browser.open(`/organizations/${organization.slug}/settings`);
      expect(await htmlFaults(browser.html)).toEqual([]);
      const [, revision = ''] =
        /name="part" value="look"><input type="hidden" name="revision" value="(\d+)"/.exec(browser.html) ?? [];
      return browser.submit('Save', { part: 'look', color, revision });
    };
    const colorNow = async () => (await server.services.models.Organization.findById(organization._id).lean())?.color;
    await save('teal');
    expect([browser.has('Saved'), await colorNow()]).toEqual([true, 'teal']);
    await save('#ff0000');
    expect([browser.status, await colorNow()]).toEqual([422, 'teal']);
    await save('');
    expect(await colorNow()).toBe(null);
  });

  it('is in the API: the colour to be changed, the picture to be read', async () => {
    const { services } = server;
    const organization = await makeOrganization(services);
    const api = await machineClient(server);
    const path = `/organizations/${organization.slug}`;
    expect((await api.get(path)).json).toMatchObject({ color: null, picture: null });
    expect((await api.patch(path, { color: 'blue' })).json).toMatchObject({ color: 'blue' });
    expect((await api.patch(path, { color: 'pink' })).status).toBe(422);
    expect((await api.patch(path, { picture: 'https://evil.test/x.png' })).status).toBe(422);
    await setOrganizationPicture(services, SYSTEM, organization._id, await dot());
    const { json } = await api.get(path);
    expect(json.picture).toMatch(new RegExp(`^${server.issuer}/pictures/[\\w-]{43}-512\\.webp$`));
    expect((await fetch(json.picture)).headers.get('content-type')).toBe('image/webp');
    expect((await api.post('/organizations', { name: 'Made red', color: 'red' })).json).toMatchObject({ color: 'red' });
  });
});

describe('choosing an organization', () => {
  it('offers the last one first, in a new browser too, for this application alone', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const names = ['Alpha', 'Beta', 'Gamma'];
    for (const name of names) await makeOrganization(services, { name, founder: user._id });
    const [application, another] = [await makeApplication(services), await makeApplication(services)];
    const orderIn = (html: string) =>
      [...html.matchAll(/<span class="name"><bdi>(\w+)<\/bdi>(<\/span> <span class="tag">Last used)?/g)].map(
        ([, name, last]) => (last ? `${name} (last)` : name),
      );
    const first = await signIn(server, application._id, { user });
    expect(orderIn(first.browser.html)).toEqual(names);
    await first.browser.submit('Gamma');
    await first.flow.tokens();
    const second = await signIn(server, application._id, { user });
    expect(orderIn(second.browser.html)).toEqual(['Gamma (last)', 'Alpha', 'Beta']);
    expect(await htmlFaults(second.browser.html)).toEqual([]);
    expect(orderIn((await signIn(server, another._id, { user })).browser.html)).toEqual(names);
    // What isn't an organization's id is kept by nobody.
    await second.browser.submit('Alpha', { organization: 'x'.repeat(500) });
    const key = { userId: user._id, applicationId: application._id };
    expect(await lastOrganizationOf(services, key)).toMatch(/^org_/);
    await Promise.all(
      [1, 2, 3].map((at) => rememberOrganization(services, { ...key, applicationId: 'new' }, `org_${at}`)),
    );
    expect(await lastOrganizationOf(services, { ...key, applicationId: 'new' })).toMatch(/^org_[123]$/);
  });
});

/** One's own account in a real browser: profile and picture, sessions, applications. */
import * as client from 'openid-client';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { setOrganizationPicture } from '../../src/services/pictures/index.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { signIn } from '../support/login.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const LONG = `${'Wolfeschlegelsteinhausenbergerdorff '.repeat(5)}שלום 👩‍🚀`;

/** A landscape of a few colours, as large as a telephone makes them. */
const photo = () =>
  sharp({ create: { width: 1200, height: 900, channels: 3, background: '#7fb2d6' } })
    .composite([
      { input: { create: { width: 1200, height: 400, channels: 3, background: '#4c7a4b' } }, gravity: 'south' },
      { input: { create: { width: 240, height: 240, channels: 3, background: '#f4d35e' } }, gravity: 'centre' },
    ])
    .jpeg()
    .toBuffer();

/** Somebody who has let an application of others, and one of the operators', into two organizations. */
async function world(name = 'Ada Byron') {
  const { services } = server;
  const user = await makeUser(services, { name });
  const organization = await makeOrganization(services, { name: 'Hollis & Lane', founder: user._id });
  const other = await makeOrganization(services, { name: 'Northwind', founder: user._id });
  const api = await makeApi(services);
  const role = await makeRole(services, {
    key: `books-${user._id.slice(-6).toLowerCase()}`,
    permissions: ['invoices:read', 'invoices:write'],
  });
  await makeMember(services, organization._id, user._id, ['rol_admin', role._id]);
  const books = await makeApplication(services, {
    name: 'Bookkeeping',
    firstParty: false,
    defaultApi: api._id,
    permissions: [{ api: api._id, permissions: ['*'] }],
  });
  const desk = await makeApplication(services, { name: 'Front Desk' });
  const scope = 'openid profile email offline_access invoices:read invoices:write';
  const there = await signIn(server, books._id, { user }, { scope, organization: organization.slug });
  await there.browser.submit('Allow');
  const tokens = await there.flow.tokens();
  const also = await there.rp.begin(there.browser, { scope: 'openid email', organization: other.slug });
  await also.browser.submit('Allow');
  await also.tokens();
  await signIn(server, desk._id, { user }, { organization: organization.slug }).then(({ flow }) => flow.tokens());
  return { user, organization, other, books, tokens, ...there };
}

describe.each(VIEWS)('one’s own account ($name)', (view) => {
  it('shows sessions and applications; an ended session is signed out, and an application whose access was taken back can’t refresh', async () => {
    const { user, tokens, rp } = await world();
    const there = await openPages(browser, server, user, view);
    await there.visit('/account/sessions');
    const { page, visit, context } = await openPages(browser, server, user, view);
    await visit('/account/sessions');
    await page.getByText('This browser', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'End', exact: true }).count()).toBe(3);
    await look(page, `account-sessions-${view.name}`);

    await visit('/account/applications');
    await look(page, `account-applications-${view.name}`);
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token ?? '');
    for (let organizations = 0; organizations < 2; organizations += 1) {
      const button = page.getByRole('button', { name: 'Take access back' }).first();
      await Promise.all([page.waitForEvent('domcontentloaded'), button.click()]);
      await page.getByText('Bookkeeping has no access there any more.').waitFor();
    }
    expect(await page.getByRole('heading', { name: 'Bookkeeping' }).count()).toBe(0);
    await expect(client.refreshTokenGrant(rp.config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    await visit('/account/sessions');
    await press(page, 'button', 'End all other sessions');
    await page.getByText('All your other sessions have ended.').waitFor();
    expect(await page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0);
    await there.page.reload();
    await there.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await there.context.close();
    await context.close();
  });

  it('changes the profile and the picture, which is then wherever its person is', async () => {
    const user = await makeUser(server.services, { name: LONG });
    const organization = await makeOrganization(server.services, { name: 'Hollis & Lane', founder: user._id });
    const { page, visit, context } = await openPages(browser, server, user, view);
    await look(page, `account-profile-long-${view.name}`);
    await page.getByLabel('Name').fill('');
    await press(page, 'button', 'Save');
    await look(page, `account-profile-fault-${view.name}`);
    await page.getByLabel('Name').fill('Ada Byron');
    await page.getByLabel('Language').selectOption('en');
    await page.getByLabel('Time zone').selectOption('Europe/London');
    await press(page, 'button', 'Save');
    await page.getByText('Your profile is saved.').waitFor();

    await page
      .getByLabel('Picture', { exact: true })
      .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') });
    await press(page, 'button', 'Upload');
    await page.getByText('This file is no picture').waitFor();
    await page
      .getByLabel('Picture', { exact: true })
      .setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo() });
    await press(page, 'button', 'Upload');
    await page.getByText('Your picture is there.').waitFor();
    await look(page, `account-profile-${view.name}`);
    await visit(`/organizations/${organization.slug}/members`);
    const shown = await page.locator('main .avatar img').evaluateAll(async (found) => {
      const images = found as unknown as { decode(): Promise<void>; naturalWidth: number }[];
      await Promise.all(images.map((image) => image.decode()));
      return images.map((image) => image.naturalWidth);
    });
    expect(shown).toEqual([96]);
    await look(page, `account-picture-in-members-${view.name}`);
    await context.close();
  });

  it('shows an organization’s look in its settings and at its logins', async () => {
    const { services, issuer } = server;
    const user = await makeUser(services);
    const organization = await makeOrganization(services, { name: 'Hollis & Lane', founder: user._id });
    for (const name of ['Northwind', 'Tailspin']) await makeOrganization(services, { name, founder: user._id });
    await setOrganizationPicture(services, SYSTEM, organization._id, await photo());
    const { page, visit, context } = await openPages(browser, server, user, view);
    await visit(`/organizations/${organization.slug}/settings`);
    await page.getByLabel('Teal').check();
    await page.getByRole('button', { name: 'Save' }).nth(1).click();
    await page.getByText('Saved.').waitFor();
    await look(page, `account-look-settings-${view.name}`);
    await changeOrganization(services, SYSTEM, organization, { color: 'violet' });
    const application = await makeApplication(services, { name: 'Bookkeeping', requirePkce: false, firstParty: false });
    const query = new URLSearchParams({
      client_id: application._id,
      response_type: 'code',
      redirect_uri: 'https://app.example.test/callback',
      scope: 'openid email',
    });
    const stranger = await browser.newContext({ colorScheme: view.colorScheme, viewport: view.viewport });
    const door = await stranger.newPage();
    await door.goto(`${issuer}/oauth2/authorize?${query}&organization=${organization.slug}`);
    await look(door, `account-look-sign-in-${view.name}`);
    await door.getByLabel('Email').fill(user.email);
    await door.getByLabel('Password').fill(PASSWORD);
    await press(door, 'button', 'Sign in');
    await look(door, `account-look-consent-${view.name}`);
    await door.goto(`${issuer}/oauth2/authorize?${query}`);
    await door.getByRole('button', { name: 'Northwind' }).click();
    await door.getByRole('button', { name: 'Allow' }).waitFor();
    await door.goto(`${issuer}/oauth2/authorize?${query}`);
    await door.getByText('Last used').waitFor();
    await look(door, `account-picker-${view.name}`);
    await stranger.close();
    await context.close();
  });
});

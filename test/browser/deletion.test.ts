import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(VIEWS)('deleting ($name)', (view) => {
  it('an organization, getting it back; what stands in one’s way; one’s account, and getting that back', async () => {
    const { services } = server;
    const [ada, goran] = [
      await makeUser(services, { name: 'Ada Byron' }),
      await makeUser(services, { name: 'Goran Stanić' }),
    ];
    const organization = await makeOrganization(services, { name: 'Acme Industries', founder: ada._id });
    const { page, visit, context } = await openPages(browser, server, ada, view);
    await visit(`/organizations/${organization.slug}/settings`);
    await press(page, 'link', 'Delete organization');
    await page.getByLabel('To confirm').fill('Acme');
    await press(page, 'button', 'Confirm');
    await look(page, `deletion-organization-${view.name}`);
    await page.getByLabel('To confirm').fill('Acme Industries');
    await press(page, 'button', 'Confirm');
    await look(page, `deletion-organizations-${view.name}`);
    await press(page, 'button', 'Get back Acme Industries');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Acme Industries');

    await visit('/account/delete');
    await look(page, `deletion-barred-${view.name}`);
    await makeMember(services, organization._id, goran._id, ['rol_admin']);
    await visit('/account/delete');
    await page.getByLabel('To confirm').fill('Ada Byron');
    await look(page, `deletion-account-${view.name}`);
    await press(page, 'button', 'Confirm');
    await look(page, `deletion-done-${view.name}`);
    await press(page, 'link', 'Sign in and get it back');
    await page.getByLabel('Email').fill(ada.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
    expect(new URL(page.url()).pathname).toBe('/account');
    await context.close();
  });
});

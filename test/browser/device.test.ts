import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { ADMIN_ROLE_ID } from '../../src/models/role.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeDeviceApplication, startDevice } from '../support/device.js';
import { makeApi, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let television: Application;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  // An administrator may read invoices, so that a device can be asked for it.
  await server.services.models.Role.updateOne({ _id: ADMIN_ROLE_ID }, { permissions: ['invoices:read'] });
  await server.services.catalog.changed();
  const api = await makeApi(server.services);
  television = await makeDeviceApplication(server.services, {
    name: 'Northwind Television',
    firstParty: false,
    defaultApi: api._id,
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const SCOPE = { scope: 'openid profile email offline_access invoices:read' };

/** Scripts are off: each page has to work without. */
describe.each(VIEWS)('in $name', (view) => {
  it('a person enters a device’s code, signs in, compares it and allows; denies another one that came by a link', async () => {
    const user = await makeUser(server.services, { name: 'Chiara Vitale' });
    await makeOrganization(server.services, { name: 'Hollis & Lane', founder: user._id });
    const { colorScheme, viewport } = view;
    const context = await browser.newContext({ javaScriptEnabled: false, colorScheme, viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const device = await startDevice(server, television, SCOPE);

    await page.goto(device.answer.verification_uri as string);
    await look(page, `device-code-${view.name}`);
    await page.getByLabel('Code').fill('bcdf-ghjk');
    await press(page, 'button', 'Continue');
    expect(await page.getByRole('alert').textContent()).toContain('isn’t right');
    expect(await page.getByLabel('Code').inputValue()).toBe('BCDF-GHJK');
    await look(page, `device-code-error-${view.name}`);
    await page.getByLabel('Code').fill(device.userCode.toLowerCase());
    await press(page, 'button', 'Continue');
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
    expect(await page.getByText(device.userCode, { exact: true }).count()).toBe(1);
    await look(page, `device-allow-${view.name}`);
    await press(page, 'button', 'Allow');
    expect(await page.getByRole('heading', { name: 'Your device is connected' }).count()).toBe(1);
    await look(page, `device-done-${view.name}`);
    expect((await device.poll()).status).toBe(200);
    await page.reload();
    await look(page, `device-ended-${view.name}`);

    const another = await startDevice(server, television);
    await page.goto(another.answer.verification_uri_complete as string);
    expect(await page.getByLabel('Code').inputValue()).toBe(another.userCode);
    await look(page, `device-link-${view.name}`);
    await press(page, 'button', 'Continue');
    await press(page, 'button', 'Deny');
    await look(page, `device-denied-${view.name}`);
    expect((await another.poll()).body.error).toBe('access_denied');
    await context.close();
  });
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSetupUrl } from '../../src/services/setup-link.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { PASSWORD } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';

let browser: Browser;
const servers: TestServer[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
});

for (const view of VIEWS)
  it(`the setup link leads a browser without scripts to be the operator (${view.name})`, async () => {
    const server = await startServer({ signUp: 'closed' });
    servers.push(server);
    const context = await browser.newContext({
      javaScriptEnabled: false,
      colorScheme: view.colorScheme,
      viewport: view.viewport,
    });
    const page = await context.newPage();
    await page.goto((await newSetupUrl(server.services, server.issuer)) as string);
    await press(page, 'link', 'Create account');
    await page.getByLabel('Name').fill('Ada Byron');
    await page.getByLabel('Email').fill('ada.byron@operations.northwind.example.test');
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Create account');
    await look(page, `setup-${view.name}`);
    await press(page, 'button', 'Join');
    expect(await page.getByText('Operator of this server').isVisible()).toBe(true);
    await look(page, `operator-account-${view.name}`);
    await context.close();
  });

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { launchBrowser, look, VIEWS } from '../support/browser.js';
import { startServer, type TestServer } from '../support/server.js';

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

// It is long, and takes long to look at: both schemes and both widths, once each.
for (const view of VIEWS.filter(({ name }) => name !== 'light-1280'))
  it(`the management API is shown to whoever opens it, without scripts (${view.name})`, async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      colorScheme: view.colorScheme,
      viewport: view.viewport,
    });
    const page = await context.newPage();
    await page.goto(`${server.issuer}/api/docs`);
    await look(page, `api-docs-${view.name}`);
    await context.close();
  });

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, look, VIEWS } from '../support/browser.js';
import { htmlFaults } from '../support/html.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ development: true }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

it.each(VIEWS)('every part of the pages is shown in each state: $name', async (view) => {
  const context = await browser.newContext({ colorScheme: view.colorScheme, viewport: view.viewport });
  const page = await context.newPage();
  const answer = await page.goto(`${server.issuer}/styleguide`);
  expect(await htmlFaults((await answer?.text()) ?? '')).toEqual([]);
  await look(page, `styleguide-${view.name}`);
  await context.close();
});

it('isn’t there in production', async () => {
  const other = await startServer({ development: false });
  expect((await fetch(`${other.issuer}/styleguide`)).status).toBe(404);
  await other.close();
});

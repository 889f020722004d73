import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { User } from '../../src/models/index.js';
import { launchBrowser, pictureOf, VIEWS } from '../support/browser.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let ada: User;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { services } = server;
  ada = await makeUser(services, { name: 'Ada Byron' });
  const { _id: organizationId } = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  const role = await makeRole(services, { key: 'billing', name: 'Billing' });
  await makeGroup(services, organizationId, 'Finance', [role._id]);
  for (const name of ['Benedikt Oyelaran', 'Chiara Vitale'])
    await makeMember(services, organizationId, (await makeUser(services, { name }))._id);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Whether two things of the same size look the same. */
const alike = async (one: Locator, other: Locator) => {
  const picture = await pictureOf(() => one.screenshot());
  return picture.equals(await pictureOf(() => other.screenshot()));
};

it('where the system chooses the colours, what is ticked, chosen and current is told apart', async () => {
  const { context, page, visit } = await openPages(browser, server, ada, VIEWS[0]);
  await page.emulateMedia({ forcedColors: 'active' });

  await visit('/organizations/acme/members');
  const boxes = page.locator('tbody input[type=checkbox]');
  expect(await alike(boxes.nth(0), boxes.nth(1))).toBe(true);
  await boxes.nth(0).check();
  await page.getByRole('heading', { level: 1 }).click();
  expect(await alike(boxes.nth(0), boxes.nth(1))).toBe(false);
  const outlines = await page.locator('tbody tr').evaluateAll((rows) =>
    rows.slice(0, 2).map((row) => {
      const { getComputedStyle } = globalThis as unknown as { getComputedStyle(of: unknown): { outlineStyle: string } };
      return getComputedStyle(row).outlineStyle;
    }),
  );
  expect(outlines).toEqual(['solid', 'none']);

  const borders = await page.locator('nav.side > a').evaluateAll((links) =>
    links.slice(0, 2).map((link) => {
      const scope = globalThis as unknown as { getComputedStyle(of: unknown): { borderTopWidth: string } };
      return scope.getComputedStyle(link).borderTopWidth;
    }),
  );
  expect(borders).toEqual(['1px', '2px']);

  await visit('/organizations/acme/settings');
  const radios = page.locator('input[name=joinPolicy]');
  await radios.nth(1).check();
  await page.getByRole('heading', { level: 1 }).click();
  expect(await alike(radios.nth(0), radios.nth(1))).toBe(false);
  await context.close();
});

/** German is longer than English: what pages look like in it, and that none breaks where there is least room. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { PASSWORD } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';
import { makeWorld, type World } from '../support/world.js';

let server: TestServer;
let browser: Browser;
let world: World;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  world = await makeWorld(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A browser of somebody in Vienna. */
async function open({ colorScheme, viewport }: (typeof VIEWS)[number]) {
  const context = await browser.newContext({ locale: 'de-AT', timezoneId: 'Europe/Vienna', colorScheme, viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page };
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-Mail-Adresse').fill(world.ada.email);
  await page.getByLabel('Passwort').fill(PASSWORD);
  await press(page, 'button', 'Anmelden');
}

/** Those with the longest words. */
const NARROW = [
  'ending sessions',
  'a change of many',
  'what became of it',
  'roles',
  'making a role',
  'giving a role',
  'deleting a role',
  'making a group',
  'a group',
  'activity',
  'one role for each member',
  'leaving an organization',
];
const LOOKED_AT = ['members', 'a member', 'what a role allows', 'settings', 'an event', 'the overview'];

describe.each(VIEWS)('$name', (view) => {
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    ({ context, page } = await open(view));
  });
  afterAll(() => context?.close());

  it('somebody has an account made, is told what is wrong, and signs in instead', async () => {
    await page.goto(`${server.issuer}/account`);
    await press(page, 'link', 'Konto anlegen');
    await press(page, 'button', 'Konto anlegen');
    await look(page, `german-sign-up-${view.name}`);
    await press(page, 'link', 'Anmelden');
    await page.getByLabel('E-Mail-Adresse').fill(world.ada.email);
    await press(page, 'button', 'Anmelden');
    await look(page, `german-sign-in-${view.name}`);
    await signIn(page);
  });

  it('the pages with most words', async () => {
    for (const about of LOOKED_AT) {
      await page.goto(server.issuer + world.addresses[about]);
      await look(page, `german-${about.replaceAll(' ', '-')}-${view.name}`);
    }
  });
});

/** What sticks out of the screen, and words that are cut off where nothing says so. */
const FAULTS = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = scrollWidth > clientWidth ? [scrollWidth + ' px'] : [];
  const cut = [...document.querySelectorAll('.btn, h1, h2, label, legend, .tag, .notice')].filter(
    (one) => one.checkVisibility() && !one.classList.contains('sr') && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible');
  return [...wide, ...cut.map(({ textContent }) => textContent.trim())];
})()`;

it('no page is wider than the narrowest screen, and dates are written as at home', async () => {
  const { context, page } = await open(VIEWS[0]);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`${server.issuer}/account`);
  await signIn(page);
  const found: Record<string, string[]> = {};
  for (const about of [...LOOKED_AT, ...NARROW]) {
    await page.goto(server.issuer + world.addresses[about]);
    const faults: string[] = await page.evaluate(FAULTS);
    if (faults.length) found[about] = faults;
  }
  expect(found).toEqual({});
  await page.goto(server.issuer + world.addresses.activity);
  expect(await page.locator('.day').first().textContent()).toMatch(/^(Heute|Gestern), \p{L}+, \d+\. \p{L}+$/u);
  await page.goto(server.issuer + world.addresses['a member']);
  expect(await page.locator('main time').first().textContent()).toMatch(/^\d+\.\d+\.\d{4}$/);
  await context.close();
});

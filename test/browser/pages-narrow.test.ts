import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { applyBulk } from '../../src/services/bulk/apply.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { runBatch } from '../../src/services/bulk/run.js';
import { changeGroup } from '../../src/services/change-group.js';
import { addToGroup } from '../../src/services/change-member-group.js';
import { giveRole } from '../../src/services/change-member-role.js';
import { SYSTEM } from '../../src/services/context.js';
import { createRole } from '../../src/services/create-role.js';
import { loadActor } from '../../src/services/load-actor.js';
import { addressesOf } from '../support/addresses.js';
import { launchBrowser, VIEWS } from '../support/browser.js';
import {
  makeApi,
  makeApplication,
  makeGroup,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
} from '../support/factories.js';
import { signIn } from '../support/login.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONG = 'Verwaltungsgemeinschaftsangelegenheiten'.repeat(6).slice(0, 200);
const TURNED = 'مديرة الحسابات والشؤون المالية';
const EMOJI = '👩🏽‍🚀🧑‍🚒🏳️‍🌈'.repeat(12);

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  await makeApi(server.services, {
    name: LONG,
    permissions: ['read', 'create', 'update', 'approve', 'delete', 'x'.repeat(60)].map((action) => ({
      key: `invoices:${action}`,
      description: `${LONG} ${TURNED}`,
      operatorsOnly: false,
    })),
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** An organization in which everything has this name. @returns who may do everything there, and its pages */
async function called(name: string): Promise<{ ada: User; addresses: Record<string, string> }> {
  const { services } = server;
  const ada = await makeUser(services, { name });
  const organization: Organization = await makeOrganization(services, { name, founder: ada._id, joinPolicy: 'open' });
  const { _id: organizationId, slug } = organization;
  await makeOrganization(services, { name, founder: ada._id });
  const as = await loadActor(services, ada._id, organizationId);
  const key = `a${'b'.repeat(30)}${slug.length}${organizationId.slice(-6).toLowerCase()}`;
  const role = await createRole(services, SYSTEM, { key, name, description: LONG, organizationId });
  await makeRole(services, { key: `here-${key}`, name, description: name });
  const group = await makeGroup(services, organizationId, name, [role._id]);
  await changeGroup(services, SYSTEM, group, { description: LONG });
  const until = new Date(Date.now() + DAY_MS);
  const members: { _id: string; userId: string }[] = [];
  for (const mailbox of ['z'.repeat(60), 'y']) {
    const user = await makeUser(services, { name, email: `${mailbox}@${organizationId.toLowerCase()}.example.test` });
    members.push(await makeMember(services, organizationId, user._id));
    const them = { organizationId, userId: user._id };
    await giveRole(services, as, { ...them, roleId: role._id, until });
    await addToGroup(services, as, { ...them, groupId: group._id, until });
  }
  await signIn(server, (await makeApplication(services, { name }))._id, { user: ada });
  const { _id: bulk } = await previewBulk(services, as, {
    organizationId,
    action: { kind: 'suspend' },
    members: { references: [...members.map(({ userId }) => userId), 'x'.repeat(100)] },
  });
  const { eventId } = await applyBulk(services, as, organizationId, bulk);
  while (!(await services.models.BulkOperation.findById(bulk).lean())?.endedAt) await runBatch(services);
  await moveEvents(services);
  const holder = members[0]?._id ?? '';
  return {
    ada,
    addresses: addressesOf({ slug, holder, grouped: holder, role: key, group: group._id, bulk, event: eventId }),
  };
}

/** What makes a page wider than its screen: nothing, where it can’t be scrolled sideways. */
const TOO_WIDE = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > clientWidth);
  return [scrollWidth + ' px', ...beyond.map(({ localName, className }) => localName + '.' + className)];
})()`;

const NARROWEST = { width: 320, height: 640 };

describe.each([
  ['200 letters without a space', LONG],
  ['right to left', TURNED],
  ['emoji', EMOJI],
])('where everything is called by %s', (_, name) => {
  it('no page is wider than the narrowest screen', async () => {
    const { ada, addresses } = await called(name);
    const { context, page } = await openPages(browser, server, ada, VIEWS[0], { scripts: true });
    await page.setViewportSize(NARROWEST);
    const found: Record<string, string[]> = {};
    for (const [about, path] of Object.entries(addresses)) {
      const answer = await page.goto(server.issuer + path);
      expect(answer?.status(), about).toBe(200);
      const wide: string[] = await page.evaluate(TOO_WIDE);
      if (wide.length) found[about] = wide;
    }
    expect(found).toEqual({});
    await context.close();
  });
});

describe('printed', () => {
  const LEFT_OUT = 'header.top, nav.side, .filters, .bulk, .btn, button, .check, #exports, .skip, #toast';

  let context: BrowserContext;
  let page: Page;
  let addresses: Record<string, string>;
  beforeAll(async () => {
    const made = await called('Ada Byron');
    addresses = made.addresses;
    ({ context, page } = await openPages(browser, server, made.ada, VIEWS[0], { scripts: true }));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  });
  afterAll(() => context?.close());

  it('a page is what it says, dark on white also for who has dark colours on the screen, and nothing to press', async () => {
    for (const [about, path] of Object.entries(addresses)) {
      await page.goto(server.issuer + path);
      const pressed = page.locator(LEFT_OUT).filter({ visible: true });
      expect(await pressed.allTextContents(), about).toEqual([]);
      expect(await page.getByRole('heading', { level: 1 }).isVisible(), about).toBe(true);
      expect(await page.evaluate(PALE), about).toEqual([]);
    }
  });

  it('the rows of a table stay rows on a sheet of paper', async () => {
    await page.setViewportSize({ width: 700, height: 1000 });
    await page.goto(server.issuer + (addresses.members as string));
    const name = await page.locator('tbody th').first().boundingBox();
    const roles = await page.locator('tbody td.wide').first().boundingBox();
    expect(roles?.x ?? 0).toBeGreaterThan((name?.x ?? 0) + (name?.width ?? 0) - 1);
    await page.setViewportSize(VIEWS[0].viewport);
  });
});

/** What of a page’s text would be hard to read on paper, which no background is printed on: by its contrast with white. */
const PALE = `(() => {
  const luminance = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const known = new Map();
  const dark = (colour) => known.get(colour) ?? known.set(colour, 1.05 / (luminance(colour) + 0.05) >= 4.5).get(colour);
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: at, textContent: text } = texts.currentNode;
    if (!text.trim() || !at.checkVisibility({ visibilityProperty: true })) continue;
    const { color } = getComputedStyle(at);
    if (!dark(color)) found.push(text.trim() + ' ' + color);
  }
  for (const place of [document.documentElement, document.body, document.querySelector('main')]) {
    const { backgroundColor } = getComputedStyle(place);
    if (!['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(backgroundColor)) found.push(place.localName + ' on ' + backgroundColor);
  }
  return found;
})()`;

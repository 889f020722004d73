import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { expect } from 'vitest';

const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));

const [wide, narrow] = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

/** How each page is looked at: in both schemes and both widths; in all four ways with `LOOK_AT=all`. */
export const VIEWS = [
  { name: 'light-1280', colorScheme: 'light', viewport: wide },
  { name: 'dark-360', colorScheme: 'dark', viewport: narrow },
  ...(process.env.LOOK_AT === 'all'
    ? ([
        { name: 'dark-1280', colorScheme: 'dark', viewport: wide },
        { name: 'light-360', colorScheme: 'light', viewport: narrow },
      ] as const)
    : []),
] as const;

type View = (typeof VIEWS)[number];

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A real Chromium: the packaged one on Linux x64, elsewhere an installed Chrome. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // The package's own arguments are for one process without isolation; these tests want a browser as people have it.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    headless: true,
  });
}

/** So many pixels of a page can be a picture. */
const TALLEST = 8000;

/** Keeps what a page looks like, in a folder that git ignores. */
async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  const viewport = page.viewportSize() ?? { width: 1280, height: 800 };
  const whole: number = await page.evaluate('document.documentElement.scrollHeight');
  const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(whole, TALLEST) };
  await pictureOf(() => page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true, clip }));
}

/** On a busy machine there may be no frame to take yet. */
export const pictureOf = (take: () => Promise<Buffer>): Promise<Buffer> => take().catch(take);

/** Presses a button or link, and waits for the page that comes of it. */
export async function press(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.getByRole(role, { name, exact: true }).click()]);
}

/** The copy that axe looks at stands still, also where the page's own script would send its form. */
const withoutScripts = (html: string) => html.replace(/<script>[\s\S]*?<\/script>/g, '');

/** A page with scripts on, in which axe looks at copies. */
interface Copies {
  page: Page;
  html: string;
}

/** By browser and view: a page that is there already knows axe, which takes longer to load than to run. */
const opened = new WeakMap<Browser, Map<string, Promise<Copies>>>();

function copiesIn(browser: Browser, view: View): Promise<Copies> {
  const byView = opened.get(browser) ?? new Map<string, Promise<Copies>>();
  opened.set(browser, byView);
  const made = byView.get(view.name) ?? openCopies(browser, view);
  byView.set(view.name, made);
  return made;
}

async function openCopies(browser: Browser, { colorScheme, viewport }: View): Promise<Copies> {
  const page = await browser.newPage({ bypassCSP: true, colorScheme, viewport });
  const copies = { page, html: '' };
  await page.addInitScript(axe);
  await page.route('**/*', (route) =>
    route.request().resourceType() === 'document'
      ? route.fulfill({ contentType: 'text/html', body: copies.html })
      : route.continue(),
  );
  return copies;
}

/**
 * Looks at a page: a picture for people, axe for everyone, and nothing that sticks out of a narrow screen.
 * @param name ends with its view's
 */
export async function look(page: Page, name: string): Promise<void> {
  const view = VIEWS.find((one) => name.endsWith(one.name));
  if (!view) throw new Error(`${name} doesn't end with a view's name`);
  await screenshot(page, name);
  const copies = await copiesIn(page.context().browser() as Browser, view);
  copies.html = withoutScripts(await page.content());
  await copies.page.goto(page.url());
  const { violations, wide } = await copies.page.evaluate(async () => {
    const scope = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    // The page's ground is a pseudo-element, in front of which axe would leave every contrast undecided.
    const found = await scope.axe.run({ checks: { 'color-contrast': { options: { ignorePseudo: true } } } });
    const { scrollWidth, clientWidth } = scope.document.documentElement;
    return {
      violations: found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`),
      wide: scrollWidth > clientWidth,
    };
  });
  expect(violations, name).toEqual([]);
  expect(wide, `${name} is wider than its screen`).toBe(false);
}

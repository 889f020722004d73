import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));

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

/** Keeps what a page looks like, in a folder that git ignores. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}

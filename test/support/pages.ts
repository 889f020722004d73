/** Somebody who is signed in to the account's pages, over HTTP and in a real browser. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { User } from '../../src/models/index.js';
import { look, press, type VIEWS } from './browser.js';
import { BrowserClient } from './browser-client.js';
import { PASSWORD } from './factories.js';
import type { TestServer } from './server.js';

type Where = Pick<TestServer, 'issuer'>;

/** A fresh browser, as far as HTTP goes, in which a user has signed in to their account. */
export async function signedIn({ issuer }: Where, { email }: Pick<User, 'email'>): Promise<BrowserClient> {
  const browser = new BrowserClient(issuer);
  await browser.open('/account');
  return browser.submit('Sign in', { email, password: PASSWORD });
}

/** A real one. Scripts are off unless wanted: each page has to work without. */
export async function openPages(
  browser: Browser,
  { issuer }: Where,
  { email }: Pick<User, 'email'>,
  view: (typeof VIEWS)[number],
  { scripts = false, timezoneId = 'UTC' } = {},
): Promise<{ context: BrowserContext; page: Page; visit: (path: string) => Promise<void> }> {
  const { colorScheme, viewport } = view;
  const context = await browser.newContext({ javaScriptEnabled: scripts, colorScheme, viewport, timezoneId });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${issuer}/account`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'button', 'Sign in');
  return {
    context,
    page,
    visit: async (path) => {
      await page.goto(issuer + path);
    },
  };
}

export { look };

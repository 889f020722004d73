import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMailRenderer } from '../../src/mail/render.js';
import type { MailKind } from '../../src/services/mail/index.js';
import { loadCatalogue } from '../../src/texts/catalogue.js';
import { launchBrowser, look, VIEWS } from '../support/browser.js';
import { makeUser } from '../support/factories.js';
import { LONG, MAILS } from '../support/mails.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const render = createMailRenderer(loadCatalogue(), 'https://id.example.test');
let browser: Browser;
let server: TestServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startServer()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(VIEWS)('$name', (view) => {
  it('each mail is readable for everyone', async () => {
    const { colorScheme, viewport } = view;
    const page = await browser.newPage({ javaScriptEnabled: false, colorScheme, viewport });
    let html = '';
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    for (const kind of Object.keys(MAILS) as MailKind[]) {
      html = render({ kind, language: 'en', about: MAILS[kind] } as never).html;
      await page.goto('https://mail.example.test/');
      await look(page, `mail-${kind}-${view.name}`);
    }
    for (const [kind, about] of Object.entries(LONG)) {
      html = render({ kind, language: 'en', about } as never).html;
      await page.goto('https://mail.example.test/');
      await look(page, `mail-${kind}-long-${view.name}`);
    }
    await page.close();
  });

  it('which mails one gets is a page', async () => {
    const user = await makeUser(server.services, { name: 'Ada Byron' });
    const { page, context, visit } = await openPages(browser, server, user, view);
    await visit('/account/notifications');
    await look(page, `notifications-${view.name}`);
    await page.getByLabel('New roles').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your choice of mails is saved').waitFor();
    expect(await page.getByLabel('New roles').isChecked()).toBe(false);
    await context.close();
  });
});

it('a mail fits 320 pixels, and without its sheet of styles it has its button and its colours', async () => {
  const page = await browser.newPage({ javaScriptEnabled: true, viewport: { width: 320, height: 640 } });
  for (const kind of ['invitation', 'roles-given', 'sign-up-code', 'new-sign-in'] as const) {
    const { html } = render({ kind, language: 'en', about: LONG[kind] ?? MAILS[kind] } as never);
    await page.setContent(html);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  }
  const { html } = render({ kind: 'new-sign-in', language: 'en', about: MAILS['new-sign-in'] });
  await page.setContent(html.replace(/<style>[\s\S]*?<\/style>/, ''));
  const of = (property: string) =>
    page.evaluate(`getComputedStyle([...document.links].find((a) => a.text === 'See your sessions')).${property}`);
  expect(await of('backgroundColor')).toBe('rgb(14, 91, 63)');
  expect(await of('color')).toBe('rgb(255, 255, 255)');
  await page.close();
});

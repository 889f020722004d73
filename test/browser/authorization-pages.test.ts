import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeApplication, PASSWORD } from '../support/factories.js';
import { type Member, makeAdministrator } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let application: Application;
let ada: Member;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  application = await makeApplication(server.services, { name: 'Invoice desk' });
  ada = await makeAdministrator(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const CALLBACK = 'https://app.example.test/callback';

function address(parameters: Record<string, string>): string {
  const query = new URLSearchParams({
    client_id: application._id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...parameters,
  });
  return `${server.issuer}/oauth2/authorize?${query}`;
}

describe.each(VIEWS)('the pages of an authorization request, $name', ({ name, colorScheme, viewport }) => {
  it('work without JavaScript and hold to the accessibility rules: choosing an account, the way back by form_post', async () => {
    const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address({ response_mode: 'form_post' }));
    await page.getByLabel('Email').fill(ada.user.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
    expect(await page.getByRole('button', { name: 'Continue' }).count()).toBe(1);
    await look(page, `form-post-${name}`);
    await page.goto(address({ prompt: 'select_account' }));
    await look(page, `select-account-${name}`);
    await context.close();
  });
});

it('with JavaScript the form is sent at once, under the page’s own policy', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let received = '';
  await page.route(`${CALLBACK}**`, async (route) => {
    received = `${route.request().method()} ${route.request().postData()}`;
    await route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Back</title>' });
  });
  await page.goto(address({ response_mode: 'form_post', state: 's' }));
  await page.getByLabel('Email').fill(ada.user.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${CALLBACK}**`);
  expect(received).toMatch(/^POST .*code=/);
  expect(received).toContain('state=s');
  await context.close();
});

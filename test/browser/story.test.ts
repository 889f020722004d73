import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let back: Server;
let api: Api;
let application: Application;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  // Where the application would be: a page that the browser can come back to.
  back = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>Back</title>'),
  );
  await new Promise<void>((resolve) => back.listen(0, '127.0.0.1', resolve));
  const callback = `http://localhost:${(back.address() as AddressInfo).port}/callback`;
  api = await makeApi(server.services);
  application = await makeApplication(server.services, {
    name: 'Northwind Invoices',
    firstParty: false,
    redirectUris: [callback],
    defaultApi: api._id,
  });
});
afterAll(async () => {
  await browser?.close();
  back?.close();
  await server?.close();
});

/** Scripts are off in every page but the one that runs axe: each page has to work without. */
const open = (view: (typeof VIEWS)[number]): Promise<BrowserContext> =>
  browser.newContext({ javaScriptEnabled: false, colorScheme: view.colorScheme, viewport: view.viewport });

function authorize(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: application._id,
    response_type: 'code',
    redirect_uri: application.redirectUris[0] as string,
    scope: 'openid profile email offline_access invoices:read',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...parameters,
  });
  return `${server.issuer}/oauth2/authorize?${query}`;
}

describe.each(VIEWS)('in $name', (view) => {
  it('a person signs up, creates an organization, allows the application, sees the account and signs out', async () => {
    const context = await open(view);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(authorize());
    await look(page, `sign-in-${view.name}`);
    await page.getByLabel('Email').fill('nobody@acme.test');
    await page.getByLabel('Password').fill('not the right password');
    await press(page, 'button', 'Sign in');
    expect(await page.getByRole('alert').textContent()).toContain('don’t match');
    expect(await page.getByLabel('Email').inputValue()).toBe('nobody@acme.test');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await look(page, `sign-in-error-${view.name}`);

    await press(page, 'link', 'Create account');
    await page.getByLabel('Name').fill('Ada Byron');
    await page.getByLabel('Email').fill(`ada-${view.name}@acme.test`);
    await page.getByLabel('Password').fill('passwordpassword');
    await press(page, 'button', 'Create account');
    expect(await page.getByText('too common').count()).toBeGreaterThan(0);
    await look(page, `sign-up-error-${view.name}`);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Create account');
    await look(page, `create-organization-${view.name}`);
    await page.getByLabel('Organization name').fill('Acme');
    await press(page, 'button', 'Create organization');
    await look(page, `consent-${view.name}`);
    await press(page, 'button', 'Allow');
    expect(page.url()).toContain(`${application.redirectUris[0]}?code=`);

    await page.goto(`${server.issuer}/account`);
    expect(await page.getByText('Admin', { exact: true }).count()).toBe(1);
    await look(page, `account-${view.name}`);
    await press(page, 'button', 'Sign out');
    await look(page, `sign-out-${view.name}`);
    await press(page, 'button', 'Sign out');
    expect(await page.getByRole('heading', { name: 'Signed out' }).count()).toBe(1);
    await look(page, `signed-out-${view.name}`);
    await page.goto(`${server.issuer}/account`);
    expect(await page.getByLabel('Password').count()).toBe(1);
    await context.close();
  });

  it('a person of several organizations picks one; another joins; errors have a page', async () => {
    const user = await makeUser(server.services, { name: 'Chiara Vitale' });
    await makeOrganization(server.services, { name: 'Hollis & Lane', founder: user._id });
    await makeOrganization(server.services, { name: 'Tidewater Shipping Cooperative', founder: user._id });
    const closed = await makeOrganization(server.services, { name: 'Open House', joinPolicy: 'open' });
    const context = await open(view);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(authorize());
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
    await look(page, `choose-organization-${view.name}`);
    await page.goto(authorize({ organization: closed.slug }));
    await look(page, `join-${view.name}`);
    await page.goto(`${server.issuer}/join/${closed.slug}`);
    await press(page, 'button', 'Join');
    expect(page.url()).toBe(`${server.issuer}/account`);
    const wrong = await page.goto(authorize({ redirect_uri: 'https://elsewhere.test/' }));
    expect(wrong?.status()).toBe(400);
    await look(page, `error-${view.name}`);
    const over = await page.goto(`${server.issuer}/interaction/not-a-login`);
    expect(over?.status()).toBe(400);
    await look(page, `expired-${view.name}`);
    await context.close();
  });

  it('the less usual pages look as well: none to choose, none allowed, a fault, consent without lasting access', async () => {
    const strict = await startServer({
      store: server.store,
      services: server.services,
      createOrganizations: 'operators',
      signUp: 'closed',
    });
    const optional = await makeApplication(server.services, {
      name: 'A rather long name of an application that somebody thought of',
      firstParty: false,
      organization: 'optional',
      redirectUris: application.redirectUris,
      policyUri: 'https://example.test/privacy',
      tosUri: 'https://example.test/terms',
    });
    const user = await makeUser(server.services, { name: 'Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Senior' });
    const context = await open(view);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(authorize().replace(server.issuer, strict.issuer));
    await look(page, `sign-in-closed-${view.name}`);
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Sign in');
    await look(page, `no-organization-${view.name}`);
    const optionally = { client_id: optional._id, scope: 'openid email' };
    await page.goto(authorize(optionally).replace(server.issuer, strict.issuer));
    await look(page, `no-organization-optional-${view.name}`);
    await page.goto(`${strict.issuer}/account`);
    await look(page, `account-empty-${view.name}`);

    // Cookies don't know ports: the same browser is signed in at the other server too.
    await page.goto(authorize(optionally));
    await page.getByLabel('Organization name').fill(' ');
    await press(page, 'button', 'Create organization');
    expect(await page.getByText('Enter a name.').count()).toBeGreaterThan(0);
    await look(page, `create-organization-error-${view.name}`);
    await press(page, 'button', 'Continue without an organization');
    await look(page, `consent-without-${view.name}`);
    await context.close();
    await strict.close();
  });
});

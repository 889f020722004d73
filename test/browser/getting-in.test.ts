/** How people get in and stay in charge of their account, as one story: real mails, real browsers, a real relying party. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeDomain } from '../support/domains.js';
import { makeApplication, makeOrganization, makeRole, makeUser, PASSWORD } from '../support/factories.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { openPages } from '../support/pages.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const EMAIL = 'nora@northwind.test';
const OTHER_PASSWORD = 'a wholly different passphrase';

let browser: Browser;
let mailbox: Mailbox;
let server: TestServer;
/** Where the application would be: a page that the browser can come back to. */
let back: Server;
let callback: string;

beforeAll(async () => {
  [browser, mailbox] = await Promise.all([launchBrowser(), startMailbox()]);
  server = await startServer({ mailTransport: mailbox.transport, signUp: 'verified' });
  back = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>Back</title>'),
  );
  await new Promise<void>((resolve) => back.listen(0, '127.0.0.1', resolve));
  callback = `http://localhost:${(back.address() as AddressInfo).port}/callback`;
});
afterAll(async () => {
  await browser?.close();
  back?.close();
  await server?.close();
  await mailbox?.close();
});

/** A browser that nobody has used before, without scripts. */
async function freshPage(): Promise<Page> {
  const page = await browser.newPage({ javaScriptEnabled: false });
  page.setDefaultTimeout(20_000);
  return page;
}

/** Sends the page to the application's login. @returns redeems what it came back with */
async function login(page: Page, config: client.Configuration, parameters: Record<string, string> = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const request = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  await page.goto(request.href);
  return async () => {
    await page.waitForURL(`${callback}?*`);
    return client.authorizationCodeGrant(config, new URL(page.url()), { pkceCodeVerifier });
  };
}

async function signIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password').fill(password);
  await press(page, 'button', 'Sign in');
}

it('somebody is invited, joins, switches organization, ends a session, takes access back and chooses a new password', async () => {
  const { services, issuer } = server;
  const ada = await makeUser(services, { name: 'Ada Byron' });
  const acme = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  const hollis = await makeOrganization(services, { name: 'Hollis & Lane', founder: ada._id, joinPolicy: 'domain' });
  await makeDomain(services, hollis, 'northwind.test');
  await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees and sends invoices' });
  const application = await makeApplication(services, { name: 'Ledger', redirectUris: [callback] });
  const { config } = await relyingParty(server, application._id);

  // An administrator invites by mail, with a role.
  const admin = await openPages(browser, server, ada, VIEWS[0]);
  await admin.visit(`/organizations/${acme.slug}/invitations/new`);
  await admin.page.getByLabel('Email').fill(EMAIL);
  await admin.page.getByLabel('Billing').check();
  await press(admin.page, 'button', 'Invite');
  await admin.page.getByText(`${EMAIL} is invited.`).waitFor();

  // A fresh browser with the application's login under way: the mailed link makes the account and ends in the application.
  const page = await freshPage();
  const arrive = await login(page, config);
  await page.goto(linkIn(await mailbox.mailTo(EMAIL), issuer));
  await press(page, 'link', 'Create account');
  await page.getByLabel('Name').fill('Nora Lind');
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'button', 'Create account');
  await press(page, 'button', 'Join');
  const tokens = await arrive();
  expect(tokens.claims()).toMatchObject({ email: EMAIL, email_verified: true, oid: acme._id, roles: ['billing'] });

  // The address that the mail has proved lets its person into another organization.
  await page.goto(`${issuer}/account/organizations`);
  await press(page, 'link', 'Join');
  await press(page, 'button', 'Join');
  const switched = await (await login(page, config, { organization: hollis.slug, prompt: 'none' }))();
  expect(switched.claims()).toMatchObject({ sub: tokens.claims()?.sub, oid: hollis._id, roles: ['member'] });
  const switchedBack = await (await login(page, config, { organization: acme.slug, prompt: 'none' }))();
  expect(switchedBack.claims()).toMatchObject({ oid: acme._id, roles: ['billing'] });

  // Another browser of the same person is signed out from here.
  const elsewhere = await freshPage();
  await elsewhere.goto(`${issuer}/account`);
  await signIn(elsewhere);
  await elsewhere.getByRole('heading', { name: 'Nora Lind' }).waitFor();
  await page.goto(`${issuer}/account/sessions`);
  await press(page, 'button', 'End');
  await page.getByText('That session has ended.').waitFor();
  await elsewhere.reload();
  await elsewhere.getByRole('button', { name: 'Sign in' }).waitFor();

  // What the application was given ends when it is taken back, in the organization that was meant.
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  const there = await client.refreshTokenGrant(config, switched.refresh_token ?? '');
  await page.goto(`${issuer}/account/applications`);
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Acme' })
    .getByRole('button', { name: 'Take access back' })
    .click();
  await page.getByText('Ledger has no access there any more.').waitFor();
  const refusal = { error: 'invalid_grant' };
  await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject(refusal);
  expect((await client.refreshTokenGrant(config, there.refresh_token ?? '')).claims()?.oid).toBe(hollis._id);

  // A forgotten password: the new one counts everywhere, and whoever was signed in isn't any more.
  await press(elsewhere, 'link', 'Forgot password?');
  await elsewhere.getByLabel('Email').fill(EMAIL);
  await press(elsewhere, 'button', 'Send link');
  await elsewhere.goto(linkIn(await mailbox.mailTo(EMAIL, 'Choose a new password'), issuer));
  await elsewhere.getByLabel('New password').fill(OTHER_PASSWORD);
  await press(elsewhere, 'button', 'Change password');
  await signIn(elsewhere);
  await elsewhere.getByRole('alert').getByText('don’t match').waitFor();
  await signIn(elsewhere, OTHER_PASSWORD);
  await elsewhere.getByRole('heading', { name: 'Nora Lind' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { newInvitationLink } from '../../src/services/invitations/change-invitation.js';
import { invite } from '../../src/services/invitations/invite.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { makeApplication, makeGroup, makeOrganization, makeRole, makeUser, PASSWORD } from '../support/factories.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { look, openPages } from '../support/pages.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const LONG = 'Verwaltungsgemeinschaftsangelegenheiten'.repeat(5).slice(0, 200);

let browser: Browser;
let mailbox: Mailbox;
let server: TestServer;
let ada: User;
let acme: Organization;
let empty: Organization;
let extreme: Organization;
/** Where the application would be: a page that the browser can come back to. */
let back: Server;
let callback: string;

beforeAll(async () => {
  [browser, mailbox] = await Promise.all([launchBrowser(), startMailbox()]);
  server = await startServer({ mailTransport: mailbox.transport });
  back = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>Back</title>'),
  );
  await new Promise<void>((resolve) => back.listen(0, '127.0.0.1', resolve));
  callback = `http://localhost:${(back.address() as AddressInfo).port}/callback`;
  const { services, issuer } = server;
  ada = await makeUser(services, { name: 'Ada Byron', email: 'ada@acme.test' });
  acme = await makeOrganization(services, { name: 'Acme', founder: ada._id });
  empty = await makeOrganization(services, { name: 'Hollis & Lane', founder: ada._id });
  extreme = await makeOrganization(services, { name: LONG.slice(0, 100), founder: ada._id });
  const billing = await makeRole(services, { key: 'billing', name: 'Billing', description: 'Sees and sends invoices' });
  await makeRole(services, { key: 'support', name: 'Support', description: 'Answers tickets' });
  const wide = await makeRole(services, { key: 'wide', name: LONG, organizationId: extreme._id });
  const finance = await makeGroup(services, acme._id, 'Finance', [billing._id]);
  await makeApplication(services, { name: 'Northwind Travel', initiateLoginUri: 'https://travel.example.test/login' });
  acme = (await services.models.Organization.findById(acme._id).lean()) as Organization;
  extreme = (await services.models.Organization.findById(extreme._id).lean()) as Organization;
  const where = { organization: acme, issuer };
  const gift = { roleIds: [billing._id], groupIds: [finance._id] };
  const by = { kind: 'user', userId: ada._id, permissions: new Map(), operator: new Set() } as const;
  const rows: [string, string][] = [
    ['miriam.szabo@northwind.test', 'pending'],
    ['goran@northwind.test', 'accepted'],
    ['joaquim.prats@northwind.test', 'declined'],
    ['chiara.vitale@northwind.test', 'revoked'],
    ['somebody.with.quite.a.long.address@department.northwind.example.test', 'expired'],
  ];
  for (const [email, status] of rows) {
    const { invitation } = await invite(services, SYSTEM, where, { email, ...(status === 'pending' ? gift : {}) });
    const set = status === 'expired' ? { expiresAt: new Date(Date.UTC(2026, 0, 7)) } : { status };
    await services.models.Invitation.updateOne({ _id: invitation._id }, { $set: { ...set, invitedBy: by.userId } });
  }
  await invite(
    services,
    SYSTEM,
    { organization: extreme, issuer },
    {
      email: `${'x'.repeat(60)}@${'y'.repeat(60)}.test`,
      roleIds: [wide._id],
      message: LONG,
    },
  );
});
afterAll(async () => {
  await browser?.close();
  back?.close();
  await server?.close();
  await mailbox?.close();
});

describe.each(VIEWS)('invitations ($name)', (view) => {
  const invitations = ({ slug }: Organization) => `/organizations/${slug}/invitations`;

  it('are made, looked at and ended by an administrator, in a browser without scripts', async () => {
    const { context, page, visit } = await openPages(browser, server, ada, view);
    await visit(invitations(empty));
    await look(page, `invitations-empty-${view.name}`);
    await visit(invitations(acme));
    await look(page, `invitations-${view.name}`);
    await press(page, 'link', 'Choose roles, groups and a message');
    await look(page, `invitation-new-${view.name}`);
    await page.getByLabel('Email').fill('miriam.szabo@northwind.test');
    await page.getByLabel('Message').fill('See you on Monday.');
    await press(page, 'button', 'Invite');
    await look(page, `invitation-new-taken-${view.name}`);
    await press(page, 'link', 'See that invitation');
    await press(page, 'button', 'Copy link');
    expect(await page.getByRole('textbox', { name: 'Link' }).inputValue()).toContain('/join/invitation/');
    await look(page, `invitation-link-${view.name}`);
    await press(page, 'link', 'Revoke');
    await look(page, `invitation-revoke-${view.name}`);
    await visit(`${invitations(acme)}/many`);
    await look(page, `invite-many-${view.name}`);
    await page
      .getByLabel('Addresses')
      .fill(
        `email,roles,groups\nlena@northwind.test,billing,Finance\nnobody,,\n${ada.email},,\nkim@northwind.test,boss,\n`,
      );
    await press(page, 'button', 'Check the list');
    await look(page, `invite-many-preview-${view.name}`);
    await press(page, 'button', 'Change the list');
    expect(await page.getByLabel('Addresses').inputValue()).toContain('kim@northwind.test,boss,');
    await context.close();
  });

  it('by mail lead a fresh browser as a new person through an application’s login, to their roles in the token', async () => {
    const { services, issuer } = server;
    const email = `new-${view.name}@northwind.test`;
    const application = await makeApplication(services, { name: 'Ledger', redirectUris: [callback] });
    const roles = await services.models.Role.find({ key: 'billing' }).lean();
    const { invitation } = await invite(
      services,
      { kind: 'user', userId: ada._id, permissions: new Map([[acme._id, new Set(['invitations:write' as const])]]) },
      { organization: acme, issuer },
      { email, roleIds: roles.map(({ _id }) => _id), message: 'Welcome aboard.\nWe start on Monday.' },
    );
    const { config } = await relyingParty(server, application._id);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const { colorScheme, viewport } = view;
    const context = await browser.newContext({ javaScriptEnabled: false, colorScheme, viewport });
    const page = await context.newPage();
    const request = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid email',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    await page.goto(request.href);
    expect(await page.getByRole('button', { name: 'Sign in' }).isVisible()).toBe(true);
    await page.goto(linkIn(await mailbox.mailTo(email), issuer));
    await look(page, `invited-sign-in-${view.name}`);
    await press(page, 'link', 'Create account');
    await look(page, `invited-sign-up-${view.name}`);
    await page.getByLabel('Name').fill('Nora Lind');
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'button', 'Create account');
    await look(page, `invited-join-${view.name}`);
    await press(page, 'button', 'Join');
    await page.waitForURL(`${callback}?*`);
    const tokens = await client.authorizationCodeGrant(config, new URL(page.url()), { pkceCodeVerifier });
    expect(tokens.claims()).toMatchObject({
      email,
      email_verified: true,
      oid: acme._id,
      roles: ['billing'],
    });
    const other = await newInvitationLink(services, SYSTEM, { organization: acme, issuer }, invitation._id).catch(
      (error: { code: string }) => error.code,
    );
    expect(other).toBe('invitation_answered');
    await context.close();
  });

  it('tell who is signed in as somebody else, and wait where one’s organizations are', async () => {
    const { services, issuer } = server;
    const person = await makeUser(services, { name: 'Kim Ode' });
    const by = {
      kind: 'user',
      userId: ada._id,
      permissions: new Map([[acme._id, new Set(['invitations:write' as const])]]),
    } as const;
    const where = { organization: acme, issuer };
    const { invitation, url: own } = await invite(services, by, where, { email: person.email });
    const { url } = await invite(services, by, where, { email: `other-${view.name}@northwind.test` });
    const { context, page, visit } = await openPages(browser, server, person, view);
    await page.goto(url);
    await look(page, `invited-other-address-${view.name}`);
    await visit('/account/organizations');
    await look(page, `invited-organizations-${view.name}`);
    await press(page, 'button', 'Join');
    expect(await page.getByText('You are a member of Acme now.').isVisible()).toBe(true);
    // As if they had become a member otherwise meanwhile.
    await services.models.Invitation.updateOne({ _id: invitation._id }, { $set: { status: 'pending' } });
    await page.goto(own);
    await look(page, `invited-member-${view.name}`);
    await context.close();
  });
});

it('hold names of any length where there is least room', async () => {
  const view = VIEWS[1];
  const { context, page, visit } = await openPages(browser, server, ada, view);
  await page.setViewportSize({ width: 320, height: 640 });
  const base = `/organizations/${extreme.slug}/invitations`;
  const row = await server.services.models.Invitation.findOne({ organizationId: extreme._id }).lean();
  for (const path of [base, `${base}/new`, `${base}/many`, `${base}/${row?._id}`, `${base}/${row?._id}/revoke`]) {
    await visit(path);
    const wide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(wide), path).toBe(false);
  }
  await visit(base);
  await look(page, `extreme-invitations-${view.name}`);
  await context.close();
});

it('copies the link by its button, where scripts run', async () => {
  const [view] = VIEWS;
  const { services, issuer } = server;
  const { invitation } = await invite(
    services,
    SYSTEM,
    { organization: acme, issuer },
    { email: 'copy@northwind.test' },
  );
  const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit(`/organizations/${acme.slug}/invitations/${invitation._id}`);
  await press(page, 'button', 'Copy link');
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.locator('button[data-copy]').click();
  await page.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
  await context.close();
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { Organization, User } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { recordOf } from '../../src/services/domains/prove-domain.js';
import { askToJoin } from '../../src/services/join-requests/ask-to-join.js';
import { launchBrowser, press, VIEWS } from '../support/browser.js';
import { type DnsServer, startDnsServer } from '../support/dns-server.js';
import { makeDomain } from '../support/domains.js';
import { makeApplication, makeOrganization, makeUser } from '../support/factories.js';
import { look, openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const LONG = 'Verwaltungsgemeinschaftsangelegenheiten'.repeat(5).slice(0, 200);
const RIGHT_TO_LEFT = 'فريق المحاسبة والمالية';
const LONG_DOMAIN = `${'verwaltungsgemeinschaft.'.repeat(8)}acme.test`;

let browser: Browser;
let dns: DnsServer;
let server: TestServer;

beforeAll(async () => {
  [browser, dns] = await Promise.all([launchBrowser(), startDnsServer()]);
  server = await startServer({ dnsServers: [dns.address] });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await dns?.close();
});

/** The person's form in an application's login. */
const loginUrl = (clientId: string, organization?: string) => {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'https://app.example.test/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...(organization ? { organization } : {}),
  });
  return `/oauth2/authorize?${query}`;
};

const ask = (organization: Organization, user: User, message: string, address: string) =>
  askToJoin(server.services, themselves(user._id), { organization, userId: user._id, message, address });

describe.each(VIEWS)('domains and requests ($name)', (view) => {
  it('are looked after in a browser, with and without scripts', async () => {
    const { services } = server;
    const ada = await makeUser(services, { name: 'Ada Byron' });
    const organization = await makeOrganization(services, { name: 'Acme', founder: ada._id, joinRequests: true });
    const { context, page, visit } = await openPages(browser, server, ada, view, { scripts: true });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit(`/organizations/${organization.slug}/domains`);
    await look(page, `domains-none-${view.name}`);
    const name = `${view.name.replace(/\W/g, '')}.acme.test`;
    await page.getByLabel('Domain', { exact: true }).fill('gmail.com');
    await press(page, 'button', 'Add domain');
    await look(page, `domains-refused-${view.name}`);
    await page.getByLabel('Domain', { exact: true }).fill(name);
    await press(page, 'button', 'Add domain');
    const domain = await services.models.Domain.findOne({ name, organizationId: organization._id }).lean();
    if (!domain) throw new Error('the domain is missing');
    const record = recordOf(domain);
    await page.getByRole('button', { name: `Copy the value for ${name}` }).click();
    await page.getByRole('status').getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(record.value);
    await look(page, `domains-pending-${view.name}`);
    dns.records.set(record.name, ['rollcall-verification=of-another-time']);
    await press(page, 'button', `Check now: ${name}`);
    await look(page, `domains-other-${view.name}`);
    dns.records.set(record.name, [record.value]);
    await services.models.Domain.updateOne({ _id: domain._id }, { $unset: { lastCheckedAt: 1 } });
    await press(page, 'button', `Check now: ${name}`);
    await addDomain(services, SYSTEM, organization, LONG_DOMAIN);
    await makeDomain(services, organization, `müller-${name}`);
    await visit(`/organizations/${organization.slug}/domains`);
    await look(page, `domains-${view.name}`);
    await visit(`/organizations/${organization.slug}/settings`);
    await page.getByRole('region', { name: 'Joining', exact: true }).scrollIntoViewIfNeeded();
    await look(page, `domains-settings-${view.name}`);

    await visit(`/organizations/${organization.slug}/requests`);
    await look(page, `requests-none-${view.name}`);
    const messages = ['I work in Finance and need the invoices.\nAda knows me.', '', RIGHT_TO_LEFT, LONG];
    const names = ['Chiara Vitale', 'Goran Stanić', RIGHT_TO_LEFT, LONG];
    for (const [i, message] of messages.entries())
      await ask(organization, await makeUser(services, { name: names[i] as string }), message, `192.0.2.${i}`);
    await visit(`/organizations/${organization.slug}/requests`);
    await look(page, `requests-${view.name}`);
    await visit(`/organizations/${organization.slug}`);
    await look(page, `requests-overview-${view.name}`);
    await context.close();
  });

  it('are asked for and offered in the middle of a login, without scripts', async () => {
    const { services } = server;
    const domain = `offers-${view.name.replace(/\W/g, '')}.test`;
    const offered = await makeOrganization(services, { name: 'Hollis & Lane', joinPolicy: 'domain' });
    await makeDomain(services, offered, domain);
    const asked = await makeOrganization(services, {
      name: LONG,
      slug: `long-${domain.split('.')[0]}`,
      joinRequests: true,
    });
    const application = await makeApplication(services);
    const user = await makeUser(services, { name: 'Chiara Vitale', email: `chiara@${domain}` });
    const { context, page, visit } = await openPages(browser, server, user, view);
    await visit('/account/organizations');
    await look(page, `offers-account-${view.name}`);
    await visit(loginUrl(application._id));
    await look(page, `offers-create-${view.name}`);
    await visit(loginUrl(application._id, asked.slug));
    await look(page, `ask-${view.name}`);
    await page.getByLabel('Message').fill('x'.repeat(501));
    await press(page, 'button', 'Ask to join');
    await look(page, `ask-refused-${view.name}`);
    await page.getByLabel('Message').fill('I work in Finance.');
    await press(page, 'button', 'Ask to join');
    await look(page, `ask-pending-${view.name}`);
    for (const name of ['Acme', 'Zenith']) await makeOrganization(services, { name, founder: user._id });
    await visit(loginUrl(application._id));
    await look(page, `offers-choose-${view.name}`);
    await context.close();
  });
});

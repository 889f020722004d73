import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, look, press, VIEWS } from '../support/browser.js';
import { makeApplication, makeUser, PASSWORD } from '../support/factories.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { openPages } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

const OTHER = 'a wholly different passphrase';

let browser: Browser;
let mailbox: Mailbox;
let server: TestServer;
beforeAll(async () => {
  [browser, mailbox] = await Promise.all([launchBrowser(), startMailbox()]);
  server = await startServer({ mailTransport: mailbox.transport, signUp: 'verified' });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await mailbox?.close();
});

const fill = (page: Page, label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);

describe.each(VIEWS)('in $name, without scripts', (view) => {
  const { colorScheme, viewport } = view;
  const open = async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, colorScheme, viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return { context, page };
  };

  it('a forgotten password is replaced by a mailed link', async () => {
    const user = await makeUser(server.services, { email: `ada.byron.${view.name}@finance.northwind.example.test` });
    const { _id } = await makeApplication(server.services, { organization: 'none', name: 'Northwind Invoices' });
    const { context, page } = await open();
    const query = new URLSearchParams({
      client_id: _id,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://app.example.test/callback',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    await page.goto(`${server.issuer}/oauth2/authorize?${query}`);
    await look(page, `sign-in-forgot-${view.name}`);
    await press(page, 'link', 'Forgot password?');
    await look(page, `recovery-forgot-${view.name}`);
    await fill(page, 'Email', user.email);
    await press(page, 'button', 'Send link');
    await look(page, `recovery-sent-${view.name}`);
    const link = linkIn(await mailbox.mailTo(user.email), server.issuer);
    await page.goto(link);
    await fill(page, 'New password', 'short');
    await press(page, 'button', 'Change password');
    await look(page, `recovery-reset-${view.name}`);
    await fill(page, 'New password', OTHER);
    await press(page, 'button', 'Change password');
    expect(await page.getByText('Password changed').isVisible()).toBe(true);
    await look(page, `recovery-changed-${view.name}`);
    await page.goto(link);
    await look(page, `recovery-used-${view.name}`);
    await context.close();
  });

  it('an account is made by a mailed code', async () => {
    const email = `mara.lindqvist.${view.name}@finance.northwind.example.test`;
    const { context, page } = await open();
    await page.goto(`${server.issuer}/account`);
    await press(page, 'link', 'Create account');
    await fill(page, 'Name', 'Mara Lindqvist');
    await fill(page, 'Email', email);
    await fill(page, 'Password', PASSWORD);
    await press(page, 'button', 'Create account');
    await look(page, `sign-up-code-${view.name}`);
    await fill(page, 'Code', 'CDFHJKLM');
    await press(page, 'button', 'Continue');
    await look(page, `sign-up-code-wrong-${view.name}`);
    const { text = '' } = await mailbox.mailTo(email);
    await fill(page, 'Code', /^[A-Z0-9]{6,8}$/m.exec(text)?.[0] as string);
    await press(page, 'button', 'Continue');
    expect(await page.getByText(email).first().isVisible()).toBe(true);
    await context.close();
  });

  it('the password and the address are changed on the security page', async () => {
    const user = await makeUser(server.services);
    const { User } = server.services.models;
    const { context, page, visit } = await openPages(browser, server, user, view);
    await visit('/account/security');
    await look(page, `security-${view.name}`);
    await fill(page, 'Current password', 'wrong');
    await fill(page, 'New password', OTHER);
    await press(page, 'button', 'Change password');
    await look(page, `security-wrong-${view.name}`);
    await press(page, 'link', 'Change address');
    await look(page, `security-address-${view.name}`);
    const email = `${'long.'.repeat(12)}${view.name}@example.test`;
    await fill(page, 'New email address', email);
    await fill(page, 'Current password', PASSWORD);
    await press(page, 'button', 'Change address');
    await look(page, `security-waiting-${view.name}`);
    await page.context().clearCookies();
    await page.goto(linkIn(await mailbox.mailTo(email), server.issuer));
    await look(page, `verify-password-${view.name}`);
    await User.updateOne({ _id: user._id }, { $set: { emailVerified: false }, $unset: { addressChange: 1 } });
    await context.close();
    const fresh = await openPages(browser, server, user, view);
    await look(fresh.page, `account-unverified-${view.name}`);
    await fresh.visit('/account/security');
    await look(fresh.page, `security-unverified-${view.name}`);
    await press(fresh.page, 'button', 'Send the link again');
    const verify = linkIn(await mailbox.mailTo(user.email, 'Confirm your address'), server.issuer);
    await fresh.page.goto(verify);
    await look(fresh.page, `verify-${view.name}`);
    await press(fresh.page, 'button', 'Confirm');
    expect(await fresh.page.getByText('Your address is verified').isVisible()).toBe(true);
    await fresh.page.goto(`${server.issuer}/verify`);
    await look(fresh.page, `verified-${view.name}`);
    await fresh.context.close();
  });
});

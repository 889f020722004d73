import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { invite } from '../../src/services/invitations/invite.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApplication, makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let ada: User;
let acme: Organization;
let base: string;
let browser: BrowserClient;

beforeAll(async () => {
  server = await startServer();
  ada = await makeUser(server.services, { name: 'Ada Byron' });
  acme = await makeOrganization(server.services, { name: 'Acme', founder: ada._id });
  base = `/organizations/${acme.slug}/invitations`;
  await makeRole(server.services, { key: 'billing', name: 'Billing' });
  await makeGroup(server.services, acme._id, 'Finance');
  browser = await signedIn(server, ada);
});
afterAll(() => server?.close());

const open = async (path: string) => {
  await browser.open(path);
  expect(await htmlFaults(browser.html), path).toEqual([]);
};
const invitationTo = (email: string) => server.services.models.Invitation.findOne({ email }).lean();

describe('the pages of invitations', () => {
  it('invite by address, keep what was typed where it can’t be taken, and say why', async () => {
    await open(base);
    await browser.submit('Invite', { email: 'quick@pages.test' });
    expect(browser.has('quick@pages.test is invited.')).toBe(true);
    await browser.submit('Invite', { email: 'nobody' });
    expect([browser.status, browser.has('Enter an address like name@example.com.')]).toEqual([422, true]);
    expect(browser.html).toContain('value="nobody"');
    await open(base);
    await browser.follow('Choose roles, groups and a message');
    expect(await htmlFaults(browser.html)).toEqual([]);
    for (const [email, why] of [
      ['', 'Enter an email address.'],
      ['nobody', 'Enter an address like name@example.com.'],
      [ada.email, 'This person is a member already.'],
    ] as const) {
      await browser.submit('Invite', { email, message: 'Come <in>', roles: 'billing' });
      expect(browser.status).toBe(422);
      expect(browser.has(why)).toBe(true);
      expect(browser.html).toContain('Come &lt;in&gt;</textarea>');
      expect(browser.html).toMatch(/value="billing" checked/);
      expect(await htmlFaults(browser.html)).toEqual([]);
    }
    await browser.submit('Invite', { email: 'Bo@Pages.test', message: 'Come in', roles: 'billing' });
    expect(new URL(browser.url).pathname).toBe(base);
    expect(browser.has('bo@pages.test is invited.')).toBe(true);
    expect(await invitationTo('bo@pages.test')).toMatchObject({
      status: 'pending',
      message: 'Come in',
      language: 'en',
    });
    await open(`${base}/new`);
    await browser.submit('Invite', { email: 'bo@pages.test' });
    expect(browser.status).toBe(422);
    await browser.follow('See that invitation');
    expect(browser.has('Invitation to bo@pages.test')).toBe(true);
  });

  it('show a link once, send again, and revoke after asking', async () => {
    const where = { organization: acme, issuer: server.issuer };
    const { invitation } = await invite(server.services, SYSTEM, where, { email: 'cy@pages.test' });
    await open(`${base}/${invitation._id}`);
    await browser.submit('Copy link');
    expect(await htmlFaults(browser.html)).toEqual([]);
    const link = /value="([^"]+\/join\/invitation\/[\w-]{43})"/.exec(browser.html)?.[1] as string;
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    await open(`${base}/${invitation._id}`);
    expect(browser.html).not.toContain('/join/invitation/');
    await browser.submit('Send again');
    expect(browser.has('is sent again')).toBe(true);
    await browser.follow('Revoke');
    await browser.submit('Confirm');
    expect(browser.has('The invitation to cy@pages.test is revoked.')).toBe(true);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(404);
    await open(`${base}?status=revoked`);
    expect(browser.has('cy@pages.test')).toBe(true);
    await open(`/organizations/${acme.slug}/audit`);
    expect(browser.has('Ada Byron revoked the invitation to cy@pages.test')).toBe(true);
  });

  it('preview a list with what is wrong in which line, and invite the others', async () => {
    const list = [
      'email;name;roles;groups;message',
      'one@many.test;One;billing;Finance;Hello one',
      'nobody;Two;;;',
      'three@many.test;Three;unknown;;',
      'four@many.test;Four;;Unknown;',
      `${ada.email};Ada;;;`,
      'one@many.test;Again;;;',
      'seven@many.test;Seven;;;',
    ].join('\n');
    await open(`${base}/many`);
    await browser.submit('Check the list', { list, message: 'Hello all', roles: 'billing' });
    expect(await htmlFaults(browser.html)).toEqual([]);
    for (const words of [
      '2 people can be invited',
      '5 lines are left out',
      'Not an email address',
      'No role unknown',
      'No group Unknown',
      'A member already',
      'The same as line 2',
    ])
      expect(browser.has(words), words).toBe(true);
    expect(await invitationTo('one@many.test')).toBeNull();
    await browser.submit('Invite 2 people', { list });
    expect(browser.has('2 people are invited.')).toBe(true);
    expect(await invitationTo('one@many.test')).toMatchObject({ message: 'Hello one', groupIds: [expect.any(String)] });
    expect(await invitationTo('seven@many.test')).toMatchObject({ message: 'Hello all', groupIds: [] });
    expect(await invitationTo('three@many.test')).toBeNull();
  });

  it.each([
    ['', 'Enter at least one address.'],
    ['email,roles\n"a@b.test,x', 'This can’t be read as a table.'],
    ['roles,groups\nbilling,Finance', 'The first line names no column “email”.'],
    [Array.from({ length: 201 }, (_, n) => `p${n}@many.test`).join('\n'), 'These are more than 200.'],
  ])('refuse a list as a whole where it is none (%#)', async (list, why) => {
    await open(`${base}/many`);
    await browser.submit('Check the list', { list });
    expect(browser.status).toBe(422);
    expect(browser.has(why)).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });

  it('take addresses as mail programs write them', async () => {
    await open(`${base}/many`);
    await browser.submit('Check the list', {
      list: 'Di <di@mail.test>, "Ed, Sr." <ed@mail.test>\nflo@mail.test; gil@mail.test',
    });
    expect(browser.has('4 people can be invited')).toBe(true);
  });

  it('lead to an application that can begin a sign-in, where one is chosen', async () => {
    await open(`${base}/new`);
    expect(browser.html).not.toContain('name="application"');
    const initiateLoginUri = 'https://app.example.test/login';
    const travel = await makeApplication(server.services, { name: 'Travel', initiateLoginUri });
    const plain = await makeApplication(server.services, { name: 'Plain' });
    const own = await makeApplication(server.services, {
      name: 'Own',
      initiateLoginUri,
      registration: { tokenHash: 'x', issuedAt: new Date(), eitherMethod: false, metadata: {} },
    });
    await open(`${base}/new`);
    const choices = /<select id="application"[\s\S]*?<\/select>/.exec(browser.html)?.[0] ?? '';
    expect([...choices.matchAll(/value="([^"]*)"/g)].map(([, value]) => value)).toEqual(['', travel._id]);
    for (const application of [plain._id, own._id, 'app-gone']) {
      await browser.submit('Invite', { email: 'hal@pages.test', application });
      expect([browser.status, browser.has('That application is not there any more')]).toEqual([422, true]);
      expect(await htmlFaults(browser.html)).toEqual([]);
    }
    await browser.submit('Invite', { email: 'hal@pages.test', application: travel._id });
    await browser.follow('See the invitation');
    expect(browser.has('Leads to Travel')).toBe(true);
    expect(await invitationTo('hal@pages.test')).toMatchObject({ applicationId: travel._id });

    await open(`${base}/many`);
    const list = 'ida@many.test\njo@many.test';
    await browser.submit('Check the list', { list, application: travel._id });
    await browser.submit('Invite 2 people', { list });
    expect(await invitationTo('jo@many.test')).toMatchObject({ applicationId: travel._id });
  });

  it('are unknown to who may not invite', async () => {
    const plain = await makeUser(server.services);
    await makeMember(server.services, acme._id, plain._id);
    const theirs = await signedIn(server, plain);
    for (const path of [base, `${base}/new`, `${base}/many`]) expect((await theirs.open(path)).status).toBe(404);
    await theirs.open(`/organizations/${acme.slug}/members`);
    expect(theirs.html).not.toContain('/invitations');
  });
});

/** What somebody has let applications do, as they see it and take it back (security.md 20). */
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { Application } from '../../src/models/index.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { allowScopes, withdrawConsent } from '../../src/services/consents.js';
import { SYSTEM } from '../../src/services/context.js';
import { listOwnAccess, takeAccessBack } from '../../src/services/own-applications.js';
import { removeMember } from '../../src/services/remove-member.js';
import { eventsOf } from '../support/audit.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
} from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { signIn } from '../support/login.js';
import { logoutTarget } from '../support/logout-target.js';
import { signedIn } from '../support/pages.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

const SCOPE = 'openid profile email offline_access invoices:read';

/** Somebody who has allowed an application of others to read invoices, also while they are away. */
async function allowed(values: Partial<Application> = {}) {
  const { services } = server;
  const api = await makeApi(services);
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { name: 'Hollis & Lane', founder: user._id });
  const role = await makeRole(services, {
    key: 'books',
    organizationId: organization._id,
    permissions: ['invoices:read'],
  });
  await makeMember(services, organization._id, user._id, ['rol_admin', role._id]);
  const application = await makeApplication(services, {
    name: 'Books',
    firstParty: false,
    defaultApi: api._id,
    permissions: [{ api: api._id, permissions: ['*'] }],
    ...values,
  });
  const login = await signIn(server, application._id, { user }, { scope: SCOPE });
  if (!application.firstParty) await login.browser.submit('Allow');
  return { user, organization, application, api, ...login, tokens: await login.flow.tokens() };
}

describe('the applications of an account', () => {
  it('are listed by organization with what they may do, and taking access back ends all of it at once', async () => {
    const { user, organization, application, api, tokens, rp } = await allowed();
    const browser = await signedIn(server, user);
    await browser.open('/account/applications');
    for (const text of [
      'Books',
      'Hollis & Lane',
      'Your name',
      user.email,
      'Keep access while you are away',
      'Read invoices',
    ])
      expect(browser.has(text), text).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);

    await browser.submit('Take access back');
    expect(browser.has('Books has no access there any more.')).toBe(true);
    expect(browser.has('No application has access')).toBe(true);
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const asApi = await relyingParty(server, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(asApi.config, tokens.access_token)).toEqual({ active: false });
    // The session goes on, and the application has to ask again.
    const again = await rp.begin(browser, { scope: SCOPE, organization: organization.slug });
    expect(again.browser.has('Allow Books?')).toBe(true);
    // In the log at once: the consent that it waited in is gone.
    const events = await server.services.models.AuditEvent.find({
      action: 'consent.withdrawn',
      subject: user._id,
    }).lean();
    expect(events).toMatchObject([
      { actor: user._id, organizationId: organization._id, after: { application: application._id } },
    ]);
    expect(await server.services.models.Consent.countDocuments({ userId: user._id })).toBe(0);
  });

  it('keep what they have in the person’s other organizations', async () => {
    const { user, organization, application, rp, browser } = await allowed();
    const other = await makeOrganization(server.services, { name: 'Other', founder: user._id });
    const flow = await rp.begin(browser, { scope: SCOPE, organization: other.slug });
    await flow.browser.submit('Allow');
    const { refresh_token: refresh = '' } = await flow.tokens();
    const actor = themselves(user._id);
    const key = { applicationId: application._id, organizationId: organization._id };
    await takeAccessBack(server.services, actor, key);
    await client.refreshTokenGrant(rp.config, refresh);
    expect((await listOwnAccess(server.services, actor)).map(({ organizationId }) => organizationId)).toEqual([
      other._id,
    ]);
    await expect(takeAccessBack(server.services, actor, key)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('where the person isn’t any more don’t tell what is called how there', async () => {
    const { user, organization, application } = await allowed();
    await makeMember(server.services, organization._id, (await makeUser(server.services))._id, ['rol_admin']);
    await removeMember(server.services, SYSTEM, { organizationId: organization._id, userId: user._id });
    await changeOrganization(server.services, SYSTEM, organization, { name: 'Renamed' });
    const browser = await signedIn(server, user);
    await browser.open('/account/applications');
    expect([browser.has('Renamed'), browser.has('An organization that you aren’t in any more')]).toEqual([false, true]);
    await browser.submit('Take access back');
    expect(browser.has(`${application.name} has no access there any more.`)).toBe(true);
  });

  it('of the operators’ are listed without a consent while they have something', async () => {
    const { user, application, organization, tokens, rp } = await allowed({ firstParty: true, name: 'Console' });
    const actor = themselves(user._id);
    expect(await listOwnAccess(server.services, actor)).toMatchObject([
      { application: { name: 'Console' }, organizationId: organization._id },
    ]);
    const browser = await signedIn(server, user);
    await browser.open('/account/applications');
    expect(browser.has('without asking')).toBe(true);
    await browser.submit('Take access back');
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(await listOwnAccess(server.services, actor)).toEqual([]);
    expect(await eventsOf(server.services, { subject: user._id, action: 'consent.withdrawn' })).toMatchObject([
      { organizationId: organization._id, after: { application: application._id } },
    ]);
  });

  it('are told to sign the person out', async () => {
    const target = await logoutTarget();
    try {
      const { user, organization, application } = await allowed({ backchannelLogoutUri: target.url });
      const key = { applicationId: application._id, organizationId: organization._id };
      await takeAccessBack(server.services, themselves(user._id), key);
      expect(await target.received(1)).toHaveLength(1);
    } finally {
      await target.close();
    }
  });

  it('get nothing that was begun before access was taken back and ends after it', async () => {
    const { user, organization, application, rp } = await allowed();
    const key = { applicationId: application._id, organizationId: organization._id };
    const { Grant } = server.services.models.oidc;
    await Grant.deleteMany({ accountId: user._id });
    const browser = await signedIn(server, user);
    // The library's record is written past Mongoose: right before it, the person takes back what the request has just read.
    inBetween(Grant.collection, 'updateOne', () => takeAccessBack(server.services, themselves(user._id), key));
    const flow = await rp.begin(browser, { scope: SCOPE, organization: organization.slug });
    expect(flow.browser.has('Allow Books?')).toBe(true);
    const left = await Grant.find({ accountId: user._id, 'payload.clientId': application._id }).lean();
    expect(left.flatMap(({ payload }) => Object.keys((payload.openid as object | undefined) ?? {}))).toEqual([]);
  });

  it('are asked about once more where consent is given as it is taken back, and the later one counts', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const key = { userId: user._id, applicationId: 'app', organizationId: null };
    await allowScopes(services, key, ['openid']);
    await withdrawConsent(services, themselves(user._id), key);
    await allowScopes(services, key, ['openid', 'email']);
    const rows = await services.models.Consent.find({ userId: user._id }).lean();
    expect(rows).toMatchObject([{ scopes: ['openid', 'email'] }]);
    expect(rows[0]).not.toHaveProperty('status');
    expect(await withdrawConsent(services, themselves(user._id), key)).toBeTruthy();
    expect(await withdrawConsent(services, themselves(user._id), key)).toBeUndefined();
  });

  it('are the person’s own: nobody takes back what is another’s', async () => {
    const { user, organization, application } = await allowed();
    const stranger = await makeUser(server.services);
    await makeMember(server.services, organization._id, stranger._id);
    const key = { applicationId: application._id, organizationId: organization._id };
    await expect(takeAccessBack(server.services, themselves(stranger._id), key)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await listOwnAccess(server.services, themselves(user._id))).toHaveLength(1);
  });

  it('come a page at a time with few queries where there are thousands of grants', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const applications = await Promise.all(
      Array.from({ length: 3 }, (_, at) => makeApplication(services, { name: `Many ${at}` })),
    );
    const expiresAt = new Date(Date.now() + 60_000);
    await services.models.oidc.Grant.insertMany(
      Array.from({ length: 1500 }, (_, at) => ({
        _id: `${user._id}-${at}`,
        accountId: user._id,
        sessionUid: `s${at}`,
        expiresAt,
        payload: {
          clientId: applications[at % 3]?._id,
          organizationId: `org_${at % 75}`,
          iat: 1_700_000_000 + at,
          openid: { scope: 'openid email' },
        },
      })),
    );
    const browser = newBrowser(server);
    await browser.open('/account');
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await browser.open('/account/applications');
    expect(browser.has('50 of 75')).toBe(true);
    await browser.follow('Next');
    expect(browser.has('25 of 75')).toBe(true);
  });
});

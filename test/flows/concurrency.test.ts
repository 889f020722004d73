import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import type { BrowserClient } from '../support/browser-client.js';
import {
  makeApi,
  makeApplication,
  makeMember,
  makeOrganization,
  makeRole,
  makeUser,
  PASSWORD,
  SECRET,
} from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

/** What one browser does at once, in several tabs. */
let server: TestServer;
let api: Api;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

async function signedIn() {
  const { flow, ...person } = await newSignedIn(server, application._id);
  return { ...person, tokens: await flow.tokens() };
}

const verifier = randomBytes(32).toString('base64url');

/** A silent authorization in a tab of its own. @returns the code, or the error. */
async function silently(browser: BrowserClient, parameters: Record<string, string> = {}) {
  const query = new URLSearchParams({
    client_id: application._id,
    response_type: 'code',
    redirect_uri: application.redirectUris[0] as string,
    scope: 'openid',
    prompt: 'none',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const answer = await fetch(`${server.issuer}/oauth2/authorize?${query}`, {
    redirect: 'manual',
    headers: { cookie: browser.cookies('/oauth2/authorize') },
  });
  return URL.parse(answer.headers.get('location') ?? '')?.searchParams ?? new URLSearchParams({ error: 'page' });
}

async function redeem(code: string) {
  const answer = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${application._id}:${SECRET}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: application.redirectUris[0] as string,
      code_verifier: verifier,
    }),
  });
  return (await answer.json()) as { access_token?: string; refresh_token?: string; error?: string };
}

describe('authorizations at once', () => {
  it('with different scopes each get their own', async () => {
    const role = await makeRole(server.services, { key: 'clerk', permissions: ['invoices:read', 'invoices:write'] });
    const { user, organization, browser } = await signedIn();
    await makeMember(server.services, organization._id, user._id, ['rol_admin', role._id]);
    for (let round = 0; round < 5; round += 1) {
      await server.services.models.oidc.Grant.deleteMany({});
      const scopes = ['openid', 'openid email', 'openid profile', 'openid invoices:read', 'openid invoices:write'];
      const codes = await Promise.all(scopes.map((scope) => silently(browser, { scope })));
      const tokens = await Promise.all(codes.map((code) => redeem(code.get('code') as string)));
      expect(tokens.map(({ access_token }) => decodeJwt(access_token as string).scope)).toEqual(scopes);
    }
  });

  it('for one application keep one sid', async () => {
    const { browser, tokens } = await signedIn();
    const codes = await Promise.all(Array.from({ length: 6 }, () => silently(browser)));
    const answers = await Promise.all(codes.map((code) => redeem(code.get('code') as string)));
    const sids = answers.map(({ access_token }) => decodeJwt(access_token as string).sid);
    expect(new Set(sids)).toEqual(new Set([tokens.claims()?.sid]));
  });
});

describe('signing out while other tabs are busy', () => {
  it('ends everything that they were given, and no tab brings the session back', async () => {
    const { config } = await relyingParty(server, api.introspection?.clientId as string);
    for (let round = 0; round < 12; round += 1) {
      const { browser, tokens, rp } = await signedIn();
      const hint = new URLSearchParams({ id_token_hint: tokens.id_token as string });
      const cookie = browser.cookies('/');
      const out = async () => {
        await new Promise((resolve) => setTimeout(resolve, round * 2));
        const answer = await fetch(`${server.issuer}/oauth2/logout?${hint}`, {
          redirect: 'manual',
          headers: { cookie },
        });
        expect(answer.status).toBe(303);
      };
      const refreshing = client.refreshTokenGrant(rp.config, tokens.refresh_token as string).catch(() => undefined);
      const [codes] = await Promise.all([Promise.all(Array.from({ length: 8 }, () => silently(browser))), out()]);
      const refreshed = await refreshing;
      const given = await Promise.all(
        codes.flatMap((answer) => (answer.get('code') ? [redeem(answer.get('code') as string)] : [])),
      );
      for (const token of [tokens, ...given, ...(refreshed ? [refreshed] : [])]) {
        if (!token.access_token) continue;
        expect(await client.tokenIntrospection(config, token.access_token as string)).toEqual({ active: false });
        await expect(client.refreshTokenGrant(rp.config, token.refresh_token as string)).rejects.toMatchObject({
          error: 'invalid_grant',
        });
      }
      expect((await silently(browser)).get('error')).toBe('login_required');
    }
  });
});

describe('a login that has ended', () => {
  it('stays ended where its form is sent once more', async () => {
    const { Interaction } = server.services.models.oidc;
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const rp = await relyingParty(server, application._id);
    const { browser } = await rp.begin(newBrowser(server));
    const page = browser.url;
    const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
    const cookie = browser.cookies(new URL(page).pathname);
    const send = () =>
      fetch(`${page}/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: server.issuer },
        body: new URLSearchParams({ csrf, email: user.email, password: PASSWORD }),
      });
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.location).toContain('code=');
    const before = await Interaction.countDocuments();
    expect((await send()).status).toBe(400);
    expect(await Interaction.countDocuments()).toBe(before);
  });
});

describe('a grant that has expired', () => {
  it('is made anew while its record is still there, as the sweeper lags', async () => {
    const { browser, rp, tokens } = await signedIn();
    const { Grant } = server.services.models.oidc;
    const sessionGrants = await Grant.find({ accountId: tokens.claims()?.sub }).lean();
    expect(sessionGrants).toHaveLength(1);
    await Grant.updateMany({ accountId: tokens.claims()?.sub }, { $set: { expiresAt: new Date(Date.now() - 1000) } });
    const again = await rp.begin(browser, { prompt: 'none' });
    const anew = await again.tokens();
    expect(decodeJwt(anew.access_token).gid).not.toBe(decodeJwt(tokens.access_token).gid);
  });
});

/** OpenID Connect Core 1.0, 3.1.2: what an authorization request may hold, and what the answer to it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApplication } from '../../support/factories.js';
import { authorize, makeAdministrator, post, signIn } from '../../support/login.js';
import { newBrowser } from '../../support/relying-party.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let application: Application;
let browser: BrowserClient;

const CALLBACK = 'https://app.example.test/callback';

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  ({ browser } = await signIn(server, application._id, await makeAdministrator(server)));
});
afterAll(() => server?.close());

const CHALLENGE = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const complete = () => ({
  client_id: application._id,
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: 'openid',
  state: 'the-state',
  ...CHALLENGE,
});

/** A request of exactly these parameters; @returns what came to the redirect URI, undefined where it stayed at the server. */
async function ask(parameters: Record<string, string | undefined>, from = browser) {
  const said = Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined);
  await from.open(`/oauth2/authorize?${new URLSearchParams(said)}`);
  return from.location?.startsWith(CALLBACK) ? new URL(from.location).searchParams : undefined;
}

describe('a request', () => {
  it('is taken by POST as by GET, also of who has to sign in, up to the code', async () => {
    const stranger = newBrowser(server);
    for (const [one, comes] of [
      [browser, 'code'],
      [stranger, 'sign-in'],
    ] as const) {
      const answer = await fetch(`${server.issuer}/oauth2/authorize`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(complete()),
      });
      expect(answer.status).toBe(303);
      await one.open(answer.headers.get('location') as string);
      if (comes === 'sign-in') expect(one.has('Sign in')).toBe(true);
      else expect(new URL(one.location as string).searchParams.get('code')).toBeTruthy();
    }
  });

  it('without response_type or scope is told to the application, and without client_id or redirect_uri to the person', async () => {
    for (const [missing, error] of [
      ['response_type', 'invalid_request'],
      ['scope', 'invalid_scope'],
    ] as const) {
      const answer = await ask({ ...complete(), [missing]: undefined });
      expect([answer?.get('error'), answer?.get('state')], missing).toEqual([error, 'the-state']);
    }
    for (const missing of ['client_id', 'redirect_uri']) {
      expect(await ask({ ...complete(), [missing]: undefined }), missing).toBeUndefined();
      expect([browser.status, browser.location]).toEqual([400, undefined]);
      expect(browser.html).toContain('invalid_request');
    }
  });

  it('of who is signed in leads on without a page, at another application too, and with a long max_age', async () => {
    const other = await makeApplication(server.services);
    for (const more of [{}, { client_id: other._id }, { max_age: '10000' }, { scope: 'email openid' }]) {
      const answer = await ask({ ...complete(), ...more });
      expect([answer?.has('code'), answer?.get('state')]).toEqual([true, 'the-state']);
    }
  });

  it('for scopes that there are not, as address and phone, goes on with those that there are, in any order', async () => {
    const scope = 'phone email unknown openid address profile';
    const { redeem } = await authorize(server, browser, application._id, { scope, prompt: 'none' });
    const { status, json } = await redeem();
    expect(status).toBe(200);
    expect(json.scope.split(' ').sort()).toEqual(['email', 'openid', 'profile']);
  });

  it('asks on a page for a max_age that has passed, and with prompt=login, of who is signed in', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2100));
    for (const more of [{ max_age: '1' }, { prompt: 'login' }]) {
      expect(await ask({ ...complete(), ...more })).toBeUndefined();
      expect([browser.status, browser.has('Password')]).toEqual([200, true]);
    }
  });
});

describe('a redirect URI that was registered with a query', () => {
  it('keeps it in the answer, and another query or none is another URI', async () => {
    const uri = `${CALLBACK}?tenant=a%20b`;
    const own = await makeApplication(server.services, { redirectUris: [uri] });
    const request = (redirect_uri: string) => ask({ ...complete(), client_id: own._id, redirect_uri });
    const answer = await request(uri);
    expect([answer?.get('tenant'), answer?.has('code'), answer?.get('state')]).toEqual(['a b', true, 'the-state']);
    for (const wrong of [CALLBACK, `${CALLBACK}?tenant=b`, `${uri}&more=x`, `${CALLBACK}?tenant=a+b`, `${uri}#x`]) {
      expect(await request(wrong), wrong).toBeUndefined();
      expect([browser.status, browser.location]).toEqual([400, undefined]);
      expect(browser.html).toContain('invalid_redirect_uri');
    }
  });
});

describe('an application of somebody else', () => {
  it('gets access_denied with state and no code where the person denies, and is asked about again with prompt=consent', async () => {
    const third = await makeApplication(server.services, { firstParty: false });
    const request = { ...complete(), client_id: third._id };
    expect((await ask({ ...request, prompt: 'none' }))?.get('error')).toBe('consent_required');
    expect(await ask(request)).toBeUndefined();
    await browser.submit('Deny');
    const denied = new URL(browser.location as string).searchParams;
    expect(Object.fromEntries(denied)).toMatchObject({
      error: 'access_denied',
      state: 'the-state',
      iss: server.issuer,
    });
    expect(denied.has('code')).toBe(false);
    await ask(request);
    await browser.submit('Allow');
    expect(new URL(browser.location as string).searchParams.has('code')).toBe(true);
    expect((await ask(request))?.has('code')).toBe(true);
    expect(await ask({ ...request, prompt: 'consent' })).toBeUndefined();
    expect(browser.has('Allow')).toBe(true);
  });

  it('has its logo, its policy and its terms on the pages of the sign-in and of the consent', async () => {
    const uris = {
      logoUri: 'https://app.example.test/logo.png',
      policyUri: 'https://app.example.test/policy',
      tosUri: 'https://app.example.test/terms',
    };
    const third = await makeApplication(server.services, { firstParty: false, ...uris });
    const stranger = newBrowser(server);
    for (const [one, button] of [
      [stranger, 'Sign in'],
      [browser, 'Allow'],
    ] as const) {
      await ask({ ...complete(), client_id: third._id }, one);
      expect(one.has(button)).toBe(true);
      expect(one.html).toMatch(new RegExp(`<img[^>]* src="${uris.logoUri}"`));
      for (const uri of [uris.policyUri, uris.tosUri]) expect(one.html).toContain(`<a href="${uri}">`);
    }
  });
});

describe('the sign-in page', () => {
  it('can’t be framed, and takes its form from its own page alone', async () => {
    const stranger = newBrowser(server);
    await ask(complete(), stranger);
    const path = new URL(stranger.url).pathname;
    const page = await fetch(stranger.url, { headers: { cookie: stranger.cookies(path) } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('cache-control')).toContain('no-store');
    const form = { email: 'a@b.test', password: 'x' };
    const forged = await post(server, `${path}/sign-in`, form, {
      headers: { cookie: stranger.cookies(path), origin: 'https://evil.example.test' },
    });
    expect(forged.status).toBe(403);
  });
});

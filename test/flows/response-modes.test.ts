import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { makeApplication, PASSWORD } from '../support/factories.js';
import { authorize, makeAdministrator, signIn } from '../support/login.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services, { name: 'Invoice desk' });
});
afterAll(() => server?.close());

/** The form of the page that a browser is at. */
function formOf(html: string) {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [
    name,
    (value ?? '')
      .replace(/&#34;|&quot;/g, '"')
      .replace(/&amp;/g, '&')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&#39;/g, "'"),
  ]);
  return {
    action: /<form method="post" action="([^"]*)"/.exec(html)?.[1],
    fields: Object.fromEntries(fields) as Record<string, string>,
  };
}

describe('response_mode=form_post', () => {
  it('posts code, state and iss to the redirect URI by a page that works without JavaScript', async () => {
    const { rp, browser } = await signIn(server, application._id, await makeAdministrator(server));
    const state = `"><script>alert(1)</script>&'`;
    const request = { scope: 'openid', response_mode: 'form_post', state, prompt: 'none' };
    const { redeem } = await authorize(server, browser, application._id, request);
    expect(browser.status).toBe(200);
    const { action, fields } = formOf(browser.html);
    expect(action).toBe('https://app.example.test/callback');
    expect(fields).toEqual({ code: expect.any(String), state, iss: server.issuer });
    expect(browser.html).not.toContain('<script>alert');
    expect(browser.html).toMatch(/<button class="btn main">Continue<\/button>/);
    const answer = await redeem([['code', fields.code as string]]);
    expect(answer.status).toBe(400); // `code` twice
    const again = await rp.begin(browser, { response_mode: 'form_post', prompt: 'none' });
    expect(again.browser.status).toBe(200);
  });

  it('works with a relying party that reads the form', async () => {
    const { rp, browser } = await signIn(server, application._id, await makeAdministrator(server));
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(rp.config, {
      redirect_uri: 'https://app.example.test/callback',
      scope: 'openid',
      response_mode: 'form_post',
      state: 'the-state',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    await browser.open(url.href);
    const { action, fields } = formOf(browser.html);
    const request = new Request(action as string, { method: 'POST', body: new URLSearchParams(fields) });
    const tokens = await client.authorizationCodeGrant(rp.config, request, {
      pkceCodeVerifier: verifier,
      expectedState: 'the-state',
    });
    expect(tokens.claims()).toMatchObject({ roles: ['admin'] });
  });

  it('has a policy that lets this server’s scripts run alone, and its form go to the application alone', async () => {
    const { browser } = await signIn(server, application._id, await makeAdministrator(server));
    const query = new URLSearchParams({
      client_id: application._id,
      response_type: 'code',
      redirect_uri: 'https://app.example.test/callback',
      scope: 'openid',
      response_mode: 'form_post',
      prompt: 'none',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const url = `${server.issuer}/oauth2/authorize?${query}`;
    const page = await fetch(url, { headers: { cookie: browser.cookies('/oauth2/authorize') } });
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    const script = /<script src="([^"]+)"><\/script>/.exec(html)?.[1] ?? '';
    expect(await (await fetch(`${server.issuer}${script}`)).text()).toContain('submit()');
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).toContain("form-action 'self' https://app.example.test;");
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('carries errors in the same way', async () => {
    const browser = newBrowser(server);
    const request = { scope: 'openid', response_mode: 'form_post', prompt: 'none', state: 's' };
    await authorize(server, browser, application._id, request);
    expect(browser.status).toBe(200);
    expect(formOf(browser.html).fields).toMatchObject({ error: 'login_required', state: 's', iss: server.issuer });
    await authorize(server, browser, application._id, { ...request, prompt: 'none login' });
    expect(formOf(browser.html).fields).toMatchObject({ error: 'invalid_request', state: 's' });
    await authorize(server, browser, application._id, { ...request, redirect_uri: 'https://evil.example.test/' });
    expect(browser.status).toBe(400);
    expect(formOf(browser.html).action).toBeUndefined();
  });

  it('comes after a sign-in too', async () => {
    const { user } = await makeAdministrator(server);
    const browser = newBrowser(server);
    await authorize(server, browser, application._id, { scope: 'openid', response_mode: 'form_post' });
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(formOf(browser.html).fields.code).toBeTruthy();
    expect(browser.has('Back to Invoice desk')).toBe(true);
  });
});

describe('the other response modes', () => {
  it('are query, the default of code, and fragment where it is asked for', async () => {
    const { browser } = await signIn(server, application._id, await makeAdministrator(server));
    for (const mode of ['', 'query']) {
      const request = { scope: 'openid', prompt: 'none', response_mode: mode };
      const { answer } = await authorize(server, browser, application._id, request);
      expect(answer.get('code')).toBeTruthy();
      expect(answer.get('iss')).toBe(server.issuer);
    }
    await authorize(server, browser, application._id, { scope: 'openid', prompt: 'none', response_mode: 'fragment' });
    const url = new URL(browser.location as string);
    expect(url.search).toBe('');
    expect(new URLSearchParams(url.hash.slice(1)).get('code')).toBeTruthy();
  });

  it('that are unknown are refused as unsupported', async () => {
    const browser = newBrowser(server);
    for (const mode of ['jwt', 'query.jwt', 'web_message', 'constructor', '__proto__']) {
      const request = { scope: 'openid', response_mode: mode, state: 's' };
      const { answer, error } = await authorize(server, browser, application._id, request);
      expect(error, mode).toBe('unsupported_response_mode');
      expect(answer.get('state')).toBe('s');
    }
  });
});

describe('response types other than code', () => {
  it('are refused: no implicit and no hybrid flow', async () => {
    const browser = newBrowser(server);
    for (const type of ['token', 'id_token', 'code id_token', 'code token', 'id_token token', 'nonsense']) {
      const request = { scope: 'openid', response_type: type, nonce: 'n', state: 's' };
      await authorize(server, browser, application._id, request);
      const { search, hash } = new URL(browser.location as string);
      const answer = new URLSearchParams(search || hash.slice(1));
      expect(answer.get('error'), type).toBe('unsupported_response_type');
      expect(answer.get('state')).toBe('s');
    }
    const none = await authorize(server, browser, application._id, { scope: 'openid', response_type: 'none' });
    expect(none.error).toBe('unauthorized_client');
  });
});

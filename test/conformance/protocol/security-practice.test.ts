import { createHash, randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { makeApplication, PASSWORD } from '../../support/factories.js';
import { authorize, makeAdministrator, signIn } from '../../support/login.js';
import { basic, get, post } from '../../support/raw-http.js';
import { newBrowser, relyingParty } from '../../support/relying-party.js';
import { startServer, type TestServer } from '../../support/server.js';

const REDIRECT = 'https://app.example.test/callback';

let server: TestServer;
let application: Application;
let spa: Application;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  const publicly = { type: 'spa', secretHash: undefined, tokenEndpointAuthMethod: 'none' } as const;
  spa = await makeApplication(server.services, publicly);
});
afterAll(() => server?.close());

describe('the security practice of OAuth 2.0 (RFC 9700)', () => {
  it('a refresh token that is used again after the grace ends its family, of confidential and public clients', async () => {
    for (const [one, secret] of [
      [application, undefined],
      [spa, null],
    ] as const) {
      const { rp, flow } = await signIn(server, one._id, await makeAdministrator(server), {}, secret);
      const first = await flow.tokens();
      const second = await client.refreshTokenGrant(rp.config, first.refresh_token as string);
      expect(second.refresh_token).not.toBe(first.refresh_token);
      // As if it had been used a minute ago.
      await server.services.models.oidc.RefreshToken.updateMany(
        { consumed: { $exists: true } },
        { $inc: { consumed: -60 } },
      );
      for (const token of [first.refresh_token, second.refresh_token])
        await expect(client.refreshTokenGrant(rp.config, token as string)).rejects.toMatchObject({
          error: 'invalid_grant',
        });
    }
  });

  it('no answer to credentials, or on the way to the application, is a 307 or 308', async () => {
    const rp = await relyingParty(server, application._id);
    const { user } = await makeAdministrator(server);
    const { browser } = await rp.begin(newBrowser(server));
    await browser.submit('Sign in', { email: user.email, password: 'x'.repeat(20) });
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.location).toMatch(/^https:\/\/app\.example\.test\/callback\?code=/);
    expect(browser.statuses.length).toBeGreaterThan(4);
    expect([...new Set(browser.statuses)].sort()).toEqual([200, 303, 422]);
  });

  it('the authorization endpoint answers no other origin’s scripts', async () => {
    const query = new URLSearchParams({ client_id: spa._id, response_type: 'code', redirect_uri: REDIRECT });
    const origin = 'https://app.example.test';
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await fetch(`${server.issuer}/oauth2/authorize?${query}`, {
        method,
        redirect: 'manual',
        headers: { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'GET' } : {}) },
      });
      expect(answer.headers.get('access-control-allow-origin'), method).toBeNull();
      if (method === 'OPTIONS') expect(answer.status).toBe(405);
    }
  });

  it('a code that was taken from another login is worth nothing to who has begun one of their own', async () => {
    const [mine, theirs] = await Promise.all(
      [1, 2].map(async () => signIn(server, application._id, await makeAdministrator(server))),
    );
    const stolen = theirs?.flow.callbackUrl().searchParams.get('code') as string;
    const answer = await post(
      server,
      '/oauth2/token',
      {
        grant_type: 'authorization_code',
        code: stolen,
        redirect_uri: REDIRECT,
        code_verifier: mine?.flow.verifier ?? '',
      },
      basic(application._id),
    );
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    expect((await mine?.flow.tokens())?.access_token).toBeTruthy();
  });

  it('every answer to an authorization request tells iss, as discovery has it: code, error, and after a sign-in', async () => {
    const { body } = await get(server, '/.well-known/oauth-authorization-server');
    expect(body.authorization_response_iss_parameter_supported).toBe(true);
    const { browser, flow } = await signIn(server, application._id, await makeAdministrator(server));
    expect(flow.callbackUrl().searchParams.getAll('iss')).toEqual([body.issuer]);
    const ask = (more: Record<string, string>) =>
      authorize(server, browser, application._id, { scope: 'openid', prompt: 'none', ...more });
    const errors = [
      { prompt: 'none login' },
      { response_type: 'token' },
      { max_age: 'x' },
      { organization: 'no-such' },
    ];
    for (const more of [{}, ...errors] as Record<string, string>[]) {
      await ask(more);
      const { search, hash } = new URL(browser.location as string);
      expect(new URLSearchParams(search || hash.slice(1)).getAll('iss'), JSON.stringify(more)).toEqual([body.issuer]);
    }
    expect((await ask({ response_mode: 'fragment' })).error).toBeNull();
    expect(new URLSearchParams(new URL(browser.location as string).hash.slice(1)).get('iss')).toBe(body.issuer);
  });
});

describe('a pushed authorization request (RFC 9126)', () => {
  const form = () => ({
    client_id: application._id,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid',
    code_challenge: createHash('sha256').update(randomBytes(8)).digest('base64url'),
    code_challenge_method: 'S256',
  });

  it('is a POST: other methods are answered by 405', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const url = `${server.issuer}/oauth2/par?${new URLSearchParams(form())}`;
      const answer = await fetch(url, { method, headers: basic(application._id) });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  it('that is too large is answered by 413, and told as JSON', async () => {
    for (const headers of [{}, { accept: 'text/html' }] as Record<string, string>[]) {
      const large = { ...form(), state: 'x'.repeat(100_000) };
      const answer = await post(server, '/oauth2/par', large, { ...basic(application._id), ...headers });
      expect([answer.status, answer.body.error]).toEqual([413, 'invalid_request']);
    }
  });

  it('is never answered by a redirect, whatever is wrong with it', async () => {
    const faults = [{}, { redirect_uri: 'https://evil.test/' }, { prompt: 'none' }, { scope: 'nonsense' }];
    for (const more of faults as Record<string, string>[]) {
      const answer = await post(server, '/oauth2/par', { ...form(), ...more }, basic(application._id));
      expect(answer.headers.get('location')).toBeNull();
      expect([201, 400]).toContain(answer.status);
      expect(answer.headers.get('cache-control')).toContain('no-store');
    }
  });

  it('has a request_uri of 128 random bits at least, another each time', async () => {
    const uris = new Set<string>();
    for (let i = 0; i < 5; i += 1)
      uris.add((await post(server, '/oauth2/par', form(), basic(application._id))).body.request_uri);
    expect(uris.size).toBe(5);
    for (const uri of uris) expect(uri.split(':').pop()).toMatch(/^[\w-]{22,}$/);
  });
});

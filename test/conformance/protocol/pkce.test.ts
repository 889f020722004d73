import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApplication } from '../../support/factories.js';
import { makeAdministrator, signIn } from '../../support/login.js';
import { basic, get, post } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

const REDIRECT = 'https://app.example.test/callback';
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

let server: TestServer;
let application: Application;
let spa: Application;
let browser: BrowserClient;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  const publicly = { type: 'spa', secretHash: undefined, tokenEndpointAuthMethod: 'none' } as const;
  spa = await makeApplication(server.services, publicly);
  ({ browser } = await signIn(server, application._id, await makeAdministrator(server)));
});
afterAll(() => server?.close());

async function authorize(more: Record<string, string>, clientId = application._id) {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid',
    prompt: 'none',
    ...more,
  });
  const cookie = browser.cookies('/oauth2/authorize');
  const { headers } = await get(server, `/oauth2/authorize?${query}`, { cookie });
  return new URL(headers.get('location') as string).searchParams;
}

const withChallenge = (code_challenge: string) => authorize({ code_challenge, code_challenge_method: 'S256' });

async function codeFor(verifier: string): Promise<string> {
  return (await withChallenge(challengeOf(verifier))).get('code') as string;
}

const redeem = (code: string, code_verifier: string) =>
  post(
    server,
    '/oauth2/token',
    { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier },
    basic(application._id),
  );

const newVerifier = () => randomBytes(32).toString('base64url');

describe('PKCE (RFC 7636)', () => {
  it('is asked of every application, public ones and those with a secret: invalid_request without a challenge', async () => {
    for (const { _id } of [application, spa]) {
      for (const more of [{}, { code_challenge: '' }, { code_challenge_method: 'S256' }] as Record<string, string>[]) {
        const answer = await authorize(more, _id);
        expect(answer.get('error')).toBe('invalid_request');
        expect(answer.has('code')).toBe(false);
      }
    }
  });

  it('takes S256 alone: plain, unknown methods and none named are an invalid_request', async () => {
    const code_challenge = challengeOf(newVerifier());
    for (const method of ['plain', 's256', 'S512', 'constructor', '']) {
      const answer = await authorize({ code_challenge, code_challenge_method: method });
      expect(answer.get('error'), method).toBe('invalid_request');
    }
    const { body } = await get(server, '/.well-known/openid-configuration');
    expect(body.code_challenge_methods_supported).toEqual(['S256']);
  });

  it('refuses challenges that aren’t 43 to 128 unreserved characters', async () => {
    const good = challengeOf(newVerifier());
    for (const bad of [good.slice(1), 'a'.repeat(129), `${good.slice(1)}=`, `${good.slice(1)}+`, `${good.slice(1)}é`])
      expect((await withChallenge(bad)).get('error'), bad).toBe('invalid_request');
    expect((await withChallenge(good)).has('code')).toBe(true);
  });

  it('refuses verifiers that aren’t 43 to 128 unreserved characters, also where their digest fits', async () => {
    for (const bad of ['a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(42)}+`, `${'a'.repeat(42)} `]) {
      const answer = await redeem(await codeFor(bad), bad);
      expect([answer.status, answer.body.error], bad).toEqual([400, 'invalid_request']);
    }
    for (const good of ['a'.repeat(43), `${'a'.repeat(124)}-._~`])
      expect((await redeem(await codeFor(good), good)).status).toBe(200);
  });

  it('binds the challenge to its code: another code’s verifier is an invalid_grant, and nothing tells the challenge', async () => {
    const [mine, theirs] = [newVerifier(), newVerifier()];
    const answer = await withChallenge(challengeOf(mine));
    expect(answer.toString()).not.toContain(challengeOf(mine));
    expect([...answer.keys()].sort()).toEqual(['code', 'iss']);
    const other = await codeFor(theirs);
    const swapped = await redeem(answer.get('code') as string, theirs);
    expect([swapped.status, swapped.body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(other, theirs)).status).toBe(200);
  });
});

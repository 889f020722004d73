/** OpenID Connect Dynamic Client Registration 1.0 as a relying party sees it: what it registers is what holds. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUser, PASSWORD } from '../../support/factories.js';
import { asParameters, assertionOf, makeKey, type TestKey } from '../../support/keys.js';
import { logoutTarget } from '../../support/logout-target.js';
import { post } from '../../support/raw-http.js';
import { newBrowser } from '../../support/relying-party.js';
import { startServer, type TestServer } from '../../support/server.js';

const CALLBACK = 'https://app.example.test/callback';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ registration: 'open' });
});
afterAll(() => server?.close());

const send = (metadata: Record<string, unknown>) =>
  post(server, '/oauth2/register', JSON.stringify({ redirect_uris: [CALLBACK], ...metadata }), {
    'content-type': 'application/json',
  });

async function register(metadata: Record<string, unknown>) {
  const answer = await send(metadata);
  expect(answer.body).toMatchObject({ client_id: expect.any(String) });
  return answer.body as { client_id: string; client_secret: string };
}

/** Where a browser is sent that asks for a code; undefined where it stays at the server. */
async function ask(clientId: string, more: Record<string, string> = {}, browser = newBrowser(server)) {
  const request = { client_id: clientId, response_type: 'code', scope: 'openid', redirect_uri: CALLBACK, ...more };
  await browser.open(`/oauth2/authorize?${new URLSearchParams(request)}`);
  return { browser, back: browser.location === undefined ? undefined : new URL(browser.location) };
}

describe('metadata', () => {
  it('that contradicts itself or asks for what there is not is an invalid_client_metadata', async () => {
    for (const metadata of [
      { grant_types: ['implicit'] },
      { grant_types: ['refresh_token'] },
      { grant_types: ['implicit'], response_types: ['id_token'] },
      { response_types: ['code id_token'] },
      { response_types: ['token'], grant_types: ['authorization_code'] },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { token_endpoint_auth_method: 'client_secret_jwt' },
      { id_token_signed_response_alg: 'none' },
      { subject_type: 'pairwise' },
      { jwks: { keys: [] }, jwks_uri: 'https://app.example.test/jwks' },
    ]) {
      const { status, body } = await send(metadata);
      expect([status, body.error], JSON.stringify(metadata)).toEqual([400, 'invalid_client_metadata']);
      expect(body.error_description).toEqual(expect.any(String));
    }
    const fitting = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
    expect(await register(fitting)).toMatchObject(fitting);
  });

  it('of request objects that a client may send is left out, as none is taken, and one that has to be signed is refused', async () => {
    const may = { request_object_signing_alg: 'none', request_uris: ['https://app.example.test/request'] };
    const body = await register(may);
    for (const name of Object.keys(may)) expect(body).not.toHaveProperty(name);
    const { back } = await ask(body.client_id, { request: 'e30.e30.' });
    expect(back?.searchParams.get('error')).toBe('request_not_supported');
    expect((await send({ require_signed_request_object: true })).body.error).toBe('invalid_client_metadata');
  });

  it('takes no back-channel logout address with a fragment or without http', async () => {
    for (const uri of ['https://app.example.test/#x', 'javascript:alert(1)', 'com.example.app:/logout', '/logout']) {
      const { status, body } = await send({ backchannel_logout_uri: uri });
      expect([status, body.error], uri).toEqual([400, 'invalid_client_metadata']);
    }
  });
});

describe('a registered redirect URI', () => {
  it('with a query is taken with just this query, and the answer keeps it', async () => {
    const uri = `${CALLBACK}?foo=bar`;
    const { client_id } = await register({ redirect_uris: [uri] });
    const { back } = await ask(client_id, { redirect_uri: uri, prompt: 'none', state: 's' });
    expect(Object.fromEntries(back?.searchParams ?? [])).toMatchObject({
      foo: 'bar',
      error: 'login_required',
      state: 's',
    });
    for (const wrong of [CALLBACK, `${CALLBACK}?foo=baz`, `${uri}&more=x`]) {
      const { browser, back: sent } = await ask(client_id, { redirect_uri: wrong, prompt: 'none' });
      expect([browser.status, sent], wrong).toEqual([400, undefined]);
    }
  });
});

describe('what a person sees of an application that registered itself', () => {
  it('is its name, its logo, its policy and its terms, at the sign-in and at the consent, which is always asked for', async () => {
    const uris = {
      logo_uri: 'https://app.example.test/logo.png',
      policy_uri: 'https://app.example.test/policy',
      tos_uri: 'https://app.example.test/terms',
    };
    const { client_id } = await register({ client_name: 'Newcomer', ...uris });
    const { browser } = await ask(client_id);
    const looksRight = () => {
      expect(browser.has('Newcomer')).toBe(true);
      expect(browser.html).toMatch(new RegExp(`<img[^>]* src="${uris.logo_uri}"`));
      for (const uri of [uris.policy_uri, uris.tos_uri]) expect(browser.html).toContain(`<a href="${uri}">`);
    };
    looksRight();
    const user = await makeUser(server.services);
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect(browser.location).toBeUndefined();
    expect(browser.has('Allow')).toBe(true);
    looksRight();
  });
});

describe('default_max_age', () => {
  it('holds for a request that says nothing of an age', async () => {
    const { client_id } = await register({ default_max_age: 1 });
    const { client_id: other } = await register({});
    const { browser } = await ask(client_id);
    const user = await makeUser(server.services);
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await browser.submit('Allow');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const aged = await ask(client_id, { prompt: 'none' }, browser);
    expect(aged.back?.searchParams.get('error')).toBe('login_required');
    const fresh = await ask(other, { prompt: 'none' }, browser);
    expect(fresh.back?.searchParams.get('error')).toBe('consent_required');
  });
});

describe('what a client registers of its tokens and of signing out', () => {
  it('holds: the algorithm, the way back with state, and a logout token for the sid, signed alike', async () => {
    const target = await logoutTarget();
    try {
      const after = 'https://app.example.test/signed-out';
      const { client_id, client_secret } = await register({
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_post',
        post_logout_redirect_uris: [after],
        backchannel_logout_uri: target.url,
        backchannel_logout_session_required: true,
      });
      const { browser } = await ask(client_id);
      const user = await makeUser(server.services);
      await browser.submit('Sign in', { email: user.email, password: PASSWORD });
      await browser.submit('Allow');
      const code = new URL(browser.location as string).searchParams.get('code') as string;
      const request = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, client_id, client_secret };
      const { id_token } = (await post(server, '/oauth2/token', request)).body;
      expect(decodeProtectedHeader(id_token).alg).toBe('ES256');
      const { sub, sid } = decodeJwt(id_token);
      const wish = { id_token_hint: id_token, post_logout_redirect_uri: after, state: 'the-state' };
      await browser.open(`/oauth2/logout?${new URLSearchParams(wish)}`);
      expect(browser.location).toBe(`${after}?state=the-state`);
      const [token] = (await target.received(1)) as [string];
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'logout+jwt' });
      expect(decodeJwt(token)).toMatchObject({ iss: server.issuer, aud: client_id, sub, sid });
      expect((await ask(client_id, { prompt: 'none' }, browser)).back?.searchParams.get('error')).toBe(
        'login_required',
      );
    } finally {
      await target.close();
    }
  });
});

describe('keys at a jwks_uri', () => {
  let keysServer: Server;
  let published: TestKey[] = [];
  let reads = 0;
  let jwks_uri = '';

  beforeAll(async () => {
    keysServer = createServer((_request, response) => {
      reads += 1;
      // A day: without a look at what is unfamiliar, a new key would be refused for as long.
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=86400' });
      response.end(JSON.stringify({ keys: published.map((key) => key.publicJwk) }));
    });
    await new Promise<void>((resolve) => keysServer.listen(0, '127.0.0.1', resolve));
    jwks_uri = `http://127.0.0.1:${(keysServer.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    keysServer?.close().closeAllConnections();
  });

  const named = async (kid: string) => {
    const key = await makeKey();
    key.publicJwk.kid = kid;
    return key;
  };

  it('that are changed count at once, as the kid is unfamiliar, and unknown ones can’t have them read all the time', async () => {
    const [first, second, stranger] = [await named('first'), await named('second'), await named('stranger')];
    published = [first];
    const { client_id } = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
    const authenticate = async (key: TestKey, kid = key.publicJwk.kid as string) => {
      const assertion = await assertionOf(key, client_id, server.issuer, { header: { kid } });
      const body = { grant_type: 'authorization_code', code: 'x', redirect_uri: CALLBACK, ...asParameters(assertion) };
      return (await post(server, '/oauth2/token', body)).body.error;
    };
    expect(await authenticate(first)).toBe('invalid_grant');
    expect(await authenticate(first)).toBe('invalid_grant');
    expect(reads).toBe(1);
    published = [second];
    expect(await authenticate(second)).toBe('invalid_grant');
    expect(reads).toBe(2);
    expect(await authenticate(first)).toBe('invalid_client');
    expect(await authenticate(stranger)).toBe('invalid_client');
    expect(await authenticate(stranger, 'second')).toBe('invalid_client');
    expect(await authenticate(second)).toBe('invalid_grant');
    expect(reads).toBe(2);
  });
});

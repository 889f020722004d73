import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutbound } from '../../src/lib/outbound.js';
import type { Application } from '../../src/models/index.js';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { createInitialAccessToken } from '../../src/services/registration/initial-access-tokens.js';
import { eventsOf } from '../support/audit.js';
import { allow, DEVICE_CODE_GRANT, startDevice } from '../support/device.js';
import { makeApi, makeUser, PASSWORD } from '../support/factories.js';
import { runToEnd } from '../support/process.js';
import { type Json, json, manage, REGISTRATION_PATH as PATH, registerAt, send } from '../support/registration.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

const CALLBACK = 'https://app.example.test/callback';

let server: TestServer;
let closed: TestServer;

beforeAll(async () => {
  server = await startServer({ registration: 'open' });
  closed = await startServer({ registration: 'token' });
});
afterAll(async () => {
  await server?.close();
  await closed?.close();
});

const register = (metadata: Json, at = server, token?: string) => registerAt(at, metadata, token);

async function registered(metadata: Json = {}): Promise<Json & { client_id: string }> {
  const answer = await register({ redirect_uris: [CALLBACK], ...metadata });
  expect(answer.body).toMatchObject({ client_id: expect.any(String) });
  return answer.body as Json & { client_id: string };
}

/** Signs in to a registered application, as openid-client does it. */
async function signIn(config: client.Configuration, parameters: Record<string, string> = {}) {
  const user = await makeUser(server.services);
  const browser = newBrowser(server);
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid email',
    nonce,
    ...parameters,
  });
  await browser.open(url.href);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  await browser.submit('Allow');
  return { user, browser, nonce, callback: new URL(browser.location as string) };
}

async function openidClient(metadata: Partial<client.ClientMetadata>, authentication?: client.ClientAuth) {
  return client.dynamicClientRegistration(new URL(server.issuer), metadata, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

describe('registering (RFC 7591, OpenID Connect Registration)', () => {
  it('openid-client registers itself, signs a person in without organizations, and gets no roles and no API', async () => {
    const config = await openidClient({ redirect_uris: [CALLBACK], client_name: 'Newcomer' });
    const { user, nonce, callback, browser } = await signIn(config);
    const tokens = await client.authorizationCodeGrant(config, callback, { expectedNonce: nonce });
    const claims = tokens.claims() as Json;
    expect(claims.sub).toBe(user._id);
    for (const claim of ['roles', 'oid', 'active_role', 'permissions', 'email'])
      expect(claims).not.toHaveProperty(claim);
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, user._id);
    expect(userinfo.email).toBe(user.email);

    const api = await makeApi(server.services);
    const url = client.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'openid', resource: api._id });
    await browser.open(url.href);
    expect(new URL(browser.location as string).searchParams.get('error')).toBe('invalid_target');
  });

  it('the answer says everything that is registered, defaults included, and is not cached', async () => {
    const metadata = {
      redirect_uris: [CALLBACK],
      client_name: 'Example',
      client_uri: 'https://app.example.test/',
      logo_uri: 'https://app.example.test/logo.png',
      policy_uri: 'https://app.example.test/policy',
      tos_uri: 'https://app.example.test/tos',
      contacts: ['ops@app.example.test'],
      post_logout_redirect_uris: ['https://app.example.test/'],
      backchannel_logout_uri: 'https://app.example.test/logout',
      backchannel_logout_session_required: true,
      initiate_login_uri: 'https://app.example.test/login',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      userinfo_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_post',
      subject_type: 'public',
      default_max_age: 3600,
      require_auth_time: true,
      software_id: 'example',
      software_version: '1.0',
      application_type: 'web',
    };
    const { status, body, headers } = await register({
      ...metadata,
      scope: 'openid email address unknown',
      default_acr_values: ['urn:rollcall:acr:password', 'urn:example:gold'],
      unknown_metadata: { ignored: true },
      __proto__: { polluted: true },
      logo_uri: metadata.logo_uri,
    });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      ...metadata,
      scope: 'openid email',
      default_acr_values: ['urn:rollcall:acr:password'],
      client_secret_expires_at: 0,
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_id: expect.stringMatching(/^[\w-]{22}$/),
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${server.issuer}${PATH}/${body.client_id}`,
    });
    expect(body).not.toHaveProperty('unknown_metadata');
    const least = await register({ redirect_uris: [CALLBACK] });
    expect(least.body).toMatchObject({
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
    });
  });

  it('nothing secret lies in the store, and the event is part of the registration', async () => {
    const one = await registered();
    const stored = await server.services.models.Application.findById(one.client_id).lean();
    const text = JSON.stringify(stored);
    expect(text).not.toContain(one.client_secret);
    expect(text).not.toContain(one.registration_access_token);
    expect(stored).toMatchObject({
      firstParty: false,
      organization: 'none',
      profileClaimsIn: 'userinfo',
      permissions: [],
    });
    expect(await eventsOf(server.services, { subject: one.client_id })).toMatchObject([
      { action: 'application.registered', actor: `application:${one.client_id}`, address: expect.any(String) },
    ]);
  });

  it('a confidential application may do without PKCE, a public and a native one may not', async () => {
    const authorize = async (metadata: Json) => {
      const one = await registered(metadata);
      const [redirect] = one.redirect_uris as string[];
      const query = new URLSearchParams({
        client_id: one.client_id,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirect as string,
      });
      const response = await fetch(`${server.issuer}/oauth2/authorize?${query}`, { redirect: 'manual' });
      return response.headers.get('location') ?? '';
    };
    expect(await authorize({})).toMatch(/^\/interaction\//);
    expect(await authorize({ token_endpoint_auth_method: 'none' })).toContain('error=invalid_request');
    expect(await authorize({ application_type: 'native', redirect_uris: ['com.example.app:/callback'] })).toContain(
      'error=invalid_request',
    );
  });

  it('a public application gets no secret; its browser may call the token endpoint', async () => {
    const one = await registered({ token_endpoint_auth_method: 'none' });
    expect(one).not.toHaveProperty('client_secret');
    const response = await fetch(`${server.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { origin: new URL(CALLBACK).origin },
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: one.client_id, code: 'x' }),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe(new URL(CALLBACK).origin);
  });

  it('the way to authenticate that was registered is the only one; without one a secret may come either way', async () => {
    const attempt = async (one: Json, inBody: boolean) => {
      const { client_id, client_secret } = one as Record<string, string>;
      const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
      const answer = await send(`${server.issuer}/oauth2/token`, {
        method: 'POST',
        headers: inBody ? {} : { authorization: `Basic ${basic}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'x',
          redirect_uri: CALLBACK,
          ...(inBody ? { client_id: client_id as string, client_secret: client_secret as string } : {}),
        }),
      });
      return answer.body.error;
    };
    const ways = async (one: Json) => [await attempt(one, false), await attempt(one, true)];
    expect(await ways(await registered())).toEqual(['invalid_grant', 'invalid_grant']);
    const basic = await registered({ token_endpoint_auth_method: 'client_secret_basic' });
    expect(await ways(basic)).toEqual(['invalid_grant', 'invalid_client']);
    const post = await registered({ token_endpoint_auth_method: 'client_secret_post' });
    expect(await ways(post)).toEqual(['invalid_client', 'invalid_grant']);
    expect(await ways({ ...post, client_secret: 'wrong' })).toEqual(['invalid_client', 'invalid_client']);
  });

  it('an application of devices alone needs no redirect URI, and a person can connect it (RFC 8628)', async () => {
    const grant_types = [DEVICE_CODE_GRANT, 'refresh_token'];
    const { status, body } = await register({ grant_types, token_endpoint_auth_method: 'none', client_name: 'Kiosk' });
    expect([status, body]).toMatchObject([201, { grant_types, response_types: [], redirect_uris: [] }]);
    const application = await server.services.models.Application.findById(body.client_id).lean();
    const device = await startDevice(server, application as Application, { scope: 'openid email offline_access' });
    const { user } = await allow(server, device);
    const tokens = (await device.poll()).body;
    expect(decodeJwt(tokens.id_token as string)).toMatchObject({ sub: user._id, aud: body.client_id });
    expect(decodeJwt(tokens.id_token as string)).not.toHaveProperty('oid');
    expect(tokens).toHaveProperty('refresh_token');
    const sent = new URLSearchParams({ client_id: body.client_id as string, response_type: 'code', scope: 'openid' });
    expect((await fetch(`${server.issuer}/oauth2/authorize?${sent}`, { redirect: 'manual' })).status).toBe(400);
  });

  it('userinfo is signed where that was registered', async () => {
    const config = await openidClient({ redirect_uris: [CALLBACK], userinfo_signed_response_alg: 'ES256' });
    const { user, nonce, callback } = await signIn(config);
    const tokens = await client.authorizationCodeGrant(config, callback, { expectedNonce: nonce });
    const response = await fetch(`${server.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(response.headers.get('content-type')).toContain('application/jwt');
    expect((await client.fetchUserInfo(config, tokens.access_token, user._id)).email).toBe(user.email);
  });

  it('twenty registrations at once are all there', async () => {
    const before = await server.services.models.Application.countDocuments({});
    const ids = (await Promise.all(Array.from({ length: 20 }, () => registered()))).map((one) => one.client_id);
    expect(new Set(ids).size).toBe(20);
    expect(await server.services.models.Application.countDocuments({})).toBe(before + 20);
    const { applications } = await server.services.catalog.current();
    expect(ids.every((id) => applications.has(id))).toBe(true);
  });
});

describe('keys of a registration', () => {
  let keysServer: Server;
  let jwksUri = '';
  const answers = new Map<string, unknown>();
  let fetched = 0;

  beforeAll(async () => {
    keysServer = createServer((request, response) => {
      fetched += 1;
      const answer = answers.get(request.url ?? '');
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => keysServer.listen(0, '127.0.0.1', resolve));
    jwksUri = `http://127.0.0.1:${(keysServer.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    keysServer?.close().closeAllConnections();
  });

  it.each(['jwks', 'jwks_uri'] as const)('private_key_jwt works by the keys of %s', async (where) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
    answers.set('/jwks', jwks);
    const metadata: Json = {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'private_key_jwt',
      ...(where === 'jwks' ? { jwks } : { jwks_uri: `${jwksUri}/jwks` }),
    };
    const config = await openidClient(
      metadata as Partial<client.ClientMetadata>,
      client.PrivateKeyJwt({ key: privateKey, kid: 'one' }),
    );
    expect(config.clientMetadata()).not.toHaveProperty('client_secret');
    const { user, nonce, callback } = await signIn(config);
    const tokens = await client.authorizationCodeGrant(config, callback, { expectedNonce: nonce });
    expect(tokens.claims()?.sub).toBe(user._id);
  });

  it('a jwks_uri at a private address is not called unless OUTBOUND_ALLOW names it', async () => {
    const strict = await startServer({ registration: 'open', outbound: createOutbound([]) });
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const config = await client.dynamicClientRegistration(
      new URL(strict.issuer),
      {
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${jwksUri}/jwks`,
      } as Partial<client.ClientMetadata>,
      client.PrivateKeyJwt(privateKey),
      { execute: [client.allowInsecureRequests] },
    );
    const before = fetched;
    await expect(client.refreshTokenGrant(config, 'x')).rejects.toMatchObject({ status: 401 });
    expect(fetched).toBe(before);
    await strict.close();
  });

  it('a private or symmetric key is refused by name, keys of other kinds are left out', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const good = await exportJWK(publicKey);
    const jwks = (...keys: Json[]) =>
      register({ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } });
    const secret = (await exportJWK(privateKey)) as Json;
    const refused = await jwks(secret);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_client_metadata']);
    expect(refused.body.error_description).toContain('private');
    expect(JSON.stringify(refused.body)).not.toContain(secret.d);
    expect((await jwks({ kty: 'oct', k: 'AAAA' })).body.error).toBe('invalid_client_metadata');
    expect((await jwks({ kty: 'unheard-of' })).body.error).toBe('invalid_client_metadata');
    const mixed = await jwks(good as Json, { kty: 'unheard-of' }, { ...good, use: 'enc', kid: 'e' } as Json);
    expect((mixed.body.jwks as { keys: Json[] }).keys).toEqual([good]);
    const both = { jwks: { keys: [good] }, jwks_uri: 'https://app.example.test/jwks' };
    expect((await register({ redirect_uris: [CALLBACK], ...both })).body.error).toBe('invalid_client_metadata');
  });

  it('a sector identifier has to be https, reachable, and to hold every redirect URI', async () => {
    for (const sector of [`${jwksUri}/sector`, 'https://127.0.0.1:9/sector', 'https://sector.invalid/x']) {
      const { status, body } = await register({ redirect_uris: [CALLBACK], sector_identifier_uri: sector });
      expect([status, body.error]).toEqual([400, 'invalid_client_metadata']);
    }
    const outbound = {
      fetch: async () => new Response(JSON.stringify([CALLBACK, 'https://app.example.test/other'])),
    };
    const trusting = await startServer({ registration: 'open', outbound });
    const sector = 'https://app.example.test/sector';
    const held = await register({ redirect_uris: [CALLBACK], sector_identifier_uri: sector }, trusting);
    expect([held.status, held.body.sector_identifier_uri]).toEqual([201, sector]);
    const missing = await register(
      { redirect_uris: [CALLBACK, 'https://app.example.test/third'], sector_identifier_uri: sector },
      trusting,
    );
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_client_metadata']);
    await trusting.close();
  });
});

describe('what cannot be registered', () => {
  it.each<[string, unknown]>([
    ['none', undefined],
    ['an empty list', []],
    ['no list', CALLBACK],
    ['no text', [1]],
    ['a fragment', [`${CALLBACK}#x`]],
    ['http to another machine', ['http://app.example.test/']],
    ['a script', ['javascript:alert(1)']],
    ['a scheme of its own for a web application', ['com.example.app:/callback']],
    ['no URI', ['nonsense']],
    ['too long', [`https://app.example.test/${'x'.repeat(2000)}`]],
    ['too many', Array.from({ length: 51 }, (_, i) => `https://app.example.test/${i}`)],
  ])('redirect URIs: %s', async (_name, redirect_uris) => {
    const { status, body } = await register({ redirect_uris });
    expect([status, body.error]).toEqual([400, 'invalid_redirect_uri']);
  });

  it.each<[string, Json, RegExp]>([
    ['the implicit grant', { grant_types: ['implicit'] }, /grant_types/],
    ['client credentials', { grant_types: ['authorization_code', 'client_credentials'] }, /grant_types/],
    ['a refresh token without a code', { grant_types: ['refresh_token'] }, /grant_types/],
    ['code without its grant', { grant_types: [DEVICE_CODE_GRANT], response_types: ['code'] }, /response_types/],
    ['a code’s grant without code', { response_types: [] }, /response_types/],
    ['code twice', { response_types: ['code', 'code'] }, /response_types/],
    ['another response type', { response_types: ['code id_token'] }, /response_types/],
    ['pairwise subjects', { subject_type: 'pairwise' }, /subject_type/],
    ['mutual TLS as a method', { token_endpoint_auth_method: 'tls_client_auth' }, /token_endpoint_auth_method/],
    ['mutual TLS for tokens', { tls_client_certificate_bound_access_tokens: true }, /mutual TLS is not supported/],
    ['a certificate’s name', { tls_client_auth_san_dns: 'app.example.test' }, /mutual TLS is not supported/],
    ['JWT-secured responses', { authorization_signed_response_alg: 'RS256' }, /JWT-secured/],
    ['encryption', { id_token_encrypted_response_alg: 'RSA-OAEP' }, /encryption is not supported/],
    ['request objects', { require_signed_request_object: true }, /request objects are not supported/],
    ['unsigned ID tokens', { id_token_signed_response_alg: 'none' }, /id_token_signed_response_alg/],
    ['HMAC', { id_token_signed_response_alg: 'HS256' }, /id_token_signed_response_alg/],
    ['a secret as JWT', { token_endpoint_auth_method: 'client_secret_jwt' }, /token_endpoint_auth_method/],
    ['a script as logo', { logo_uri: 'javascript:alert(1)' }, /logo_uri/],
    ['credentials in a URL', { policy_uri: 'https://user:password@app.example.test/' }, /policy_uri/],
    ['a fragment in the logout address', { backchannel_logout_uri: 'https://app.example.test/#x' }, /backchannel/],
    ['http to another machine after sign-out', { post_logout_redirect_uris: ['http://x.test/'] }, /post_logout/],
    ['a negative age', { default_max_age: -1 }, /default_max_age/],
    ['a text for a truth value', { require_auth_time: 'yes' }, /require_auth_time/],
    ['an empty name', { client_name: ' ' }, /client_name/],
    ['a name of another type', { client_name: { $gt: '' } }, /client_name/],
    ['keys that are none', { jwks: { keys: 'x' } }, /jwks/],
  ])('%s', async (_name, metadata, reason) => {
    const { status, body } = await register({ redirect_uris: [CALLBACK], ...metadata });
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata']);
    expect(body.error_description).toMatch(reason);
    expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/);
  });

  it('bad input is told by 4xx codes, never 500', async () => {
    const url = `${server.issuer}${PATH}`;
    const type = { 'content-type': 'application/json' };
    const post = (init: RequestInit) => send(url, { method: 'POST', ...init });
    expect([(await post({})).status, (await post({})).body.error]).toEqual([400, 'invalid_request']);
    expect((await post({ body: new URLSearchParams({ redirect_uris: CALLBACK }) })).status).toBe(400);
    for (const body of ['', '{', 'null', '[]', '"x"', '1']) {
      const answer = await post({ headers: type, body });
      expect([body, answer.status]).toEqual([body, 400]);
      expect(answer.body.error).toMatch(/^invalid_(request|client_metadata|redirect_uri)$/);
    }
    expect((await post({ headers: type, body: JSON.stringify({ client_name: 'x'.repeat(70_000) }) })).status).toBe(413);
    const polluted = '{"redirect_uris":["https://app.example.test/"],"__proto__":{"polluted":1},"a.b":1,"$where":"1"}';
    expect((await post({ headers: type, body: polluted })).status).toBe(400);
    const odd = polluted.replace('__proto__', 'constructor');
    expect((await post({ headers: type, body: odd })).status).toBe(201);
    expect(({} as Json).polluted).toBeUndefined();
  });
});

describe('who may register', () => {
  it('REGISTRATION=off: nobody, and discovery says nothing of it', async () => {
    const off = await startServer();
    expect((await fetch(`${off.issuer}${PATH}`, json({ redirect_uris: [CALLBACK] }))).status).toBe(404);
    const discovery = (at: TestServer) => send(`${at.issuer}/.well-known/openid-configuration`, {});
    expect((await discovery(off)).body).not.toHaveProperty('registration_endpoint');
    expect((await discovery(server)).body.registration_endpoint).toBe(`${server.issuer}${PATH}`);
    await off.close();
  });

  it('REGISTRATION=token: who has an initial access token', async () => {
    const { token } = await createInitialAccessToken(closed.services, { lifetime: 60, uses: null });
    const metadata = { redirect_uris: [CALLBACK] };
    const without = await register(metadata, closed);
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="registration"']);
    const wrong = await register(metadata, closed, 'wrong');
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_token']);
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const first = await register(metadata, closed, token);
    expect(first.status).toBe(201);
    expect((await register(metadata, closed, token)).status).toBe(201);
    // A token of another kind.
    expect((await register(metadata, closed, first.body.registration_access_token as string)).status).toBe(401);
    const query = await send(`${closed.issuer}${PATH}?access_token=${token}`, json(metadata));
    expect(query.status).toBe(401);
  });

  it('an initial access token ends, and of ten at once as many register as it has uses', async () => {
    const metadata = { redirect_uris: [CALLBACK] };
    const { token } = await createInitialAccessToken(closed.services, { lifetime: 60, uses: 3 });
    // What is refused costs no use.
    expect((await register({}, closed, token)).status).toBe(400);
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(metadata, closed, token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(7).fill(401)]);
    const ended = await createInitialAccessToken(closed.services, { lifetime: -1, uses: null });
    expect((await register(metadata, closed, ended.token)).status).toBe(401);
    expect(JSON.stringify(await closed.services.models.InitialAccessToken.find().lean())).not.toContain(token);
  });

  it('`rollcall registration token` makes one beside a running server', async () => {
    const run = (...args: string[]) => runToEnd('dist/cli.js', ['registration', 'token', ...args], closed.store.config);
    const plain = await run();
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    expect((await register({ redirect_uris: [CALLBACK] }, closed, plain.stdout.trim())).status).toBe(201);
    const once = JSON.parse((await run('--json', '--uses', '1', '--expires', '1h')).stdout);
    expect(once).toMatchObject({ token: expect.stringMatching(/^[\w-]{43}$/), uses: 1 });
    expect(new Date(once.expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect((await register({ redirect_uris: [CALLBACK] }, closed, once.token)).status).toBe(201);
    expect((await register({ redirect_uris: [CALLBACK] }, closed, once.token)).status).toBe(401);
    expect((await run('--uses', '0')).code).toBe(64);
    expect((await run('--expires', 'soon')).code).toBe(64);
  });

  it('a redirect URI whose host would say something in a Content-Security-Policy is refused', async () => {
    for (const host of ['app.example;frame-ancestors', 'app.example,sandbox', '*', "'none'"]) {
      const { status, body } = await register({ redirect_uris: [`https://${host}/callback`] });
      expect([host, status, body.error]).toEqual([host, 400, 'invalid_redirect_uri']);
    }
  });

  it('registrations from one address are limited, and told when there is room again', async () => {
    const limited = await startServer({ registration: 'open' });
    await limited.services.models.RateLimit.create({
      key: 'registration:address:127.0.0.1',
      points: 200,
      expire: new Date(Date.now() + 60_000),
    });
    const { status, body, headers } = await register({ redirect_uris: [CALLBACK] }, limited);
    expect([status, body.error]).toEqual([429, 'too_many_requests']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await limited.services.models.Application.countDocuments({})).toBe(0);
    await limited.close();
  });
});

describe('managing a registration (RFC 7592)', () => {
  it('reading gives what is registered, and no secret again', async () => {
    const one = await registered({ client_name: 'Example' });
    const { status, body } = await manage(one, 'GET');
    const { client_secret: _secret, client_secret_expires_at: _expires, ...rest } = one;
    expect([status, body]).toEqual([200, rest]);
  });

  it('a change replaces everything; the token is a new one, the secret stays', async () => {
    const one = await registered({ client_name: 'Before', contacts: ['a@b.test'], default_max_age: 60 });
    const grant_types = ['authorization_code', 'refresh_token'];
    const { status, body } = await manage(one, 'PUT', {
      client_id: one.client_id,
      client_secret: one.client_secret,
      redirect_uris: ['https://app.example.test/other'],
      grant_types,
      client_name: 'After',
      policy_uri: null,
    });
    expect([status, body.client_name]).toEqual([200, 'After']);
    for (const gone of ['contacts', 'default_max_age', 'client_secret']) expect(body).not.toHaveProperty(gone);
    expect(body.registration_access_token).not.toBe(one.registration_access_token);
    expect((await manage(one, 'GET')).status).toBe(401);
    expect((await manage(body, 'GET')).body.redirect_uris).toEqual(['https://app.example.test/other']);
    const config = new client.Configuration(
      { issuer: server.issuer, token_endpoint: `${server.issuer}/oauth2/token` },
      one.client_id,
      one.client_secret as string,
      client.ClientSecretBasic(one.client_secret as string),
    );
    client.allowInsecureRequests(config);
    await expect(client.refreshTokenGrant(config, 'x')).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('of ten changes at once by one token, one is made', async () => {
    const one = await registered();
    const change = (i: number) =>
      manage(one, 'PUT', { client_id: one.client_id, redirect_uris: [CALLBACK], client_name: `Name ${i}` });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => change(i)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const winner = answers.find(({ status }) => status === 200)?.body as Json;
    expect((await manage(winner, 'GET')).body.client_name).toBe(winner.client_name);
  });

  it('a secret is made where one is needed now, and goes where none is', async () => {
    const one = await registered({ token_endpoint_auth_method: 'none' });
    const body = { client_id: one.client_id, redirect_uris: [CALLBACK] };
    const confidential = await manage(one, 'PUT', { ...body, token_endpoint_auth_method: 'client_secret_basic' });
    expect(confidential.body).toMatchObject({ client_secret: expect.any(String), client_secret_expires_at: 0 });
    const open = await manage(confidential.body, 'PUT', { ...body, token_endpoint_auth_method: 'none' });
    expect(open.body).not.toHaveProperty('client_secret');
    const stored = await server.services.models.Application.findById(one.client_id).lean();
    expect(stored).not.toHaveProperty('secretHash');
  });

  it('a change cannot choose a secret, another id or what the server gives, nor rise', async () => {
    const one = await registered();
    const body = { client_id: one.client_id, redirect_uris: [CALLBACK] };
    for (const [change, error] of [
      [{ client_secret: 'chosen-by-the-client-itself' }, 'invalid_client_metadata'],
      [{ client_secret: 1 }, 'invalid_client_metadata'],
      [{ client_id: 'another' }, 'invalid_request'],
      [{ client_id: undefined }, 'invalid_request'],
      [{ registration_access_token: one.registration_access_token }, 'invalid_request'],
      [{ client_id_issued_at: 0 }, 'invalid_request'],
    ] as const) {
      const answer = await manage(one, 'PUT', { ...body, ...change });
      expect([answer.status, answer.body.error]).toEqual([400, error]);
    }
    const risen = await manage(one, 'PUT', { ...body, firstParty: true, organization: 'required', permissions: ['*'] });
    expect(risen.status).toBe(200);
    expect(await server.services.models.Application.findById(one.client_id).lean()).toMatchObject({
      firstParty: false,
      organization: 'none',
      permissions: [],
    });
  });

  it('another registration’s token, none, and an unknown registration answer alike', async () => {
    const [one, other] = [await registered(), await registered()];
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { client_id: one.client_id, redirect_uris: [CALLBACK] } : undefined;
      const foreign = await manage(one, method, body, other.registration_access_token);
      const unknown = await manage({ ...one, registration_client_uri: `${server.issuer}${PATH}/nobody` }, method, body);
      for (const { status, body: said } of [foreign, unknown])
        expect([status, said.error]).toEqual([401, 'invalid_token']);
      expect((await send(one.registration_client_uri as string, { method })).status).toBe(401);
    }
    expect((await manage(one, 'GET')).status).toBe(200);
  });

  it('with the application everything ends that it was given: tokens, sign-ins, its own management (R8)', async () => {
    const config = await openidClient({
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const { nonce, callback, browser } = await signIn(config, { scope: 'openid offline_access' });
    const tokens = await client.authorizationCodeGrant(config, callback, { expectedNonce: nonce });
    expect(tokens.refresh_token).toBeTruthy();
    await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
    const one = config.clientMetadata() as Json;
    const gone = await manage(one, 'DELETE');
    expect([gone.status, gone.body]).toEqual([204, {}]);

    for (const method of ['GET', 'DELETE']) expect((await manage(one, method)).status).toBe(401);
    await expect(client.refreshTokenGrant(config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_client',
    });
    await expect(client.tokenIntrospection(config, tokens.access_token)).rejects.toMatchObject({
      error: 'invalid_client',
    });
    const userinfo = await fetch(`${server.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(userinfo.status).toBe(401);
    await browser.open(client.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'openid' }).href);
    expect([browser.status, browser.html]).toEqual([400, expect.stringContaining('invalid_client')]);

    const events = await eventsOf(server.services, { subject: one.client_id });
    expect(events.at(-1)).toMatchObject({ action: 'application.deleted' });
    await expect(
      applyProvisioning(server.services, {
        applications: [
          { clientId: one.client_id, clientSecret: 'long-enough-secret', name: 'X', redirectUris: [CALLBACK] },
        ],
      }),
    ).rejects.toThrow(/deleted/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { makeApi, makeApplication, SECRET } from '../support/factories.js';
import { basic, get, post, type RawAnswer } from '../support/raw-http.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let confidential: Application;
let byBody: Application;
let spa: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  confidential = await makeApplication(server.services, {
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    defaultApi: api._id,
  });
  byBody = await makeApplication(server.services, { tokenEndpointAuthMethod: 'client_secret_post' });
  spa = await makeApplication(server.services, { type: 'spa', secretHash: undefined, tokenEndpointAuthMethod: 'none' });
});
afterAll(() => server?.close());

const REDIRECT = 'https://app.example.test/callback';
const anyToken = { token: 'x' };
const refresh = { grant_type: 'refresh_token', refresh_token: 'x' };
const outcome = ({ status, body }: RawAnswer) => [status, body.error];

const ENDPOINTS = [
  ['/oauth2/token', refresh],
  ['/oauth2/par', { response_type: 'code' }],
  ['/oauth2/introspect', anyToken],
  ['/oauth2/revoke', anyToken],
] as const;

describe('client authentication (RFC 6749 2.3)', () => {
  it.each(ENDPOINTS)(
    'is refused of nobody, of unknown ones, by wrong secrets and in every way that isn’t the registered one: at %s',
    async (path, body) => {
      const at = (more: Record<string, string>, headers = {}) => post(server, path, { ...body, ...more }, headers);
      const nobody = path === '/oauth2/introspect' ? [401, 'invalid_client'] : [400, 'invalid_request'];
      expect(outcome(await at({}))).toEqual(nobody);
      const refused = [
        await at({}, basic('nobody')),
        await at({}, basic(confidential._id, 'wrong-secret')),
        await at({ client_id: byBody._id, client_secret: 'wrong-secret' }),
        await at({ client_id: confidential._id }),
        await at({ client_id: confidential._id, client_secret: SECRET }),
        await at({}, basic(byBody._id)),
        await at({}, basic(spa._id)),
        await at({ client_id: spa._id, client_secret: SECRET }),
      ];
      for (const [i, answer] of refused.entries())
        expect(outcome(answer), `case ${i}`).toEqual([401, 'invalid_client']);
    },
  );

  it.each(ENDPOINTS)('is refused in two ways at once, and by two names: at %s', async (path, body) => {
    const both = await post(
      server,
      path,
      { ...body, client_id: confidential._id, client_secret: SECRET },
      basic(confidential._id),
    );
    expect(outcome(both)).toEqual([400, 'invalid_request']);
    const names = await post(server, path, { ...body, client_id: byBody._id }, basic(confidential._id));
    expect(outcome(names)).toEqual([400, 'invalid_request']);
  });

  it.each(ENDPOINTS)('is refused by an Authorization header that is none: at %s', async (path, body) => {
    for (const authorization of [
      'Basic',
      'Basic !',
      'Basic eA==',
      'Bearer x',
      `Basic ${Buffer.from('%zz:x').toString('base64')}`,
      'Basic Ong=',
    ])
      expect(outcome(await post(server, path, body, { authorization })), authorization).toEqual([
        400,
        'invalid_request',
      ]);
  });

  it('takes the registered way: the header, form-decoded, or the body', async () => {
    const odd = await makeApplication(server.services, {
      _id: 'odd name:+%',
      secretHash: confidential.secretHash as string,
    });
    const encoded = encodeURIComponent(odd._id).replace(/%20/g, '+');
    expect(outcome(await post(server, '/oauth2/token', refresh, basic(encoded)))).toEqual([400, 'invalid_grant']);
    const inBody = { ...refresh, client_id: byBody._id, client_secret: SECRET };
    expect(outcome(await post(server, '/oauth2/token', inBody))).toEqual([400, 'invalid_grant']);
    expect(outcome(await post(server, '/oauth2/token', { ...refresh, client_id: spa._id }))).toEqual([
      400,
      'invalid_grant',
    ]);
  });

  it('names the scheme where the header was tried (RFC 6749 5.2), and lets nobody keep the answer', async () => {
    const answer = await post(server, '/oauth2/token', refresh, basic('nobody'));
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });
});

describe('the token endpoint', () => {
  it('answers what is no form of single parameters of a sensible size with invalid_request', async () => {
    const form = { ...basic(confidential._id), 'content-type': 'application/x-www-form-urlencoded' };
    const cases = [
      [undefined, basic(confidential._id)],
      ['', form],
      ['grant_type=refresh_token', form],
      ['grant_type=refresh_token&grant_type=client_credentials', form],
      ['grant_type=refresh_token&refresh_token=a&refresh_token=b', form],
      ['grant_type[]=refresh_token', form],
      [JSON.stringify(refresh), { ...basic(confidential._id), 'content-type': 'application/json' }],
      [JSON.stringify(refresh), { ...basic(confidential._id), 'content-type': 'text/plain' }],
      [`grant_type=refresh_token&refresh_token=${'x'.repeat(100_000)}`, form],
    ] as const;
    for (const [body, headers] of cases) {
      const answer = await post(server, '/oauth2/token', body, headers);
      expect(outcome(answer), String(body).slice(0, 40)).toEqual([400, 'invalid_request']);
    }
  });

  it.each([
    ['password', 'unsupported_grant_type'],
    ['implicit', 'unsupported_grant_type'],
    ['urn:ietf:params:oauth:grant-type:token-exchange', 'unsupported_grant_type'],
    ['__proto__', 'unsupported_grant_type'],
  ])('knows no grant %s', async (grant, error) => {
    expect(outcome(await post(server, '/oauth2/token', { grant_type: grant }, basic(confidential._id)))).toEqual([
      400,
      error,
    ]);
  });

  it('gives no application a grant that isn’t registered for it', async () => {
    const answer = await post(server, '/oauth2/token', {
      grant_type: 'client_credentials',
      client_id: byBody._id,
      client_secret: SECRET,
    });
    expect(outcome(answer)).toEqual([400, 'unauthorized_client']);
  });

  it('ignores parameters that it doesn’t know', async () => {
    const more = { grant_type: 'client_credentials', colour: 'red', 'a.b': '$gt', constructor: 'x' };
    expect((await post(server, '/oauth2/token', more, basic(confidential._id))).status).toBe(200);
  });
});

describe('the authorization endpoint', () => {
  const authorize = async (more: Record<string, string>) => {
    const parameters = {
      client_id: confidential._id,
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope: 'openid',
      state: 'kept',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
      ...more,
    };
    const answer = await get(server, `/oauth2/authorize?${new URLSearchParams(parameters)}`, { accept: 'text/html' });
    const location = answer.headers.get('location');
    return { ...answer, back: location ? new URL(location, server.issuer) : undefined };
  };

  it.each([
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a signed request object', { request: 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA' }, 'request_not_supported'],
    [
      'the address of a request object',
      { request_uri: 'https://app.example.test/request.jwt' },
      'request_uri_not_supported',
    ],
    ['registration by the way', { registration: '{}' }, 'registration_not_supported'],
    ['a JWT-secured response', { response_mode: 'jwt' }, 'unsupported_response_mode'],
    ['a JWT-secured query', { response_mode: 'query.jwt' }, 'unsupported_response_mode'],
    ['a JWT-secured fragment', { response_mode: 'fragment.jwt' }, 'unsupported_response_mode'],
    ['a JWT-secured form', { response_mode: 'form_post.jwt' }, 'unsupported_response_mode'],
    ['a message to a window', { response_mode: 'web_message' }, 'unsupported_response_mode'],
  ])('refuses %s, and tells the application in the query', async (_what, more, error) => {
    const { back } = await authorize(more as Record<string, string>);
    expect(`${back?.origin}${back?.pathname}`).toBe(REDIRECT);
    expect(Object.fromEntries(back?.searchParams ?? [])).toMatchObject({ error, state: 'kept', iss: server.issuer });
    expect(back?.hash).toBe('');
  });

  it.each(['token', 'id_token', 'code id_token'])(
    'has no implicit flow: %s is refused, in the fragment, where such an answer would be',
    async (type) => {
      const { back } = await authorize({ response_type: type, nonce: 'n' });
      expect(Object.fromEntries(new URLSearchParams(back?.hash.slice(1)))).toMatchObject({
        error: 'unsupported_response_type',
        state: 'kept',
        iss: server.issuer,
      });
    },
  );

  it('refuses a request object and its address together', async () => {
    const { back } = await authorize({ request: 'e30.e30.', request_uri: 'https://app.example.test/r' });
    expect(back?.searchParams.get('error')).toMatch(/^(invalid_request|request_not_supported)$/);
  });

  it('sends nobody to an address that isn’t registered, whatever else is wrong', async () => {
    for (const more of [{ response_mode: 'query.jwt' }, { request: 'x' }, { response_type: 'token' }, {}]) {
      const { status, back, body } = await authorize({
        redirect_uri: 'https://evil.test/callback',
        ...(more as object),
      });
      expect(status).toBe(400);
      expect(back).toBeUndefined();
      expect(body).toContain('invalid_redirect_uri');
    }
  });

  it('answers repeated and oversized parameters without a fault of its own', async () => {
    const twice = await get(
      server,
      `/oauth2/authorize?client_id=${confidential._id}&client_id=other&response_type=code`,
      { accept: 'text/html' },
    );
    expect(twice.status).toBe(400);
    const large = await authorize({ state: 'x'.repeat(10_000) });
    expect([302, 303]).toContain(large.status);
  });
});

describe('userinfo', () => {
  it.each([
    ['a token that is none', { authorization: 'Bearer nonsense' }, 401, 'invalid_token'],
    ['a JWT that is none', { authorization: 'Bearer e30.e30.AAAA' }, 401, 'invalid_token'],
    ['a client’s credentials', basic('x'), 400, 'invalid_request'],
    ['a scheme without a token', { authorization: 'Bearer' }, 400, 'invalid_request'],
    ['DPoP without a proof', { authorization: 'DPoP nonsense' }, 400, 'invalid_request'],
    ['a proof that is none', { authorization: 'DPoP nonsense', dpop: 'x' }, 401, 'invalid_dpop_proof'],
  ])('refuses %s', async (_what, headers, status, error) => {
    const answer = await get(server, '/oauth2/userinfo', headers as Record<string, string>);
    expect(outcome(answer)).toEqual([status, error]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^(Bearer|DPoP) /);
  });

  it('asks for a token by either scheme where none came, and names no error (RFC 6750 3.1)', async () => {
    const answer = await get(server, '/oauth2/userinfo');
    expect(answer.status).toBe(401);
    const challenge = answer.headers.get('www-authenticate');
    expect(challenge).toMatch(/Bearer .*DPoP .*algs=/);
    expect(challenge).not.toContain('error');
  });

  it('takes no token from an address, and not two at once', async () => {
    expect(outcome(await get(server, '/oauth2/userinfo?access_token=x'))).toEqual([400, 'invalid_request']);
    const two = await post(server, '/oauth2/userinfo', { access_token: 'x' }, { authorization: 'Bearer x' });
    expect(outcome(two)).toEqual([400, 'invalid_request']);
  });
});

import { request as httpRequest } from 'node:http';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, Application } from '../../src/models/index.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { makeKey, nowSeconds, proofOf, type TestKey } from '../support/keys.js';
import { basic, get, post } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let opaqueApi: Api;
let application: Application;
let machine: Application;
let key: TestKey;
let tokenUrl: string;
let userinfoUrl: string;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  opaqueApi = await makeApi(server.services, { tokenFormat: 'opaque' });
  application = await makeApplication(server.services, { defaultApi: api._id });
  machine = await makeApplication(server.services, {
    type: 'machine',
    grantTypes: ['client_credentials'],
    redirectUris: [],
    defaultApi: api._id,
    requireDpop: true,
  });
  key = await makeKey();
  tokenUrl = `${server.issuer}/oauth2/token`;
  userinfoUrl = `${server.issuer}/oauth2/userinfo`;
});
afterAll(() => server?.close());

/** Signs somebody in, with openid-client's own DPoP where it is wanted. */
async function login(
  one: Application,
  {
    DPoP,
    par = false,
    parameters = {},
  }: { DPoP?: client.DPoPHandle; par?: boolean; parameters?: Record<string, string> } = {},
) {
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  const rp = await relyingParty(server, one._id, one.tokenEndpointAuthMethod === 'none' ? null : undefined);
  const flow = await rp.begin(newBrowser(server), parameters, { par, ...(DPoP ? { DPoP } : {}) });
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  return { user, organization, rp, flow };
}

async function handleFor(one: Application, of: TestKey = key) {
  const { config } = await relyingParty(server, one._id, one.tokenEndpointAuthMethod === 'none' ? null : undefined);
  return client.getDPoPHandle(config, of.pair);
}

const introspected = async (one: Api, token: string) =>
  client.tokenIntrospection((await relyingParty(server, one.introspection?.clientId as string)).config, token);

const machineToken = (proof: string | undefined, extra: Record<string, string> = {}) =>
  post(
    server,
    '/oauth2/token',
    { grant_type: 'client_credentials' },
    {
      ...basic(machine._id),
      ...(proof === undefined ? {} : { dpop: proof }),
      ...extra,
    },
  );

const userinfo = (token: string, proof: string | undefined, scheme = 'DPoP') =>
  get(server, '/oauth2/userinfo', { authorization: `${scheme} ${token}`, ...(proof ? { dpop: proof } : {}) });

describe('tokens bound to a key (RFC 9449)', () => {
  it('a JWT access token names the key, works at userinfo with a proof, and introspects with cnf', async () => {
    const DPoP = await handleFor(application);
    const { user, rp, flow } = await login(application, { DPoP, parameters: { scope: 'openid email' } });
    const tokens = await flow.tokens();
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint } });
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id, { DPoP })).toMatchObject({
      email: user.email,
    });
    expect(await introspected(api, tokens.access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
      roles: ['admin'],
    });
  });

  it('an opaque access token too', async () => {
    const own = await makeApplication(server.services, { defaultApi: opaqueApi._id });
    const DPoP = await handleFor(own);
    const { user, rp, flow } = await login(own, { DPoP });
    const tokens = await flow.tokens();
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id, { DPoP })).toMatchObject({
      sub: user._id,
    });
    expect(await introspected(opaqueApi, tokens.access_token)).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
    });
    const bare = await userinfo(tokens.access_token, undefined, 'Bearer');
    expect(bare.body.error).toBe('invalid_token');
  });

  it.each(['jwt', 'opaque'] as const)(
    'are worth nothing at userinfo without a proof by that key: %s',
    async (format) => {
      const own = await makeApplication(server.services, { defaultApi: format === 'jwt' ? api._id : opaqueApi._id });
      const { flow } = await login(own, { DPoP: await handleFor(own) });
      const { access_token: token } = await flow.tokens();
      const target = { method: 'GET', url: userinfoUrl, token };
      const attempts = [
        ['as a bearer token', await userinfo(token, undefined, 'Bearer'), 401, 'invalid_token'],
        ['without the proof', await userinfo(token, undefined), 400, 'invalid_request'],
        ['by another key', await userinfo(token, await proofOf(await makeKey(), target)), 401, 'invalid_token'],
        [
          'for another token',
          await userinfo(token, await proofOf(key, { ...target, token: 'x' })),
          401,
          'invalid_dpop_proof',
        ],
        [
          'without ath',
          await userinfo(token, await proofOf(key, { method: 'GET', url: userinfoUrl })),
          401,
          'invalid_dpop_proof',
        ],
        [
          'by POST where it says GET',
          await post(
            server,
            '/oauth2/userinfo',
            {},
            {
              authorization: `DPoP ${token}`,
              dpop: await proofOf(key, target),
            },
          ),
          401,
          'invalid_dpop_proof',
        ],
      ] as const;
      for (const [what, answer, status, error] of attempts) {
        expect(answer.body, what).toMatchObject({ error });
        expect(answer.status, what).toBe(status);
        expect(answer.headers.get('www-authenticate'), what).toMatch(/^(DPoP|Bearer) /);
      }
      expect((await userinfo(token, await proofOf(key, target))).status).toBe(200);
    },
  );

  it('a proof beside a token that isn’t bound gains nothing', async () => {
    const { flow } = await login(application);
    const { access_token: token } = await flow.tokens();
    const answer = await userinfo(token, await proofOf(key, { method: 'GET', url: userinfoUrl, token }));
    expect(answer.status).toBe(401);
    expect(answer.body.error).toBe('invalid_token');
  });

  it('a public application’s refresh tokens are bound as well, and stay so when they rotate', async () => {
    const spa = await makeApplication(server.services, {
      type: 'spa',
      secretHash: undefined,
      tokenEndpointAuthMethod: 'none',
      defaultApi: api._id,
    });
    const DPoP = await handleFor(spa);
    const { rp, flow } = await login(spa, { DPoP });
    const first = await flow.tokens();
    const second = await client.refreshTokenGrant(rp.config, first.refresh_token as string, undefined, { DPoP });
    const refresh = (proof?: string) =>
      post(
        server,
        '/oauth2/token',
        { grant_type: 'refresh_token', refresh_token: second.refresh_token as string, client_id: spa._id },
        proof ? { dpop: proof } : {},
      );
    for (const proof of [undefined, await proofOf(await makeKey(), { url: tokenUrl })]) {
      const answer = await refresh(proof);
      expect(answer.status).toBe(400);
      expect(answer.body.error).toBe('invalid_grant');
    }
    const answer = await refresh(await proofOf(key, { url: tokenUrl }));
    expect(answer.body).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(answer.body.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint } });
  });

  it('a confidential application’s refresh token is bound to the application, which may take another key', async () => {
    const { rp, flow } = await login(application, { DPoP: await handleFor(application) });
    const tokens = await flow.tokens();
    const other = await makeKey();
    const again = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string, undefined, {
      DPoP: await handleFor(application, other),
    });
    expect(decodeJwt(again.access_token)).toMatchObject({ cnf: { jkt: other.thumbprint } });
  });

  it('a code is bound to the key that the authorization request named, pushed or not', async () => {
    for (const par of [false, true]) {
      const { rp, flow } = await login(application, { par, parameters: { dpop_jkt: key.thumbprint } });
      await expect(flow.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
      const again = await rp
        .begin(flow.browser, { dpop_jkt: key.thumbprint }, { par, DPoP: await handleFor(application, await makeKey()) })
        .catch((error: unknown) => error);
      if (par) expect(again).toMatchObject({ error: 'invalid_request' });
      else await expect((again as typeof flow).tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
      const right = await rp.begin(
        flow.browser,
        { dpop_jkt: key.thumbprint },
        { par, DPoP: await handleFor(application) },
      );
      expect((await right.tokens()).token_type).toBe('dpop');
    }
  });

  it('a code whose request was pushed with a proof is bound to that key', async () => {
    const { rp, flow } = await login(application, { par: true, DPoP: await handleFor(application) });
    const answer = await post(
      server,
      '/oauth2/token',
      {
        grant_type: 'authorization_code',
        code: flow.callbackUrl().searchParams.get('code') as string,
        redirect_uri: 'https://app.example.test/callback',
        code_verifier: flow.verifier,
      },
      basic(application._id),
    );
    expect(answer.body.error).toBe('invalid_grant');
    expect(rp).toBeDefined();
  });

  it('a machine’s token is bound too, and refused without a proof where the application requires one', async () => {
    const answer = await machineToken(await proofOf(key, { url: tokenUrl }));
    expect(answer.body).toMatchObject({ token_type: 'DPoP' });
    expect(await introspected(api, answer.body.access_token)).toMatchObject({ cnf: { jkt: key.thumbprint } });
    const bare = await machineToken(undefined);
    expect(bare.status).toBe(400);
    expect(bare.body.error).toBe('invalid_dpop_proof');
  });

  it('discovery names the algorithms', async () => {
    const { body } = await get(server, '/.well-known/openid-configuration');
    expect(body.dpop_signing_alg_values_supported).toEqual(['PS256', 'ES256', 'EdDSA', 'Ed25519']);
  });
});

describe('a proof', () => {
  it.each(['ES256', 'PS256', 'EdDSA', 'Ed25519'])('is taken by %s', async (alg) => {
    expect((await machineToken(await proofOf(await makeKey(alg), { url: tokenUrl }))).status).toBe(200);
  });

  const variations: [string, () => Promise<string>][] = [
    ['older than five minutes', () => proofOf(key, { url: tokenUrl }, { payload: { iat: nowSeconds() - 310 } })],
    [
      'more than a minute in the future',
      () => proofOf(key, { url: tokenUrl }, { payload: { iat: nowSeconds() + 62 } }),
    ],
    ['for another URL', () => proofOf(key, { url: userinfoUrl })],
    ['for another host', () => proofOf(key, { url: 'https://evil.test/oauth2/token' })],
    ['for no URL', () => proofOf(key, { url: 'token' })],
    ['for another method', () => proofOf(key, { url: tokenUrl, method: 'GET' })],
    ['without a jti', () => proofOf(key, { url: tokenUrl }, { payload: { jti: undefined } })],
    ['whose jti is no text', () => proofOf(key, { url: tokenUrl }, { payload: { jti: 7 } })],
    ['without an iat', () => proofOf(key, { url: tokenUrl }, { payload: { iat: undefined } })],
    ['of another type', () => proofOf(key, { url: tokenUrl }, { header: { typ: 'JWT' } })],
    ['by RS256', async () => proofOf(await makeKey('RS256'), { url: tokenUrl })],
    [
      'with another key in its header',
      async () => proofOf(key, { url: tokenUrl }, { header: { jwk: (await makeKey()).publicJwk } }),
    ],
    [
      'with a private key in its header',
      async () => proofOf(key, { url: tokenUrl }, { header: { jwk: { ...key.publicJwk, d: 'AAAA' } } }),
    ],
    ['without a key', () => proofOf(key, { url: tokenUrl }, { header: { jwk: undefined } })],
    ['that is unsigned', async () => unsigned(await proofOf(key, { url: tokenUrl }))],
    ['that is no JWT', async () => 'not-a-proof'],
    ['sent twice', async () => `${await proofOf(key, { url: tokenUrl })}, ${await proofOf(key, { url: tokenUrl })}`],
    ['with a nonce that this server never gave', () => proofOf(key, { url: tokenUrl }, { payload: { nonce: 'x' } })],
  ];
  it.each(variations)('is refused as invalid_dpop_proof: %s', async (_what, make) => {
    const answer = await machineToken(await make());
    expect(answer.body).toMatchObject({ error: 'invalid_dpop_proof' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it.each([0, 10])('is taken from a clock that is ahead by %i s', async (ahead) => {
    const proof = await proofOf(key, { url: tokenUrl }, { payload: { iat: nowSeconds() + ahead } });
    expect((await machineToken(proof)).status).toBe(200);
  });

  it('with a query and a fragment in its URL is for the same address', async () => {
    expect((await machineToken(await proofOf(key, { url: `${tokenUrl}?a=b#c` }))).status).toBe(200);
  });

  it('works once: the second time it is refused at the token endpoint, at PAR and at userinfo', async () => {
    const proof = await proofOf(key, { url: tokenUrl });
    expect((await machineToken(proof)).status).toBe(200);
    const again = await machineToken(proof);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_dpop_proof']);

    const pushing = await proofOf(key, { url: `${server.issuer}/oauth2/par` });
    const push = () =>
      post(
        server,
        '/oauth2/par',
        {
          client_id: application._id,
          response_type: 'code',
          scope: 'openid',
          redirect_uri: 'https://app.example.test/callback',
          code_challenge: 'a'.repeat(43),
          code_challenge_method: 'S256',
        },
        { ...basic(application._id), dpop: pushing },
      );
    expect((await push()).status).toBe(201);
    expect((await push()).body).toMatchObject({ error: 'invalid_dpop_proof' });

    const { flow } = await login(application, { DPoP: await handleFor(application) });
    const { access_token: token } = await flow.tokens();
    const reading = await proofOf(key, { method: 'GET', url: userinfoUrl, token });
    expect((await userinfo(token, reading)).status).toBe(200);
    const second = await userinfo(token, reading);
    expect([second.status, second.body.error]).toEqual([401, 'invalid_dpop_proof']);
    expect(second.headers.get('www-authenticate')).toMatch(/^DPoP .*invalid_dpop_proof/);
  });

  it('works once, of ten at once through two processes', async () => {
    const other = await connectStore(server.store.config);
    const second = await startServer({
      store: server.store,
      services: await startServices(other.connection, createLogger('silent')),
      issuer: server.issuer,
    });
    const proof = await proofOf(key, { url: tokenUrl });
    const ports = [server, second].map((one) => (one.server.address() as { port: number }).port);
    const statuses = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        tokenAt(ports[i % 2] as number, new URL(server.issuer).host, {
          ...basic(machine._id),
          dpop: proof,
        }),
      ),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(9);
    await second.close();
    await other.close();
  });

  it('whose id an earlier one had, which counts no more and wasn’t swept yet, is taken', async () => {
    const jti = 'used-long-ago';
    const proof = () => proofOf(key, { url: tokenUrl }, { payload: { jti } });
    expect((await machineToken(await proof())).status).toBe(200);
    expect((await machineToken(await proof())).status).toBe(400);
    await server.services.models.oidc.ReplayDetection.updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect((await machineToken(await proof())).status).toBe(200);
  });

  it('is for the issuer’s address, whatever a proxy in front says', async () => {
    const behind = await startServer({ store: server.store, issuer: 'https://id.example.test', trustProxy: true });
    const { port } = behind.server.address() as { port: number };
    const send = async (url: string) =>
      tokenAt(port, 'id.example.test', {
        ...basic(machine._id),
        dpop: await proofOf(key, { url }),
        'x-forwarded-proto': 'http',
      });
    expect(await send('https://id.example.test/oauth2/token')).toBe(200);
    expect(await send(`http://id.example.test/oauth2/token`)).toBe(400);
    expect(await send(`http://127.0.0.1:${port}/oauth2/token`)).toBe(400);
    await behind.close();
  });

  it('lets a browser application of another origin send it (CORS)', async () => {
    const response = await fetch(tokenUrl, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.test',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'dpop',
      },
    });
    expect(response.headers.get('access-control-allow-headers')).toContain('dpop');
  });
});

function unsigned(jwt: string): string {
  const [header = '', payload = ''] = jwt.split('.');
  const values = JSON.parse(Buffer.from(header, 'base64url').toString());
  return `${Buffer.from(JSON.stringify({ ...values, alg: 'none' })).toString('base64url')}.${payload}.`;
}

/** A client credentials request with a Host of its own. @returns the status */
function tokenAt(port: number, host: string, headers: Record<string, string>): Promise<number> {
  const body = 'grant_type=client_credentials';
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/oauth2/token',
        headers: {
          ...headers,
          host,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(body.length),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

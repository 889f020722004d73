import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateSecret, SignJWT } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/lib/secrets.js';
import type { Api, Application } from '../../src/models/index.js';
import { applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD, SECRET } from '../support/factories.js';
import { asParameters, assertionOf, makeKey, nowSeconds, proofOf, type TestKey } from '../support/keys.js';
import { basic, get, post } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let key: TestKey;
let application: Application;
let machine: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  key = await makeKey();
  application = await makeApplication(server.services, byKey(key));
  machine = await makeMachine(key);
});
afterAll(() => server?.close());

const byKey = (...keys: TestKey[]): Partial<Application> & { secretHash: undefined } => ({
  secretHash: undefined,
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwks: { keys: keys.map((one) => one.publicJwk) },
  defaultApi: api._id,
});

const makeMachine = (...keys: TestKey[]) =>
  makeApplication(server.services, {
    ...byKey(...keys),
    type: 'machine',
    grantTypes: ['client_credentials'],
    redirectUris: [],
  });

/** A machine's token request with an assertion. */
const ask = (assertion: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  post(server, '/oauth2/token', { grant_type: 'client_credentials', ...asParameters(assertion), ...more }, headers);

const assertion = (variation: Parameters<typeof assertionOf>[3] = {}, audience: string | string[] = server.issuer) =>
  assertionOf(key, machine._id, audience, variation);

describe('private_key_jwt (RFC 7523)', () => {
  it('authenticates at every endpoint that takes a client: PAR, token, refresh, introspection, revocation', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const rp = await relyingParty(server, application._id, client.PrivateKeyJwt(key.pair.privateKey));
    const flow = await rp.begin(newBrowser(server), {}, { par: true });
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    const again = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    const refresh = again.refresh_token as string;
    expect(await client.tokenIntrospection(rp.config, refresh)).toMatchObject({ active: true });
    await client.tokenRevocation(rp.config, refresh);
    expect(await client.tokenIntrospection(rp.config, refresh)).toEqual({ active: false });
  });

  it.each(['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'])('is taken by %s', async (alg) => {
    const own = await makeKey(alg);
    const { _id } = await makeMachine(own);
    expect((await ask(await assertionOf(own, _id, server.issuer))).status).toBe(200);
  });

  it('takes the issuer as its audience, or the endpoint’s address, alone or as the one of a list', async () => {
    for (const audience of [server.issuer, [server.issuer], `${server.issuer}/oauth2/token`])
      expect((await ask(await assertion({}, audience))).status, String(audience)).toBe(200);
  });

  it('finds the key by its kid, or tries those that fit', async () => {
    const [first, second] = [await makeKey(), await makeKey()];
    first.publicJwk.kid = 'first';
    second.publicJwk.kid = 'second';
    const { _id } = await makeMachine(first, second);
    const by = (kid?: string) => assertionOf(second, _id, server.issuer, { header: kid ? { kid } : {} });
    expect((await ask(await by('second'))).status).toBe(200);
    expect((await ask(await by())).status).toBe(200);
    expect((await ask(await by('first'))).status).toBe(401);
  });

  it('takes one whose own type says that it is a client’s assertion (RFC 7523bis)', async () => {
    expect((await ask(await assertion({ header: { typ: 'client-authentication+jwt' } }))).status).toBe(200);
  });

  it.each([0, 10])('takes one from a clock that is ahead by %i s', async (ahead) => {
    const now = nowSeconds() + ahead;
    expect((await ask(await assertion({ payload: { iat: now, nbf: now } }))).status).toBe(200);
  });

  const variations: [string, () => Promise<string>][] = [
    ['by another key', async () => assertionOf(await makeKey(), machine._id, server.issuer)],
    ['by another issuer', () => assertion({ payload: { iss: 'somebody-else' } })],
    ['for another subject than its issuer', () => assertion({ payload: { sub: application._id } })],
    ['for another audience', () => assertion({}, 'https://other.example.test')],
    ['for several audiences', () => assertion({}, [server.issuer, 'https://other.example.test'])],
    ['for no audience', () => assertion({ payload: { aud: undefined } })],
    ['for an audience that is no text', () => assertion({ payload: { aud: 7 } })],
    ['without an end', () => assertion({ payload: { exp: undefined } })],
    ['that has ended', () => assertion({ payload: { iat: nowSeconds() - 120, exp: nowSeconds() - 60 } })],
    ['that ends in a year', () => assertion({ payload: { exp: nowSeconds() + 365 * 86_400 } })],
    ['whose end is no number', () => assertion({ payload: { exp: 'tomorrow' as never } })],
    [
      'issued more than a minute in the future',
      () => assertion({ payload: { iat: nowSeconds() + 62, exp: nowSeconds() + 120 } }),
    ],
    [
      'not valid for more than a minute yet',
      () => assertion({ payload: { nbf: nowSeconds() + 62, exp: nowSeconds() + 120 } }),
    ],
    ['without a jti', () => assertion({ payload: { jti: undefined } })],
    ['whose jti is no text', () => assertion({ payload: { jti: { $gt: '' } as never } })],
    ['of another type', () => assertion({ header: { typ: 'at+jwt' } })],
    ['by an algorithm that its key doesn’t serve', async () => withHeader(await assertion(), { alg: 'RS256' })],
    ['that is unsigned', async () => withHeader(await assertion(), { alg: 'none' }).replace(/[^.]*$/, '')],
    ['signed with the public key as a secret', () => signedBySecret(machine._id, JSON.stringify(key.publicJwk))],
    ['by an application that nobody knows', () => assertionOf(key, 'nobody', server.issuer)],
    ['by one that has a secret', () => secretHolder().then((id) => assertionOf(key, id, server.issuer))],
    ['that is a proof of possession', () => proofAsAssertion()],
  ];
  it.each(variations)('is refused as invalid_client: an assertion %s', async (_what, make) => {
    const answer = await ask(await make());
    expect(answer.body).toMatchObject({ error: 'invalid_client' });
    expect(answer.status).toBe(401);
  });

  it('works once: a second use is refused, also of ten at once, and at another endpoint', async () => {
    const used = await assertion();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(used)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_client');
    const elsewhere = await post(server, '/oauth2/introspect', { token: 'x', ...asParameters(used) });
    expect(elsewhere.status).toBe(401);
  });

  it('one application’s id of an assertion says nothing of another’s, nor of a proof’s', async () => {
    const other = await makeMachine(key);
    const jti = 'the same for all';
    for (const { _id } of [machine, other]) {
      const proof = await proofOf(key, { url: `${server.issuer}/oauth2/token` }, { payload: { jti } });
      const answer = await ask(await assertionOf(key, _id, server.issuer, { payload: { jti } }), {}, { dpop: proof });
      expect(answer.status).toBe(200);
    }
  });

  it('another way to authenticate, or two at once, is refused', async () => {
    const own = await assertion();
    const answers = [
      [await ask(own, {}, basic(machine._id)), 400, 'invalid_request'],
      [await ask(own, { client_secret: SECRET }), 400, 'invalid_request'],
      [
        await post(server, '/oauth2/token', { grant_type: 'client_credentials' }, basic(machine._id)),
        401,
        'invalid_client',
      ],
      [
        await post(server, '/oauth2/token', { grant_type: 'client_credentials', client_id: machine._id }),
        401,
        'invalid_client',
      ],
      [await ask(own, { client_id: 'other' }), 400, 'invalid_request'],
      [
        await ask(own, { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }),
        400,
        'invalid_request',
      ],
    ] as const;
    for (const [answer, status, error] of answers) {
      expect(answer.body).toMatchObject({ error });
      expect(answer.status).toBe(status);
    }
    expect((await ask(own, { client_id: machine._id })).status).toBe(200);
  });

  it('a secret from before counts no more for an application that has keys', async () => {
    const changed = await makeApplication(server.services, { ...byKey(key), secretHash: hashSecret(SECRET) });
    const answer = await post(
      server,
      '/oauth2/token',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      basic(changed._id),
    );
    expect(answer.body.error).toBe('invalid_client');
  });

  it('discovery names the way and its algorithms', async () => {
    const { body } = await get(server, '/.well-known/openid-configuration');
    expect(body.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
    );
    expect(body.token_endpoint_auth_signing_alg_values_supported).toEqual([
      'RS256',
      'PS256',
      'ES256',
      'EdDSA',
      'Ed25519',
    ]);
    expect(body.token_endpoint_auth_methods_supported).not.toContain('client_secret_jwt');
    for (const endpoint of ['revocation', 'introspection']) {
      expect(body[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt');
      expect(body[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toContain('ES256');
    }
    expect(body.request_parameter_supported).toBe(false);
  });
});

describe('keys at an address (jwksUri)', () => {
  let keys: Server;
  let served: unknown = { keys: [] };
  let calls = 0;
  let uri: string;

  beforeAll(async () => {
    keys = createServer((_request, response) => {
      calls += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(served));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    uri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => new Promise((resolve) => keys.close(resolve).closeAllConnections()));

  const machineAt = (jwksUri: string) =>
    makeApplication(server.services, {
      ...byKey(),
      jwks: null,
      jwksUri,
      type: 'machine',
      grantTypes: ['client_credentials'],
      redirectUris: [],
    });

  it('are read when an assertion comes, and kept for a while', async () => {
    served = { keys: [key.publicJwk] };
    const { _id } = await machineAt(uri);
    calls = 0;
    for (let i = 0; i < 3; i += 1) expect((await ask(await assertionOf(key, _id, server.issuer))).status).toBe(200);
    expect(calls).toBe(1);
  });

  it('that are private, symmetric or none at all authenticate nobody, and the answer is invalid_client', async () => {
    const secret = await exportJWK(await generateSecret('HS256', { extractable: true }));
    for (const [i, body] of [
      { keys: [{ ...key.publicJwk, d: 'AAAA' }] },
      { keys: [secret] },
      { nothing: true },
      'x',
    ].entries()) {
      served = body;
      const { _id } = await machineAt(`${uri}?case=${i}`);
      const answer = await ask(await assertionOf(key, _id, server.issuer));
      expect(answer.body).toMatchObject({ error: 'invalid_client' });
      expect(answer.status).toBe(401);
    }
  });
});

describe('keys in the provisioning file', () => {
  const entry = (more: object) => ({
    applications: [
      { clientId: 'keyed', name: 'Keyed', type: 'machine', tokenEndpointAuthMethod: 'private_key_jwt', ...more },
    ],
  });
  async function faultsOf(more: object): Promise<Record<string, string>> {
    const error = await applyProvisioning(server.services, entry(more)).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(ProvisioningError);
    return Object.fromEntries((error as ProvisioningError).faults.map(({ path, message }) => [path, message]));
  }

  it('make an application that authenticates by them; applied twice they change nothing, and an address replaces them', async () => {
    const file = entry({
      jwks: { keys: [{ ...key.publicJwk, kid: 'one', use: 'sig', alg: 'ES256', key_ops: ['verify'] }] },
    });
    expect((await applyProvisioning(server.services, file)).applied).toHaveLength(1);
    expect((await applyProvisioning(server.services, file)).applied).toEqual([]);
    const answer = await post(server, '/oauth2/token', {
      grant_type: 'client_credentials',
      ...asParameters(await assertionOf(key, 'keyed', server.issuer)),
    });
    expect(answer.status).toBe(200);
    await applyProvisioning(server.services, entry({ jwksUri: 'https://app.example.test/jwks' }));
    expect(await server.services.models.Application.findById('keyed').lean()).toMatchObject({
      jwks: null,
      jwksUri: 'https://app.example.test/jwks',
    });
  });

  it('are public, of a kind that serves, and in one place: everything else is refused by name', async () => {
    const rsa = (await exportJWK((await makeKey('RS256')).pair.privateKey)) as Record<string, unknown>;
    const own = { ...key.publicJwk };
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const secret = await exportJWK(await generateSecret('HS256', { extractable: true }));
    const cases: [object, string, RegExp][] = [
      [{ jwks: { keys: [{ ...own, d: 'AAAA' }] } }, 'jwks.keys[0].d', /private/],
      [{ jwks: { keys: [own, rsa] } }, 'jwks.keys[1].d', /private/],
      [{ jwks: { keys: [secret] } }, 'jwks.keys[0].kty', /symmetric/],
      [{ jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: own.x, y: own.y }] } }, 'jwks.keys[0].crv', /P-256/],
      [{ jwks: { keys: [{ ...own, y: own.x }] } }, 'jwks.keys[0].y', /usable/],
      [{ jwks: { keys: [{ kty: 'RSA', e: 'AQAB', n: 'AQAB' }] } }, 'jwks.keys[0].n', /2048|usable/],
      [{ jwks: { keys: [short.export({ format: 'jwk' })] } }, 'jwks.keys[0].n', /2048/],
      [{ jwks: { keys: [{ ...own, alg: 'RS256' }] } }, 'jwks.keys[0].alg', /ES256/],
      [{ jwks: { keys: [{ ...own, use: 'enc' }] } }, 'jwks.keys[0].use', /sig/],
      [{ jwks: { keys: [] } }, 'jwks.keys', /at least one/],
      [{ jwks: [own] }, 'jwks', /object/],
      [{}, 'jwks', /jwks or jwksUri/],
      [{ jwks: { keys: [own] }, jwksUri: 'https://app.example.test/jwks' }, 'jwksUri', /not both/],
      [{ jwksUri: 'ftp://app.example.test/jwks' }, 'jwksUri', /http/],
      [{ jwks: { keys: [own] }, clientSecret: SECRET }, 'clientSecret', /has none/],
      [
        { jwks: { keys: [own] }, tokenEndpointAuthMethod: 'client_secret_post', clientSecret: SECRET },
        'jwks',
        /only with/,
      ],
      [{ jwks: { keys: [own] }, type: 'spa' }, 'tokenEndpointAuthMethod', /none/],
      [
        { tokenEndpointAuthMethod: 'tls_client_auth' },
        'tokenEndpointAuthMethod',
        /mutual TLS is not supported.*private_key_jwt/,
      ],
      [
        { tokenEndpointAuthMethod: 'self_signed_tls_client_auth' },
        'tokenEndpointAuthMethod',
        /mutual TLS is not supported/,
      ],
      [{ tokenEndpointAuthMethod: 'client_secret_jwt' }, 'tokenEndpointAuthMethod', /not supported/],
    ];
    for (const [more, path, message] of cases) {
      const faults = await faultsOf({ clientId: 'refused', ...more });
      expect(faults[`applications[0].${path}`], path).toMatch(message);
      expect(JSON.stringify(faults)).not.toContain(rsa.d);
    }
  });
});

function withHeader(jwt: string, header: object): string {
  const [old = '', ...rest] = jwt.split('.');
  const values = JSON.parse(Buffer.from(old, 'base64url').toString());
  return [Buffer.from(JSON.stringify({ ...values, ...header })).toString('base64url'), ...rest].join('.');
}

const signedBySecret = (clientId: string, secret: string) =>
  new SignJWT({ jti: 'x', iss: clientId, sub: clientId, aud: server.issuer, exp: nowSeconds() + 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));

const secretHolder = async () => (await makeApplication(server.services))._id;

const proofAsAssertion = () =>
  proofOf(
    key,
    { url: server.issuer },
    {
      payload: { iss: machine._id, sub: machine._id, aud: server.issuer, exp: nowSeconds() + 60 },
    },
  );

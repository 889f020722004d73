import { decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { applyProvisioning, ProvisioningError } from '../../src/services/provisioning/index.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD, SECRET } from '../support/factories.js';
import { asParameters, assertionOf, makeKey, proofOf, type TestKey } from '../support/keys.js';
import { get, post } from '../support/raw-http.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;
let key: TestKey;

beforeAll(async () => {
  server = await startServer();
  // RS256 is an API's default, which the profile forbids.
  api = await makeApi(server.services, { accessTokenSigningAlg: 'RS256' });
  key = await makeKey();
  application = await makeFapi();
});
afterAll(() => server?.close());

const REDIRECT = 'https://app.example.test/callback';
const insecure = { [oauth.allowInsecureRequests]: true };

const makeFapi = (values: Partial<Application> = {}) =>
  makeApplication(server.services, {
    secretHash: undefined,
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    securityProfile: 'fapi2',
    defaultApi: api._id,
    ...values,
  });

/** A relying party of FAPI 2.0 made of oauth4webapi, up to the code in the address that came back. */
async function begin(one: Application) {
  const issuer = new URL(server.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client: oauth.Client = { client_id: one._id, id_token_signed_response_alg: 'ES256' };
  const authentication = oauth.PrivateKeyJwt(key.pair.privateKey);
  const DPoP = oauth.DPoP(client, key.pair);
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ];
  const request = new URLSearchParams({
    client_id: one._id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const options = { DPoP, ...insecure };
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    client,
    await oauth.pushedAuthorizationRequest(as, client, authentication, request, options),
  );
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  const address = new URL(as.authorization_endpoint as string);
  address.search = new URLSearchParams({ client_id: one._id, request_uri: pushed.request_uri }).toString();
  const browser = await newBrowser(server).open(address.href);
  await browser.submit('Sign in', { email: user.email, password: PASSWORD });
  const parameters = oauth.validateAuthResponse(as, client, new URL(browser.location as string), state);
  return { as, client, authentication, options, user, organization, browser, parameters, verifier, nonce };
}

async function signedIn(one: Application = application) {
  const begun = await begin(one);
  const { as, client, authentication, options, parameters, verifier, nonce } = begun;
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    REDIRECT,
    verifier,
    options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  return { ...begun, tokens };
}

const authenticated = async (by: TestKey = key, audience: string | string[] = server.issuer) =>
  asParameters(await assertionOf(by, application._id, audience));

const proof = (path: string, by: TestKey = key) => proofOf(by, { url: `${server.issuer}/oauth2/${path}` });

const request = (more: Record<string, string> = {}) => ({
  client_id: application._id,
  response_type: 'code',
  redirect_uri: REDIRECT,
  scope: 'openid',
  code_challenge: 'a'.repeat(43),
  code_challenge_method: 'S256',
  ...more,
});

async function refresh(session: Awaited<ReturnType<typeof signedIn>>) {
  const { as, client, authentication, options, tokens } = session;
  const response = await oauth.refreshTokenGrantRequest(
    as,
    client,
    authentication,
    tokens.refresh_token as string,
    options,
  );
  return oauth.processRefreshTokenResponse(as, client, response);
}

describe('FAPI 2.0 Security Profile, end to end', () => {
  it('signs in by PAR, PKCE, DPoP and private_key_jwt, with iss in the response', async () => {
    const { parameters, tokens, as, client, options, user, organization } = await signedIn();
    expect(parameters.get('iss')).toBe(server.issuer);
    expect(tokens.token_type).toBe('dpop');
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
      sub: user._id,
      oid: organization._id,
      roles: ['admin'],
    });
    const answer = await oauth.userInfoRequest(as, client, tokens.access_token, options);
    expect(await oauth.processUserInfoResponse(as, client, user._id, answer)).toMatchObject({ email: user.email });
  });

  it('signs ID tokens and access tokens by ES256, where the default RS256 was left', async () => {
    const { tokens } = await signedIn();
    expect(application.idTokenSigningAlg).toBe('RS256');
    for (const token of [tokens.id_token as string, tokens.access_token])
      expect(decodeProtectedHeader(token).alg).toBe('ES256');
  });

  it('signs ID tokens by EdDSA, where that was chosen', async () => {
    const own = await makeFapi({ idTokenSigningAlg: 'EdDSA' });
    const { as, client, authentication, options, parameters, verifier, nonce } = await begin(own);
    const eddsa = { ...client, id_token_signed_response_alg: 'EdDSA' };
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      eddsa,
      authentication,
      parameters,
      REDIRECT,
      verifier,
      options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, eddsa, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    expect(decodeProtectedHeader(tokens.id_token as string).alg).toBe('EdDSA');
  });
});

describe('refresh tokens of FAPI 2.0', () => {
  it('don’t rotate: each refresh gives the same, also of five at once', async () => {
    const session = await signedIn();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(session)));
    for (const answer of answers) {
      expect(answer.refresh_token).toBe(session.tokens.refresh_token);
      expect(answer.token_type).toBe('dpop');
      expect(oauth.getValidatedIdTokenClaims(answer)).toMatchObject({ roles: ['admin'] });
    }
  });

  it('that are used live on, as a rotated one would, and not beyond ninety days', async () => {
    const { RefreshToken } = server.services.models.oidc;
    await RefreshToken.deleteMany({});
    const session = await signedIn();
    const day = 86_400;
    const now = Math.floor(Date.now() / 1000);
    const set = (values: object) => RefreshToken.updateMany({}, { $set: values });
    const end = async () => ((await RefreshToken.findOne().lean())?.expiresAt?.getTime() ?? 0) / 1000 - now;
    await set({ 'payload.exp': now + day, expiresAt: new Date((now + day) * 1000) });
    await refresh(session);
    expect(await end()).toBeGreaterThan(13.9 * day);
    await set({ 'payload.exp': now + day, expiresAt: new Date((now + day) * 1000), 'payload.iiat': now - 88 * day });
    await refresh(session);
    expect(await end()).toBeGreaterThan(1.9 * day);
    expect(await end()).toBeLessThan(2.1 * day);
  });

  it('that were revoked stay so', async () => {
    const session = await signedIn();
    const { as, client, authentication, tokens } = session;
    await oauth.revocationRequest(as, client, authentication, tokens.refresh_token as string, insecure);
    await expect(refresh(session)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

describe('an application of FAPI 2.0 is refused', () => {
  it('where its request wasn’t pushed', async () => {
    const answer = await get(server, `/oauth2/authorize?${new URLSearchParams(request({ state: 's' }))}`);
    const back = new URL(answer.headers.get('location') as string).searchParams;
    expect(Object.fromEntries(back)).toMatchObject({ error: 'invalid_request', state: 's', iss: server.issuer });
  });

  it.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['in the fragment', { response_mode: 'fragment' }],
    ['as a posted form', { response_mode: 'form_post' }],
    ['without a redirect URI', { redirect_uri: '' }],
  ])('where its pushed request asks for an answer %s', async (_what, more) => {
    const answer = await post(server, '/oauth2/par', { ...request(more), ...(await authenticated()) });
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
    expect(answer.status).toBe(400);
  });

  it.each([
    ['the endpoint’s address as its audience', (by) => authenticated(by, `${server.issuer}/oauth2/token`)],
    ['a list as its audience', (by) => authenticated(by, [server.issuer])],
  ] as [string, (of: TestKey) => Promise<Record<string, string>>][])(
    'where its assertion has %s',
    async (_what, make) => {
      const answer = await post(server, '/oauth2/par', { ...request(), ...(await make(key)) });
      expect(answer.body).toMatchObject({ error: 'invalid_client' });
      expect(answer.status).toBe(401);
    },
  );

  it('where its assertion or its proof is signed by RS256', async () => {
    const rsa = await makeKey('RS256');
    const own = await makeFapi({ jwks: { keys: [rsa.publicJwk] } });
    const assertion = asParameters(await assertionOf(rsa, own._id, server.issuer));
    const pushed = await post(server, '/oauth2/par', { ...request(), client_id: own._id, ...assertion });
    expect([pushed.status, pushed.body.error]).toEqual([401, 'invalid_client']);
    const proofByRsa = await proof('par', rsa);
    const bound = await post(server, '/oauth2/par', { ...request(), ...(await authenticated()) }, { dpop: proofByRsa });
    expect([bound.status, bound.body.error]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('by PS256 it is not', async () => {
    const ps = await makeKey('PS256');
    const own = await makeFapi({ jwks: { keys: [ps.publicJwk] } });
    const assertion = asParameters(await assertionOf(ps, own._id, server.issuer));
    const headers = { dpop: await proof('par', ps) };
    expect(
      (await post(server, '/oauth2/par', { ...request(), client_id: own._id, ...assertion }, headers)).status,
    ).toBe(201);
  });

  it('where a token is asked for without a proof', async () => {
    const { parameters, verifier } = await begin(application);
    const answer = await post(server, '/oauth2/token', {
      grant_type: 'authorization_code',
      code: parameters.get('code') as string,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...(await authenticated()),
    });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('where it has a secret, or only its name', async () => {
    for (const more of [{ client_secret: SECRET }, {}] as Record<string, string>[]) {
      const answer = await post(server, '/oauth2/par', { ...request(), ...more });
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
  });
});

describe('securityProfile: fapi2 in the provisioning file', () => {
  const entry = (more: object) => ({
    applications: [{ clientId: 'bank', name: 'Bank', redirectUris: [REDIRECT], securityProfile: 'fapi2', ...more }],
  });
  const keys = () => ({ keys: [key.publicJwk] });

  it('is enough with keys, and defaults that contradict it count as not said', async () => {
    const defaults = {
      jwks: keys(),
      type: 'web',
      idTokenSigningAlg: 'RS256',
      tokenEndpointAuthMethod: 'client_secret_basic',
      requirePkce: true,
      requirePar: false,
      requireDpop: false,
    };
    await applyProvisioning(server.services, entry(defaults));
    expect((await applyProvisioning(server.services, entry(defaults))).applied).toEqual([]);
    expect((await applyProvisioning(server.services, entry({ jwks: keys() }))).applied).toEqual([]);
    const stored = (await server.services.models.Application.findById('bank').lean()) as Application;
    expect(stored.tokenEndpointAuthMethod).toBe('private_key_jwt');
    const bare = await post(server, '/oauth2/par', {
      ...request(),
      client_id: 'bank',
      ...asParameters(await assertionOf(key, 'bank', server.issuer)),
    });
    expect(bare.status).toBe(201);
    const direct = await get(server, `/oauth2/authorize?${new URLSearchParams({ ...request(), client_id: 'bank' })}`);
    expect(direct.headers.get('location')).toContain('error=invalid_request');
  });

  it('says by name what is missing and what contradicts it', async () => {
    const faultsOf = async (more: object) => {
      const error = await applyProvisioning(server.services, entry({ clientId: 'other', ...more })).then(
        () => undefined,
        (refused: unknown) => refused,
      );
      expect(error).toBeInstanceOf(ProvisioningError);
      return (error as ProvisioningError).faults.map(({ path }) => path.replace('applications[0].', '')).sort();
    };
    expect(await faultsOf({})).toEqual(['jwks', 'tokenEndpointAuthMethod']);
    expect(await faultsOf({ clientSecret: SECRET })).toEqual(['clientSecret', 'jwks', 'tokenEndpointAuthMethod']);
    expect(
      await faultsOf({ clientSecret: SECRET, jwks: keys(), tokenEndpointAuthMethod: 'client_secret_post' }),
    ).toEqual(['clientSecret', 'tokenEndpointAuthMethod']);
    expect(await faultsOf({ clientSecret: SECRET, jwks: keys() })).toEqual(['clientSecret', 'tokenEndpointAuthMethod']);
    expect(await faultsOf({ jwks: keys(), requirePkce: false })).toEqual(['requirePkce']);
    expect(await faultsOf({ type: 'spa' })).toEqual(['securityProfile']);
    expect(await faultsOf({ type: 'native' })).toEqual(['securityProfile']);
    expect(await faultsOf({ securityProfile: 'fapi1', jwks: keys() })).toEqual(['securityProfile']);
    const { publicJwk } = await makeKey('RS256');
    expect(await faultsOf({ jwks: { keys: [{ ...publicJwk, alg: 'RS256' }] } })).toEqual(['jwks.keys[0].alg']);
  });

  it('can’t be put on an application that exempts itself from PKCE', async () => {
    await makeApplication(server.services, { _id: 'lax', requirePkce: false });
    await expect(applyProvisioning(server.services, entry({ clientId: 'lax', jwks: keys() }))).rejects.toMatchObject({
      faults: expect.arrayContaining([expect.objectContaining({ path: 'applications[0].requirePkce' })]),
    });
  });
});

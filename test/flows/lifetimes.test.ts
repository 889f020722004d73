import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { makeApi, makeApplication, SECRET } from '../support/factories.js';
import { authorize, makeAdministrator, post, signIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.close());

const lifetime = (token: string) => {
  const { exp, iat } = decodeJwt(token);
  return Number(exp) - Number(iat);
};

/** How long a refresh token lasts, as introspection tells the application. */
async function refreshLifetime(config: client.Configuration, token: string): Promise<number> {
  const { exp, iat } = await client.tokenIntrospection(config, token);
  return Number(exp) - Number(iat);
}

describe('lifetimes per application', () => {
  it('count for ID tokens, access tokens and refresh tokens; of an access token’s two the shorter', async () => {
    const long = await makeApi(server.services, { accessTokenTtl: 900 });
    const short = await makeApi(server.services, { accessTokenTtl: 30 });
    const application = await makeApplication(server.services, {
      defaultApi: long._id,
      permissions: [{ api: short._id, permissions: ['*'] }],
      idTokenTtl: 61,
      accessTokenTtl: 120,
      refreshTokenIdleTtl: 1000,
      refreshTokenTtl: 2000,
    });
    const member = await makeAdministrator(server);
    const { rp, browser, flow } = await signIn(server, application._id, member);
    const tokens = await flow.tokens();
    expect(lifetime(tokens.id_token as string)).toBe(61);
    expect(lifetime(tokens.access_token)).toBe(120);
    expect(tokens.expires_in).toBe(120);
    expect(await refreshLifetime(rp.config, tokens.refresh_token as string)).toBe(1000);
    const other = await rp.begin(browser, { resource: short._id, prompt: 'none' });
    expect((await other.tokens()).expires_in).toBe(30);
    const refreshed = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    expect(lifetime(refreshed.id_token as string)).toBe(61);
    expect(lifetime(refreshed.access_token)).toBe(120);
  });

  it('count without an API, and for a machine’s token', async () => {
    const application = await makeApplication(server.services, { accessTokenTtl: 45 });
    const { flow } = await signIn(server, application._id, await makeAdministrator(server));
    expect((await flow.tokens()).expires_in).toBe(45);
    const api = await makeApi(server.services);
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      redirectUris: [],
      defaultApi: api._id,
      accessTokenTtl: 77,
    });
    const { json } = await post(
      server,
      '/oauth2/token',
      { grant_type: 'client_credentials' },
      { clientId: machine._id },
    );
    expect(json.expires_in).toBe(77);
  });

  it('end a refresh family at its absolute age, however often it rotates', async () => {
    const application = await makeApplication(server.services, { refreshTokenIdleTtl: 100, refreshTokenTtl: 150 });
    const { rp, flow } = await signIn(server, application._id, await makeAdministrator(server));
    const first = (await flow.tokens()).refresh_token as string;
    // The family is a minute and a half older than it says.
    const { RefreshToken } = server.services.models.oidc;
    await RefreshToken.updateMany({}, { $inc: { 'payload.iiat': -90, 'payload.iat': -90 } });
    const second = await client.refreshTokenGrant(rp.config, first);
    const left = await refreshLifetime(rp.config, second.refresh_token as string);
    expect(left).toBeGreaterThan(30);
    expect(left).toBeLessThanOrEqual(60);
  });

  it('let a refresh token last longer than the server’s own limit, and its grant with it', async () => {
    const year = 365 * 86_400;
    const application = await makeApplication(server.services, { refreshTokenIdleTtl: year, refreshTokenTtl: year });
    const { rp, flow } = await signIn(server, application._id, await makeAdministrator(server));
    expect(await refreshLifetime(rp.config, (await flow.tokens()).refresh_token as string)).toBe(year);
    const grant = await server.services.models.oidc.Grant.findOne({ 'payload.clientId': application._id }).lean();
    expect(Number(grant?.payload.exp)).toBeGreaterThan(Date.now() / 1000 + year);
    expect(Number(grant?.expiresAt?.getTime())).toBeGreaterThan(Date.now() + year * 1000);
  });
});

describe('lifetimes in a provisioning file', () => {
  const file = (values: object) => ({
    applications: [{ clientId: 'timed', clientSecret: SECRET, name: 'Timed', redirectUris: [], ...values }],
  });
  const faults = async (values: object) =>
    applyProvisioning(server.services, file(values)).then(
      () => [],
      (error) => (error as { faults: { path: string }[] }).faults.map((one) => one.path),
    );

  it('are taken, changed and taken back, and applying twice changes nothing', async () => {
    const values = { idTokenTtl: 1, accessTokenTtl: 86_400, refreshTokenIdleTtl: 60, refreshTokenTtl: 366 * 86_400 };
    await applyProvisioning(server.services, file({ ...values, userinfoSigningAlg: 'ES256' }));
    expect(
      (await applyProvisioning(server.services, file({ ...values, userinfoSigningAlg: 'ES256' }))).applied,
    ).toEqual([]);
    const { Application } = server.services.models;
    expect(await Application.findById('timed').lean()).toMatchObject({ ...values, userinfoSigningAlg: 'ES256' });
    await applyProvisioning(server.services, file({ idTokenTtl: null, userinfoSigningAlg: null }));
    expect((await Application.findById('timed').lean())?.idTokenTtl ?? null).toBeNull();
    expect((await applyProvisioning(server.services, file({ idTokenTtl: null }))).applied).toEqual([]);
  });

  it('are refused outside of their bounds, each by its path', async () => {
    for (const name of ['idTokenTtl', 'accessTokenTtl', 'refreshTokenIdleTtl', 'refreshTokenTtl']) {
      for (const value of [0, -1, 1.5, '300', 366 * 86_400 + 1]) {
        expect(await faults({ [name]: value }), `${name} ${value}`).toEqual([`applications[0].${name}`]);
      }
    }
    expect(await faults({ idTokenTtl: 86_401 })).toEqual(['applications[0].idTokenTtl']);
    expect(await faults({ refreshTokenIdleTtl: 101, refreshTokenTtl: 100 })).toEqual([
      'applications[0].refreshTokenIdleTtl',
    ]);
    expect(await faults({ userinfoSigningAlg: 'none' })).toEqual(['applications[0].userinfoSigningAlg']);
  });

  it('leave no room for a permission that would read as a role', async () => {
    const api = { identifier: 'https://roles.example.test', name: 'Roles', permissions: [{ key: 'role:assign' }] };
    await expect(applyProvisioning(server.services, { apis: [api] })).rejects.toMatchObject({
      faults: [{ path: 'apis[0].permissions[0].key' }],
    });
  });
});

/** By hand: openid-client would have to be told the algorithms. */
async function tokensOf(clientId: string) {
  const { browser } = await signIn(server, clientId, await makeAdministrator(server));
  const request = { scope: 'openid email', prompt: 'none', nonce: 'n' };
  const { json } = await (await authorize(server, browser, clientId, request)).redeem();
  return json as { id_token: string; access_token: string };
}

describe('signing algorithms per application', () => {
  const HASHES = { RS256: 'sha256', ES256: 'sha256', EdDSA: 'sha512' } as const;

  it('sign its ID tokens, with at_hash by the hash that belongs to each', async () => {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
    for (const [alg, hash] of Object.entries(HASHES)) {
      const application = await makeApplication(server.services, { idTokenSigningAlg: alg as 'RS256' });
      const answer = await tokensOf(application._id);
      const { payload, protectedHeader } = await jwtVerify(answer.id_token, keys, { issuer: server.issuer });
      expect(protectedHeader.alg).toBe(alg);
      const digest = createHash(hash).update(answer.access_token).digest();
      expect(payload.at_hash).toBe(digest.subarray(0, digest.length / 2).toString('base64url'));
    }
  });

  it('sign userinfo as a JWT for the application where it asks for that', async () => {
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
    const api = await makeApi(server.services);
    for (const alg of ['RS256', 'ES256'] as const) {
      for (const defaultApi of [undefined, api._id]) {
        const application = await makeApplication(server.services, { userinfoSigningAlg: alg, defaultApi });
        const { access_token: token } = await tokensOf(application._id);
        const response = await fetch(`${server.issuer}/oauth2/userinfo`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(response.headers.get('content-type')).toMatch(/^application\/jwt/);
        const { payload, protectedHeader } = await jwtVerify(await response.text(), keys, {
          issuer: server.issuer,
          audience: application._id,
        });
        expect(protectedHeader.alg).toBe(alg);
        expect(payload).toMatchObject({ roles: ['admin'], email: expect.any(String) });
      }
    }
  });

  it('are published', async () => {
    const { config } = await relyingParty(server, (await makeApplication(server.services))._id);
    const metadata = config.serverMetadata();
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(metadata.userinfo_signing_alg_values_supported).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(metadata.introspection_signing_alg_values_supported).toEqual(['RS256', 'ES256', 'EdDSA']);
  });
});

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application, Role } from '../../src/models/index.js';
import { makeApi, makeApplication, makeRole } from '../support/factories.js';
import { authorize, makeAdministrator, post, signIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let main: Api;
let other: Api;
let opaque: Api;
let foreign: Api;
let role: Role;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  main = await makeApi(server.services, { accessTokenSigningAlg: 'RS256' });
  other = await makeApi(server.services, {
    accessTokenSigningAlg: 'EdDSA',
    accessTokenTtl: 60,
    permissions: [
      { key: 'invoices:read', description: 'Read bills', operatorsOnly: false },
      { key: 'bills:pay', description: 'Pay bills', operatorsOnly: false },
    ],
  });
  opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
  foreign = await makeApi(server.services);
  role = await makeRole(server.services, { key: 'clerk', permissions: ['invoices:read', 'bills:pay'] });
  application = await makeApplication(server.services, {
    defaultApi: main._id,
    permissions: [
      { api: other._id, permissions: ['*'] },
      { api: opaque._id, permissions: ['invoices:write'] },
    ],
  });
});
afterAll(() => server?.close());

const SCOPE = 'openid invoices:read invoices:write bills:pay';
const asApi = async (one: Api) => (await relyingParty(server, one.introspection?.clientId as string)).config;

/** Signs in, and asks again for several APIs, which openid-client's parameters can't name twice. */
async function several(resources: string[]) {
  const member = await makeAdministrator(server, [role._id]);
  const { rp, browser } = await signIn(server, application._id, member);
  const { error, redeem } = await authorize(server, browser, application._id, [
    ['scope', SCOPE],
    ['prompt', 'none'],
    ...resources.map((one): [string, string] => ['resource', one]),
  ]);
  const refresh = (token: string, more: [string, string][] = []) =>
    post(server, '/oauth2/token', [['grant_type', 'refresh_token'], ['refresh_token', token], ...more], {
      clientId: application._id,
    });
  return { rp, redeem, refresh, error };
}

describe('several resources in one authorization request (RFC 8707)', () => {
  it('give a token for one at a time, each with its own audience, algorithm, lifetime and scopes', async () => {
    const { redeem, refresh, rp } = await several([main._id, other._id, opaque._id]);
    const first = await redeem([['resource', other._id]]);
    expect(first.json).toMatchObject({ expires_in: 60, scope: 'openid invoices:read bills:pay' });
    expect(decodeProtectedHeader(first.json.access_token)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(decodeJwt(first.json.access_token)).toMatchObject({
      aud: other._id,
      permissions: ['bills:pay', 'invoices:read'],
    });
    const second = await refresh(first.json.refresh_token, [['resource', main._id]]);
    expect(second.json).toMatchObject({ expires_in: 300, scope: 'openid invoices:read' });
    expect(decodeProtectedHeader(second.json.access_token)).toMatchObject({ alg: 'RS256' });
    expect(decodeJwt(second.json.access_token)).toMatchObject({ aud: main._id, permissions: ['invoices:read'] });
    const third = await refresh(second.json.refresh_token, [['resource', opaque._id]]);
    expect(third.json.access_token).not.toContain('.');
    expect(third.json.scope).toBe('openid');
    expect(await client.tokenIntrospection(await asApi(opaque), third.json.access_token)).toMatchObject({
      aud: opaque._id,
      permissions: [],
    });
    for (const token of [first, second, third]) {
      const seen = await client.tokenIntrospection(await asApi(foreign), token.json.access_token);
      expect(seen).toEqual({ active: false });
    }
    expect(await client.tokenIntrospection(rp.config, third.json.refresh_token)).toMatchObject({
      scope: 'openid invoices:read bills:pay',
    });
  });

  it('give one for the default API where the token request names none', async () => {
    const { redeem, refresh } = await several([other._id, main._id]);
    const tokens = await redeem();
    expect(decodeJwt(tokens.json.access_token).aud).toBe(main._id);
    const again = await refresh(tokens.json.refresh_token);
    expect(decodeJwt(again.json.access_token).aud).toBe(main._id);
  });

  it('without the default API among them need one to be named: invalid_target otherwise', async () => {
    const { redeem } = await several([other._id, opaque._id]);
    expect(await redeem()).toMatchObject({ status: 400, json: { error: 'invalid_target' } });
  });

  it('are one too many in a token request: invalid_target', async () => {
    const { redeem } = await several([main._id, other._id]);
    const both: [string, string][] = [
      ['resource', main._id],
      ['resource', other._id],
    ];
    expect(await redeem(both)).toMatchObject({ status: 400, json: { error: 'invalid_target' } });
  });

  it('bound what a refresh may ask for: invalid_target, and the refresh token lives', async () => {
    const { redeem, refresh } = await several([other._id]);
    const { json } = await redeem();
    for (const resources of [[main._id], [other._id, main._id]]) {
      const named = resources.map((one): [string, string] => ['resource', one]);
      expect(await refresh(json.refresh_token, named)).toMatchObject({
        status: 400,
        json: { error: 'invalid_target' },
      });
    }
    expect(decodeJwt((await refresh(json.refresh_token)).json.access_token).aud).toBe(other._id);
  });
});

describe('a resource that the application may not ask for', () => {
  it('is an invalid_target at the authorization endpoint, as are unknown and malformed ones', async () => {
    const resources = [
      foreign._id,
      'https://unknown.example.test',
      `${main._id}#fragment`,
      `${main._id}/`,
      'not-a-uri',
      'constructor:x',
    ];
    const { rp, browser } = await signIn(server, application._id, await makeAdministrator(server));
    for (const resource of resources) {
      const flow = await rp.begin(browser, { resource });
      expect(flow.callbackUrl().searchParams.get('error'), resource).toBe('invalid_target');
    }
    const mixed = await several([main._id, foreign._id]);
    expect(mixed.error).toBe('invalid_target');
  });
});

describe('client credentials with a resource', () => {
  it('give a token for the API that is named, and refuse several and unknown ones', async () => {
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      redirectUris: [],
      defaultApi: main._id,
      permissions: [{ api: other._id, permissions: ['bills:pay'] }],
    });
    const ask = (...resources: string[]) =>
      post(
        server,
        '/oauth2/token',
        [['grant_type', 'client_credentials'], ...resources.map((one): [string, string] => ['resource', one])],
        { clientId: machine._id },
      );
    const token = await ask(other._id);
    expect(token.json).toMatchObject({ scope: 'bills:pay', expires_in: 60 });
    expect(decodeJwt(token.json.access_token)).toMatchObject({ aud: other._id, permissions: ['bills:pay'] });
    expect(decodeJwt((await ask()).json.access_token)).toMatchObject({ aud: main._id });
    for (const resources of [[main._id, other._id], [foreign._id], ['not-a-uri']]) {
      expect(await ask(...resources), resources.join(' ')).toMatchObject({
        status: 400,
        json: { error: 'invalid_target' },
      });
    }
  });
});

/** OpenID Connect Discovery 1.0 and RFC 8414: what the server publishes of itself is there, and is so. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { makeApplication } from '../../support/factories.js';
import { authorize, makeAdministrator, signIn } from '../../support/login.js';
import { get } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

let server: TestServer;
let application: Application;
// biome-ignore lint/suspicious/noExplicitAny: a document of many kinds of members
let metadata: any;

beforeAll(async () => {
  server = await startServer({ registration: 'open' });
  application = await makeApplication(server.services);
  metadata = (await get(server, OPENID)).body;
});
afterAll(() => server?.close());

/** The members that are addresses, of endpoints and of keys. */
const addresses = (document: Record<string, unknown>) =>
  Object.entries(document).filter((one): one is [string, string] => /(_endpoint|_uri)$/.test(one[0]));

describe('discovery', () => {
  it('answers with 200 and application/json, alike at both addresses, and names itself as it was asked', async () => {
    for (const path of [OPENID, OAUTH]) {
      const answer = await get(server, path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.body).toEqual(metadata);
      expect(answer.body.issuer + path).toBe(server.issuer + path);
    }
  });

  it('names issuer, endpoints, keys, response types, subject types and algorithms, RS256 among them', () => {
    for (const name of [
      'authorization_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
      'jwks_uri',
      'registration_endpoint',
    ])
      expect(URL.canParse(metadata[name]), name).toBe(true);
    expect(metadata).toMatchObject({
      issuer: server.issuer,
      subject_types_supported: ['public'],
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
      scopes_supported: expect.arrayContaining(['openid']),
    });
  });

  it('says that claims may be asked for, and request objects and their addresses not', () => {
    // Left out, request_uri_parameter_supported would mean true (Discovery 3).
    expect(metadata).toMatchObject({
      claims_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    for (const name of Object.keys(metadata)) expect(name).not.toMatch(/^request_object_|encryption/);
  });

  it('leaves out what has no value, and gives each list as one', () => {
    for (const [name, value] of Object.entries(metadata)) {
      expect(value, name).not.toBeNull();
      expect(value, name).not.toEqual([]);
      if (name.endsWith('_supported') && typeof value !== 'boolean') expect(Array.isArray(value), name).toBe(true);
    }
  });

  it('names only endpoints that answer, all under the issuer', async () => {
    expect(addresses(metadata).length).toBeGreaterThan(9);
    for (const [name, url] of addresses(metadata)) {
      expect(url.startsWith(`${server.issuer}/`), name).toBe(true);
      const readable = ['jwks_uri', 'authorization_endpoint', 'end_session_endpoint', 'userinfo_endpoint'].includes(
        name,
      );
      const answer = await fetch(url, { method: readable ? 'GET' : 'POST', redirect: 'manual' });
      expect([200, 303, 400, 401], name).toContain(answer.status);
    }
  });

  it('names no algorithm that is unsigned or symmetric, and no method that the server doesn’t take', () => {
    const lists = Object.entries(metadata).filter((one): one is [string, string[]] => /_alg_values_/.test(one[0]));
    expect(lists.length).toBeGreaterThan(4);
    for (const [name, list] of lists)
      for (const alg of list) expect(alg, name).toMatch(/^(RS256|PS256|ES256|EdDSA|Ed25519)$/);
    expect(metadata.token_endpoint_auth_methods_supported).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ]);
  });

  it('names response types and modes that an application may use', async () => {
    const { browser } = await signIn(server, application._id, await makeAdministrator(server));
    for (const response_type of metadata.response_types_supported) {
      for (const response_mode of metadata.response_modes_supported) {
        await authorize(server, browser, application._id, { scope: 'openid', response_type, response_mode });
        expect(browser.location ?? browser.html, response_mode).toMatch(/code=|name="code"/);
      }
    }
  });

  it('names https addresses alone where the issuer is https', async () => {
    const secure = await startServer({
      store: server.store,
      services: server.services,
      issuer: 'https://id.example.test',
      registration: 'open',
    });
    try {
      for (const path of [OPENID, OAUTH]) {
        const document = await getAs(secure, path);
        expect(document.issuer).toBe('https://id.example.test');
        expect(addresses(document).map(([name]) => name)).toEqual(addresses(metadata).map(([name]) => name));
        for (const [name, url] of addresses(document)) expect(url, name).toMatch(/^https:\/\/id\.example\.test\//);
      }
    } finally {
      await secure.close();
    }
  });
});

describe('the JWKS', () => {
  it('holds public keys for signatures alone, each with kid, use and alg, and no kid twice', async () => {
    const { body } = await get(server, new URL(metadata.jwks_uri).pathname);
    const keys = body.keys as Record<string, string>[];
    expect(keys.map((key) => key.alg)).toEqual(expect.arrayContaining(metadata.id_token_signing_alg_values_supported));
    for (const key of keys) {
      expect(key).toMatchObject({ kid: expect.any(String), use: 'sig', alg: expect.any(String) });
      expect(key.kty).toMatch(/^(RSA|EC|OKP)$/);
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(key).not.toHaveProperty(member);
    }
    expect(new Set(keys.map((key) => key.kid)).size).toBe(keys.length);
  });
});

/** A JSON document of a server whose issuer is another host than where it listens. */
function getAs(one: TestServer, path: string): Promise<Record<string, unknown>> {
  const { port } = one.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers: { host: new URL(one.issuer).host } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });
}

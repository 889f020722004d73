import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../../src/models/index.js';
import { applyProvisioning } from '../../../src/services/provisioning/index.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApi, makeApplication, SECRET } from '../../support/factories.js';
import { authorize, makeAdministrator, signIn } from '../../support/login.js';
import { basic, get, post, type RawAnswer } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;
let spa: Application;
let machine: Application;
let browser: BrowserClient;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services);
  const publicly = { type: 'spa', secretHash: undefined, tokenEndpointAuthMethod: 'none' } as const;
  spa = await makeApplication(server.services, publicly);
  const machines = { type: 'machine', grantTypes: [], redirectUris: [] } as const;
  machine = await makeApplication(server.services, { ...machines, defaultApi: api._id } as object);
  ({ browser } = await signIn(server, application._id, await makeAdministrator(server)));
});
afterAll(() => server?.close());

const outcome = ({ status, body }: RawAnswer) => [status, body.error];
const silent = (parameters: Record<string, string> = {}, clientId = application._id) =>
  authorize(server, browser, clientId, { scope: 'openid', prompt: 'none', ...parameters });
const tokens = async (parameters: Record<string, string> = {}) => (await (await silent(parameters)).redeem()).json;
const refresh = (token: string, more: Record<string, string> = {}, clientId = application._id) =>
  post(server, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: token, ...more }, basic(clientId));

describe('client credentials in the address (RFC 6749 2.3.1)', () => {
  it.each(['/oauth2/token', '/oauth2/par', '/oauth2/introspect', '/oauth2/revoke'])(
    'count for nothing: %s',
    async (path) => {
      const byBody = await makeApplication(server.services, { tokenEndpointAuthMethod: 'client_secret_post' });
      const query = new URLSearchParams({ client_id: byBody._id, client_secret: SECRET });
      const body = { grant_type: 'refresh_token', refresh_token: 'x', token: 'x', response_type: 'code' };
      const answer = await post(server, `${path}?${query}`, body);
      expect([400, 401]).toContain(answer.status);
      expect(answer.body.error).toBe(path === '/oauth2/introspect' ? 'invalid_client' : 'invalid_request');
      // The same in the body gets past authentication.
      const inBody = await post(server, path, { ...body, client_id: byBody._id, client_secret: SECRET });
      expect(inBody.body.error_description).not.toBe(answer.body.error_description);
    },
  );
});

describe('the authorization endpoint (RFC 6749 3.1)', () => {
  it('treats empty parameters as if they weren’t there', async () => {
    const empty = Object.fromEntries(
      [
        'state',
        'nonce',
        'max_age',
        'display',
        'ui_locales',
        'id_token_hint',
        'claims',
        'response_mode',
        'resource',
      ].map((name) => [name, '']),
    );
    const { answer, error, redeem } = await silent({ ...empty, acr_values: '', request: '', request_uri: '' });
    expect(error).toBeNull();
    expect(answer.has('state')).toBe(false);
    expect((await redeem()).status).toBe(200);
  });

  it('wants redirect_uri in each request, also where only one is registered, and tells the person', async () => {
    for (const redirect_uri of ['', undefined]) {
      const query = new URLSearchParams({ client_id: application._id, response_type: 'code', scope: 'openid' });
      if (redirect_uri !== undefined) query.set('redirect_uri', redirect_uri);
      const cookie = browser.cookies('/oauth2/authorize');
      const answer = await get(server, `/oauth2/authorize?${query}`, { accept: 'text/html', cookie });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('location')).toBeNull();
      expect(answer.body).toContain('invalid_request');
    }
  });

  it('keeps the query of a registered redirect URI and adds its answer to it', async () => {
    const uri = 'https://app.example.test/callback?tenant=a%20b&x=1';
    const own = await makeApplication(server.services, { redirectUris: [uri] });
    const { answer } = await silent({ redirect_uri: uri }, own._id);
    expect([answer.get('tenant'), answer.get('x')]).toEqual(['a b', '1']);
    expect(answer.get('code')).toBeTruthy();
    await silent({ redirect_uri: 'https://app.example.test/callback?tenant=c' }, own._id);
    expect(browser.status).toBe(400);
  });

  it('answers a request without a response type at the redirect URI, with invalid_request and state', async () => {
    const { answer } = await silent({ response_type: '', state: 'kept' });
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_request', state: 'kept', iss: server.issuer });
  });

  it('tells a client that may not have a code by unauthorized_client', async () => {
    const own = await makeApplication(server.services, { grantTypes: ['client_credentials'], defaultApi: api._id });
    const { answer } = await silent({ response_type: 'none', state: 'kept' });
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'unauthorized_client', state: 'kept' });
    const { answer: without } = await silent({ state: 'kept' }, own._id);
    expect(Object.fromEntries(without)).toMatchObject({ error: 'unauthorized_client', state: 'kept' });
  });
});

describe('a redirect URI that an operator registers (RFC 6749 3.1.2)', () => {
  it.each([
    ['without a scheme', '/callback'],
    ['with a fragment', 'https://app.example.test/callback#part'],
    ['with an empty fragment', 'https://app.example.test/callback#'],
    ['over http elsewhere', 'http://app.example.test/callback'],
    ['that is a script', 'javascript:alert(1)'],
  ])('is refused: %s', async (_what, uri) => {
    const file = {
      applications: [{ clientId: 'refused', clientSecret: SECRET, name: 'Refused', redirectUris: [uri] }],
    };
    await expect(applyProvisioning(server.services, file)).rejects.toMatchObject({
      faults: [{ path: 'applications[0].redirectUris[0]' }],
    });
  });
});

describe('the token endpoint (RFC 6749 3.2, 5)', () => {
  it('takes POST alone: 405 otherwise, with the method that it takes', async () => {
    const query = new URLSearchParams({ grant_type: 'client_credentials' });
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${server.issuer}/oauth2/token?${query}`, { method, headers: basic(machine._id) });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
    }
  });

  it('answers with token, type and lifetime as JSON that nobody keeps', async () => {
    const answer = await post(server, '/oauth2/token', { grant_type: 'client_credentials' }, basic(machine._id));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 300, access_token: expect.any(String) });
    const { headers } = await fetch(`${server.issuer}/oauth2/token`, {
      method: 'POST',
      headers: basic(application._id),
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: (await tokens()).refresh_token }),
    });
    expect(headers.get('cache-control')).toContain('no-store');
  });

  it('says which scope it gave where that is another than was asked for', async () => {
    const given = await tokens({ scope: 'openid email address phone nonsense' });
    expect(given.scope).toBe('openid email');
    const { body } = await post(
      server,
      '/oauth2/token',
      { grant_type: 'client_credentials', scope: 'invoices:read nonsense' },
      basic(machine._id),
    );
    expect(body.scope).toBe('invoices:read');
  });

  it('names what is wrong by the code that RFC 6749 5.2 has for it', async () => {
    const ask = async (body: Record<string, string>, clientId = application._id) =>
      outcome(await post(server, '/oauth2/token', body, basic(clientId)));
    expect(await ask({})).toEqual([400, 'invalid_request']);
    expect(await ask({ grant_type: 'authorization_code', redirect_uri: 'https://app.example.test/callback' })).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await ask({ grant_type: 'refresh_token', refresh_token: 'unknown' })).toEqual([400, 'invalid_grant']);
    expect(await ask({ grant_type: 'client_credentials' })).toEqual([400, 'unauthorized_client']);
    expect(await ask({ grant_type: 'refresh_token', refresh_token: 'x' }, machine._id)).toEqual([
      400,
      'unauthorized_client',
    ]);
    expect(await ask({ grant_type: 'password', username: 'a', password: 'b' })).toEqual([
      400,
      'unsupported_grant_type',
    ]);
    expect(await ask({ grant_type: 'client_credentials', scope: 'a"b' }, machine._id)).toEqual([400, 'invalid_scope']);
  });

  it('gives client credentials to a confidential client alone, and no refresh token or ID token with them', async () => {
    const answer = await post(
      server,
      '/oauth2/token',
      { grant_type: 'client_credentials', scope: 'openid offline_access invoices:read' },
      basic(machine._id),
    );
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(answer.body).not.toHaveProperty('id_token');
    expect(answer.body.scope).toBe('invoices:read');
    const registered = await makeApplication(server.services, {
      ...spa,
      _id: 'open-machine',
      grantTypes: ['client_credentials'],
      defaultApi: api._id,
    });
    for (const client_id of [spa._id, registered._id]) {
      const named = { grant_type: 'client_credentials', client_id };
      expect(outcome(await post(server, '/oauth2/token', named))).toEqual([400, 'unauthorized_client']);
    }
    const file = {
      applications: [
        { clientId: 'open', name: 'Open', type: 'spa', redirectUris: [], grantTypes: ['client_credentials'] },
      ],
    };
    await expect(applyProvisioning(server.services, file)).rejects.toMatchObject({
      faults: [{ path: 'applications[0].grantTypes[0]' }],
    });
  });
});

describe('a refresh (RFC 6749 6)', () => {
  it('is for the client that the token was given to, which authenticates', async () => {
    const { refresh_token: token } = await tokens();
    const stranger = await makeApplication(server.services);
    expect(outcome(await refresh(token, {}, stranger._id))).toEqual([400, 'invalid_grant']);
    const body = { grant_type: 'refresh_token', refresh_token: token };
    expect((await post(server, '/oauth2/token', body)).status).toBe(400);
    expect(outcome(await post(server, '/oauth2/token', { ...body, client_id: application._id }))).toEqual([
      401,
      'invalid_client',
    ]);
    expect(outcome(await post(server, '/oauth2/token', { ...body, client_id: spa._id }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect((await refresh(token)).status).toBe(200);
  });

  it('gives no more scope than was allowed, and the whole again where fewer were asked for between', async () => {
    const { refresh_token: first } = await tokens({ scope: 'openid email' });
    const wider = await refresh(first, { scope: 'openid email profile' });
    expect(outcome(wider)).toEqual([400, 'invalid_scope']);
    const fewer = await refresh(first, { scope: 'openid' });
    expect(fewer.body.scope).toBe('openid');
    expect((await refresh(fewer.body.refresh_token)).body.scope).toBe('openid email');
  });
});

describe('codes and tokens (RFC 6749 10.10)', () => {
  it('that are stored somewhere hold 128 random bits at least, differ from each other, and lie there as digests', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const { answer, redeem } = await silent({ scope: 'openid email' });
      const { json } = await redeem();
      for (const value of [answer.get('code'), json.access_token, json.refresh_token] as string[]) {
        // 22 characters of base64url are 132 bits.
        expect(value).toMatch(/^[\w-]{22,}$/);
        seen.add(value);
      }
    }
    expect(seen.size).toBe(15);
    const { AuthorizationCode, AccessToken, RefreshToken } = server.services.models.oidc;
    const stored = await Promise.all(
      [AuthorizationCode, AccessToken, RefreshToken].map((model) => model.find().lean()),
    );
    expect(stored.every((list) => list.length >= 5)).toBe(true);
    const text = JSON.stringify(stored);
    for (const value of seen) expect(text).not.toContain(value);
  });
});

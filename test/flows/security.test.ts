import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, Application } from '../../src/models/index.js';
import { setMemberStatus } from '../../src/services/change-member-status.js';
import { setUserStatus } from '../../src/services/change-user-status.js';
import { SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import { makeApi, makeApplication, makeMember, makeUser, PASSWORD } from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { basic } from '../support/raw-http.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let api: Api;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const signedIn = (clientId = application._id) => newSignedIn(server, clientId);

describe('codes and tokens', () => {
  it('of ten concurrent redemptions of one code through two processes, one succeeds', async () => {
    const other = await connectStore(server.store.config);
    const second = await startServer({
      store: server.store,
      services: await startServices(other.connection, createLogger('silent')),
      issuer: server.issuer,
    });
    const verifier = randomBytes(32).toString('base64url');
    const { flow } = await signedIn();
    const query = new URLSearchParams({
      client_id: application._id,
      response_type: 'code',
      redirect_uri: application.redirectUris[0] as string,
      scope: 'openid',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    await flow.browser.open(`/oauth2/authorize?${query}`);
    const code = new URL(flow.browser.location as string).searchParams.get('code') as string;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: application.redirectUris[0] as string,
      code_verifier: verifier,
    }).toString();
    const ports = [server, second].map((one) => (one.server.address() as { port: number }).port);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post(ports[index % 2] as number, '/oauth2/token', body, {
          ...basic(application._id),
          host: new URL(server.issuer).host,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body: answer } of answers)
      if (status !== 200) expect(JSON.parse(answer).error).toBe('invalid_grant');
    await second.close();
    await other.close();
  });

  it('a second redemption of a code, later, ends what the first one gave', async () => {
    const { rp, flow } = await signedIn();
    const tokens = await flow.tokens();
    await expect(flow.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const asApi = await relyingParty(server, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(asApi.config, tokens.access_token)).toEqual({ active: false });
  });

  it('of ten concurrent refreshes one succeeds, and the family lives', async () => {
    const { rp, flow } = await signedIn();
    const tokens = await flow.tokens();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => client.refreshTokenGrant(rp.config, tokens.refresh_token as string)),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await expect(client.refreshTokenGrant(rp.config, won[0]?.value.refresh_token as string)).resolves.toBeDefined();
  });

  it('requires PKCE by S256, and refuses plain', async () => {
    const url = (more: object) =>
      `/oauth2/authorize?${new URLSearchParams({ client_id: application._id, response_type: 'code', redirect_uri: application.redirectUris[0] as string, scope: 'openid', ...more })}`;
    for (const more of [{}, { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }]) {
      const browser = await newBrowser(server).open(url(more));
      expect(new URL(browser.location as string).searchParams.get('error')).toBe('invalid_request');
    }
  });

  it('an ID token counts nowhere as an access token', async () => {
    const { rp, flow } = await signedIn();
    const { id_token: idToken } = await flow.tokens();
    const asApi = await relyingParty(server, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(asApi.config, idToken as string)).toEqual({ active: false });
    await expect(client.fetchUserInfo(rp.config, idToken as string, client.skipSubjectCheck)).rejects.toThrow();
  });

  it('tells a foreign API and a foreign application nothing', async () => {
    const { flow } = await signedIn();
    const tokens = await flow.tokens();
    const foreign = await makeApi(server.services);
    const stranger = await makeApplication(server.services, { defaultApi: api._id });
    for (const id of [foreign.introspection?.clientId as string, stranger._id]) {
      const { config } = await relyingParty(server, id);
      for (const token of [tokens.access_token, tokens.refresh_token as string]) {
        expect(await client.tokenIntrospection(config, token)).toEqual({ active: false });
      }
    }
  });
});

describe('R8: gone means gone', () => {
  it.each(['suspended member', 'disabled user', 'suspended organization', 'deleted application'])(
    '%s',
    async (what) => {
      const own = await makeApplication(server.services, { defaultApi: api._id });
      const { user, organization, rp, flow } = await signedIn(own._id);
      const deputy = await makeUser(server.services);
      await makeMember(server.services, organization._id, deputy._id, ['rol_admin']);
      const tokens = await flow.tokens();
      const { services } = server;
      if (what === 'suspended member')
        await setMemberStatus(services, SYSTEM, {
          organizationId: organization._id,
          userId: user._id,
          status: 'suspended',
        });
      if (what === 'disabled user') await setUserStatus(services, SYSTEM, { userId: user._id, status: 'disabled' });
      if (what === 'suspended organization')
        await services.models.Organization.updateOne({ _id: organization._id }, { status: 'suspended' });
      if (what === 'deleted application') {
        await services.models.Application.deleteOne({ _id: own._id });
        await services.catalog.changed();
      }
      const asApi = await relyingParty(server, api.introspection?.clientId as string);
      expect(await client.tokenIntrospection(asApi.config, tokens.access_token)).toEqual({ active: false });
      const refresh = client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
      await expect(refresh).rejects.toMatchObject(
        what === 'deleted application' ? { status: 401 } : { error: 'invalid_grant' },
      );
      if (what === 'deleted application') return;
      const silent = await rp.begin(flow.browser, { prompt: 'none', organization: organization.slug });
      expect(silent.callbackUrl().searchParams.get('error')).toMatch(/access_denied|login_required/);
    },
  );
});

describe('sign-in', () => {
  it('says the same for an unknown address, a wrong password and a locked account; ten failures lock, also of 50 at once', async () => {
    const user = await makeUser(server.services);
    const rp = await relyingParty(server, application._id);
    const attempt = async (email: string, password: string) => {
      const flow = await rp.begin(newBrowser(server));
      await flow.browser.submit('Sign in', { email, password });
      return flow.browser;
    };
    const wordsOf = (html: string) => html.replace(/value="[^"]*"/g, '').replace(/\/interaction\/[\w-]+/g, '');
    const [unknown, wrong] = await Promise.all([
      attempt('nobody@nowhere.test', 'x'.repeat(20)),
      attempt(user.email, 'x'.repeat(20)),
    ]);
    expect([unknown.status, wrong.status]).toEqual([422, 422]);
    expect(wordsOf(unknown.html)).toBe(wordsOf(wrong.html));
    await Promise.all(Array.from({ length: 48 }, () => attempt(user.email, 'y'.repeat(20))));
    const locked = await attempt(user.email, PASSWORD);
    expect(locked.status).toBe(422);
    expect(wordsOf(locked.html)).toBe(wordsOf(wrong.html));
  });

  it('lets sixty people of one address in at once, of whom none has failed', async () => {
    const users = await Promise.all(Array.from({ length: 60 }, () => makeUser(server.services)));
    const rp = await relyingParty(server, application._id);
    const doors = await Promise.all(users.map(() => rp.begin(newBrowser(server))));
    await Promise.all(
      doors.map((door, index) =>
        door.browser.submit('Sign in', { email: users[index]?.email as string, password: PASSWORD }),
      ),
    );
    expect(doors.map((door) => door.browser.status)).not.toContain(422);
  });

  it('refuses a form without its token, or from elsewhere', async () => {
    const rp = await relyingParty(server, application._id);
    const { browser } = await rp.begin(newBrowser(server));
    await browser.submit('Sign in', { email: 'a@b.test', password: 'x', csrf: 'wrong' });
    expect(browser.status).toBe(403);
  });
});

describe('requests', () => {
  it('for another Host are answered by 421, health aside', async () => {
    const { port } = server.server.address() as { port: number };
    expect((await get(port, '/.well-known/openid-configuration', 'evil.test')).status).toBe(421);
    expect((await get(port, '/health/ready', 'evil.test')).status).toBe(200);
    const { status, body } = await get(port, '/api/v1/organizations', 'evil.test');
    expect([status, JSON.parse(body)]).toEqual([
      421,
      {
        error: 'misdirected_request',
        message: 'This server answers for another host.',
        details: [],
        requestId: expect.any(String),
      },
    ]);
  });

  it('with an unknown client or a wrong redirect URI end on a page, with the code, not at the address', async () => {
    for (const query of [
      'client_id=no-such&response_type=code',
      `client_id=${application._id}&response_type=code&redirect_uri=https://evil.test/`,
    ]) {
      const browser = await newBrowser(server).open(`/oauth2/authorize?${query}`);
      expect(browser.status).toBe(400);
      expect(browser.html).toMatch(/invalid_(client|redirect_uri)/);
      expect(browser.location).toBeUndefined();
    }
  });

  it('carry the headers of security.md', async () => {
    const response = await fetch(`${server.issuer}/account`, { redirect: 'manual' });
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('authorize by POST goes on as GET', async () => {
    const response = await fetch(`${server.issuer}/oauth2/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ client_id: 'x' }),
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/oauth2/authorize?client_id=x');
  });

  it('by an unknown client at the token endpoint are refused as JSON', async () => {
    const response = await fetch(`${server.issuer}/oauth2/token`, {
      method: 'POST',
      headers: basic('x'),
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'invalid_client' });
    expect(response.headers.get('cache-control')).toContain('no-store');
  });
});

interface Answer {
  status: number;
  body: string;
}

const get = (port: number, path: string, host: string) => send(port, 'GET', path, '', { host });
const post = (port: number, path: string, body: string, headers: Record<string, string>) =>
  send(port, 'POST', path, body, {
    ...headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  });

/** A request whose Host header is the caller's, which fetch doesn't allow. */
function send(
  port: number,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

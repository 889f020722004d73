import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Application } from '../../src/models/index.js';
import type { OidcModelName } from '../../src/models/oidc-record.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import { makeApi, makeApplication, PASSWORD, SECRET } from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { sendTo } from '../support/traffic.js';

let server: TestServer;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  const api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const signedIn = (clientId = application._id) => newSignedIn(server, clientId);

describe('what expired but was not swept yet', () => {
  const expire = (...names: OidcModelName[]) =>
    Promise.all(
      names.map((name) =>
        server.services.models.oidc[name].updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1000) } }),
      ),
    );

  it('is refused: codes and refresh tokens by invalid_grant', async () => {
    const { rp, flow } = await signedIn();
    await expire('AuthorizationCode');
    await expect(flow.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
    const again = await rp.begin(flow.browser, { prompt: 'none' });
    const tokens = await again.tokens();
    await expire('RefreshToken');
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    expect(await client.tokenIntrospection(rp.config, tokens.refresh_token as string)).toEqual({ active: false });
  });

  it('is refused: opaque access tokens are inactive, at userinfo 401', async () => {
    const plain = await makeApplication(server.services);
    const { rp, flow } = await signedIn(plain._id);
    const tokens = await flow.tokens();
    expect(await client.tokenIntrospection(rp.config, tokens.access_token)).toMatchObject({ active: true });
    await expire('AccessToken');
    expect(await client.tokenIntrospection(rp.config, tokens.access_token)).toEqual({ active: false });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${server.issuer}/oauth2/userinfo`, { headers })).status).toBe(401);
  });

  it('is refused: a session asks to sign in again, a login that is over says so', async () => {
    const { rp, flow } = await signedIn();
    await expire('Session');
    const silent = await rp.begin(flow.browser, { prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('login_required');
    const { browser } = await rp.begin(newBrowser(server));
    await expire('Interaction');
    await browser.submit('Sign in', { email: 'somebody@example.test', password: PASSWORD });
    expect(browser.status).toBe(400);
  });
});

describe('of ten at once', () => {
  it('one redemption of a code succeeds, in one process', async () => {
    const { flow } = await signedIn();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => flow.tokens()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ error: 'invalid_grant' });
  });

  it('one refresh succeeds through two processes, and its successor works', async () => {
    const other = await connectStore(server.store.config);
    const second = await startServer({
      store: server.store,
      services: await startServices(other.connection, createLogger('silent')),
      issuer: server.issuer,
    });
    const { rp, flow } = await signedIn();
    const tokens = await flow.tokens();
    const ports = [server, second].map((one) => (one.server.address() as { port: number }).port);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        sendTo(`http://127.0.0.1:${ports[index % 2]}`, {
          method: 'POST',
          path: '/oauth2/token',
          headers: {
            host: new URL(server.issuer).host,
            authorization: `Basic ${btoa(`${application._id}:${SECRET}`)}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: `grant_type=refresh_token&refresh_token=${tokens.refresh_token}`,
        }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { status, body } of answers)
      if (status !== 200) expect([status, JSON.parse(body).error]).toEqual([400, 'invalid_grant']);
    const next = JSON.parse(won[0]?.body as string).refresh_token as string;
    await expect(client.refreshTokenGrant(rp.config, next)).resolves.toBeDefined();
    await second.close();
    await other.close();
  });
});

import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { startServer, type TestServer } from '../support/server.js';

const ISSUER = 'https://id.example.test';
const lines: string[] = [];
let server: TestServer;
let direct: TestServer;

beforeAll(async () => {
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  server = await startServer({ issuer: ISSUER, trustProxy: true, logger });
  const { store, services } = server;
  direct = await startServer({ issuer: ISSUER, trustProxy: false, logger, store, services });
});
afterAll(async () => {
  await direct?.close();
  await server?.close();
});

/** A request as deploy/nginx.conf and deploy/Caddyfile send it on; what a client made up comes before what the proxy adds. */
const proxied = (path: string, change: Record<string, string> = {}, to = server) =>
  request(to.server)
    .get(path)
    .set({
      Host: 'id.example.test',
      Accept: 'text/html',
      'X-Forwarded-Host': 'id.example.test',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '198.51.100.7',
      ...change,
    });

const addressOf = async (id: string | undefined): Promise<string> => {
  const found = () => lines.map((line) => JSON.parse(line)).find((line) => line.requestId === id)?.address;
  await expect.poll(found).toBeDefined();
  return found();
};

describe('behind a proxy (TRUST_PROXY)', () => {
  it('URLs and cookies are the issuer’s: https, its host, secure and __Host-', async () => {
    const discovery = await proxied('/.well-known/openid-configuration');
    expect(discovery.body).toMatchObject({ issuer: ISSUER, token_endpoint: `${ISSUER}/oauth2/token` });
    const account = await proxied('/account');
    expect(account.status).toBe(303);
    const begun = await proxied(account.headers.location as string);
    const cookies = (begun.headers['set-cookie'] as unknown as string[]) ?? [];
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/;\s*secure/i);
      expect(cookie).toMatch(/^__(Host|Secure)-/);
    }
    expect(begun.headers['strict-transport-security']).toContain('max-age');
  });

  it('stay so where the proxy forgets to say that the connection was https', async () => {
    const answer = await proxied('/.well-known/openid-configuration', { 'X-Forwarded-Proto': 'http' });
    expect(answer.body).toMatchObject({ issuer: ISSUER, authorization_endpoint: `${ISSUER}/oauth2/authorize` });
  });

  it('a request’s address is the last hop, whatever the client put before it', async () => {
    for (const hops of ['198.51.100.7', '203.0.113.9, 198.51.100.7', 'unknown, <script>, 198.51.100.7']) {
      const answer = await proxied('/account', { 'X-Forwarded-For': hops });
      expect(await addressOf(answer.headers['x-request-id']), hops).toBe('198.51.100.7');
    }
  });

  it('another host, as a proxy sends it that doesn’t keep Host, is answered by 421; health answers for any', async () => {
    for (const host of ['127.0.0.1:3000', 'rollcall:3000', 'evil.test'])
      expect((await proxied('/account', { Host: host, 'X-Forwarded-Host': host })).status, host).toBe(421);
    expect((await proxied('/health/ready', { Host: 'rollcall:3000', 'X-Forwarded-Host': 'rollcall' })).status).toBe(
      200,
    );
  });
});

describe('without TRUST_PROXY', () => {
  it('what X-Forwarded headers say counts for nothing', async () => {
    const answer = await proxied('/account', { 'X-Forwarded-Host': 'evil.test' }, direct);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).not.toContain('evil.test');
    expect(await addressOf(answer.headers['x-request-id'])).toMatch(/127\.0\.0\.1|::1/);
    expect(
      (await proxied('/account', { Host: 'evil.test', 'X-Forwarded-Host': 'id.example.test' }, direct)).status,
    ).toBe(421);
  });
});

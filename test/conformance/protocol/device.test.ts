import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { makeDeviceApplication, post } from '../../support/device.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let television: Application;

beforeAll(async () => {
  server = await startServer();
  television = await makeDeviceApplication(server.services);
});
afterAll(() => server?.close());

const begin = () => post(server, '/oauth2/device_authorization', { client_id: television._id, scope: 'openid' });

it('a device code has 128 random bits at least and a user code 34, another each time (RFC 8628 5.1, 5.2)', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, begin));
  const of = (name: string) => answers.map(({ body }) => body[name] as string);
  for (const code of of('device_code')) expect(code).toMatch(/^[\w-]{22,}$/);
  // Eight of twenty consonants are 34 bits.
  for (const code of of('user_code')) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  for (const name of ['device_code', 'user_code']) expect(new Set(of(name)).size).toBe(10);
});

it('the answer to a device says all that RFC 8628 3.2 asks for, as JSON, and nobody keeps it', async () => {
  const { status, body, headers } = await begin();
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['cache-control']).toContain('no-store');
  expect(body).toMatchObject({
    device_code: expect.any(String),
    user_code: expect.any(String),
    verification_uri: `${server.issuer}/oauth2/device`,
    verification_uri_complete: `${server.issuer}/oauth2/device?user_code=${body.user_code}`,
    expires_in: 600,
    interval: 5,
  });
});

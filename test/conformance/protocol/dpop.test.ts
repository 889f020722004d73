import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { makeApi, makeApplication } from '../../support/factories.js';
import { makeKey, nowSeconds, proofOf, type TestKey } from '../../support/keys.js';
import { basic, post } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let machine: Application;
let key: TestKey;

beforeAll(async () => {
  server = await startServer();
  const api = await makeApi(server.services);
  const values = { type: 'machine', grantTypes: [], redirectUris: [], defaultApi: api._id } as const;
  machine = await makeApplication(server.services, { ...values, grantTypes: [], redirectUris: [] });
  key = await makeKey();
});
afterAll(() => server?.close());

const tokenUrl = () => `${server.issuer}/oauth2/token`;
const ask = (proof: string) =>
  post(server, '/oauth2/token', { grant_type: 'client_credentials' }, { ...basic(machine._id), dpop: proof });

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

async function expectRefused(proof: string) {
  const answer = await ask(proof);
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_dpop_proof']);
}

describe('a DPoP proof (RFC 9449 4.2, 4.3)', () => {
  it.each(['typ', 'alg', 'jwk'])('is refused where it lacks %s', async (name) => {
    expect((await ask(await proofOf(key, { url: tokenUrl() }))).status).toBe(200);
    const [header, payload, signature] = (await proofOf(key, { url: tokenUrl() })).split('.');
    const { [name]: _left, ...rest } = decoded(header);
    await expectRefused(`${encoded(rest)}.${payload}.${signature}`);
    // Signed over what is there, where that is possible without it.
    if (name !== 'alg') await expectRefused(await proofOf(key, { url: tokenUrl() }, { header: { [name]: undefined } }));
  });

  it.each(['jti', 'htm', 'htu', 'iat'])('is refused where it lacks the claim %s', async (name) => {
    await expectRefused(await proofOf(key, { url: tokenUrl() }, { payload: { [name]: undefined } }));
  });

  it('is refused where its key is no public one, or its signature another’s', async () => {
    const secret = Buffer.from('a secret that both sides could know, of enough bytes');
    const payload = encoded({ jti: randomUUID(), iat: nowSeconds(), htm: 'POST', htu: tokenUrl() });
    const symmetric = { alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: secret.toString('base64url') } };
    const signed = `${encoded(symmetric)}.${payload}`;
    await expectRefused(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
    const [header, body] = (await proofOf(key, { url: tokenUrl() })).split('.');
    const [, , foreign] = (await proofOf(await makeKey(), { url: tokenUrl() })).split('.');
    await expectRefused(`${header}.${body}.${foreign}`);
    await expectRefused(`${encoded({ ...decoded(header), alg: 'none' })}.${body}.`);
    await expectRefused(
      await proofOf(key, { url: tokenUrl() }, { header: { jwk: { ...key.publicJwk, d: key.publicJwk.x } } }),
    );
  });
});

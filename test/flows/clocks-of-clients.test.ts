import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/models/index.js';
import { makeApi, makeApplication } from '../support/factories.js';
import { asParameters, assertionOf, makeKey, nowSeconds, proofOf, type TestKey } from '../support/keys.js';
import { post, type RawAnswer } from '../support/raw-http.js';
import { startServer, type TestServer } from '../support/server.js';

/**
 * What clients sign by their clock, at a server whose clock is off: the client's time is `SIGNED`, the server's stands still at so many
 * seconds after it. FAPI 2.0 5.3.2.1 wants 10 s ahead accepted and more than 60 s refused.
 */
const SIGNED = nowSeconds();
const serverAt = (seconds: number) => vi.setSystemTime(new Date((SIGNED + seconds) * 1000));

let server: TestServer;
let key: TestKey;
let machine: Application;
let target: { url: string; resource: string };

beforeAll(async () => {
  server = await startServer();
  key = await makeKey();
  const api = await makeApi(server.services);
  machine = await makeApplication(server.services, {
    type: 'machine',
    grantTypes: ['client_credentials'],
    secretHash: undefined,
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    defaultApi: api._id,
    requireDpop: true,
    organization: 'none',
  });
  target = { url: `${server.issuer}/oauth2/token`, resource: api._id };
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterAll(async () => {
  vi.useRealTimers();
  await server?.close();
});
afterEach(() => {
  vi.setSystemTime(new Date(SIGNED * 1000));
});

type Claims = Record<string, unknown>;

/** Signed by the client's clock: what isn't about the time is as it has to be. */
const assertion = (claims: Claims) =>
  assertionOf(key, machine._id, server.issuer, { payload: { iat: undefined, exp: SIGNED + 60, ...claims } });
const proof = (claims: Claims) => proofOf(key, target, { payload: { iat: SIGNED, ...claims } });

const send = (signedAssertion: string, signedProof: string): Promise<RawAnswer> =>
  post(
    server,
    '/oauth2/token',
    { grant_type: 'client_credentials', resource: target.resource, ...asParameters(signedAssertion) },
    { DPoP: signedProof },
  );

/** An assertion at a server whose clock is off; the proof beside it is the server's time. */
async function authenticate(at: number, claims: Claims): Promise<string> {
  const [made, beside] = [await assertion(claims), await proof({ iat: SIGNED + at })];
  serverAt(at);
  const { status, body } = await send(made, beside);
  return status === 200 ? 'taken' : `${status} ${body.error}`;
}

/** A proof at a server whose clock is off; the assertion beside it is by the server's time. */
async function prove(at: number, signedProof: string): Promise<string> {
  const beside = await assertion({ iat: SIGNED + at, exp: SIGNED + at + 60 });
  serverAt(at);
  const { status, body } = await send(beside, signedProof);
  return status === 200 ? 'taken' : `${status} ${body.error}`;
}

const REFUSED = '401 invalid_client';

describe('a client’s assertion (RFC 7523 3)', () => {
  it.each([
    ['iat', -10, 'taken'],
    ['iat', -30, 'taken'],
    ['iat', -31, REFUSED],
    ['iat', -61, REFUSED],
    ['nbf', -10, 'taken'],
    ['nbf', -30, 'taken'],
    ['nbf', -31, REFUSED],
    ['nbf', -61, REFUSED],
  ])('from the future by its %s, at a server whose clock is %i s off, is %s', async (claim, at, outcome) => {
    expect(await authenticate(at, { [claim]: SIGNED })).toBe(outcome);
  });

  it.each([
    [59, 'taken'],
    [89, 'taken'],
    [90, REFUSED],
    [600, REFUSED],
  ])('that ends after a minute, at a server whose clock is %i s later, is %s', async (at, outcome) => {
    expect(await authenticate(at, { iat: SIGNED })).toBe(outcome);
  });

  it.each([
    [0, 3630, 'taken'],
    [0, 3631, REFUSED],
    [-30, 3600, 'taken'],
    [-30, 3601, REFUSED],
  ])('at a server whose clock is %i s off, that lives %i s, is %s', async (at, life, outcome) => {
    expect(await authenticate(at, { iat: SIGNED, exp: SIGNED + life })).toBe(outcome);
  });

  it('works once for as long as it counts, though the clock goes on', async () => {
    const once = await assertion({ iat: SIGNED });
    const use = async (at: number) => {
      const beside = await proof({ iat: SIGNED + at });
      serverAt(at);
      return (await send(once, beside)).status;
    };
    expect(await use(-30)).toBe(200);
    for (const at of [-29, 0, 59, 60, 89, 90]) expect(await use(at)).toBe(401);
  });
});

describe('a proof of possession (RFC 9449 4.3, 11.1)', () => {
  const OUT = '400 invalid_dpop_proof';

  it.each([
    [-10, 'taken'],
    [-30, 'taken'],
    [-31, OUT],
    [-61, OUT],
    [300, 'taken'],
    [301, OUT],
    [3600, OUT],
  ])('at a server whose clock is %i s off is %s', async (at, outcome) => {
    expect(await prove(at, await proof({}))).toBe(outcome);
  });

  it('works once for as long as it counts, from a clock that is ahead to the last second', async () => {
    const once = await proof({});
    expect(await prove(-30, once)).toBe('taken');
    for (const at of [-29, 0, 270, 299, 300, 300.9, 301]) expect([at, await prove(at, once)]).toEqual([at, OUT]);
  });
});

import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managementOfAll } from '../../src/access/can.js';
import { OPERATOR } from '../../src/access/statements.js';
import { createEncryption, EncryptionKeyError } from '../../src/lib/encryption.js';
import type { Api, Application } from '../../src/models/index.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { listSigningKeys, retireSigningKey, rotateSigningKeys } from '../../src/services/signing-keys/change-keys.js';
import { openSigningKeys } from '../../src/services/signing-keys/follow-keys.js';
import { makeApi, makeApplication } from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';

/** Two servers on one store, as behind a load balancer: what one begins, the other knows within seconds. */
let server: TestServer;
let other: TestServer;
let api: Api;
let application: Application;
const encryption = createEncryption(KEYS);

beforeAll(async () => {
  server = await startServer();
  other = await startServer({ store: server.store, issuer: server.issuer });
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id, idTokenSigningAlg: 'ES256' });
});
afterAll(async () => {
  await other?.close();
  await server?.close();
});

/** The JWKS as one of the servers gives it, which answers for the issuer's host. */
function jwksOf(one: TestServer): Promise<JSONWebKeySet & { cacheControl: string | undefined }> {
  const { port } = one.server.address() as AddressInfo;
  const headers = { host: new URL(one.issuer).host };
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/oauth2/jwks', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ ...JSON.parse(text), cacheControl: answer.headers['cache-control'] }));
    })
      .on('error', reject)
      .end();
  });
}
const kids = (jwks: JSONWebKeySet) => jwks.keys.map((key) => key.kid as string);

/** Somebody signs in once the server follows what the test before changed: what it signs with is the active key. */
async function signedIn(one: TestServer = server) {
  const signsWith = async () => (await jwksOf(one)).keys.find((key) => key.alg === 'ES256')?.kid;
  const active = await activeKid();
  await expect.poll(signsWith, { timeout: 5000 }).toBe(active);
  const { flow, ...person } = await newSignedIn(one, application._id);
  return { ...person, flow, tokens: await flow.tokens() };
}
const refresh = async ({ rp, tokens }: Awaited<ReturnType<typeof signedIn>>) =>
  client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
const kidOf = (jwt: string | undefined) => decodeProtectedHeader(jwt as string).kid as string;
async function introspect(token: string) {
  const asApi = await relyingParty(server, api.introspection?.clientId as string);
  return client.tokenIntrospection(asApi.config, token);
}
async function activeKid(alg = 'ES256') {
  const keys = await listSigningKeys(server.services, SYSTEM);
  return keys.find((key) => key.alg === alg && key.state === 'active')?.kid as string;
}

describe('the JWKS', () => {
  it('has per algorithm a key that signs and one that is to, public halves only, and may be kept for five minutes', async () => {
    const jwks = await jwksOf(server);
    expect(jwks.cacheControl).toBe('public, max-age=300');
    expect(jwks.keys.map((key) => key.alg)).toEqual(['RS256', 'RS256', 'ES256', 'ES256', 'EdDSA', 'EdDSA']);
    for (const key of jwks.keys) {
      expect(key).toMatchObject({ kid: expect.stringMatching(/^[0-9a-f]{32}$/), use: 'sig' });
      expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
    }
    expect(await jwksOf(other)).toEqual(jwks);
  });
});

describe('a rotation', () => {
  it('is followed within five seconds by every server; what the old key signed stays valid, also where the JWKS is cached', async () => {
    const [cached, session] = await Promise.all([jwksOf(server), signedIn()]);
    const before = await activeKid();
    expect(kidOf(session.tokens.id_token)).toBe(before);

    const rotations = await rotateSigningKeys(server.services, encryption, SYSTEM);
    expect(rotations.map(({ alg, outcome }) => [alg, outcome])).toEqual([
      ['RS256', 'rotated'],
      ['ES256', 'rotated'],
      ['EdDSA', 'rotated'],
    ]);
    const added = (await listSigningKeys(server.services, SYSTEM)).filter((key) => !kids(cached).includes(key.kid));
    expect(added).toHaveLength(3);
    for (const one of [server, other])
      await expect
        .poll(async () => kids(await jwksOf(one)), { timeout: 5000 })
        .toEqual(expect.arrayContaining([...added.map((key) => key.kid), ...kids(cached)]));

    const renewed = await refresh(session);
    expect(kidOf(renewed.id_token)).toBe(rotations[1]?.kid);
    expect(kidOf(renewed.access_token)).not.toBe(before);
    // Who looked before the rotation knows both keys already.
    const verify = (jwt: string) => jwtVerify(jwt, createLocalJWKSet(cached), { issuer: server.issuer });
    await expect(verify(renewed.access_token)).resolves.toBeDefined();
    await expect(verify(session.tokens.access_token)).resolves.toBeDefined();
    expect(await introspect(session.tokens.access_token)).toMatchObject({ active: true });
    await expect(
      client.fetchUserInfo(session.rp.config, session.tokens.access_token, session.user._id),
    ).resolves.toBeDefined();
  });

  it('soon after another waits, and an operator who can’t is told from when the key signs', async () => {
    const before = await activeKid();
    const [first] = await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'ES256' });
    expect(first).toMatchObject({ outcome: 'scheduled', replaces: before });
    expect(first?.at.getTime()).toBeGreaterThan(Date.now() + 200_000);
    expect(await activeKid()).toBe(before);
    const [again] = await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'ES256' });
    expect(again).toMatchObject({ outcome: 'pending', kid: first?.kid, at: first?.at });
    const [forced] = await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'ES256', now: true });
    expect(forced).toMatchObject({ outcome: 'rotated', kid: first?.kid });
    expect(await activeKid()).toBe(first?.kid);
  });

  it('asked for by ten at once leaves one key that signs and one in reserve per algorithm', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        rotateSigningKeys((at % 2 ? server : other).services, encryption, SYSTEM, { alg: 'EdDSA', now: true }).catch(
          (error: { code?: string }) => expect(error.code).toBe('busy'),
        ),
      ),
    );
    const keys = (await listSigningKeys(server.services, SYSTEM)).filter((key) => key.alg === 'EdDSA');
    expect(keys.filter((key) => key.state === 'active')).toHaveLength(1);
    expect(keys.filter((key) => key.state === 'next')).toHaveLength(1);
  });

  it('is an operator’s alone, and so are looking and retiring', async () => {
    const admin = managementOfAll([{ key: 'admin' }]);
    const user = { kind: 'user', userId: 'usr_x', permissions: new Map([['org_x', admin]]) } as const;
    const refused = { code: 'forbidden' };
    const { services } = server;
    await expect(rotateSigningKeys(services, encryption, user)).rejects.toMatchObject(refused);
    await expect(retireSigningKey(services, encryption, user, { kid: 'x' })).rejects.toMatchObject(refused);
    await expect(listSigningKeys(services, user)).rejects.toMatchObject(refused);
    const operator = { ...user, operator: OPERATOR };
    await expect(listSigningKeys(services, operator)).resolves.toBeDefined();
  });

  it('is refused to who has other encryption keys, and leaves the store as it was', async () => {
    const before = await listSigningKeys(server.services, SYSTEM);
    const foreign = createEncryption(['another key that is long enough to be one']);
    await expect(rotateSigningKeys(server.services, foreign, SYSTEM)).rejects.toThrow(EncryptionKeyError);
    expect(await listSigningKeys(server.services, SYSTEM)).toEqual(before);
  });
});

describe('a key that is retired at once', () => {
  it('ends all that it signed, at introspection, userinfo and sign-out, on every server within five seconds', async () => {
    const session = await signedIn();
    const bad = kidOf(session.tokens.access_token);
    const { access_token: token, id_token: hint } = session.tokens;
    expect(await introspect(token)).toMatchObject({ active: true });

    const result = await retireSigningKey(server.services, encryption, SYSTEM, { kid: bad, now: true });
    expect(result).toMatchObject({ outcome: 'removed', was: 'active', successor: await activeKid() });
    for (const one of [server, other])
      await expect.poll(async () => kids(await jwksOf(one)), { timeout: 5000 }).not.toContain(bad);
    expect(await introspect(token)).toEqual({ active: false });
    const userinfo = await fetch(`${server.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(userinfo.status).toBe(401);
    const out = await fetch(`${server.issuer}/oauth2/logout?id_token_hint=${hint}`, { redirect: 'manual' });
    expect(out.status).toBe(400);
    // The session and the refresh token are nobody's signature: the person goes on.
    const renewed = await refresh(session);
    expect(await introspect(renewed.access_token)).toMatchObject({ active: true });
  });

  it('is replaced where it was the next one, and an unknown one is not found', async () => {
    const next = (await listSigningKeys(server.services, SYSTEM)).find((key) => key.state === 'next')?.kid as string;
    await expect(retireSigningKey(server.services, encryption, SYSTEM, { kid: next })).resolves.toMatchObject({
      outcome: 'removed',
      was: 'next',
    });
    await expect(retireSigningKey(server.services, encryption, SYSTEM, { kid: next })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

/** Services whose time can be moved, on the same store. */
function later(seconds: number): ServiceContext {
  return { ...server.services, clock: { now: () => new Date(Date.now() + seconds * 1000) } };
}
const DAY = 86_400;
const rules = { rotateEvery: 90 * DAY, hintsFor: 30 * DAY };

describe('with time', () => {
  it('two servers at once rotate what is due once', async () => {
    const before = await listSigningKeys(server.services, SYSTEM);
    const keyrings = await Promise.all([1, 2].map(() => openSigningKeys(later(91 * DAY), encryption)));
    await Promise.all(keyrings.map((keys) => keys.keepUp(rules)));
    const after = await listSigningKeys(server.services, SYSTEM);
    expect(after.filter((key) => key.state === 'active')).toHaveLength(3);
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const added = after.filter((key) => key.alg === alg && !before.some((one) => one.kid === key.kid));
      expect(added.map((key) => key.state)).toEqual(['next']);
    }
  });

  it('a key leaves the JWKS, its private half with it, and still proves the ID token of a living session at sign-out', async () => {
    const session = await signedIn();
    const old = kidOf(session.tokens.id_token);
    await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'ES256', now: true });
    await (await openSigningKeys(later(3600), encryption)).keepUp({ ...rules, rotateEvery: null });
    const stored = (await server.services.models.KeyRing.findOne().lean())?.keys.find((key) => key.kid === old);
    expect(stored).toMatchObject({ state: 'retired', sealedPrivateJwk: null });
    await expect.poll(async () => kids(await jwksOf(server)), { timeout: 5000 }).not.toContain(old);

    const hint = session.tokens.id_token as string;
    const answer = await fetch(`${server.issuer}/oauth2/logout?id_token_hint=${hint}`, {
      redirect: 'manual',
      headers: { cookie: session.flow.browser.cookies('/oauth2/logout') },
    });
    expect(answer.status).toBe(303);
    await expect(refresh(session)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('an old hint that was tampered with, or is another application’s, proves nothing', async () => {
    const session = await signedIn();
    const stranger = await makeApplication(server.services, { idTokenSigningAlg: 'ES256' });
    await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'ES256', now: true });
    await (await openSigningKeys(later(3600), encryption)).keepUp({ ...rules, rotateEvery: null });
    const kid = kidOf(session.tokens.id_token);
    await expect.poll(async () => kids(await jwksOf(server)), { timeout: 5000 }).not.toContain(kid);
    const [head, payload, signature] = (session.tokens.id_token as string).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'usr_other' })).toString('base64url');
    const query = (hint: string, clientId: string) => new URLSearchParams({ id_token_hint: hint, client_id: clientId });
    for (const search of [
      query(`${head}.${forged}.${signature}`, application._id),
      query(`${head}.${payload}.${signature}`, stranger._id),
    ])
      expect((await fetch(`${server.issuer}/oauth2/logout?${search}`, { redirect: 'manual' })).status).toBe(400);
    const authorize = async (clientId: string) => {
      const search = query(`${head}.${payload}.${signature}`, clientId);
      search.set('redirect_uri', 'https://app.example.test/callback');
      search.set('response_type', 'code');
      search.set('scope', 'openid');
      search.set('prompt', 'none');
      search.set('code_challenge', 'x'.repeat(43));
      search.set('code_challenge_method', 'S256');
      const answer = await fetch(`${server.issuer}/oauth2/authorize?${search}`, { redirect: 'manual' });
      return URL.parse(answer.headers.get('location') ?? '')?.searchParams.get('error');
    };
    expect(await authorize(stranger._id)).toBe('invalid_request');
    expect(await authorize(application._id)).toBe('login_required');
  });
});

describe('a server that can’t follow', () => {
  it('keeps the keys that it has while the store is away', async () => {
    const away = Object.assign(new Error('away'), { name: 'MongoNetworkError' });
    let reachable = true;
    const { models } = server.services;
    const flaky = new Proxy(models, {
      get(target, name: keyof typeof models) {
        if (name === 'KeyRing' && !reachable) throw away;
        return target[name];
      },
    });
    const keys = await openSigningKeys({ ...server.services, models: flaky }, encryption);
    const before = keys.current();
    reachable = false;
    await expect(keys.follow()).rejects.toBe(away);
    expect(keys.current()).toBe(before);
    reachable = true;
    await rotateSigningKeys(server.services, encryption, SYSTEM, { alg: 'EdDSA', now: true });
    await keys.follow();
    expect(keys.current()).not.toBe(before);
  });

  it('keeps them while the store holds a key that it can’t open, and takes up again afterwards', async () => {
    const one = await openSigningKeys(server.services, encryption);
    const before = one.current();
    const foreign = createEncryption(['another key that is long enough to be one']);
    const { models } = server.services;
    const ring = await models.KeyRing.findOne().lean();
    const sealed = ring?.keys.map((key) => ({
      ...key,
      kid: key.state === 'next' ? `x${key.kid}` : key.kid,
      sealedPrivateJwk: key.sealedPrivateJwk && foreign.seal('{}', `signing-key:x${key.kid}`),
    }));
    await models.KeyRing.updateOne({}, { $set: { keys: sealed }, $inc: { revision: 1 } });
    await one.follow();
    expect(one.current()).toBe(before);
    await models.KeyRing.updateOne({}, { $set: { keys: ring?.keys }, $inc: { revision: 1 } });
    await one.follow();
    expect(one.current()).toBe(before);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, User } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { ownPort } from '../support/ports.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let api: Api;
let clientId: string;
let machineId: string;
let user: User;
const running: ServerProcess[] = [];

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  api = await makeApi(services);
  clientId = (await makeApplication(services, { defaultApi: api._id, idTokenSigningAlg: 'ES256' }))._id;
  machineId = (
    await makeApplication(services, { type: 'machine', defaultApi: api._id, grantTypes: ['client_credentials'] })
  )._id;
  user = await makeUser(services);
  await makeOrganization(services, { founder: user._id });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});
afterAll(() => store?.close());

/** Real processes start here again and again, which takes long where the machine is busy. */
vi.setConfig({ testTimeout: 120_000 });

/** One port for all lives of the server, so that its issuer stays the same. */
const port = String(ownPort(24_000));
async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startProcess(store.config, { PORT: port, ...env });
  running.push(server);
  return server;
}
async function restart(env: Record<string, string> = {}): Promise<ServerProcess> {
  await Promise.all(running.splice(0).map((one) => one.end('SIGTERM')));
  return start(env);
}
const rollcall = (...args: string[]) => runToEnd('dist/cli.js', args, store.config);
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await rollcall(...args, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}
const jwks = async (server: ServerProcess) =>
  (await (await fetch(`${server.issuer}/oauth2/jwks`)).json()) as JSONWebKeySet;
const kids = async (server: ServerProcess) => (await jwks(server)).keys.map((key) => key.kid as string);
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid as string;

async function machineToken(server: ServerProcess): Promise<string> {
  const { config } = await relyingParty(server, machineId);
  return (await client.clientCredentialsGrant(config)).access_token;
}
async function introspect(server: ServerProcess, token: string) {
  const { config } = await relyingParty(server, api.introspection?.clientId as string);
  return client.tokenIntrospection(config, token);
}

interface Rotations {
  rotations: { alg: string; outcome: string; kid: string; replaces: string; at: string }[];
}

describe('the command keys, beside a running server', () => {
  it('rotates: within five seconds there is a new key in the JWKS, another one signs, and what the old one signed is valid', async () => {
    const server = await start();
    const cached = await jwks(server);
    const before = await machineToken(server);
    const { rotations } = await json<Rotations>('keys', 'rotate');
    expect(rotations.map(({ alg, outcome }) => `${alg} ${outcome}`)).toEqual([
      'RS256 rotated',
      'ES256 rotated',
      'EdDSA rotated',
    ]);
    await expect.poll(async () => (await kids(server)).length, { timeout: 5000 }).toBe(cached.keys.length + 3);
    const after = await machineToken(server);
    expect(kidOf(after)).not.toBe(kidOf(before));
    for (const token of [before, after]) {
      await expect(jwtVerify(token, createLocalJWKSet(cached))).resolves.toBeDefined();
      expect(await introspect(server, token)).toMatchObject({ active: true });
    }

    const again = await rollcall('keys', 'rotate', '--alg', 'ES256');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ES256: [0-9a-f]{32} signs from 20\S+Z, /) });
    expect((await rollcall('keys', 'list')).stdout).toMatch(/ES256 +next +\S+Z +\S+Z/);
  });

  it('retires a key at once, and within five seconds its tokens are nothing', async () => {
    const server = await start();
    const token = await machineToken(server);
    const result = await json<{ outcome: string }>('keys', 'retire', kidOf(token), '--now');
    expect(result).toMatchObject({ outcome: 'removed', was: 'active' });
    await expect.poll(() => introspect(server, token), { timeout: 5000 }).toEqual({ active: false });
    expect(await kids(server)).not.toContain(kidOf(token));
    expect(await introspect(server, await machineToken(server))).toMatchObject({ active: true });
  });

  it('shows no private key, and says what is wrong: 64 for bad usage, 1 for an unknown key, 78 for keys that don’t open', async () => {
    await start();
    const list = await rollcall('keys', 'list', '--json');
    expect(list.stdout).not.toMatch(/"d"|sealed|v2\./);
    expect((await rollcall('keys', 'rotate', '--alg', 'HS256')).code).toBe(64);
    expect((await rollcall('keys', 'retire')).code).toBe(64);
    expect(await rollcall('keys', 'retire', 'unknown')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('unknown'),
    });
    const foreign = await runToEnd('dist/cli.js', ['keys', 'rotate'], store.config, {
      ENCRYPTION_KEYS: 'another key that is long enough to be one',
    });
    expect(foreign).toMatchObject({ code: 78, stderr: expect.stringContaining('ENCRYPTION_KEYS') });
    expect((await rollcall('keys', 'list', '--json')).stdout).toBe(list.stdout);
    expect((await rollcall('keys', 'rotate', '--help')).stdout).toContain('$ rollcall keys rotate');
  });
});

describe('a rotation under load', () => {
  it('fails nothing, for clients and for a resource server that never looks at the JWKS again', async () => {
    const fresh = await testStore();
    const own = await startServices(fresh.connection, createLogger('silent'));
    const target = await makeApi(own);
    const machine = await makeApplication(own, {
      type: 'machine',
      defaultApi: target._id,
      grantTypes: ['client_credentials'],
    });
    const server = await startProcess(fresh.config, { LOG_LEVEL: 'warn' });
    running.push(server);
    try {
      const { config } = await relyingParty(server, machine._id);
      const asApi = await relyingParty(server, target.introspection?.clientId as string);
      const remote = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`), {
        cacheMaxAge: 300_000,
        cooldownDuration: 300_000,
      });
      const seen = new Map<string, number>();
      const tokens: string[] = [];
      const failures: unknown[] = [];
      let stop = false;
      let requests = 0;
      const worker = async () => {
        while (!stop) {
          try {
            const { access_token: token } = await client.clientCredentialsGrant(config);
            await jwtVerify(token, remote, { issuer: server.issuer, audience: target._id, typ: 'at+jwt' });
            seen.set(kidOf(token), (seen.get(kidOf(token)) ?? 0) + 1);
            tokens.push(token);
            requests += 1;
            if (requests % 10 === 0) {
              const { active } = await client.tokenIntrospection(asApi.config, tokens[0] as string);
              if (!active) throw new Error('an old token is inactive');
              requests += 1;
            }
          } catch (error) {
            failures.push(error);
          }
        }
      };
      const workers = Array.from({ length: 4 }, worker);
      await expect.poll(() => requests, { timeout: 15_000 }).toBeGreaterThan(20);
      expect((await runToEnd('dist/cli.js', ['keys', 'rotate'], fresh.config)).code).toBe(0);
      await expect.poll(() => seen.size, { timeout: 10_000 }).toBe(2);
      const since = requests;
      await expect.poll(() => requests, { timeout: 15_000 }).toBeGreaterThan(since + 20);
      stop = true;
      await Promise.all(workers);
      console.info(`${requests} requests over a rotation, ${failures.length} failed; by key: ${[...seen.values()]}`);
      expect(failures).toEqual([]);
      // To their end: the first token, signed by the key that has retired.
      await expect(jwtVerify(tokens[0] as string, createLocalJWKSet(await jwks(server)))).resolves.toBeDefined();
    } finally {
      await Promise.all(running.splice(0).map((one) => one.end('SIGTERM')));
      await fresh.close();
    }
  });
});

describe('new encryption keys', () => {
  it('seal everything again at the start, by two processes at once, and then the old one can be dropped', async () => {
    const first = await start();
    const token = await machineToken(first);
    const before = await kids(first);
    const path = join(store.config.dataDir, 'secrets.json');
    const secrets = JSON.parse(await readFile(path, 'utf8'));
    const use = (encryptionKeys: string[]) => writeFile(path, JSON.stringify({ ...secrets, encryptionKeys }));
    const [old] = secrets.encryptionKeys as [string];
    const newest = 'a newer key that is long enough to be one';

    await use([newest]);
    const refused = await runToEnd('dist/main.js', [], store.config, { PORT: '0' });
    expect(refused).toMatchObject({ code: 78, stderr: expect.stringContaining('ENCRYPTION_KEYS') });

    await use([newest, old]);
    const second = await restart();
    running.push(await startProcess(store.config, { PORT: '0', ISSUER: second.issuer }));
    expect(second.lines.map((line) => JSON.parse(line).event)).toContain('reencrypted');

    await use([newest]);
    const third = await restart();
    expect(await kids(third)).toEqual(before);
    expect(await introspect(third, token)).toMatchObject({ active: true });
  });

  it('are used by the command too, and by several at once harmlessly', async () => {
    const path = join(store.config.dataDir, 'secrets.json');
    const secrets = JSON.parse(await readFile(path, 'utf8'));
    const [old] = secrets.encryptionKeys as [string];
    const encryptionKeys = ['one more key that is long enough to be one', old];
    await writeFile(path, JSON.stringify({ ...secrets, encryptionKeys }));
    const all = await Promise.all([1, 2, 3].map(() => json<{ sealed: { count: number }[] }>('keys', 'reencrypt')));
    expect(all.map(({ sealed }) => sealed[0]?.count ?? 0).filter((count) => count > 0)).toHaveLength(1);
    await writeFile(path, JSON.stringify({ ...secrets, encryptionKeys: encryptionKeys.slice(0, 1) }));
    const server = await start();
    expect(await introspect(server, await machineToken(server))).toMatchObject({ active: true });
  });
});

describe('new cookie keys', () => {
  it('keep the sessions of those before, whose cookies are signed anew when they are used', async () => {
    const [old, newest] = [
      'an old cookie key that is long enough to be one',
      'a new cookie key that is long enough to be one',
    ];
    const first = await start({ COOKIE_KEYS: old as string });
    const flow = await (await relyingParty(first, clientId)).begin(new BrowserClient(first.issuer));
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    expect((await flow.tokens()).claims()?.sub).toBe(user._id);
    for (const keys of [`${newest},${old}`, newest as string]) {
      const server = await restart({ COOKIE_KEYS: keys });
      const silent = await (await relyingParty(server, clientId)).begin(flow.browser, { prompt: 'none' });
      expect((await silent.tokens()).claims()?.sub).toBe(user._id);
    }
    const stranger = await restart({ COOKIE_KEYS: 'a third cookie key that is long enough to be one' });
    const silent = await (await relyingParty(stranger, clientId)).begin(flow.browser, { prompt: 'none' });
    expect(silent.callbackUrl().searchParams.get('error')).toBe('login_required');
  });
});

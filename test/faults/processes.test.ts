import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let api: Api;
let clientId: string;
let folder: string;
const running: ServerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-files-'));
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  api = await makeApi(services);
  clientId = (await makeApplication(services, { defaultApi: api._id }))._id;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});
afterAll(async () => {
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startProcess(store.config, env);
  running.push(server);
  return server;
}

const rollcall = (...args: string[]) => runToEnd('dist/cli.js', args, store.config);
const serve = (env: Record<string, string>) => runToEnd('dist/main.js', [], store.config, { PORT: '0', ...env });

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('a start', () => {
  it('with wrong variables names every one of them and what was expected, and exits 78', async () => {
    const { code, stderr, stdout } = await serve({
      PORT: 'http',
      ISSUER: 'http://id.example.test/path',
      MONGODB_URI: 'postgres://x',
      SESSION_IDLE: 'long',
      SIGN_UP: 'maybe',
      WORKERS: 'many',
      DRAIN_DELAY: 'soon',
      REGISTRATION: 'anybody',
      LOG_LEVEL: 'loud',
      COOKIE_KEYS: 'short',
      SMTP_URL: 'mail.example.test',
      NODE_ENV: 'production',
    });
    expect(code).toBe(78);
    const names = ['PORT', 'ISSUER', 'MONGODB_URI', 'SESSION_IDLE', 'SIGN_UP', 'WORKERS', 'REGISTRATION', 'LOG_LEVEL'];
    for (const name of [...names, 'DRAIN_DELAY', 'COOKIE_KEYS', 'ENCRYPTION_KEYS', 'SMTP_URL'])
      expect(stderr).toMatch(new RegExp(`^ *${name}: .+`, 'm'));
    expect(stderr).not.toMatch(/ at .*\.js:\d+/);
    for (const line of stdout.split('\n').filter(Boolean)) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('with SMTP_URL alone is refused, for sign-up would be verified by default', async () => {
    const { code, stderr } = await serve({ SMTP_URL: 'smtp://localhost:25' });
    expect(code).toBe(78);
    expect(stderr).toContain('SIGN_UP');
  });

  it('with a provisioning file that is refused exits 78 with every path; without the file 66', async () => {
    const path = await file('refused.yaml', 'applications: [{ clientId: a, nmae: A }]\nroles: [{ key: 9 }]\n');
    const refused = await serve({ ROLLCALL_PROVISION: path });
    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain('applications[0].nmae');
    expect(refused.stderr).toContain('roles[0].key');
    expect((await serve({ ROLLCALL_PROVISION: join(folder, 'missing.yaml') })).code).toBe(66);
  });

  it('with another encryption key than the one that sealed the store exits 78', async () => {
    const server = await start();
    await server.end('SIGTERM');
    const { code, stderr } = await serve({ ENCRYPTION_KEYS: 'another key that is long enough to be one' });
    expect(code).toBe(78);
    expect(stderr).toContain('ENCRYPTION_KEYS');
  });

  it('writes its setup and ready lines at every log level, and those alone when silent', async () => {
    const server = await start({ LOG_LEVEL: 'silent' });
    await fetch(`${server.issuer}/health/live`);
    await fetch(`${server.issuer}/nothing`);
    expect(server.lines.map((line) => JSON.parse(line).event)).toEqual(['setup', 'ready']);
    expect(JSON.parse(server.lines[0] as string).url).toMatch(new RegExp(`^${server.issuer}/setup/[\\w-]{43}$`));
    expect(JSON.parse(server.lines[1] as string)).toMatchObject({ url: expect.stringMatching(/^http:\/\/.*:\d+$/) });
  });

  it('of three at once on an empty store ends with the same keys in all', async () => {
    const empty = await testStore();
    try {
      const servers = await Promise.all([1, 2, 3].map(() => startProcess(empty.config)));
      running.push(...servers);
      const keys = await Promise.all(
        servers.map(async (server) => (await fetch(`${server.issuer}/oauth2/jwks`)).text()),
      );
      expect(new Set(keys).size).toBe(1);
      expect(JSON.parse(keys[0] as string).keys).toHaveLength(6);
      expect(keys[0]).not.toMatch(/"d":/);
      await Promise.all(running.splice(0).map((one) => one.end('SIGTERM')));
    } finally {
      await empty.close();
    }
  });
});

describe('the command', () => {
  it('changes a role beside a running server, which sees it at once', async () => {
    const server = await start();
    const people = (roles: string[]) => ({
      organizations: [{ slug: 'beside', name: 'Beside' }],
      roles: [{ key: 'auditor', name: 'Auditor', permissions: ['invoices:read'] }],
      users: [
        { email: 'first@beside.test', name: 'First', memberships: [{ organization: 'beside', roles: ['admin'] }] },
        {
          email: 'second@beside.test',
          name: 'Second',
          password: PASSWORD,
          memberships: [{ organization: 'beside', roles }],
        },
      ],
    });
    expect(await rollcall('apply', await file('before.json', people(['member'])))).toMatchObject({ code: 0 });
    const rp = await relyingParty(server, clientId);
    const flow = await rp.begin(new BrowserClient(server.issuer));
    await flow.browser.submit('Sign in', { email: 'second@beside.test', password: PASSWORD });
    const tokens = await flow.tokens();
    const { config } = await relyingParty(server, api.introspection?.clientId as string);
    const live = async () => (await client.tokenIntrospection(config, tokens.access_token)) as Record<string, unknown>;
    expect(await live()).toMatchObject({ active: true, roles: ['member'], permissions: [] });
    const changed = await rollcall('apply', '--json', await file('after.json', people(['auditor', 'member'])));
    expect(JSON.parse(changed.stdout)).toMatchObject({ applied: [expect.any(String)] });
    expect(await live()).toMatchObject({
      active: true,
      roles: ['auditor', 'member'],
      permissions: ['invoices:read'],
      stale: true,
      roles_in_token: ['member'],
    });
    expect((await rollcall('apply', join(folder, 'after.json'))).stdout.trim()).toBe('Nothing to change');
  });

  it('says what was wrong: bad usage 64, no file 66, a refused file 78', async () => {
    expect(await rollcall('aply', 'x')).toMatchObject({ code: 64, stdout: '' });
    expect(await rollcall('apply')).toMatchObject({ code: 64 });
    expect(await rollcall('apply', '--frce', 'x')).toMatchObject({ code: 64 });
    expect(await rollcall()).toMatchObject({ code: 64 });
    expect(await rollcall('apply', join(folder, 'missing.yaml'))).toMatchObject({ code: 66 });
    const refused = await rollcall('apply', await file('dup.yaml', 'roles: []\nroles: []\n'));
    expect(refused).toMatchObject({ code: 78 });
    expect(refused.stderr).toMatch(/line 2/);
    expect(await rollcall('--help')).toMatchObject({ code: 0 });
    const unknown = await rollcall('apply', await file('unknown.yaml', 'groups: []\n'));
    expect(unknown).toMatchObject({ code: 78, stderr: expect.stringContaining('groups') });
  });

  it('run twice at once, each demoting the other’s administrator, leaves one (R2)', async () => {
    for (let round = 0; round < 5; round += 1) {
      const slug = `pair-${round}`;
      const users = [await makeUser(services), await makeUser(services)];
      const organization = await makeOrganization(services, { name: slug, slug, founder: users[0]?._id as string });
      await makeMember(services, organization._id, users[1]?._id as string, ['rol_admin']);
      const demote = async (index: number) =>
        file(`demote-${round}-${index}.json`, {
          users: [
            {
              email: users[index]?.email,
              name: users[index]?.name,
              memberships: [{ organization: slug, roles: ['member'] }],
            },
          ],
        });
      const files = [await demote(0), await demote(1)];
      const ended = await Promise.all(files.map((path) => rollcall('apply', path)));
      expect(ended.map((one) => one.code).sort(), ended.map((one) => one.stderr).join()).toEqual([0, 78]);
      const after = await services.models.Organization.findById(organization._id).lean();
      expect(after?.administrators).toHaveLength(1);
    }
  }, 120_000);
});

describe('a restart', () => {
  it('keeps sessions, refresh tokens and lockouts', async () => {
    const first = await start({ PORT: String(await freePort()) });
    const user = await makeUser(services);
    await makeOrganization(services, { founder: user._id });
    const locked = await makeUser(services);
    const rp = await relyingParty(first, clientId);
    const flow = await rp.begin(new BrowserClient(first.issuer));
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    const guesses = await rp.begin(new BrowserClient(first.issuer));
    for (let guess = 0; guess < 10; guess += 1)
      await guesses.browser.submit('Sign in', { email: locked.email, password: `wrong ${guess} wrong wrong` });
    expect(await first.end('SIGTERM')).toBe(0);

    const second = await start({ PORT: new URL(first.issuer).port });
    const silent = await (await relyingParty(second, clientId)).begin(flow.browser, { prompt: 'none' });
    expect((await silent.tokens()).claims()).toMatchObject({ sub: user._id, roles: ['admin'] });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).resolves.toBeDefined();
    await guesses.browser.submit('Sign in', { email: locked.email, password: PASSWORD });
    expect(guesses.browser.status).toBe(422);
  });
});

describe('two processes on one store', () => {
  let proxy: Server | undefined;
  afterEach(() => {
    proxy?.close().closeAllConnections();
    proxy = undefined;
  });

  it('take turns within one login, and redeem each other’s codes', async () => {
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const servers = await Promise.all([start({ ISSUER: issuer }), start({ ISSUER: issuer })]);
    const ports = servers.map((server) => JSON.parse(server.lines.at(-1) as string).url as string);
    let turn = 0;
    proxy = createServer((incoming, outgoing) => {
      const target = new URL(ports[turn++ % 2] as string);
      const onward = request(
        {
          port: target.port,
          host: '127.0.0.1',
          path: incoming.url,
          method: incoming.method,
          headers: incoming.headers,
        },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    });
    await new Promise<void>((done) => proxy?.listen(port, 'localhost', done));
    for (let round = 0; round < 4; round += 1) {
      const rp = await relyingParty({ issuer }, clientId);
      const flow = await rp.begin(new BrowserClient(issuer));
      await flow.browser.follow('Create account');
      const email = `turn-${round}@example.test`;
      await flow.browser.submit('Create account', { name: 'Turn', email, password: PASSWORD });
      await flow.browser.submit('Create organization', { name: `Turn ${round}` });
      const tokens = await flow.tokens();
      expect(tokens.claims()).toMatchObject({ roles: ['admin'], iss: issuer });
      const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
      expect(next.claims()).toMatchObject({ roles: ['admin'] });
      turn += 1;
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

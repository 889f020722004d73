import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { type Api, allModels, createModels } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeMember, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPort } from '../support/ports.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { relyingParty } from '../support/relying-party.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';
import { type Turns, takeTurns } from '../support/turns.js';

let store: TestStore;
let services: ServiceContext;
let api: Api;
let clientId: string;
let folder: string;
const running: ServerProcess[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
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
  it.skipIf(ON_MONGODB)(
    'with wrong variables names every one of them and what was expected, and exits 78',
    async () => {
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
      const names = [
        'PORT',
        'ISSUER',
        'MONGODB_URI',
        'SESSION_IDLE',
        'SIGN_UP',
        'WORKERS',
        'REGISTRATION',
        'LOG_LEVEL',
      ];
      for (const name of [...names, 'DRAIN_DELAY', 'COOKIE_KEYS', 'ENCRYPTION_KEYS', 'SMTP_URL'])
        expect(stderr).toMatch(new RegExp(`^ *${name}: .+`, 'm'));
      expect(stderr).not.toMatch(/ at .*\.js:\d+/);
      for (const line of stdout.split('\n').filter(Boolean)) expect(() => JSON.parse(line)).not.toThrow();
    },
  );

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

  it.skipIf(ON_MONGODB)('says what was wrong: bad usage 64, no file 66, a refused file 78', async () => {
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
  it('keeps sessions, grants, consents, refresh tokens and lockouts', async () => {
    const first = await start({ PORT: String(ownPort(15_000)) });
    const user = await makeUser(services);
    await makeOrganization(services, { founder: user._id });
    const locked = await makeUser(services);
    const rp = await relyingParty(first, clientId);
    const flow = await rp.begin(new BrowserClient(first.issuer));
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    // Of a third party, which the person allows once.
    const third = await makeApplication(services, { firstParty: false, defaultApi: api._id });
    const asked = await (await relyingParty(first, third._id)).begin(flow.browser);
    await flow.browser.submit('Allow');
    await asked.tokens();
    const guesses = await rp.begin(new BrowserClient(first.issuer));
    for (let guess = 0; guess < 10; guess += 1)
      await guesses.browser.submit('Sign in', { email: locked.email, password: `wrong ${guess} wrong wrong` });
    expect(await first.end('SIGTERM')).toBe(0);

    const second = await start({ PORT: new URL(first.issuer).port });
    const silent = await (await relyingParty(second, clientId)).begin(flow.browser, { prompt: 'none' });
    expect((await silent.tokens()).claims()).toMatchObject({ sub: user._id, roles: ['admin'] });
    await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).resolves.toBeDefined();
    const allowed = await (await relyingParty(second, third._id)).begin(flow.browser, { prompt: 'none' });
    expect((await allowed.tokens()).claims()).toMatchObject({ sub: user._id });
    const { config } = await relyingParty(second, api.introspection?.clientId as string);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
    await guesses.browser.submit('Sign in', { email: locked.email, password: PASSWORD });
    expect(guesses.browser.status).toBe(422);
  }, 120_000);
});

describe('two processes on one store', () => {
  let turns: Turns | undefined;
  afterEach(async () => {
    await turns?.close();
    turns = undefined;
  });

  /** Two that answer for one issuer, and the addresses of both. */
  async function two(): Promise<{ issuer: string; ask: (...which: number[]) => void }> {
    const between = await takeTurns();
    turns = between;
    const servers = await Promise.all([start({ ISSUER: between.origin }), start({ ISSUER: between.origin })]);
    const addresses = servers.map((server) => server.said('ready')[0]?.url as string);
    return {
      issuer: between.origin,
      ask: (...which) => between.between(which.map((index) => addresses[index] as string)),
    };
  }

  it('take turns within one login, request by request', async () => {
    const { issuer, ask } = await two();
    for (let round = 0; round < 4; round += 1) {
      // Each of them has the first request twice.
      ask(round % 2, (round + 1) % 2);
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
    }
  });

  it('a sign-in begun on one is ended on the other, and a code from one is redeemed at the other, once', async () => {
    const { issuer, ask } = await two();
    const user = await makeUser(services);
    await makeOrganization(services, { founder: user._id });
    ask(0);
    const rp = await relyingParty({ issuer }, clientId);
    const flow = await rp.begin(new BrowserClient(issuer));
    ask(1);
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    ask(0);
    const tokens = await flow.tokens();
    expect(tokens.claims()).toMatchObject({ sub: user._id, roles: ['admin'], iss: issuer });
    ask(1);
    const next = await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    // The code was used at the other: here it is no better, and ends what it gave.
    await expect(flow.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
    ask(0);
    await expect(client.refreshTokenGrant(rp.config, next.refresh_token as string)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('that start at once on an empty store make every index', async () => {
    const empty = await testStore();
    try {
      running.push(...(await Promise.all([1, 2].map(() => startProcess(empty.config)))));
      for (const { schema, collection } of allModels(createModels(empty.connection)) as Indexed[]) {
        const wanted = schema.indexes().map(([key]) => JSON.stringify(key));
        const there = wanted.length ? await collection.listIndexes().toArray() : [];
        const made = there.map(({ key }) => JSON.stringify(key)).filter((key) => key !== '{"_id":1}');
        expect(made.sort(), collection.collectionName).toEqual(wanted.sort());
      }
    } finally {
      await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
      await empty.close();
    }
  });
});

/** What a test of indexes needs of a model. */
interface Indexed {
  schema: { indexes(): [key: object, options: object][] };
  collection: { collectionName: string; listIndexes(): { toArray(): Promise<{ key: object }[]> } };
}

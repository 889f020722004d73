import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../src/cli/doctor/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { allModels } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { applyProvisioning } from '../../src/services/provisioning/index.js';
import { startServices } from '../../src/services/start-services.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPort } from '../support/ports.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let server: ServerProcess;
const stubs: Server[] = [];

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  await applyProvisioning(services, {
    users: ['one', 'two'].map((name) => ({
      email: `${name}@ops.test`,
      name,
      memberships: [{ organization: 'system', roles: ['admin'] }],
    })),
  });
  server = await startProcess(store.config, { PORT: String(ownPort(11_000)) });
});
afterEach(async () => {
  for (const stub of stubs.splice(0)) await new Promise((done) => stub.close(done).closeAllConnections());
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await store?.close();
});

interface Report {
  code: number | null;
  problems: Finding[];
  warnings: Finding[];
  /** All that was printed. */
  text: string;
}

async function doctor(env: Record<string, string> = {}, config = store.config): Promise<Report> {
  const ended = await runToEnd('dist/cli.js', ['doctor', '--json'], config, { ISSUER: server.issuer, ...env });
  const text = ended.stdout + ended.stderr;
  const { findings } = (ended.stdout ? JSON.parse(ended.stdout) : { findings: [] }) as { findings: Finding[] };
  const of = (outcome: Finding['outcome']) => findings.filter((one) => one.outcome === outcome);
  return { code: ended.code, problems: of('problem'), warnings: of('warning'), text };
}

async function stub(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  stubs.push(made);
  await new Promise<void>((done) => made.listen(0, 'localhost', done));
  return `http://localhost:${(made.address() as AddressInfo).port}`;
}

/** The only problem, with an advice as every problem has one. */
function only({ problems, code, text }: Report): Finding {
  expect(problems, text).toHaveLength(1);
  expect(code).toBe(1);
  const [problem] = problems as [Finding];
  expect(problem.advice?.length).toBeGreaterThan(10);
  return problem;
}

/** Until the server has put into the log, and sealed, what the start and the provisioning have left for it. */
const logSealed = () =>
  vi.waitFor(
    async () => {
      const { AuditChain, AuditEvent } = services.models;
      const waiting = await Promise.all([
        ...allModels(services.models).map(({ collection }) =>
          collection.countDocuments({ 'pendingEvents.0': { $exists: true } }),
        ),
        AuditEvent.countDocuments({ sealed: false }),
        AuditChain.countDocuments({ $or: [{ batch: { $exists: true } }, { lease: { $exists: true } }] }),
      ]);
      expect(Math.max(...waiting)).toBe(0);
      expect(await AuditChain.countDocuments()).toBeGreaterThan(0);
    },
    { timeout: 20_000, interval: 50 },
  );

async function traces() {
  const collections = await store.connection.listCollections();
  const counts = await Promise.all(
    collections.map(async ({ name }) => `${name} ${await store.connection.collection(name).countDocuments()}`),
  );
  const files = (await readdir(store.config.dataDir)).filter((name) => !/\.sock|-wal$|-shm$/.test(name));
  return { counts: counts.sort(), files: files.sort() };
}

describe('the doctor', () => {
  it('finds no problem where everything is in order, exits 0, and changes nothing', async () => {
    await logSealed();
    const before = await traces();
    const report = await doctor();
    expect(report.problems, report.text).toEqual([]);
    expect(report.code).toBe(0);
    expect(report.warnings.map((one) => one.area)).not.toContain('Operators');
    expect(await traces()).toEqual(before);
    const said = await runToEnd('dist/cli.js', ['doctor'], store.config, { ISSUER: server.issuer });
    expect(said).toMatchObject({ code: 0, stderr: '' });
    for (const area of ['Machine', 'Configuration', 'Data folder', 'Store', 'Keys', 'Issuer', 'Mail', 'Operators'])
      expect(said.stdout).toMatch(new RegExp(`^${area}$`, 'm'));
    expect(said.stdout.trim()).toMatch(/No problems, .*$/);
  });

  it('names keys that don’t open what the store holds, and shows none', async () => {
    const key = 'another key that is long enough to be one';
    const report = await doctor({ ENCRYPTION_KEYS: key });
    expect(only(report)).toMatchObject({ area: 'Keys', what: expect.stringContaining('ENCRYPTION_KEYS') });
    expect(report.text).not.toContain(key);
  });

  it('names a store that is away, without the password in its address', async () => {
    const report = await doctor({ MONGODB_URI: 'mongodb://ada:pa55word%21@127.0.0.1:1/rollcall' });
    expect(only(report).area).toBe('Store');
    expect(report.text).not.toMatch(/pa55word/);
  });

  it.skipIf(ON_MONGODB)('names an issuer that nobody answers at, and one that is another server', async () => {
    const gone = await stub(() => {});
    for (const one of stubs.splice(0)) await new Promise((done) => one.close(done).closeAllConnections());
    expect(only(await doctor({ ISSUER: gone }))).toMatchObject({
      area: 'Issuer',
      what: expect.stringMatching(/nothing answers/i),
    });
    const other = await stub((_request, response) => response.end(JSON.stringify({ issuer: 'https://other.test' })));
    expect(only(await doctor({ ISSUER: other })).what).toContain('https://other.test');
    const website = await stub((_request, response) => response.end('<h1>Welcome</h1>'));
    expect(only(await doctor({ ISSUER: website })).what).toMatch(/no OpenID Connect server/);
  });

  it.skipIf(ON_MONGODB)('names a proxy that changes Host, sends on, or doesn’t reach the server', async () => {
    const wrongHost = server.issuer.replace('localhost', '127.0.0.1');
    expect(only(await doctor({ ISSUER: wrongHost })).advice).toContain('Host');
    const moved = await stub((_request, response) => response.writeHead(301, { Location: 'https://id.test/' }).end());
    expect(only(await doctor({ ISSUER: moved })).what).toContain('https://id.test/');
    const apart = await stub((_request, response) => response.writeHead(502).end());
    expect(only(await doctor({ ISSUER: apart })).what).toContain('502');
  });

  it('names indexes that are missing, and doesn’t make them', async () => {
    await services.models.Membership.collection.dropIndex('userId_1');
    try {
      expect(only(await doctor())).toMatchObject({
        area: 'Store',
        what: expect.stringContaining('memberships(userId)'),
      });
      const left = await services.models.Membership.collection.indexes();
      expect(left.map((index) => index.name)).not.toContain('userId_1');
    } finally {
      await services.models.Membership.collection.createIndex({ userId: 1 });
    }
  });

  it('names a clock that is off', async () => {
    // This process reads its clock ten minutes ahead.
    const path = join(store.config.dataDir, 'ahead.mjs');
    await writeFile(path, 'const now = Date.now; Date.now = () => now() + 600_000;');
    const report = await doctor({ NODE_OPTIONS: `--import ${path}` });
    await rm(path);
    expect(report.code, report.text).toBe(1);
    expect(report.problems.map((one) => one.what).join()).toMatch(/clock of the server is \d+ s behind/);
    if (store.config.mongodbUri) expect(report.problems.map((one) => one.what).join()).toMatch(/clock of the store/);
  });

  it.skipIf(ON_MONGODB)('names a mail server that doesn’t answer, or isn’t one', async () => {
    const quiet = { SIGN_UP: 'open', SMTP_URL: 'smtp://ada:pa55word@127.0.0.1:1' };
    const away = await doctor(quiet);
    expect(only(away).area).toBe('Mail');
    expect(away.text).not.toContain('pa55word');
    const website = await stub(() => {});
    expect(only(await doctor({ ...quiet, SMTP_URL: `smtp://${new URL(website).host}` })).area).toBe('Mail');
  });

  it.skipIf(ON_MONGODB)('exits 78 where the configuration can’t be read, and names every fault', async () => {
    const report = await doctor({ ISSUER: 'http://id.example.test', COOKIE_KEYS: 'short' });
    expect(report.code).toBe(78);
    for (const name of ['ISSUER', 'COOKIE_KEYS']) expect(report.text).toContain(name);
    const folder = temporaryFolder();
    try {
      await writeFile(join(folder, 'secrets.json'), '{');
      expect(await doctor({}, { mongodbUri: null, dataDir: folder })).toMatchObject({ code: 78 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.skipIf(ON_MONGODB)('before the first start says what isn’t there yet, and makes none of it', async () => {
    const folder = join(tmpdir(), `rollcall-none-${process.pid}`);
    const report = await doctor({}, { mongodbUri: null, dataDir: folder });
    expect(report.code, report.text).toBe(0);
    expect(report.warnings.map((one) => one.what).join()).toContain('no store yet');
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
  });
});

import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import { createModels } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type StoreConfig } from '../../src/store/connect.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeUser, PASSWORD } from '../support/factories.js';
import { temporaryFolder } from '../support/folder.js';
import { runToEnd, startProcess } from '../support/process.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let services: ServiceContext;
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder();
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
});
afterAll(async () => {
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const rollcall = (config: StoreConfig, ...args: string[]) => runToEnd('dist/cli.js', ['store', ...args], config);
const fresh = async (name: string): Promise<StoreConfig> => {
  const dataDir = join(folder, name);
  await mkdir(dataDir, { mode: 0o700 });
  return { mongodbUri: null, dataDir };
};

/** What a folder's store holds: users, and claims of addresses. */
async function contents(config: StoreConfig) {
  const opened = await connectStore(config);
  const models = createModels(opened.connection);
  const [users, claims] = await Promise.all([models.User.find().lean(), models.Claim.find().lean()]);
  await opened.close();
  return { emails: new Set(users.map((user) => user.email)), claims: new Set(claims.map((claim) => claim._id)) };
}

describe.skipIf(ON_MONGODB)('a backup of the embedded store', () => {
  it('taken while others write is one moment’s state, and starts a server where it is restored with its secrets', async () => {
    const server = await startProcess(store.config);
    const ada = await makeUser(services, { email: 'ada@backup.test' });
    const before = (await contents(store.config)).emails;
    let writing = true;
    const writer = (async () => {
      for (let number = 0; writing; number += 1) await makeUser(services, { email: `w${number}@backup.test` });
    })();
    const file = join(folder, 'during.sqlite');
    const done = await rollcall(store.config, 'backup', file, '--json');
    writing = false;
    await writer;
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toEqual({ file, bytes: (await stat(file)).size });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await server.end('SIGTERM');

    const other = await fresh('other');
    expect(await rollcall(other, 'restore', file)).toMatchObject({ code: 0 });
    const restored = await contents(other);
    for (const email of before) expect(restored.emails).toContain(email);
    // A claim comes before its user: with a user whose claim is missing it would be the state of no moment.
    for (const email of restored.emails) expect(restored.claims).toContain(`email:${email}`);

    const shut = await runToEnd('dist/main.js', [], other, {
      PORT: '0',
      ENCRYPTION_KEYS: 'another key that is long enough to be one',
    });
    expect(shut.code).toBe(78);
    await rm(join(other.dataDir, 'secrets.json'), { force: true });
    await copyFile(join(store.config.dataDir, 'secrets.json'), join(other.dataDir, 'secrets.json'));
    const again = await startProcess(other);
    const browser = new BrowserClient(again.issuer);
    await browser.open('/account');
    await browser.submit('Sign in', { email: ada.email, password: PASSWORD });
    expect(browser.has(ada.name)).toBe(true);

    // While it runs nothing is restored over it, whatever is said.
    expect(await rollcall(other, 'restore', file, '--replace')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Stop it first'),
    });
    await again.end('SIGTERM');
  }, 120_000);

  it('replaces no file, and a restore replaces a store only when told to, keeping what was there', async () => {
    const config = await fresh('replace');
    const opened = await connectStore(config);
    await makeUser(await startServices(opened.connection, createLogger('silent')), { email: 'one@backup.test' });
    await opened.close();
    const file = join(folder, 'one.sqlite');
    const made = await rollcall(config, 'backup', file);
    expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('secrets.json') });
    const bytes = await readFile(file);
    expect(await rollcall(config, 'backup', file)).toMatchObject({ code: 73 });
    expect(await readFile(file)).toEqual(bytes);
    expect(await rollcall(config, 'backup', join(folder, 'no-such-folder/x'))).toMatchObject({ code: 73 });

    const later = await connectStore(config);
    await makeUser(await startServices(later.connection, createLogger('silent')), { email: 'two@backup.test' });
    await later.close();
    expect(await rollcall(config, 'restore', file)).toMatchObject({
      code: 73,
      stderr: expect.stringContaining('--replace'),
    });
    expect((await contents(config)).emails).toContain('two@backup.test');
    expect(await rollcall(config, 'restore', file, '--replace')).toMatchObject({ code: 0 });
    expect([...(await contents(config)).emails]).toEqual(['one@backup.test']);
    const [kept] = (await readdir(config.dataDir)).filter((name) => name.includes('.before-'));
    const undone = await fresh('undone');
    expect(await rollcall(undone, 'restore', join(config.dataDir, kept as string))).toMatchObject({ code: 0 });
    expect((await contents(undone)).emails).toContain('two@backup.test');
  });

  it('that is missing, damaged or of something else is refused, and the store stays as it was', async () => {
    const config = await fresh('damaged');
    expect(await rollcall(config, 'backup', join(folder, 'none.sqlite'))).toMatchObject({ code: 1 });
    expect(await rollcall(config, 'restore', join(folder, 'missing.sqlite'))).toMatchObject({ code: 66 });
    const cut = join(folder, 'cut.sqlite');
    await writeFile(cut, (await readFile(join(folder, 'one.sqlite'))).subarray(0, 20_000));
    const text = join(folder, 'text.sqlite');
    await writeFile(text, 'not a database at all');
    const empty = join(folder, 'empty.sqlite');
    await writeFile(empty, '');
    for (const file of [cut, text, empty])
      expect(await rollcall(config, 'restore', file, '--replace'), file).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('no whole backup'),
      });
    expect(await readdir(config.dataDir)).toEqual([]);
  });
});

it.skipIf(ON_MONGODB)(
  'a backup of what is in MongoDB is not this command’s: it exits 64 and names mongodump',
  async () => {
    const config = { mongodbUri: 'mongodb://127.0.0.1:1/x', dataDir: folder };
    for (const verb of ['backup', 'restore'])
      expect(await rollcall(config, verb, join(folder, 'x'))).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('mongodump'),
      });
  },
);

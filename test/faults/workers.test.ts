import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { runToEnd, type ServerProcess, startProcess } from '../support/process.js';
import { ON_MONGODB, type TestStore, testStore } from '../support/store.js';

let store: TestStore;
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  store = await testStore();
  folder = temporaryFolder();
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

/** However busy the machine is. */
const patiently = { timeout: 90_000, interval: 100 };

/** The server processes under a primary. */
const workersOf = ({ child }: ServerProcess) =>
  readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);

const ready = async (server: ServerProcess) => (await fetch(`${server.issuer}/health/ready`)).status;

/** What one of them answers at `/metrics`, and which: a connection stays with the worker that it was handed to. */
async function scrape(server: ServerProcess): Promise<{ worker: unknown; metrics: string }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (path: string) => {
    const sent = get(`${server.issuer}${path}`, { agent });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { id: answer.headers['x-request-id'], body: await text(answer) };
  };
  try {
    const { id } = await ask('/');
    const line = () => server.said('request').find(({ requestId }) => requestId === id);
    await expect.poll(line).toBeDefined();
    return { worker: line()?.worker, metrics: (await ask('/metrics')).body };
  } finally {
    agent.destroy();
  }
}

async function provisioningFile(): Promise<string> {
  const path = join(folder, 'provision.json');
  await writeFile(path, JSON.stringify({ organizations: [{ slug: 'acme', name: 'Acme' }] }));
  return path;
}

/** One life of a server, in order. */
describe.skipIf(process.platform !== 'linux')('WORKERS=2', () => {
  beforeAll(async () => {
    server = await startProcess(store.config, { WORKERS: '2', ROLLCALL_PROVISION: await provisioningFile() });
  }, 120_000);

  it('serves one picked port, applies the provisioning file once, and says ready once', async () => {
    expect(workersOf(server)).toHaveLength(2);
    expect(server.said('ready')).toMatchObject([{ url: server.issuer, workers: 2 }]);
    expect(server.said('provisioned')).toMatchObject([{ worker: 1, applied: ['Created the organization acme'] }]);
    const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(`${server.issuer}/oauth2/jwks`)));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    await expect.poll(() => server.said('request').length).toBe(40);
    // Both have answered, and each line came in one piece.
    expect(new Set(server.said('request').map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  });

  it('adds up what all have counted, and how many are ready, whichever is asked', async () => {
    const askedBy = new Set<unknown>();
    for (let round = 0; round < 20 && askedBy.size < 2; round += 1) {
      const { worker, metrics } = await scrape(server);
      askedBy.add(worker);
      const number = (start: string) => {
        const lines = metrics.split('\n').filter((line) => line.startsWith(start));
        return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      };
      expect(number('rollcall_ready ')).toBe(2);
      // The 40 of before, which both have answered.
      expect(number('rollcall_http_request_duration_seconds_count{route="/oauth2/jwks"')).toBe(40);
      expect(number('rollcall_workers_died_total ')).toBe(0);
    }
    expect(askedBy).toEqual(new Set([1, 2]));
  });

  it('replaces a worker that died, and goes on with the other meanwhile', async () => {
    const [first] = workersOf(server);
    process.kill(first as number, 'SIGKILL');
    await expect.poll(() => server.said('worker_died')).toMatchObject([{ pid: first, signal: 'SIGKILL' }]);
    expect(await ready(server)).toBe(200);
    await expect.poll(() => server.said('worker_back').length, patiently).toBe(1);
    // A signal to one alone is the primary's to give: it changes nothing.
    for (const pid of workersOf(server)) process.kill(pid, 'SIGTERM');
    expect(await ready(server)).toBe(200);
    expect(server.said('worker_died')).toHaveLength(1);
  }, 120_000);

  it('that all die at once are replaced on the same port, with connections waiting meanwhile', async () => {
    for (const pid of workersOf(server)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => server.said('worker_died').length).toBe(3);
    // It waits for a worker, which may say that it isn't ready yet.
    expect([200, 503]).toContain(await ready(server));
    await expect.poll(() => ready(server), patiently).toBe(200);
  }, 120_000);

  it('stops on SIGINT, and says so once', async () => {
    expect(await server.end('SIGINT')).toBe(0);
    expect(server.said('draining')).toHaveLength(1);
    expect(server.said('stopped')).toHaveLength(1);
  });

  it('ends when the primary is killed', async () => {
    server = await startProcess(store.config, { WORKERS: '2' });
    const workers = workersOf(server);
    await server.end('SIGKILL');
    const alive = (pid: number) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(() => workers.filter(alive), patiently).toEqual([]);
  }, 120_000);
});

describe.skipIf(ON_MONGODB)('a start of several workers that can’t be', () => {
  const serve = (env: Record<string, string>) =>
    runToEnd('dist/main.js', [], store.config, { PORT: '0', WORKERS: '3', ...env });

  it('ends with the exit code of what is wrong and says it once', async () => {
    const path = join(folder, 'refused.yaml');
    await writeFile(path, 'roles: [{ key: 9 }]\n');
    const [refused, missing, variables] = await Promise.all([
      serve({ ROLLCALL_PROVISION: path }),
      serve({ ROLLCALL_PROVISION: join(folder, 'missing.yaml') }),
      serve({ ISSUER: 'nowhere' }),
    ]);
    expect(refused.code).toBe(78);
    expect(refused.stderr.match(/roles\[0\]\.key/g)).toHaveLength(1);
    expect(missing.code).toBe(66);
    expect(variables.code).toBe(78);
    expect(variables.stderr.match(/ISSUER/g)).toHaveLength(1);
    for (const { stdout } of [refused, missing, variables]) {
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string });
      expect(lines.filter(({ event }) => event === 'start_failed')).toHaveLength(1);
    }
  });

  it('with the keys of another store, or on a port that is taken, ends too', async () => {
    const sealed = await serve({ ENCRYPTION_KEYS: 'another key that is long enough to be one' });
    expect(sealed.code).toBe(78);
    expect(sealed.stderr.match(/ENCRYPTION_KEYS/g)).toHaveLength(1);
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    expect(await serve({ PORT: String(port) })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('EADDRINUSE'),
    });
    taken.close();
  });
});

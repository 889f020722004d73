import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provisioningFile } from './world.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export type SideName = 'library' | 'embedded' | 'mongodb';

/** A server under measurement. */
export interface Side {
  name: SideName;
  issuer: string;
  pid: number;
  /** Milliseconds from the start of the process to its ready line. */
  startedIn: number;
  stop(): Promise<void>;
}

/** Rollcall, with where its state is. */
export interface StoredSide extends Side {
  store: { mongodbUri: string | null; dataDir: string };
}

export const PEOPLE = 64;

/** The server has the first core, the load the second; where the system can't pin, the table says so. */
export const CORES = { server: '0', load: '1', both: '0,1' } as const;

/** @returns whether the process now runs on those cores alone. */
export function pin(pid: number, cores: string): boolean {
  return spawnSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' }).status === 0;
}

/** Resident memory of a process in MB, as Linux tells it. */
export function residentMegabytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes ? Number(kilobytes) / 1024 : undefined;
  } catch {
    return undefined;
  }
}

async function start(name: SideName, args: string[], env: Record<string, string>): Promise<Side> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const issuer = await ready(child);
  const startedIn = performance.now() - began;
  pin(child.pid as number, CORES.server);
  return {
    name,
    issuer,
    pid: child.pid as number,
    startedIn,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`a server ended with ${code}: ${text.slice(-2000)}`)));
    child.stdout?.on('data', (chunk) => {
      text = (text + chunk).slice(-20_000);
      for (const line of text.split('\n')) {
        if (!line.includes('"event":"ready"')) continue;
        try {
          resolve((JSON.parse(line) as { issuer: string }).issuer);
        } catch {
          // The line isn't whole yet.
        }
      }
    });
  });
}

export const startLibrary = () => start('library', ['--import', 'tsx', 'bench/floor.ts'], {});

/** Rollcall as it is started in production, with the benchmark's clients and people. */
export async function startRollcall(
  store: 'embedded' | 'mongodb',
  {
    mongodbUri,
    profile,
    env = {},
  }: { mongodbUri?: string | undefined; profile?: string | undefined; env?: Record<string, string> },
): Promise<StoredSide> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const file = join(dataDir, 'bench.json');
  writeFileSync(file, JSON.stringify(provisioningFile(PEOPLE)));
  const side = await start(
    store,
    [
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${store}.cpuprofile`] : []),
      'dist/main.js',
    ],
    {
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ROLLCALL_PROVISION: file,
      ...(store === 'mongodb' ? { MONGODB_URI: mongodbUri as string } : {}),
      ...env,
    },
  );
  return {
    ...side,
    store: { mongodbUri: store === 'mongodb' ? (mongodbUri ?? null) : null, dataDir },
    async stop() {
      await side.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

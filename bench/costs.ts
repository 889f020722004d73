/** What a server costs: memory, idle and after many tokens, and the time from `npm start` to ready. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drive, median } from './load.js';
import { SCENARIOS } from './scenarios.js';
import { CORES, pin, residentMegabytes, startRollcall } from './servers.js';

export interface Cost {
  name: string;
  value: number;
  unit: 'MB' | 's';
  most: number;
}

const TOKENS = 100_000;

/** What V8 has left lying about at one moment varies by a tenth and more, so each round is a process and a database of its own. */
export async function measureMemory(database: () => string, rounds: number): Promise<Cost[]> {
  const measured: { idle: number; used: number }[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measureMemoryOnce(database()));
  const cost = (name: string, values: number[], most: number): Cost => ({
    name,
    value: median(values),
    unit: 'MB',
    most,
  });
  return [
    cost(
      'memory on MongoDB, idle',
      measured.map(({ idle }) => idle),
      140,
    ),
    cost(
      'memory on MongoDB, after 10^5 tokens',
      measured.map(({ used }) => used),
      220,
    ),
  ];
}

async function measureMemoryOnce(mongodbUri: string): Promise<{ idle: number; used: number }> {
  const side = await startRollcall('mongodb', { mongodbUri });
  try {
    await sleep(5000);
    const idle = residentMegabytes(side.pid) ?? Number.NaN;
    const [work] = SCENARIOS;
    const chains = (await work?.chains(side, 16)) ?? [];
    for (let done = 0; done < TOKENS; ) {
      const rate = await drive(side.issuer, chains, 10);
      if (rate.perSecond < 1) throw new Error('no tokens came');
      done += rate.perSecond * 10;
    }
    await sleep(2000);
    return { idle, used: residentMegabytes(side.pid) ?? Number.NaN };
  } finally {
    await side.stop();
  }
}

/** `npm start` on an empty embedded store, until the ready line. */
export async function measureStart(rounds: number): Promise<Cost> {
  const seconds: number[] = [];
  // The load's core alone would be half a machine.
  pin(process.pid, CORES.both);
  for (let round = 0; round <= rounds; round += 1) {
    const took = await startOnce();
    if (round > 0) seconds.push(took);
  }
  pin(process.pid, CORES.load);
  return { name: 'npm start to ready, embedded store', value: median(seconds), unit: 's', most: 1.5 };
}

async function startOnce(): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  const began = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, so that the server under npm ends with it.
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const took = await new Promise<number>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('"event":"ready"')) resolve((performance.now() - began) / 1000);
    });
    void ended.then(() => reject(new Error(`npm start ended: ${text}`)));
  });
  process.kill(-(child.pid as number), 'SIGTERM');
  await ended;
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return took;
}

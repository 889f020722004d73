import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StoreConfig } from '../../src/store/connect.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServerProcess {
  issuer: string;
  child: ChildProcess;
  /** What it wrote to stdout so far, line by line. */
  lines: string[];
  /** Sends a signal and waits for the end. @returns the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** A real server process, compiled, on a store that outlives it. */
export async function startProcess(store: StoreConfig, env: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: store.dataDir,
      ...(store.mongodbUri ? { MONGODB_URI: store.mongodbUri } : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0)),
  );
  let rest = '';
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const ready = new Promise<string>((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    child.stdout?.on('data', (chunk) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        if (!line.includes('"event":"ready"')) continue;
        const { issuer } = JSON.parse(line) as { issuer: string };
        resolve(issuer);
      }
    });
  });
  return {
    issuer: await ready,
    child,
    lines,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

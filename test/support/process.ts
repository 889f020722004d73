import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StoreConfig } from '../../src/store/connect.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServerProcess {
  issuer: string;
  child: ChildProcess;
  /** What it wrote to stdout so far, line by line. */
  lines: string[];
  /** The lines with an event's name, parsed. */
  said(event: string): Record<string, unknown>[];
  /** Sends a signal and waits for the end. @returns the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/**
 * A real server process, compiled, on a store that outlives it. Without DRAIN_DELAY it stops at once.
 * @param options `detached` gives it a process group of its own, as a terminal does
 */
export async function startProcess(
  store: StoreConfig,
  env: Record<string, string> = {},
  options: { detached?: boolean } = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: root,
    env: environment(store, { PORT: '0', DRAIN_DELAY: '0', ...env }),
    detached: options.detached ?? false,
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
    said: (event) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.event === event),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of the compiled programs until it ends by itself. @param input what it reads from stdin */
export function runToEnd(
  program: string,
  args: string[],
  store: StoreConfig,
  env: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env: environment(store, env) });
  child.stdin.on('error', () => {}).end(input);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

const environment = (store: StoreConfig, env: Record<string, string>) => ({
  PATH: process.env.PATH,
  DATA_DIR: store.dataDir,
  ...(store.mongodbUri ? { MONGODB_URI: store.mongodbUri } : {}),
  ...env,
});

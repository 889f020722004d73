import { vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { fail } from '../../src/cli/running.js';
import type { Ended } from './process.js';
import type { TestStore } from './store.js';

const CONNECT = '../../src/store/connect.js';

/** Runs `rollcall` in this process, as `cli.ts` does, on a store that is open already: a process of its own costs a start each. */
export function command(store: TestStore): (...args: string[]) => Promise<Ended> {
  return async (...args) => {
    const { mongodbUri, dataDir } = store.config;
    const putBack = consoleAndWarnings();
    vi.doMock(CONNECT, () => ({ connectStore: async () => ({ connection: store.connection, close: async () => {} }) }));
    vi.stubEnv('DATA_DIR', dataDir);
    vi.stubEnv('MONGODB_URI', mongodbUri ?? '');
    const ended: Ended = { code: 0, stdout: '', stderr: '' };
    const written = (name: 'stdout' | 'stderr') =>
      vi.spyOn(process[name], 'write').mockImplementation((text, ...rest: unknown[]) => {
        ended[name] += text;
        const written = rest.at(-1);
        if (typeof written === 'function') written();
        return true;
      });
    const spies = [written('stdout'), written('stderr')];
    const json = args.includes('--json');
    process.exitCode = 0;
    try {
      await createProgram(json).parseAsync(['node', 'rollcall', ...args]);
      ended.code = Number(process.exitCode);
    } catch (error) {
      ended.code = fail(error, json);
    } finally {
      process.exitCode = 0;
      for (const spy of spies) spy.mockRestore();
      vi.unstubAllEnvs();
      vi.doUnmock(CONNECT);
      putBack();
    }
    return ended;
  };
}

/** What the command takes for itself, and a process that goes on with other tests wants back. */
function consoleAndWarnings(): () => void {
  const { log, info, warn, error, debug } = console;
  const listeners = process.listeners('warning');
  return () => {
    Object.assign(console, { log, info, warn, error, debug });
    process.removeAllListeners('warning');
    for (const listener of listeners) process.on('warning', listener);
  };
}

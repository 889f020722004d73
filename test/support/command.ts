import { vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { fail } from '../../src/cli/running.js';
import type { Ended } from './process.js';
import type { TestStore } from './store.js';

/** Runs `rollcall` in this process, as `cli.ts` does, on a store that is open already: a process of its own costs a start each. */
export function command(store: TestStore): (...args: string[]) => Promise<Ended> {
  vi.doMock('../../src/store/connect.js', () => ({
    connectStore: async () => ({ connection: store.connection, close: async () => {} }),
  }));
  return async (...args) => {
    const { mongodbUri, dataDir } = store.config;
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
    }
    return ended;
  };
}

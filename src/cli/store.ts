import type { Command } from 'commander';
import { loadConfig } from '../config/index.js';
import { print, printJson } from './running.js';
import { noun, subcommand } from './subcommand.js';

export function storeCommands(program: Command): void {
  const store = noun(program, 'store', 'about the store', 'store socket');
  subcommand(store, 'socket', 'print the path of the embedded store’s socket', 'store socket').action(
    async ({ json }: { json?: boolean }) => {
      const { socketPath } = await import('../store/embedded/index.js');
      const socket = socketPath(loadConfig(process.env).dataDir);
      if (json) printJson({ socket });
      else print(socket);
    },
  );
}

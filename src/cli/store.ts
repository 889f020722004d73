import type { Command } from 'commander';
import { loadConfig } from '../config/index.js';
import { print } from './running.js';

export function storeCommands(program: Command): void {
  const store = program.command('store').description('about the store');
  store
    .command('socket')
    .description('print the path of the embedded store’s socket')
    .action(async () => {
      const { socketPath } = await import('../store/embedded/index.js');
      print(socketPath(loadConfig(process.env).dataDir));
    });
}

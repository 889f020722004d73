import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/index.js';
import { systemClock } from '../lib/clock.js';
import { UnreadableFileError } from '../services/provisioning/faults.js';
import { print, printJson, UnwritableFileError, UsageError } from './running.js';
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
  subcommand(
    store,
    'backup',
    'write the embedded store’s state to a new file, also while servers run',
    'store backup /backups/rollcall-monday.sqlite',
  )
    .argument('<file>', 'a file that isn’t there yet')
    .action(backup);
  subcommand(
    store,
    'restore',
    'make a backup the embedded store; no server may run meanwhile',
    'store restore /backups/rollcall-monday.sqlite --replace',
  )
    .argument('<file>', 'what store backup wrote')
    .option('--replace', 'also where there is a store, which stays beside it')
    .action(restore);
}

async function backup(file: string, { json }: { json?: boolean }): Promise<void> {
  const config = embedded();
  const { backupStore } = await import('../store/embedded/backup.js');
  const bytes = await backupStore(config.dataDir, file).catch(explained);
  if (json) return printJson({ file, bytes });
  print(`Wrote ${file} (${bytes} bytes)`);
  if (!config.cookieKeys || !config.encryptionKeys)
    print(`It can’t be used without ${config.dataDir}/secrets.json: keep a copy of that too, apart from it.`);
}

async function restore(file: string, options: { json?: boolean; replace?: boolean }): Promise<void> {
  const config = embedded();
  const { restoreStore } = await import('../store/embedded/backup.js');
  const replace = options.replace === true;
  const earlier = await restoreStore(config.dataDir, file, { replace, now: systemClock.now() }).catch(explained);
  if (options.json) return printJson({ file, earlier: earlier ?? null });
  print(earlier ? `Restored ${file}. The earlier store is ${earlier}.` : `Restored ${file}.`);
}

function embedded(): Config {
  const config = loadConfig(process.env);
  if (config.mongodbUri)
    throw new UsageError('The state is in MongoDB: back it up with mongodump (docs/operations/backup.md).');
  return config;
}

/** What went wrong, by the exit code that it has. */
async function explained(error: unknown): Promise<never> {
  const { BackupError } = await import('../store/embedded/backup.js');
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof BackupError) {
    if (error.reason === 'exists') throw new UnwritableFileError(message);
    if (error.reason === 'unreadable') throw new UnreadableFileError(message);
    throw error;
  }
  throw code && /^E[A-Z]+$/.test(code) ? new UnwritableFileError(message) : error;
}

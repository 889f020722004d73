#!/usr/bin/env node
/** The `rollcall` command. It finds the store as the server does, also while the server runs. */
import { Command, CommanderError } from 'commander';
import { ConfigError, loadConfig } from './config/index.js';
import { createLogger } from './lib/logger.js';
import type { ServiceContext } from './services/context.js';
import { applyProvisioning, ProvisioningError } from './services/provisioning/index.js';
import { readProvisioningFile, UnreadableFileError } from './services/provisioning/read-file.js';
import { startServices } from './services/start-services.js';
import { connectStore } from './store/connect.js';

/** sysexits.h, as contract.md has them. */
const EX = { usage: 64, noInput: 66, config: 78 } as const;

const program = new Command('rollcall')
  .description('Runs a Rollcall server’s state from the command line.')
  .exitOverride()
  .showHelpAfterError('Run with --help for what there is.');

program
  .command('apply')
  .description('make what a provisioning file declares (YAML or JSON); a running server sees it at once')
  .argument('<file>', 'the provisioning file')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', '\nExample:\n  $ rollcall apply config/demo.yaml')
  .action(async (file: string, options: { json?: boolean }) => {
    const input = await readProvisioningFile(file);
    const { applied } = await withServices((services) => applyProvisioning(services, input));
    if (options.json) print(JSON.stringify({ applied }));
    else print(applied.length ? applied.join('\n') : 'Nothing to change');
  });

const store = program.command('store').description('about the store');
store
  .command('socket')
  .description('print the path of the embedded store’s socket')
  .action(async () => {
    const { socketPath } = await import('./store/embedded/index.js');
    print(socketPath(loadConfig(process.env).dataDir));
  });

async function withServices<T>(work: (services: ServiceContext) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env);
  const connected = await connectStore(config);
  try {
    return await work(await startServices(connected.connection, createLogger('silent')));
  } finally {
    await connected.close();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EX.usage;
  if (error instanceof ProvisioningError) {
    const applied = error.applied.length
      ? `\nApplied before it was refused:\n${error.applied.map((line) => `  ${line}`).join('\n')}`
      : '';
    process.stderr.write(`${error.message}${applied}\n`);
    return EX.config;
  }
  process.stderr.write(`${(error as Error).message}\n`);
  if (error instanceof UnreadableFileError) return EX.noInput;
  return error instanceof ConfigError ? EX.config : 1;
}

program.parseAsync().catch((error: unknown) => {
  process.exitCode = fail(error);
});

/** What the subcommands of `rollcall` share: the store, exit codes, output. */
import { CommanderError } from 'commander';
import { type Config, ConfigError, loadConfig } from '../config/index.js';
import { createLogger } from '../lib/logger.js';
import type { ServiceContext } from '../services/context.js';
import { ProvisioningError } from '../services/provisioning/index.js';
import { UnreadableFileError } from '../services/provisioning/read-file.js';
import { startServices } from '../services/start-services.js';
import { connectStore } from '../store/connect.js';

/** sysexits.h, as contract.md has them. */
export const EX = { usage: 64, noInput: 66, config: 78 } as const;

/** Finds the store as the server does, also while the server runs. */
export async function withServices<T>(work: (services: ServiceContext, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env);
  const connected = await connectStore(config);
  try {
    return await work(await startServices(connected.connection, createLogger('silent')), config);
  } finally {
    await connected.close();
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Says on stderr what went wrong. @returns the exit code. */
export function fail(error: unknown): number {
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

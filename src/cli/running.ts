/**
 * What the subcommands of `rollcall` share: the store, exit codes, output. Only types are imported at the top of these files, and what is
 * small: a subcommand loads what it needs when it runs, so that `--help` is there at once (a test holds that).
 */
import { CommanderError } from 'commander';
import { type Config, ConfigError, loadConfig } from '../config/index.js';
import { EncryptionKeyError } from '../lib/encryption.js';
import { RollcallError } from '../lib/errors.js';
import type { ServiceContext } from '../services/context.js';
import { ProvisioningError, UnreadableFileError } from '../services/provisioning/faults.js';

/** sysexits.h, as contract.md has them; 73 where the file to be written can't be. */
export const EX = { ok: 0, refused: 1, usage: 64, noInput: 66, cannotCreate: 73, config: 78 } as const;

/** An argument that can't be taken: exits 64. */
export class UsageError extends Error {}

/** A file that can't be written: exits 73. */
export class UnwritableFileError extends Error {}

/** Finds the store as the server does, also while the server runs. */
export async function withServices<T>(work: (services: ServiceContext, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env);
  const [{ connectStore }, { startServices }, { createLogger }, { captureNotices }] = await Promise.all([
    import('../store/connect.js'),
    import('../services/start-services.js'),
    import('../lib/logger.js'),
    import('../lib/notices.js'),
  ]);
  // What a library has to say is no part of the answer.
  captureNotices(createLogger('silent'));
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

export const printJson = (value: unknown) => print(JSON.stringify(value, null, 2));

/**
 * Says on stderr what went wrong; with `--json` among the arguments as an object with `error`, `message` and `details`, as the API does.
 * @returns the exit code
 */
export function fail(error: unknown, json = process.argv.includes('--json')): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EX.ok;
  const said = describe(error);
  if (json) {
    const { code, message, details } = said;
    process.stderr.write(`${JSON.stringify({ error: code, message, details })}\n`);
  } else if (said.text) process.stderr.write(`${said.text}\n`);
  return said.exit;
}

interface Failure {
  exit: number;
  code: string;
  message: string;
  details: readonly unknown[];
  /** What a person reads; empty where commander has said it already. */
  text: string;
}

function describe(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const failure = (exit: number, code: string, rest: Partial<Failure> = {}): Failure => ({
    exit,
    code,
    message,
    details: [],
    text: message,
    ...rest,
  });
  if (error instanceof CommanderError)
    return failure(EX.usage, 'usage', { message: message.replace(/^error: /, ''), text: '' });
  if (error instanceof UsageError) return failure(EX.usage, 'usage');
  if (error instanceof ConfigError) return failure(EX.config, 'configuration', { details: error.faults });
  if (error instanceof EncryptionKeyError) return failure(EX.config, 'encryption_keys');
  if (error instanceof ProvisioningError) return refusedFile(error, failure);
  if (error instanceof UnreadableFileError) return failure(EX.noInput, 'unreadable_file');
  if (error instanceof UnwritableFileError) return failure(EX.cannotCreate, 'unwritable_file');
  if (error instanceof RollcallError)
    return failure(EX.refused, error.code, { text: `${message} (${error.code})`, details: error.details });
  return failure(EX.refused, 'failed');
}

function refusedFile(
  error: ProvisioningError,
  failure: (exit: number, code: string, rest: Partial<Failure>) => Failure,
): Failure {
  const { faults, applied, message } = error;
  const done = applied.map((line) => `  ${line}`).join('\n');
  return failure(EX.config, 'refused_file', {
    details: [...faults, ...(applied.length ? [{ applied }] : [])],
    text: applied.length ? `${message}\nApplied before it was refused:\n${done}` : message,
  });
}

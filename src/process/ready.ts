import type { Config } from '../config/index.js';
import type { Logger } from '../lib/logger.js';
import { VERSION } from '../lib/version.js';

const storeOf = (config: Config) => (config.mongodbUri ? 'mongodb' : 'embedded');

/** The first line of each start. */
export function sayStarting(logger: Logger, config: Config): void {
  const { workers } = config;
  logger.info(
    { event: 'starting', version: VERSION, node: process.version, workers, store: storeOf(config) },
    'starting',
  );
}

/** While nobody operates the server; the one secret that a log may hold (contract.md). */
export function saySetup(logger: Logger, url: string): void {
  always(logger, { event: 'setup', url }, 'nobody operates this server yet; this link makes one operator');
}

/** The line that a start waits for; it is written at every LOG_LEVEL (contract.md). */
export function sayReady(logger: Logger, config: Config, { url, issuer }: { url: string; issuer: string }): void {
  always(logger, { event: 'ready', url, issuer, store: storeOf(config), workers: config.workers }, 'ready');
}

/** Lines that are written at every LOG_LEVEL (contract.md). */
function always(logger: Logger, fields: object, message: string): void {
  const line = logger.child({}, { level: 'info' });
  line.info(fields, message);
}

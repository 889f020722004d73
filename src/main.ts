/** The process: load the configuration, connect, listen, drain. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import { ConfigError, loadConfig, loadSecrets, resolveIssuer } from './config/index.js';
import { systemClock } from './lib/clock.js';
import { createEncryption } from './lib/encryption.js';
import { createLogger, type Logger } from './lib/logger.js';
import { captureNotices } from './lib/notices.js';
import { prepareHashing } from './lib/password.js';
import { applyProvisioning, ProvisioningError } from './services/provisioning/index.js';
import { readProvisioningFile, UnreadableFileError } from './services/provisioning/read-file.js';
import { EncryptionKeyError, loadSigningKeys } from './services/signing-keys.js';
import { startServices } from './services/start-services.js';
import { connectStore } from './store/connect.js';

/** sysexits.h: what the operator configured can't be used. */
const EX_CONFIG = 78;
const EX_NOINPUT = 66;
/** How long requests in flight may take after SIGTERM. */
const DRAIN_MS = 10_000;

async function start(logger: Logger): Promise<void> {
  const config = loadConfig(process.env);
  logger.level = config.logLevel;
  const secrets = await loadSecrets(config);
  const store = await connectStore(config);
  const services = await startServices(store.connection, logger);
  if (config.provision) {
    const { applied } = await applyProvisioning(services, await readProvisioningFile(config.provision));
    logger.info({ event: 'provisioned', applied }, 'the provisioning file is applied');
  }
  const signingKeys = await loadSigningKeys(services, createEncryption(secrets.encryptionKeys));
  await prepareHashing();

  const server = createServer();
  await listen(server, config.port, config.host);
  const { port } = server.address() as AddressInfo;
  const issuer = resolveIssuer(config, port);
  let draining = false;
  const app = createApp({
    services,
    connection: store.connection,
    clock: systemClock,
    logger,
    issuer,
    cookieKeys: secrets.cookieKeys,
    signingKeys,
    trustProxy: config.trustProxy,
    signUp: config.signUp,
    createOrganizations: config.createOrganizations,
    sessionIdle: config.sessionIdle,
    sessionAbsolute: config.sessionAbsolute,
    ready: async () => !draining && (await answers(store.connection)),
  });
  server.on('request', app.callback());
  const stop = async () => {
    if (draining) return;
    draining = true;
    logger.info({ event: 'draining' }, 'no new requests; those in flight finish');
    await drain(server);
    await store.close();
    logger.info({ event: 'stopped' }, 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  always(
    logger,
    {
      event: 'ready',
      url: `http://${urlHost(config.host)}:${port}`,
      issuer,
      store: config.mongodbUri ? 'mongodb' : 'embedded',
    },
    'ready',
  );
}

/** Lines that are written at every LOG_LEVEL (contract.md). */
function always(logger: Logger, fields: object, message: string): void {
  const line = logger.child({}, { level: 'info' });
  line.info(fields, message);
}

const urlHost = (host: string) =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function answers(connection: {
  db?: { command(command: object, options?: object): Promise<unknown> } | undefined;
}): Promise<boolean> {
  try {
    await connection.db?.command({ ping: 1 }, { timeoutMS: 2000 });
    return true;
  } catch {
    return false;
  }
}

/** Stops accepting, ends idle connections at once, and waits for the rest. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

const logger = createLogger('info');
captureNotices(logger);
start(logger).catch((error: unknown) => {
  const code =
    error instanceof UnreadableFileError
      ? EX_NOINPUT
      : error instanceof ConfigError || error instanceof ProvisioningError || error instanceof EncryptionKeyError
        ? EX_CONFIG
        : 1;
  const known = code !== 1;
  logger.fatal(
    { event: 'start_failed', ...(known ? { message: (error as Error).message } : { err: error }) },
    'the server could not start',
  );
  if (known) process.stderr.write(`${(error as Error).message}\n`);
  process.exit(code);
});

/** The process: load the configuration, connect, listen, drain. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './app.js';
import { ConfigError, loadConfig, loadSecrets, resolveIssuer, resolveOutboundAllow } from './config/index.js';
import { createBackground } from './lib/background.js';
import { systemClock } from './lib/clock.js';
import { createEncryption, type Encryption, EncryptionKeyError } from './lib/encryption.js';
import { isStoreAway } from './lib/errors.js';
import { createLogger, type Logger } from './lib/logger.js';
import { captureNotices } from './lib/notices.js';
import { createOutbound } from './lib/outbound.js';
import { prepareHashing } from './lib/password.js';
import type { ServiceContext } from './services/context.js';
import { applyProvisioning, ProvisioningError } from './services/provisioning/index.js';
import { readProvisioningFile, UnreadableFileError } from './services/provisioning/read-file.js';
import { reencrypt } from './services/reencrypt.js';
import { newSetupUrl } from './services/setup-link.js';
import { openSigningKeys } from './services/signing-keys/follow-keys.js';
import { startServices } from './services/start-services.js';
import { connectStore, storeAnswers } from './store/connect.js';

/** sysexits.h: what the operator configured can't be used. */
const EX_CONFIG = 78;
const EX_NOINPUT = 66;
/** How long requests in flight may take after SIGTERM. */
const DRAIN_MS = 10_000;

async function start(logger: Logger): Promise<void> {
  const config = loadConfig(process.env);
  logger.level = config.logLevel;
  const secrets = await loadSecrets(config);
  const server = createServer();
  const current: Current = { handle: notReadyYet, stop: async () => {} };
  server.on('request', (incoming, outgoing) => current.handle(incoming, outgoing));
  const end = async () => {
    await current.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  await listen(server, config.port, config.host);
  const { port } = server.address() as AddressInfo;

  const store = await untilThere(logger, () => connectStore(config));
  const services = await untilThere(logger, () => startServices(store.connection, logger));
  if (config.provision) {
    const { applied } = await applyProvisioning(services, await readProvisioningFile(config.provision));
    logger.info({ event: 'provisioned', applied }, 'the provisioning file is applied');
  }
  const encryption = createEncryption(secrets.encryptionKeys);
  const [signingKeys] = await Promise.all([openSigningKeys(services, encryption), prepareHashing()]);
  await sealWithNewest(logger, services, encryption);

  const issuer = resolveIssuer(config, port);
  const background = createBackground(logger);
  let draining = false;
  current.handle = createApp({
    ...config,
    services,
    connection: store.connection,
    background,
    clock: systemClock,
    logger,
    issuer,
    cookieKeys: secrets.cookieKeys,
    signingKeys,
    outbound: createOutbound(resolveOutboundAllow(config, issuer)),
    ready: async () => !draining && (await storeAnswers(store.connection)),
    storeAnswers: () => storeAnswers(store.connection),
  }).callback();
  current.stop = async () => {
    if (draining) return new Promise(() => {});
    draining = true;
    logger.info({ event: 'draining' }, 'no new requests; those in flight finish');
    await drain(server);
    await background.stop();
    await store.close();
    logger.info({ event: 'stopped' }, 'stopped');
  };
  const setup = await newSetupUrl(services, issuer);
  if (setup)
    always(logger, { event: 'setup', url: setup }, 'nobody operates this server yet; this link makes one operator');
  // Without ISSUER the issuer is where it listens, and the Host that it answers for.
  const url = config.issuer ? `http://${urlHost(config.host)}:${port}` : issuer;
  always(logger, { event: 'ready', url, issuer, store: config.mongodbUri ? 'mongodb' : 'embedded' }, 'ready');
}

/** What answers requests and what a signal does, as far as the start has come. */
interface Current {
  handle: Handle;
  stop(): Promise<void>;
}

type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** Until the store is there: alive, not ready, and nothing else to say. */
const notReadyYet: Handle = ({ url }, outgoing) => {
  const live = url === '/health/live';
  outgoing.writeHead(live ? 200 : 503, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(live ? {} : { 'Retry-After': '5' }),
  });
  outgoing.end(JSON.stringify(live ? { status: 'live' } : { status: 'not ready', error: 'unavailable' }));
};

/** Waits for a database that is away (contract.md); what else fails ends the start. */
async function untilThere<T>(logger: Logger, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      logger.warn({ event: 'waiting', reason: (error as Error).message }, 'the database is away; waiting for it');
      await sleep(1000);
    }
  }
}

/** With a new key in front of ENCRYPTION_KEYS, so that the older ones can go. */
async function sealWithNewest(logger: Logger, services: ServiceContext, encryption: Encryption): Promise<void> {
  const sealed = (await reencrypt(services, encryption)).filter(({ count }) => count > 0);
  if (sealed.length)
    logger.info({ event: 'reencrypted', sealed }, 'everything is sealed with the newest encryption key');
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

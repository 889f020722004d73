import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../app.js';
import { type Config, resolveIssuer, resolveOutboundAllow, type Secrets } from '../config/index.js';
import { createBackground } from '../lib/background.js';
import { systemClock } from '../lib/clock.js';
import type { Encryption } from '../lib/encryption.js';
import { isStoreAway } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { measureProcess } from '../lib/metrics.js';
import { createOutbound } from '../lib/outbound.js';
import { prepareHashing } from '../lib/password.js';
import { preparePasswordPolicy } from '../lib/password-policy.js';
import { outboxTransport, smtpTransport } from '../mail/transport.js';
import { ensureChainKey } from '../services/audit/chain-key.js';
import type { ServiceContext } from '../services/context.js';
import { reencrypt } from '../services/reencrypt.js';
import { newSetupUrl } from '../services/setup-link.js';
import { openSigningKeys } from '../services/signing-keys/follow-keys.js';
import { startServices } from '../services/start-services.js';
import { connectOpened } from '../store/connect.js';
import { measureStore } from '../store/measure.js';
import { watchStore } from '../store/watch.js';
import type { Begun } from './begin.js';
import type { Gate } from './gate.js';
import { saySetup } from './ready.js';

export interface ServeOptions {
  config: Config;
  secrets: Secrets;
  begun: Begun;
  logger: Logger;
  gate: Gate;
  /** The one that was picked, where the configuration says 0. */
  port: number;
  /** Whether this process does what is done once at each start, however many processes there are. */
  once: boolean;
  /** All processes' numbers; this one's own unless given. */
  metrics?: () => Promise<string>;
}

/** What a process that serves says of itself, and how it ends. */
export interface Serving {
  issuer: string;
  /** Where it answers; its Host is the issuer's all the same. */
  url: string;
  /** Ends the work beside requests, then the store. To be called when no request is in flight any more. */
  close(): Promise<void>;
}

/** After a start, until what isn't needed for it is made ready. */
const QUIET_MS = 2000;

/** Makes one process ready: the store, what is done once, keys, the app. The gate answers from then on. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, secrets, begun, logger, gate, port, once, metrics } = options;
  const opened = await begun.store;
  const [store] = await Promise.all([untilThere(logger, () => connectOpened(opened)), prepareHashing()]);
  measureProcess();
  measureStore(store.connection);
  const services = await untilThere(logger, () => startServices(store.connection, logger));
  if (once && config.provision) await provision(logger, services, config.provision);
  const { encryption, firstKeys } = begun;
  const signingKeys = await openSigningKeys(services, encryption, firstKeys && (() => firstKeys));
  const auditKey = await ensureChainKey(services, encryption);
  if (once) await sealWithNewest(logger, services, encryption);

  const issuer = resolveIssuer(config, port);
  const background = createBackground(logger);
  const watch = watchStore(store.connection, logger);
  gate.handle = createApp({
    ...config,
    services,
    connection: store.connection,
    background,
    clock: systemClock,
    logger,
    issuer,
    cookieKeys: secrets.cookieKeys,
    signingKeys,
    encryption,
    auditKey,
    outbound: createOutbound(resolveOutboundAllow(config, issuer)),
    metrics,
    mailTransport: config.smtpUrl ? smtpTransport(config.smtpUrl) : outboxTransport(join(config.dataDir, 'outbox')),
    ready: async () => !gate.draining && (await watch.answers()),
    storeAnswers: () => watch.answers(),
    storeKeptUp: (forMs) => watch.keptUp(forMs),
  }).callback();
  const setup = once ? await newSetupUrl(services, issuer) : null;
  if (setup) saySetup(logger, setup);
  setTimeout(preparePasswordPolicy, QUIET_MS).unref();
  return {
    issuer,
    // Without ISSUER the issuer is where it listens, and the Host that it answers for.
    url: config.issuer ? `http://${urlHost(config.host)}:${port}` : issuer,
    async close() {
      await background.stop();
      watch.stop();
      await store.close();
    },
  };
}

/** Waits for a database that is away (contract.md), and says so once; what else fails ends the start. */
async function untilThere<T>(logger: Logger, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      const reason = (error as Error).message;
      if (attempt === 1) logger.warn({ event: 'waiting', reason }, 'the database is away; waiting for it');
      await sleep(1000);
    }
  }
}

async function provision(logger: Logger, services: ServiceContext, path: string): Promise<void> {
  // Loaded where there is a file: the schema's library and YAML's take as long as half of the rest.
  const [{ applyAtStart }, { readProvisioningFile }] = await Promise.all([
    import('../services/provisioning/index.js'),
    import('../services/provisioning/read-file.js'),
  ]);
  const { applied } = await applyAtStart(services, await readProvisioningFile(path));
  logger.info({ event: 'provisioned', applied }, 'the provisioning file is applied');
}

/** With a new key in front of ENCRYPTION_KEYS, so that the older ones can go. */
async function sealWithNewest(logger: Logger, services: ServiceContext, encryption: Encryption): Promise<void> {
  const sealed = (await reencrypt(services, encryption)).filter(({ count }) => count > 0);
  if (sealed.length)
    logger.info({ event: 'reencrypted', sealed }, 'everything is sealed with the newest encryption key');
}

const urlHost = (host: string) =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;

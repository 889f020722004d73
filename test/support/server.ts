import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppDeps, createApp } from '../../src/app.js';
import { createBackground } from '../../src/lib/background.js';
import { systemClock } from '../../src/lib/clock.js';
import { createEncryption } from '../../src/lib/encryption.js';
import { createLogger } from '../../src/lib/logger.js';
import { createOutbound } from '../../src/lib/outbound.js';
import { LOOPBACK_RULES } from '../../src/lib/outbound-allow.js';
import { ensureChainKey } from '../../src/services/audit/chain-key.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { storeAnswers } from '../../src/store/connect.js';
import { toldApart } from './besides.js';
import { openTestKeys } from './signing-keys.js';
import { type TestStore, testStore } from './store.js';

export interface TestServer {
  issuer: string;
  services: ServiceContext;
  store: TestStore;
  server: Server;
  close(): Promise<void>;
}

/** Longer than a test is busy with itself: a connection that ends in the moment in which it is used again fails what was sent. */
const KEPT = 10 * 60 * 1000;

export const KEYS = ['a test key that is long enough to be one, 1'];

/** A whole server on a port of its own and a fresh store (or the given one), as `main.ts` would put it together. */
export async function startServer(options: Partial<AppDeps> & { store?: TestStore } = {}): Promise<TestServer> {
  const store = options.store ?? (await testStore());
  const logger = createLogger(process.env.TEST_LOG ?? 'silent');
  const services = options.services ?? (await startServices(store.connection, logger));
  const server = createServer({ keepAliveTimeout: KEPT });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = options.issuer ?? `http://localhost:${(server.address() as AddressInfo).port}`;
  const background = toldApart(createBackground(logger));
  const app = createApp({
    services,
    connection: store.connection,
    background,
    clock: systemClock,
    logger,
    issuer,
    cookieKeys: KEYS,
    outbound: createOutbound(LOOPBACK_RULES),
    signingKeys: options.signingKeys ?? (await openTestKeys(services, createEncryption(KEYS))),
    encryption: createEncryption(KEYS),
    auditKey: options.auditKey ?? (await ensureChainKey(services, options.encryption ?? createEncryption(KEYS))),
    auditRetention: null,
    keyRotation: null,
    trustProxy: false,
    signUp: 'open',
    registration: 'off',
    createOrganizations: 'anyone',
    sessionIdle: 12 * 3600,
    sessionAbsolute: 30 * 86400,
    ready: () => true,
    storeAnswers: () => storeAnswers(store.connection),
    storeKeptUp: () => true,
    ...options,
  });
  server.on('request', app.callback());
  return {
    issuer,
    services,
    store,
    server,
    async close() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await background.stop();
      if (!options.store) await store.close();
    },
  };
}

/**
 * Configuration: every variable of the environment has a line in `schema.ts`; all that is wrong is named in one message. This folder
 * and the processes' entry points are the only readers of process.env.
 */
import { LOOPBACK_RULES, type OutboundRule } from '../lib/outbound-allow.js';
import { isLoopback, readEnvironment } from './schema.js';

export { loadSecrets, presentSecrets, type Secrets } from './secrets.js';

/** What the environment says, checked and with defaults. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null: `http://localhost:PORT`, known once it listens. See `resolveIssuer`. */
  readonly issuer: string | null;
  readonly mongodbUri: string | null;
  readonly dataDir: string;
  /** The path of a provisioning file that is applied at start. */
  readonly provision: string | null;
  readonly smtpUrl: string | null;
  readonly mailFrom: string | null;
  /** Seconds. */
  readonly sessionIdle: number;
  readonly sessionAbsolute: number;
  readonly signUp: 'open' | 'verified' | 'closed';
  readonly createOrganizations: 'anyone' | 'operators';
  /** Null: generated into DATA_DIR. Newest first. */
  readonly cookieKeys: readonly string[] | null;
  readonly encryptionKeys: readonly string[] | null;
  /** Who may register applications by themselves. */
  readonly registration: 'off' | 'token' | 'open';
  /** What may be called beside public addresses. Null: see `resolveOutboundAllow`. */
  readonly outboundAllow: readonly OutboundRule[] | null;
  /** `HOST:PORT`, asked for the records that prove domains; null: the system's. */
  readonly dnsServers: readonly string[] | null;
  /** Seconds that a signing key signs before the next takes its place; null: until somebody rotates. */
  readonly keyRotation: number | null;
  /** For how many days events are kept in the audit log; null: for ever. */
  readonly auditRetention: number | null;
  /** Server processes on one port. */
  readonly workers: number;
  /** Milliseconds between failing readiness and no longer accepting connections, at the end. */
  readonly drainDelayMs: number;
  readonly trustProxy: boolean;
  /** NODE_ENV isn't `production`. */
  readonly development: boolean;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** Names every wrong variable and what was expected. The process that gets it exits 78. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly { variable: string; message: string }[]) {
    super(
      `The configuration can’t be used:\n${faults.map(({ variable, message }) => `  ${variable}: ${message}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError with every wrong or missing variable. An empty variable counts as unset. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { config, faults } = readEnvironment(env);
  if (faults.length) throw new ConfigError(faults);
  return config;
}

/** The issuer, once the port is known. */
export function resolveIssuer(config: Config, port: number): string {
  return config.issuer ?? `http://localhost:${port}`;
}

/** What may be called beside public addresses: this machine itself where the issuer is on it, unless the operator says otherwise. */
export function resolveOutboundAllow(config: Config, issuer: string): readonly OutboundRule[] {
  return config.outboundAllow ?? (isLoopback(new URL(issuer).hostname) ? LOOPBACK_RULES : []);
}

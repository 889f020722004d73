import type { Config, Secrets } from '../../config/index.js';
import { type Finding, findingsOf } from './finding.js';

const isLoopback = (hostname: string) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
const EVERYWHERE = new Set(['0.0.0.0', '::', '[::]']);
/** Fewer different characters than this were typed, not drawn. */
const LEAST_DIFFERENT = 12;

/** The runtime that this command runs on, which is the server's too. */
export function checkMachine(version = process.versions.node): Finding[] {
  const { found, ok, warning } = findingsOf('Machine');
  const major = Number(version.split('.')[0]);
  if (major < 22)
    warning(`Node.js ${version} gets no security fixes since April 2026`, 'Run Rollcall on Node.js 22 or newer.');
  else ok(`Node.js ${version}`);
  return found;
}

/** What can be used but shouldn't be, in production. What can't be used at all, `loadConfig` has refused. */
export function checkConfiguration(
  config: Config,
  secrets: Secrets | undefined,
  environment: { nodeEnv: string | undefined },
): Finding[] {
  const area = findingsOf('Configuration');
  const { found, ok, warning } = area;
  const production = environment.nodeEnv === 'production';
  const issuer = config.issuer ? new URL(config.issuer) : undefined;
  const inUse = issuer !== undefined && !isLoopback(issuer.hostname);
  if (!issuer && production)
    warning('ISSUER is not set: it is http://localhost and the port', 'Set ISSUER to the address that people use.');
  else ok(`The issuer is ${config.issuer ?? `http://localhost:${config.port}`}`);
  if (inUse && !production)
    warning(
      'NODE_ENV is not production, but the issuer is no address of this machine itself',
      'Set NODE_ENV=production: it makes sure that the keys are set.',
    );
  if (!config.mongodbUri && (production || inUse))
    warning(
      'The state is in the embedded store, which is for one machine',
      'Set MONGODB_URI to a replica set, or back the file up with rollcall store backup.',
    );
  checkProxy(config, issuer, area);
  if (secrets) checkKeys(secrets, area);
  return found;
}

function checkProxy(config: Config, issuer: URL | undefined, { ok, warning }: ReturnType<typeof findingsOf>): void {
  if (issuer?.protocol === 'https:' && !config.trustProxy)
    warning(
      'The issuer is https, so that a proxy stands in front, but TRUST_PROXY is false: all requests seem to come from the proxy',
      'Set TRUST_PROXY=true, so that limits count each address for itself.',
    );
  else if (config.trustProxy && EVERYWHERE.has(config.host))
    warning(
      `TRUST_PROXY is true and the port ${config.port} is open on every network: who reaches it directly can claim any address`,
      'Let only the proxy reach the port: set HOST, or close it by a firewall or a network of their own.',
    );
  else ok(config.trustProxy ? 'Addresses come from the proxy' : 'Addresses are those of the connections');
}

function checkKeys({ cookieKeys, encryptionKeys }: Secrets, { ok, warning }: ReturnType<typeof findingsOf>): void {
  const drawn = 'Draw each with: openssl rand -base64 48';
  const weak = [
    ...cookieKeys.filter(isWeak).map(() => 'COOKIE_KEYS'),
    ...encryptionKeys.filter(isWeak).map(() => 'ENCRYPTION_KEYS'),
  ];
  for (const name of new Set(weak)) warning(`${name} holds a key that looks typed, not drawn`, drawn);
  const shared = cookieKeys.some((key) => encryptionKeys.includes(key));
  if (shared) warning('COOKIE_KEYS and ENCRYPTION_KEYS share a key', drawn);
  if (!weak.length && !shared) ok(`Keys: ${cookieKeys.length} for cookies, ${encryptionKeys.length} for encryption`);
}

const isWeak = (key: string) => new Set(key).size < LEAST_DIFFERENT;

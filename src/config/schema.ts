import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { dnsServer } from '../lib/dns.js';
import { parseMailbox } from '../lib/mailbox-address.js';
import { type OutboundRule, parseOutboundRule } from '../lib/outbound-allow.js';
import { parseDuration } from './durations.js';
import type { Config } from './index.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Fault = { variable: string; message: string };

/** What a reader of one variable answers: the value, or what was expected instead. */
type Reading<T> = { value: T } | { fault: string };
const ok = <T>(value: T): Reading<T> => ({ value });
const bad = (fault: string): Reading<never> => ({ fault });

const oneOf =
  <const T extends readonly string[]>(...values: T) =>
  (text: string): Reading<T[number]> =>
    values.includes(text) ? ok(text as T[number]) : bad(`expected one of ${values.join(', ')}`);

const duration = (text: string): Reading<number> => {
  const seconds = parseDuration(text);
  return seconds === undefined ? bad('expected a duration such as 45s, 90m, 12h or 30d') : ok(seconds);
};

const rotation = (text: string): Reading<number | null> => {
  if (text === 'off') return ok(null);
  const seconds = parseDuration(text) ?? 0;
  return seconds >= 86_400 ? ok(seconds) : bad('expected a duration of at least 1d such as 90d, or off');
};

const keys = (text: string): Reading<readonly string[]> => {
  const list = text.split(',').map((key) => key.trim());
  return list.every((key) => key.length >= 32)
    ? ok(list)
    : bad('expected one or more secrets of at least 32 characters, separated by commas, newest first');
};

const port = (text: string): Reading<number> =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? ok(Number(text)) : bad('expected a port from 0 to 65535');

const boolean = (text: string): Reading<boolean> =>
  ['true', '1'].includes(text) ? ok(true) : ['false', '0'].includes(text) ? ok(false) : bad('expected true or false');

export const isLoopback = (hostname: string) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

const issuer = (text: string): Reading<string> => {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return bad('expected an http or https URL such as https://id.example.com');
  if (url.origin !== text)
    return bad('expected only scheme, host and port, without a path, a query or a slash at the end');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return bad('expected https, for http is only safe on this machine itself');
  return ok(text);
};

const mongodbUri = (text: string): Reading<string> =>
  /^mongodb(\+srv)?:\/\/[^/]/.test(text)
    ? ok(text)
    : bad('expected a URI that begins with mongodb:// or mongodb+srv://');

const smtpUrl = (text: string): Reading<string> => {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol)) return bad('expected a URL that begins with smtp:// or smtps://');
  if (!url.hostname) return bad('expected a host, as in smtp://mail.example.com:587');
  return [url.username, url.password].every(isDecodable)
    ? ok(text)
    : bad('expected user and password with %25 for each percent sign, and %40 for each @');
};

const isDecodable = (part: string): boolean => {
  try {
    return decodeURIComponent(part) !== undefined;
  } catch {
    return false;
  }
};

const mailFrom = (text: string): Reading<string> =>
  parseMailbox(text)
    ? ok(text)
    : bad('expected one address, as in Example <no-reply@example.com> or no-reply@example.com');

const outboundAllow = (text: string): Reading<readonly OutboundRule[]> => {
  const entries = text.split(',').map((entry) => entry.trim());
  const rules = entries.map(parseOutboundRule);
  const wrong = rules.flatMap((rule, i) => (rule ? [] : [i + 1]));
  return wrong.length
    ? bad(
        `expected HOST, HOST:PORT or a network such as 10.0.0.0/8, separated by commas; wrong are number ${wrong.join(', ')}`,
      )
    : ok(rules as OutboundRule[]);
};

const dnsServers = (text: string): Reading<readonly string[]> => {
  const servers = text.split(',').map((one) => one.trim());
  return servers.every(dnsServer)
    ? ok(servers)
    : bad('expected HOST:PORT such as 192.0.2.53:53, several separated by commas');
};

const text = (value: string): Reading<string> => ok(value);

/** Reads all of it and collects every fault. */
export function readEnvironment(env: Environment): { config: Config; faults: Fault[] } {
  const faults: Fault[] = [];
  const fault = (variable: string, message: string) => faults.push({ variable, message });

  function read<T, D>(variable: string, reader: (text: string) => Reading<T>, otherwise: D): T | D {
    const given = env[variable];
    if (given === undefined || given.trim() === '') return otherwise;
    const reading = reader(given.trim());
    if ('value' in reading) return reading.value;
    fault(variable, reading.fault);
    return otherwise;
  }

  const production = env.NODE_ENV === 'production';
  const sessionAbsolute = read('SESSION_ABSOLUTE', duration, 30 * 86_400);
  const config: Config = {
    port: read('PORT', port, 3000),
    host: read('HOST', text, '127.0.0.1'),
    issuer: read('ISSUER', issuer, null),
    mongodbUri: read('MONGODB_URI', mongodbUri, null),
    dataDir: resolve(read('DATA_DIR', text, './data')),
    provision: read('ROLLCALL_PROVISION', text, null),
    smtpUrl: read('SMTP_URL', smtpUrl, null),
    mailFrom: read('MAIL_FROM', mailFrom, null),
    // A shorter life alone is no contradiction.
    sessionIdle: read('SESSION_IDLE', duration, Math.min(12 * 3600, sessionAbsolute)),
    sessionAbsolute,
    signUp: read('SIGN_UP', oneOf('open', 'verified', 'closed'), env.SMTP_URL?.trim() ? 'verified' : 'open'),
    createOrganizations: read('CREATE_ORGANIZATIONS', oneOf('anyone', 'operators'), 'anyone'),
    cookieKeys: read('COOKIE_KEYS', keys, null),
    encryptionKeys: read('ENCRYPTION_KEYS', keys, null),
    registration: read('REGISTRATION', oneOf('off', 'token', 'open'), 'off'),
    outboundAllow: read('OUTBOUND_ALLOW', outboundAllow, null),
    dnsServers: read('DNS_SERVERS', dnsServers, null),
    keyRotation: read('KEY_ROTATION', rotation, 90 * 86_400),
    auditRetention: read('AUDIT_RETENTION', days, null),
    workers: read('WORKERS', workers, 1),
    drainDelayMs: read('DRAIN_DELAY', drainDelay, 1000),
    trustProxy: read('TRUST_PROXY', boolean, false),
    development: !production,
    logLevel: read('LOG_LEVEL', oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info'),
  };
  if (production && config.cookieKeys === null && !named(faults, 'COOKIE_KEYS')) {
    fault('COOKIE_KEYS', 'with NODE_ENV=production it must be set: secrets of at least 32 characters, newest first');
  }
  if (production && config.encryptionKeys === null && !named(faults, 'ENCRYPTION_KEYS')) {
    fault(
      'ENCRYPTION_KEYS',
      'with NODE_ENV=production it must be set: secrets of at least 32 characters, newest first',
    );
  }
  if (
    config.sessionIdle > config.sessionAbsolute &&
    !named(faults, 'SESSION_IDLE') &&
    !named(faults, 'SESSION_ABSOLUTE')
  ) {
    fault('SESSION_IDLE', 'expected no more than SESSION_ABSOLUTE');
  }
  return { config, faults };
}

const named = (faults: readonly Fault[], variable: string) => faults.some((one) => one.variable === variable);

const workers = (given: string): Reading<number> =>
  given === 'auto'
    ? ok(availableParallelism())
    : /^[1-9]\d{0,2}$/.test(given)
      ? ok(Number(given))
      : bad('expected a number of processes from 1, or auto');

const MOST_DRAIN_SECONDS = 300;

/** In milliseconds, for what is as short as a pause. */
const drainDelay = (given: string): Reading<number> => {
  const ms = /^\d{1,6}ms$/.test(given) ? Number.parseInt(given, 10) : (parseDuration(given) ?? 0) * 1000;
  return (ms > 0 || given === '0') && ms <= MOST_DRAIN_SECONDS * 1000
    ? ok(ms)
    : bad('expected 0, or a duration such as 500ms or 10s, of 5 minutes at most');
};

const days = (given: string): Reading<number> =>
  /^[1-9]\d{0,4}$/.test(given) ? ok(Number(given)) : bad('expected a number of days from 1');

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/durations.js';
import {
  ConfigError,
  loadConfig,
  loadSecrets,
  resolveIssuer,
  resolveOutboundAllow,
} from '../../../src/config/index.js';
import { temporaryFolder } from '../../support/folder.js';

/** The variables that are refused, each with what is said about it. */
function faults(env: Record<string, string>): Record<string, string> {
  try {
    loadConfig(env);
    return {};
  } catch (error) {
    return Object.fromEntries((error as ConfigError).faults.map(({ variable, message }) => [variable, message]));
  }
}

describe('the configuration', () => {
  it('has the defaults of the contract, and takes empty variables for unset', () => {
    const config = loadConfig({ PORT: '', SIGN_UP: ' ', MONGODB_URI: '' });
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      issuer: null,
      mongodbUri: null,
      sessionIdle: 12 * 3600,
      sessionAbsolute: 30 * 86_400,
      signUp: 'open',
      createOrganizations: 'anyone',
      keyRotation: 90 * 86_400,
      trustProxy: false,
      logLevel: 'info',
    });
    expect(resolveIssuer(config, 4711)).toBe('http://localhost:4711');
    expect(resolveIssuer(loadConfig({ ISSUER: 'https://id.example.com' }), 4711)).toBe('https://id.example.com');
  });

  it('names every wrong variable in one message', () => {
    const found = faults({ PORT: '65536', ISSUER: 'id.example.com', TRUST_PROXY: 'yes', SESSION_ABSOLUTE: '0d' });
    expect(Object.keys(found).sort()).toEqual(['ISSUER', 'PORT', 'SESSION_ABSOLUTE', 'TRUST_PROXY']);
    for (const message of Object.values(found)) expect(message).toMatch(/expected/);
  });

  it.each([
    ['https://id.example.com/', false],
    ['https://id.example.com/auth', false],
    ['https://id.example.com?x', false],
    ['http://id.example.com', false],
    ['ftp://id.example.com', false],
    ['https://id.example.com:8443', true],
    ['http://localhost:3000', true],
    ['http://127.0.0.1:3000', true],
    ['http://[::1]:3000', true],
    ['http://id.localhost', true],
  ])('ISSUER=%s is taken: %s', (ISSUER, taken) => {
    expect('ISSUER' in faults({ ISSUER })).toBe(!taken);
  });

  it('asks the DNS servers that are named, and no others', () => {
    expect(loadConfig({}).dnsServers).toBeNull();
    const named = '192.0.2.53:5353, [2001:db8::53]:53,dns.internal:53,192.0.2.54';
    expect(loadConfig({ DNS_SERVERS: named }).dnsServers).toEqual(named.split(',').map((one) => one.trim()));
    for (const wrong of ['http://192.0.2.53', '192.0.2.53:0', '192.0.2.53:70000', 'a b', '192.0.2.53:53,,'])
      expect(faults({ DNS_SERVERS: wrong }).DNS_SERVERS, wrong).toMatch(/^expected HOST:PORT/);
  });

  it('lets this machine itself be called where the issuer is on it, unless OUTBOUND_ALLOW says otherwise', () => {
    const allow = (env: Record<string, string>, issuer: string) => resolveOutboundAllow(loadConfig(env), issuer);
    expect(allow({}, 'http://localhost:3000')).toEqual([{ network: '127.0.0.0/8' }, { network: '::1/128' }]);
    expect(allow({ ISSUER: 'https://id.example.com' }, 'https://id.example.com')).toEqual([]);
    expect(allow({ OUTBOUND_ALLOW: 'app.internal:8443, 10.0.0.0/8' }, 'http://localhost:3000')).toEqual([
      { host: 'app.internal', port: 8443 },
      { network: '10.0.0.0/8' },
    ]);
    expect(faults({ OUTBOUND_ALLOW: 'app.internal,http://x,10.0.0.0/99' }).OUTBOUND_ALLOW).toMatch(
      /expected HOST.*; wrong are number 2, 3$/,
    );
  });

  it('takes one sender, and a mail server with a host; what can’t be used stops the start', () => {
    for (const MAIL_FROM of [
      'no-reply@example.com',
      'no-reply@localhost',
      'Acme <no-reply@example.com>',
      '"Acme, Inc." <no-reply@example.com>',
      'Größe & Söhne <no-reply@example.com>',
    ])
      expect(loadConfig({ MAIL_FROM }).mailFrom).toBe(MAIL_FROM);
    for (const MAIL_FROM of [
      'Acme',
      'Acme <acme>',
      'a@example.com, b@example.com',
      'a\nBcc: b@example.com',
      'A <a@b c>',
    ])
      expect(faults({ MAIL_FROM }).MAIL_FROM).toContain('expected one address');
    const smtp = (SMTP_URL: string) => faults({ SMTP_URL, SIGN_UP: 'closed' }).SMTP_URL;
    for (const url of ['smtp://mail', 'smtps://ada%40acme:p%25@mail.example.com:465', 'smtp://[::1]:25?ignoreTLS=true'])
      expect(smtp(url)).toBeUndefined();
    expect(smtp('mail.example.com:25')).toContain('smtp://');
    expect(smtp('smtp://')).toContain('host');
    expect(smtp('smtp://ada:50%@mail.example.com')).toContain('%25');
  });

  it('has sign-up verified where mail can be sent, and as SIGN_UP says otherwise', () => {
    const signUp = (env: Record<string, string>) => loadConfig(env).signUp;
    expect([signUp({}), signUp({ SMTP_URL: 'smtp://mail:25' })]).toEqual(['open', 'verified']);
    expect(signUp({ SIGN_UP: 'verified' })).toBe('verified');
    expect(signUp({ SMTP_URL: 'smtp://mail:25', SIGN_UP: 'open' })).toBe('open');
    expect(signUp({ SMTP_URL: 'smtp://mail:25', SIGN_UP: 'closed' })).toBe('closed');
    expect(faults({ SIGN_UP: 'sometimes' })).toEqual({ SIGN_UP: expect.stringContaining('open, verified, closed') });
  });

  it('takes a number of processes or one per core, and how long readiness fails before the port is closed', () => {
    expect(loadConfig({ WORKERS: '3', DRAIN_DELAY: '15s' })).toMatchObject({ workers: 3, drainDelayMs: 15_000 });
    expect(loadConfig({ DRAIN_DELAY: '250ms' })).toMatchObject({ workers: 1, drainDelayMs: 250 });
    expect(loadConfig({ WORKERS: 'auto', DRAIN_DELAY: '0' }).workers).toBeGreaterThan(0);
    expect(loadConfig({ WORKERS: 'auto', DRAIN_DELAY: '0' }).drainDelayMs).toBe(0);
    expect(Object.keys(faults({ WORKERS: '0', DRAIN_DELAY: '10' }))).toEqual(['WORKERS', 'DRAIN_DELAY']);
    expect(Object.keys(faults({ WORKERS: '-1', DRAIN_DELAY: '6m' }))).toEqual(['WORKERS', 'DRAIN_DELAY']);
  });

  it('needs its keys set in production, of a length that is one', () => {
    expect(Object.keys(faults({ NODE_ENV: 'production' }))).toEqual(['COOKIE_KEYS', 'ENCRYPTION_KEYS']);
    const key = 'k'.repeat(32);
    expect(faults({ NODE_ENV: 'production', COOKIE_KEYS: `${key}, ${key}`, ENCRYPTION_KEYS: key })).toEqual({});
    expect(faults({ COOKIE_KEYS: `${key},short` })).toHaveProperty('COOKIE_KEYS');
  });

  it('says no value back, for it may be a secret', () => {
    const secret = 'mongo://user:hunter2hunter2@db';
    expect(JSON.stringify(faults({ MONGODB_URI: secret, COOKIE_KEYS: 'hunter2' }))).not.toContain('hunter2');
  });

  it('has idle sessions end before absolute ones', () => {
    expect(faults({ SESSION_IDLE: '2d', SESSION_ABSOLUTE: '1d' })).toHaveProperty('SESSION_IDLE');
    expect(loadConfig({ SESSION_ABSOLUTE: '1h' })).toMatchObject({ sessionIdle: 3600, sessionAbsolute: 3600 });
  });

  it('takes a rotation of keys from a day on, or off', () => {
    expect(loadConfig({ KEY_ROTATION: 'off' }).keyRotation).toBe(null);
    expect(loadConfig({ KEY_ROTATION: '1d' }).keyRotation).toBe(86_400);
    for (const wrong of ['23h', '0d', 'never', '90'])
      expect(faults({ KEY_ROTATION: wrong })).toEqual({ KEY_ROTATION: expect.stringContaining('off') });
  });
});

describe('a duration', () => {
  it.each([
    ['45s', 45],
    ['90m', 5400],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['0s', undefined],
    ['12', undefined],
    ['1.5h', undefined],
    ['-1h', undefined],
    ['1w', undefined],
  ])('%s is %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});

describe('generated secrets', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = temporaryFolder();
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('are agreed on by twenty who start at once, readable by their owner alone, and stay', async () => {
    const config = loadConfig({ DATA_DIR: dataDir });
    const all = await Promise.all(Array.from({ length: 20 }, () => loadSecrets(config)));
    expect(new Set(all.map((secrets) => JSON.stringify(secrets))).size).toBe(1);
    expect(await loadSecrets(config)).toEqual(all[0]);
    expect(await readdir(dataDir)).toEqual(['secrets.json']);
    expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o077).toBe(0);
    expect(all[0]?.cookieKeys[0]?.length).toBeGreaterThanOrEqual(43);
  });

  it('give way to configured ones, and a damaged file is said to be one', async () => {
    const key = 'k'.repeat(32);
    const secrets = await loadSecrets(loadConfig({ DATA_DIR: dataDir, COOKIE_KEYS: key }));
    expect(secrets.cookieKeys).toEqual([key]);
    await writeFile(join(dataDir, 'secrets.json'), '{');
    await expect(loadSecrets(loadConfig({ DATA_DIR: dataDir }))).rejects.toThrow(ConfigError);
    expect(await readFile(join(dataDir, 'secrets.json'), 'utf8')).toBe('{');
  });
});

import { describe, expect, it } from 'vitest';
import { connectionFault } from '../../../src/cli/doctor/ask.js';
import { checkClock } from '../../../src/cli/doctor/clock.js';
import { checkConfiguration, checkMachine } from '../../../src/cli/doctor/configuration.js';
import { findingsOf } from '../../../src/cli/doctor/finding.js';
import { loadConfig } from '../../../src/config/index.js';

const drawn = (letter: string) => `${letter}bCdEfGhIjKlMnOpQrStUvWxYz0123456789-_`;
const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.test',
  MONGODB_URI: 'mongodb://db.example.test/rollcall?replicaSet=rs0',
  COOKIE_KEYS: drawn('a'),
  ENCRYPTION_KEYS: drawn('b'),
  TRUST_PROXY: 'true',
};

function warnings(change: Record<string, string> = {}): string[] {
  const env = { ...PRODUCTION, ...change };
  const config = loadConfig(env);
  const { cookieKeys, encryptionKeys } = config;
  const secrets = cookieKeys && encryptionKeys ? { cookieKeys, encryptionKeys } : undefined;
  const found = checkConfiguration(config, secrets, { nodeEnv: env.NODE_ENV });
  return found.filter((one) => one.outcome !== 'ok').map((one) => one.what);
}

describe('what production needs', () => {
  it('is said for each setting that could be better, and for none of a good one', () => {
    expect(warnings()).toEqual([]);
    const one = (change: Record<string, string>, expected: RegExp) => {
      const said = warnings(change);
      expect(said, JSON.stringify(change)).toHaveLength(1);
      expect(said[0]).toMatch(expected);
    };
    one({ TRUST_PROXY: 'false' }, /TRUST_PROXY is false/);
    one({ HOST: '0.0.0.0' }, /TRUST_PROXY is true/);
    one({ MONGODB_URI: '' }, /embedded store/);
    one({ NODE_ENV: 'development' }, /NODE_ENV/);
    one({ ISSUER: '' }, /ISSUER is not set/);
    one({ COOKIE_KEYS: 'a'.repeat(40) }, /COOKIE_KEYS/);
    one({ ENCRYPTION_KEYS: PRODUCTION.COOKIE_KEYS }, /share/);
  });

  it('is a Node.js that gets security fixes', () => {
    expect(checkMachine('20.20.0')[0]?.outcome).toBe('warning');
    expect(checkMachine('24.1.0')[0]?.outcome).toBe('ok');
  });
});

describe('a clock', () => {
  const off = (time: number, resolution = 0) => {
    const area = findingsOf('Store');
    checkClock(area, { name: 'it', time, before: 100_000, after: 100_500, resolution });
    return area.found[0];
  };

  it('that is off by as much as the reading took is in order; seconds are a warning, half a minute a problem', () => {
    expect(off(100_200)?.outcome).toBe('ok');
    expect(off(99_500, 1000)?.outcome).toBe('ok');
    expect(off(95_000)).toMatchObject({ outcome: 'warning', what: expect.stringContaining('5 s behind') });
    expect(off(105_500)).toMatchObject({ outcome: 'warning', what: expect.stringContaining('5 s ahead') });
    expect(off(130_500)?.outcome).toBe('problem');
    expect(off(60_000)?.outcome).toBe('problem');
  });
});

describe('a connection that fails', () => {
  it('is told in words, with what to do', () => {
    for (const [code, words] of [
      ['ECONNREFUSED', /Nothing answers/],
      ['ENOTFOUND', /not known/],
      ['CERT_HAS_EXPIRED', /expired/],
      ['ERR_TLS_CERT_ALTNAME_INVALID', /another name/],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', /not signed by an authority/],
      ['toString', /can’t be reached/],
    ] as const) {
      const [what, advice] = connectionFault(Object.assign(new Error('x'), { code }), 'id.example.test');
      expect(what).toMatch(words);
      expect(what).toContain('id.example.test');
      expect(advice.length).toBeGreaterThan(10);
    }
  });
});

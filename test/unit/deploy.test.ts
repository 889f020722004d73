import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

describe('the deployment files', () => {
  it('name variables that docs/configuration.md knows', () => {
    const known = read('docs/configuration.md');
    const named = [
      ...read('deploy/rollcall.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm),
      ...read('deploy/rollcall.service').matchAll(/^Environment=(.*)$/gm),
    ].flatMap(([, names]) => (names as string).split(/=\S*\s?/).filter(Boolean));
    expect(named.length).toBeGreaterThan(6);
    for (const name of named) if (name !== 'NODE_ENV') expect(known, name).toContain(`\`${name}\``);
  });

  it('give an environment that the server takes, once the keys are filled in', () => {
    const lines = [...read('deploy/rollcall.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)];
    const given = Object.fromEntries(lines.map(([, name, value]) => [name, value]));
    expect(() => loadConfig(given)).toThrow(/COOKIE_KEYS[\s\S]*ENCRYPTION_KEYS/);
    const key = 'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';
    const { services } = parse(read('deploy/compose.yaml'));
    const config = loadConfig({
      ...given,
      ...services.rollcall.environment,
      COOKIE_KEYS: key,
      ENCRYPTION_KEYS: `${key}x`,
    });
    expect(config).toMatchObject({ trustProxy: true, mongodbUri: expect.stringContaining('replicaSet=rs0') });
  });

  it('let the server write to its data folder alone, without a privilege, and wait for its last requests', () => {
    const { rollcall, mongodb } = parse(read('deploy/compose.yaml')).services;
    expect(rollcall).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '30s',
    });
    expect(rollcall.ports.every((port: string) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(mongodb.ports).toBeUndefined();
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
  });

  it('let into the image what it is built of, and neither secrets nor state', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of allowed) expect(existsSync(`${root}${path}`), path).toBe(true);
    for (const path of ['src', 'views', 'locales', 'public', 'config', 'package-lock.json', 'scripts/build.js'])
      expect(allowed).toContain(path);
    expect(allowed.join()).not.toMatch(/data|\.env|\.git/);
  });

  it('shield the metrics, keep Host, and let nobody make up an address', () => {
    const nginx = read('deploy/nginx.conf');
    expect(nginx).toMatch(/location ~\* \^\/metrics/);
    expect(nginx).toMatch(/proxy_set_header Host\s+\$host;/);
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For\s+\$remote_addr;/);
    const caddy = read('deploy/Caddyfile');
    expect(caddy).toMatch(/@metrics path \/metrics/);
    expect(caddy).toContain('header_up X-Forwarded-For {remote_host}');
  });
});

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isPublicAddress } from '../../../src/lib/addresses.js';
import { createOutbound, OUTBOUND_LIMITS } from '../../../src/lib/outbound.js';
import { LOOPBACK_RULES, parseOutboundRule } from '../../../src/lib/outbound-allow.js';

/** What names resolve to here, by turns; a name that isn't there is looked up as ever. */
const names = new Map<string, string[][]>();
const lookups: string[] = [];
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>();
  return {
    ...dns,
    lookup(hostname: string, options: object, callback: (...args: unknown[]) => void) {
      const answers = names.get(hostname);
      if (!answers) return dns.lookup(hostname, options, callback);
      lookups.push(hostname);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return callback(
        null,
        answer?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  names.clear();
  lookups.length = 0;
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.9.9.9',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:93.184.215.14',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'not an address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '93.184.215.14',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.0.1.1',
    '2606:4700::1',
    '2a00::1',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('an entry of OUTBOUND_ALLOW', () => {
  it.each([
    ['app.internal', { host: 'app.internal', port: null }],
    ['APP.internal:8443', { host: 'app.internal', port: 8443 }],
    ['10.1.2.3', { host: '10.1.2.3', port: null }],
    ['10.1.2.3:80', { host: '10.1.2.3', port: 80 }],
    ['fd00::1', { host: 'fd00::1', port: null }],
    ['[FD00::0:1]:8080', { host: 'fd00::1', port: 8080 }],
    ['bücher.example', { host: 'xn--bcher-kva.example', port: null }],
    ['10.0.0.0/8', { network: '10.0.0.0/8' }],
    ['fd00::/8', { network: 'fd00::/8' }],
  ])('%s is taken', (text, rule) => {
    expect(parseOutboundRule(text)).toEqual(rule);
  });

  it.each([
    '',
    'http://app.internal',
    'app.internal/path',
    'a b',
    '10.0.0.0/33',
    'app/8',
    'host:0',
    'host:70000',
    'user@host',
    '[::1',
    '*',
    '*.internal:x',
  ])('%s is refused', (text) => {
    expect(parseOutboundRule(text)).toBeUndefined();
  });
});

describe('a call to an address that others have named', () => {
  it.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[64:ff9b::a9fe:a9fe]/',
    'http://93.184.215.14/',
  ])('%s is refused without OUTBOUND_ALLOW, before anything is sent', async (url) => {
    await expect(createOutbound([]).fetch(url)).rejects.toThrow(/OUTBOUND_ALLOW/);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'nonsense'])('%s is refused', async (url) => {
    await expect(createOutbound([]).fetch(url)).rejects.toThrow('expected an http or https URL');
  });

  it('reaches a private address by name, by name and port, by address and by network where OUTBOUND_ALLOW says so', async () => {
    const port = await serve((_request, response) => response.end('here'));
    names.set('app.internal', [['127.0.0.1']]);
    for (const entry of ['app.internal', `app.internal:${port}`, '127.0.0.0/8']) {
      const rule = parseOutboundRule(entry);
      const response = await createOutbound(rule ? [rule] : []).fetch(`http://app.internal:${port}/`);
      expect(await response.text()).toBe('here');
    }
    const literal = createOutbound([{ host: '127.0.0.1', port }]);
    expect((await literal.fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    await expect(
      createOutbound([{ host: 'app.internal', port: port + 1 }]).fetch(`http://app.internal:${port}/`),
    ).rejects.toThrow(/OUTBOUND_ALLOW/);
    await expect(createOutbound([{ host: 'app.internal', port }]).fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(
      /OUTBOUND_ALLOW/,
    );
  });

  it('refuses a public name that resolves to a private address', async () => {
    names.set('rebind.example', [['10.0.0.1']]);
    await expect(createOutbound([]).fetch('https://rebind.example/')).rejects.toThrow(
      'rebind.example is no public address, and OUTBOUND_ALLOW doesn’t name it',
    );
  });

  it('connects to the very address that was judged: a name is resolved once, and anew for the next call', async () => {
    const port = await serve((_request, response) => response.end('here'));
    names.set('rebind.example', [['10.0.0.1', '127.0.0.1'], ['10.0.0.1']]);
    const outbound = createOutbound(LOOPBACK_RULES);
    expect(await (await outbound.fetch(`http://rebind.example:${port}/`)).text()).toBe('here');
    expect(lookups).toEqual(['rebind.example']);
    await expect(outbound.fetch(`http://rebind.example:${port}/`)).rejects.toThrow(/OUTBOUND_ALLOW/);
    expect(lookups).toHaveLength(2);
  });

  it('does not follow a redirect', async () => {
    const paths: string[] = [];
    const port = await serve((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    const response = await createOutbound(LOOPBACK_RULES).fetch(`http://127.0.0.1:${port}/`, { redirect: 'follow' });
    expect(response.status).toBe(302);
    expect(paths).toEqual(['/']);
  });

  it('ends where no answer comes, and where an answer never ends', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/trickle') response.write('{');
    });
    const outbound = createOutbound(LOOPBACK_RULES, { ms: 200 });
    for (const path of ['/silent', '/trickle']) {
      await expect(outbound.fetch(`http://127.0.0.1:${port}${path}`)).rejects.toThrow(/didn’t answer in time/);
    }
  });

  it('ends where the answer is too large, also one that was packed', async () => {
    const body = Buffer.alloc(OUTBOUND_LIMITS.bytes + 1);
    const port = await serve((request, response) => {
      if (request.url === '/packed') response.setHeader('Content-Encoding', 'gzip').end(gzipSync(body));
      else response.end(body);
    });
    for (const path of ['/plain', '/packed']) {
      await expect(createOutbound(LOOPBACK_RULES).fetch(`http://127.0.0.1:${port}${path}`)).rejects.toThrow(/larger/);
    }
  });

  it('posts a form, and gives back status, headers and body, also where there is none', async () => {
    const port = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (request.url === '/none') return response.writeHead(204).end();
      response.setHeader('X-Type', request.headers['content-type'] ?? '').end(text);
    });
    const outbound = createOutbound(LOOPBACK_RULES);
    const options = { method: 'POST', body: new URLSearchParams({ logout_token: 'x' }) };
    const response = await outbound.fetch(`http://127.0.0.1:${port}/`, options);
    expect(response.headers.get('x-type')).toMatch(/^application\/x-www-form-urlencoded/);
    expect(await response.text()).toBe('logout_token=x');
    expect((await outbound.fetch(`http://127.0.0.1:${port}/none`, options)).status).toBe(204);
  });

  it('tells neither path nor query where it fails', async () => {
    const url = 'http://127.0.0.1:9/secret-path?token=secret';
    const error = await createOutbound(LOOPBACK_RULES)
      .fetch(url)
      .catch((caught: Error) => caught);
    expect((error as Error).message).toMatch(/127\.0\.0\.1:9 can’t be reached/);
    expect((error as Error).message).not.toMatch(/secret/);
  });
});

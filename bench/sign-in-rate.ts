import { execFileSync } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { type Chain, drive, median, type Step } from './load.js';
import type { Options } from './options.js';
import type { Row } from './report.js';
import { CORES, pin, type Side } from './servers.js';
import { authorizePath } from './sign-in.js';
import { emailOf, PASSWORD } from './world.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A whole sign-in as a browser does it, each time as a new one: the request, the page, the form, and back to the application. */
export function signInChain(number: number): Chain {
  let cookies = new Map<string, string>();
  let path = '';
  let csrf = '';
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const follow = (wanted: RegExp): Step['answered'] => {
    return (_status, _body, headers) => {
      for (const line of [of(headers, 'set-cookie') ?? []].flat()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
        cookies.set(name, value);
      }
      const location = String(of(headers, 'location') ?? '');
      path = location.replace(/^https?:\/\/localhost:\d+/, '');
      return wanted.test(location);
    };
  };
  return [
    {
      request() {
        cookies = new Map();
        return { method: 'GET', path: authorizePath('es256') };
      },
      answered: follow(/\/interaction\//),
    },
    {
      request: () => ({ method: 'GET', path, headers: { cookie: cookie() } }),
      answered(status, body, headers) {
        const page = path;
        follow(/.*/)(status, body, headers);
        path = `${page}/sign-in`;
        csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
        return csrf !== '';
      },
    },
    {
      request: () => ({
        method: 'POST',
        path,
        headers: { ...FORM, cookie: cookie() },
        body: new URLSearchParams({ csrf, email: emailOf(number), password: PASSWORD }).toString(),
      }),
      answered: follow(/\/oauth2\/authorize\//),
    },
    { request: () => ({ method: 'GET', path, headers: { cookie: cookie() } }), answered: follow(/[?&]code=/) },
  ];
}

const of = (headers: IncomingHttpHeaders, name: string) =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

/** Sign-ins against the hash alone, both with both cores. */
export async function measureSignIn(sides: Side[], options: Options): Promise<Row> {
  const servers = sides.filter((side) => side.name !== 'library');
  const rates = new Map<string, number[]>();
  const add = (name: string, value: number) => rates.set(name, [...(rates.get(name) ?? []), value]);
  let failed = 0;
  pin(process.pid, CORES.both);
  for (const side of servers) pin(side.pid, CORES.both);
  for (let round = 0; round <= options.rounds; round += 1) {
    const seconds = round === 0 ? 1 : options.seconds;
    const text = execFileSync(process.execPath, ['--import', 'tsx', 'bench/hash-floor.ts', String(seconds)], {
      encoding: 'utf8',
    });
    if (round > 0) add('library', (JSON.parse(text) as { perSecond: number }).perSecond);
    for (const side of servers) {
      const rate = await drive(
        side.issuer,
        Array.from({ length: 8 }, (_, number) => signInChain(number)),
        seconds,
      );
      if (round > 0) add(side.name, rate.perSecond);
      failed += rate.failed;
    }
  }
  for (const side of servers) pin(side.pid, CORES.server);
  pin(process.pid, CORES.load);
  return {
    name: 'sign-in with a password',
    against: 'the argon2id hash alone, both cores',
    goal: { embedded: 0.8, mongodb: 0.8 },
    figures: [...rates].map(([name, values]) => ({ name, median: median(values), values })),
    failed,
  };
}

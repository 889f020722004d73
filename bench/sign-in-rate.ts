import { execFileSync } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import { BrowserClient } from '../test/support/browser-client.js';
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

/** The form of a sign-in page, sent over and over: the request that checks the password. */
async function formChain(side: Side, number: number): Promise<Chain> {
  const browser = await new BrowserClient(side.issuer).open(authorizePath('es256'));
  const path = `${new URL(browser.url).pathname}/sign-in`;
  const csrf = /name="csrf" value="([^"]+)"/.exec(browser.html)?.[1] ?? '';
  const headers = { ...FORM, cookie: browser.cookies(path) };
  const body = new URLSearchParams({ csrf, email: emailOf(number), password: PASSWORD }).toString();
  return [
    {
      request: () => ({ method: 'POST', path, headers, body }),
      answered: (status, _body, answer) =>
        status === 303 && String(of(answer, 'location')).includes('/oauth2/authorize/'),
    },
  ];
}

const CONNECTIONS = Array.from({ length: 8 }, (_, number) => number);

/** What is signed in by: the request that checks the password, and the login around it. */
const WORK = [
  {
    name: 'sign-in with a password',
    goal: { embedded: 0.8, mongodb: 0.8 },
    chains: (side: Side) => Promise.all(CONNECTIONS.map((number) => formChain(side, number))),
  },
  {
    name: 'a whole login: the application’s request, the page, the password, and back',
    goal: {},
    chains: async () => CONNECTIONS.map(signInChain),
  },
];

/** Sign-ins against the hash alone, both with both cores, which the load and MongoDB share with them. */
export async function measureSignIn(sides: Side[], options: Options): Promise<Row[]> {
  const servers = sides.filter((side) => side.name !== 'library');
  const rates = WORK.map(() => new Map<string, number[]>());
  const failed = WORK.map(() => 0);
  pin(process.pid, CORES.both);
  for (const side of servers) pin(side.pid, CORES.both);
  for (let round = 0; round <= options.rounds; round += 1) {
    const add = (work: number, name: string, value: number) => {
      // The first round warms up and doesn't count.
      if (round > 0) rates[work]?.set(name, [...(rates[work]?.get(name) ?? []), value]);
    };
    const hashes = hashRate(options.seconds);
    for (const [index, work] of WORK.entries()) {
      add(index, 'library', hashes);
      for (const side of servers) {
        const rate = await drive(side.issuer, await work.chains(side), options.seconds);
        add(index, side.name, rate.perSecond);
        failed[index] = (failed[index] ?? 0) + rate.failed;
      }
    }
  }
  for (const side of servers) pin(side.pid, CORES.server);
  pin(process.pid, CORES.load);
  return WORK.map(({ name, goal }, index) => ({
    name,
    against: 'the argon2id hash alone, both cores',
    goal,
    figures: [...(rates[index] ?? [])].map(([side, values]) => ({ name: side, median: median(values), values })),
    failed: failed[index] ?? 0,
  }));
}

/** What both cores can hash in a second. */
function hashRate(seconds: number): number {
  const text = execFileSync(process.execPath, ['--import', 'tsx', 'bench/hash-floor.ts', String(seconds)], {
    encoding: 'utf8',
  });
  return (JSON.parse(text) as { perSecond: number }).perSecond;
}

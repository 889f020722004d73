/** The work that is measured: for each kind, what a connection does over and over, and the ratio to reach on each store. */
import type { Chain, Step } from './load.js';
import type { Side, SideName } from './servers.js';
import { authorizePath, eachPerson, redemption, signIn, tokenHeaders } from './sign-in.js';
import { APIS, type ApiName, basic, introspectorOf, machineOf } from './world.js';

export interface Scenario {
  name: string;
  /** What it is measured against, where that isn't the same work. */
  against?: string;
  /** The ratio to reach; absent: none was set for that store. */
  goal: Partial<Record<SideName, number>>;
  chains(side: Side, connections: number): Promise<Chain[]>;
}

const FORM = 'application/x-www-form-urlencoded';

const post = (path: string, authorization: string, body: () => string, answered: Step['answered']): Step => ({
  request: () => ({ method: 'POST', path, headers: { authorization, 'content-type': FORM }, body: body() }),
  answered,
});

const repeat = (connections: number, chain: Chain): Chain[] => Array.from({ length: connections }, () => chain);

function clientCredentials(api: ApiName): Scenario['chains'] {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: 'invoices:read',
    resource: APIS[api].identifier,
  }).toString();
  return async (_side, connections) =>
    repeat(connections, [
      post(
        '/oauth2/token',
        basic(machineOf(api)),
        () => body,
        (status) => status === 200,
      ),
    ]);
}

/** Each connection asks about a token of its own. */
function introspection(api: (side: Side) => ApiName): Scenario['chains'] {
  return async (side, connections) => {
    const name = api(side);
    const people = await eachPerson(connections, (number) => signIn(side, name, number));
    return people.map(({ access_token }) => {
      const body = new URLSearchParams({ token: access_token }).toString();
      return [
        post(
          '/oauth2/introspect',
          basic(introspectorOf(name)),
          () => body,
          (status, text) => status === 200 && text.includes('"active":true'),
        ),
      ];
    });
  };
}

async function refresh(side: Side, connections: number): Promise<Chain[]> {
  const people = await eachPerson(connections, (number) => signIn(side, 'es256', number));
  return people.map(({ refresh_token }) => {
    let current = refresh_token;
    return [
      post(
        '/oauth2/token',
        tokenHeaders('es256').authorization,
        () => new URLSearchParams({ grant_type: 'refresh_token', refresh_token: current }).toString(),
        (status, text) => {
          if (status !== 200) return false;
          current = (JSON.parse(text) as { refresh_token: string }).refresh_token;
          return true;
        },
      ),
    ];
  });
}

async function silent(side: Side, connections: number): Promise<Chain[]> {
  const people = await eachPerson(connections, (number) => signIn(side, 'es256', number));
  const path = authorizePath('es256', { prompt: 'none' });
  return people.map(({ browser }) => {
    const cookie = browser.cookies('/oauth2/authorize');
    let code = '';
    return [
      {
        request: () => ({ method: 'GET', path, headers: { cookie } }),
        answered(status, _body, headers) {
          code = URL.parse(String(headers.location ?? headers.Location ?? ''))?.searchParams.get('code') ?? '';
          return status === 303 && code !== '';
        },
      },
      post(
        '/oauth2/token',
        tokenHeaders('es256').authorization,
        () => redemption(code),
        (status) => status === 200,
      ),
    ];
  });
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'client credentials, JWT ES256', goal: { embedded: 0.9, mongodb: 0.9 }, chains: clientCredentials('es256') },
  { name: 'client credentials, JWT RS256', goal: { embedded: 0.9, mongodb: 0.9 }, chains: clientCredentials('rs256') },
  { name: 'client credentials, opaque', goal: { mongodb: 0.5 }, chains: clientCredentials('opaque') },
  {
    name: 'introspection with today’s roles, opaque',
    against: 'without roles',
    goal: { mongodb: 0.5 },
    chains: introspection(() => 'opaque'),
  },
  {
    name: 'introspection with today’s roles, JWT',
    against: 'opaque, without roles',
    goal: { mongodb: 0.5 },
    chains: introspection((side) => (side.name === 'library' ? 'opaque' : 'es256')),
  },
  { name: 'refresh with rotation', goal: { mongodb: 0.5 }, chains: refresh },
  { name: 'silent authorization and redemption', goal: { mongodb: 0.5 }, chains: silent },
];

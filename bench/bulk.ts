/** A bulk operation of ten thousand members, and what introspection keeps of its rate while it runs. */
import { drive, median } from './load.js';
import type { Options } from './options.js';
import { fill } from './scale.js';
import { SCENARIOS } from './scenarios.js';
import { PEOPLE, type StoredSide, startRollcall } from './servers.js';
import { basic, MANAGER } from './world.js';

export interface BulkRow {
  store: string;
  work: string;
  /** Of the whole. */
  seconds: number;
  /** Introspections a second, by themselves (before and after, the mean) and beside it. */
  alone: number;
  beside: number;
}

const MEMBERS = 10_000;
const CONNECTIONS = 4;
/** Of one measurement: short, so that hardly any of it is behind the end of the operation. Seconds. */
const SLICE = 1;
/** Until the compiler has seen enough of it, in seconds: a rate of before would be too low. */
const WARM_UP = 10;

export async function measureBulk(mongodbUri: string | undefined, options: Options): Promise<BulkRow[]> {
  const starts = [
    ...(mongodbUri ? [() => startRollcall('mongodb', { mongodbUri })] : []),
    () => startRollcall('embedded', {}),
  ];
  const rows: BulkRow[] = [];
  for (const start of starts) {
    const side = await start();
    try {
      rows.push(...(await measureSide(side, options)));
    } finally {
      await side.stop();
    }
  }
  return rows;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

async function measureSide(side: StoredSide, { seconds }: Options): Promise<BulkRow[]> {
  // Those of the benchmark's own people are among them.
  await fill(side.store, { users: MEMBERS - PEOPLE, members: MEMBERS - PEOPLE });
  const introspection = SCENARIOS.find((one) => one.name.includes('roles, opaque'));
  if (!introspection) throw new Error('there is no introspection to measure');
  let chains = await introspection.chains(side, CONNECTIONS);
  const rate = async (forSeconds: number) => {
    const { perSecond, failed } = await drive(side.issuer, chains, forSeconds);
    if (failed) throw new Error(`${failed} introspections failed beside a bulk operation`);
    return perSecond;
  };
  await rate(WARM_UP);
  const rows: BulkRow[] = [];
  const measure = async (work: string, begin: () => Promise<string>) => {
    // With fresh tokens: those of before may have expired.
    chains = await introspection.chains(side, CONNECTIONS);
    const before = await rate(seconds);
    const began = performance.now();
    const ended = watch(side, await begin(), began);
    let under = true;
    const slices: number[] = [];
    const beside = async () => {
      while (under) slices.push(await rate(SLICE));
    };
    const [took] = await Promise.all([
      ended.finally(() => {
        under = false;
      }),
      beside(),
    ]);
    chains = await introspection.chains(side, CONNECTIONS);
    const alone = (before + (await rate(seconds))) / 2;
    const row = { store: side.name, work, seconds: took / 1000, alone, beside: median(slices) };
    say(
      `bulk, ${row.store}, ${work}: ${row.seconds.toFixed(1)} s, ${Math.round(row.beside)} of ${Math.round(alone)}/s`,
    );
    rows.push(row);
  };
  const call = caller(side);
  const path = '/organizations/acme/bulk-operations';
  let given = '';
  await measure('giving a role, preview included', async () => {
    const { json } = await call('POST', path, { action: 'give_role', role: 'auditor', filter: { role: 'billing' } });
    given = `${path}/${json.id}`;
    await call('POST', `${given}/apply`);
    return given;
  });
  await measure('undoing it', async () => `${path}/${(await call('POST', `${given}/undo`)).json.id}`);
  return rows;
}

/** @returns how long it took since then, in milliseconds */
async function watch(side: StoredSide, path: string, began: number): Promise<number> {
  const call = caller(side);
  for (;;) {
    const { json } = await call('GET', path);
    if (json.status === 'done') return performance.now() - began;
    if (json.endedAt) throw new Error(`a bulk operation ended as ${json.status}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function caller({ issuer }: StoredSide) {
  let token: Promise<string> | undefined;
  const fetchToken = async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', resource: `${issuer}/api` });
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: basic(MANAGER) },
      body,
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  return async function call(method: string, path: string, body?: object) {
    token ??= fetchToken();
    const response = await fetch(`${issuer}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${await token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    // biome-ignore lint/suspicious/noExplicitAny: what the API answers
    return { text, json: JSON.parse(text) as any };
  };
}
